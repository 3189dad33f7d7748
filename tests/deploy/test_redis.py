"""Redis as the containers start it: a password, a user with few rights, TLS; and a video goes through it."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from click.testing import CliRunner
from redis.backoff import NoBackoff
from redis.exceptions import NoPermissionError
from redis.retry import Retry

from shadow_trainer.cli.health import health
from shadow_trainer.errors import Unavailable
from shadow_trainer.jobs.pipeline import stages
from tests.deploy import composition
from tests.deploy.certificates import free_port, self_signed
from tests.jobs.rig import Rig, small_settings

PASSWORD = composition.SECRETS["REDIS_PASSWORD"]
ONCE = Retry(NoBackoff(), 0)


@dataclass
class Server:
    """A running server, its TLS port, and the certificate that signed itself."""

    process: subprocess.Popen[bytes]
    port: int
    certificate: Path

    def client(self, **options: object) -> redis.Redis:
        """A client over TLS that checks the certificate."""
        values = {"username": "shadow", "password": PASSWORD, "ssl_ca_certs": str(self.certificate)}
        return redis.Redis(port=self.port, ssl=True, retry=ONCE, **{**values, **options})


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The command line of the compose file with the project's own redis.conf, and TLS switched on."""
    if shutil.which("redis-server") is None or shutil.which("openssl") is None:
        pytest.skip("redis-server or openssl is not on the PATH")
    folder = tmp_path_factory.mktemp("redis")
    (certificate, key), port = self_signed(folder), free_port()
    tls = f"port 0\ntls-port {port}\ntls-cert-file {certificate}\ntls-key-file {key}\ntls-auth-clients no"
    text = (composition.FOLDER / "redis" / "redis.conf").read_text()
    text = text.replace("dir /data", f"dir {folder}").replace("port 6379", tls)
    (folder / "redis.conf").write_text(text.replace("bind * -::*", "bind 127.0.0.1"))
    command = [part.replace("/etc/redis/", f"{folder}/") for part in composition.command("redis")]
    environment = {**os.environ, **composition.environment("redis")}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    running = Server(process, port, certificate)
    wait_for(running)
    yield running
    process.terminate()
    process.wait(10)


def wait_for(server: Server) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            server.client().ping()
        except redis.ConnectionError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError("redis did not start")


def test_it_forgets_nothing_and_refuses_when_full(server: Server) -> None:
    client = server.client()
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert client.config_get("appendonly") == {"appendonly": "yes"}


@pytest.mark.parametrize(
    "options",
    [
        {"username": None, "password": None},
        {"password": "wrong"},
        {"username": "default", "password": PASSWORD},
        {"ssl_ca_certs": ssl.get_default_verify_paths().cafile},
    ],
)
def test_nobody_else_gets_in(server: Server, options: dict[str, object]) -> None:
    with pytest.raises((redis.AuthenticationError, redis.ConnectionError)):
        server.client(**options).ping()


@pytest.mark.parametrize(
    "command",
    [
        ("FLUSHALL",),
        ("CONFIG", "SET", "appendonly", "no"),
        ("MONITOR",),
        ("SHUTDOWN",),
        ("ACL", "LIST"),
    ],
)
def test_our_user_cannot_ruin_it(server: Server, command: tuple[str, ...]) -> None:
    with pytest.raises(NoPermissionError):
        server.client().execute_command(*command)


def test_the_password_is_on_no_command_line(server: Server) -> None:
    arguments = Path(f"/proc/{server.process.pid}/cmdline")
    if not arguments.exists():
        pytest.skip("this system has no /proc")
    assert PASSWORD.encode() not in arguments.read_bytes()


def well(what: str) -> bool:
    """What a container's health check says."""
    done = CliRunner().invoke(health, [what])
    assert isinstance(done.exception, Unavailable | None), done.exception
    return done.exit_code == 0


def test_a_film_goes_through_it(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = stages.STAGES
    address = f"rediss://shadow:{PASSWORD}@localhost:{server.port}/0?ssl_ca_certs={server.certificate}"
    monkeypatch.setenv("REDIS_URL", address)
    with Rig(small_settings(tmp_path / "data", redis_url=address)) as rig:
        assert not well("worker") and not well("clock")
        rig.worker(f"{socket.gethostname()}-1")
        rig.clock()
        film = rig.send(do="work")
        rig.until_state(film, "completed")
        # The clock starts as slowly as it likes; nothing of the video waits for it.
        rig.until(lambda: well("worker") and well("clock"), "worker and clock to be well")
        assert not any(rig.jobs.ready().values())
        assert rig.outcomes(film) == ["completed"]
        stopped = rig.send(do="work", seconds=30)
        rig.until_runs(stopped)
        assert rig.jobs.cancel(stopped).state == "canceled"
    stages.STAGES = real
