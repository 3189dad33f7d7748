"""Redis, Prometheus, Alertmanager and the database's health check: compose's own command lines, outside containers.

Folders and ports are replaced and nothing else. Runs with ``make image-check``; Grafana's image has no program on
Debian, so of it only the files are read (test_watching.py).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.catalog.conftest import postgres  # noqa: F401
from tests.catalog.postgres import Postgres
from tests.deploy import composition
from tests.deploy.certificates import free_port

pytestmark = pytest.mark.skipif(
    os.environ.get("SHADOW_IMAGE_CHECK") != "true", reason="`make image-check` runs it"
)
PATIENCE_S = 30


def needs(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not on the PATH")


def replaced(text: str, changes: Mapping[str, str]) -> str:
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


@contextmanager
def service(name: str, folder: Path, changes: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The service's entry point and command with its environment; the environment."""
    command = [replaced(part, changes) for part in composition.command(name)]
    env = {**os.environ, **composition.environment(name), "PATH": f"{folder}:{os.environ['PATH']}"}
    log = (folder / f"{name}.log").open("wb")
    process = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
    try:
        yield env
        assert process.poll() is None, (folder / f"{name}.log").read_text()
    finally:
        process.terminate()
        process.wait(20)


def until_well(name: str, env: Mapping[str, str], changes: Mapping[str, str], folder: Path) -> None:
    """Until the health check of the compose file passes."""
    kind, *words = composition.services()[name]["healthcheck"]["test"]
    words = [replaced(composition.filled(word, composition.SECRETS), changes) for word in words]
    command = ["sh", "-c", *words] if kind == "CMD-SHELL" else words
    deadline = time.monotonic() + PATIENCE_S
    while subprocess.run(command, env=env, capture_output=True, check=False).returncode:
        log = folder / f"{name}.log"
        assert time.monotonic() < deadline, log.read_text() if log.exists() else command
        time.sleep(0.1)


def test_redis_starts_and_its_health_check_needs_the_password(tmp_path: Path) -> None:
    needs("redis-server", "redis-cli")
    port = free_port()
    text = (composition.FOLDER / "redis" / "redis.conf").read_text()
    text = text.replace("dir /data", f"dir {tmp_path}").replace("port 6379", f"port {port}")
    (tmp_path / "redis.conf").write_text(text.replace("bind * -::*", "bind 127.0.0.1"))
    changes = {"/etc/redis/": f"{tmp_path}/", "redis-cli ": f"redis-cli -p {port} "}
    with service("redis", tmp_path, changes) as env:
        until_well("redis", env, changes, tmp_path)
        [script] = composition.services()["redis"]["healthcheck"]["test"][1:]
        wrong = {**env, "REDIS_PASSWORD": "wrong"}
        line = replaced(composition.filled(script, {}), changes)
        assert subprocess.run(["sh", "-c", line], env=wrong, capture_output=True, check=False).returncode


def test_the_database_s_health_check_finds_a_server(postgres: Postgres, tmp_path: Path) -> None:  # noqa: F811
    needs("pg_isready")
    env = {**os.environ, "PGHOST": str(postgres.folder)}
    until_well("postgres", env, {}, tmp_path)
    gone = {**env, "PGHOST": str(tmp_path)}
    assert subprocess.run(["pg_isready"], env=gone, capture_output=True, check=False).returncode


def test_prometheus_starts_reads_our_rules_and_is_well(tmp_path: Path) -> None:
    needs("prometheus", "wget")
    port = free_port()
    for name in ("prometheus.yml", "rules.yml"):
        text = (composition.FOLDER / "prometheus" / name).read_text()
        (tmp_path / name).write_text(
            replaced(
                text, {"/etc/prometheus/": f"{tmp_path}/", "/tmp/metrics_token": f"{tmp_path}/metrics_token"}
            )
        )
    changes = {"/etc/prometheus/": f"{tmp_path}/", "/tmp/metrics_token": f"{tmp_path}/metrics_token", "=/prometheus ": f"={tmp_path}/tsdb ",
               "=:9090": f"=127.0.0.1:{port}", ":9090": f":{port}"}  # fmt: skip
    with service("prometheus", tmp_path, changes) as env:
        until_well("prometheus", env, changes, tmp_path)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/rules", timeout=10) as answer:
            assert b"NoWorker" in answer.read()


def test_alertmanager_starts_with_the_address_of_the_hook_and_is_well(tmp_path: Path) -> None:
    needs("prometheus-alertmanager", "wget")
    port = free_port()
    (tmp_path / "alertmanager").symlink_to(shutil.which("prometheus-alertmanager"))
    changes = {"/etc/alertmanager/": f"{composition.FOLDER}/alertmanager/", "/tmp/alertmanager.yml": f"{tmp_path}/alertmanager.yml",
               "=/alertmanager ": f"={tmp_path}/data ", ":9093": f":{port} --cluster.listen-address="}  # fmt: skip
    with service("alertmanager", tmp_path, changes) as env:
        check = {"http://127.0.0.1:9093": f"http://127.0.0.1:{port}"}
        until_well("alertmanager", env, check, tmp_path)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v2/status", timeout=10) as answer:
            assert b"webhook" in answer.read()
