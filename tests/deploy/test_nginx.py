"""The proxy's own configuration in a real nginx, before the real web server with accounts and a real queue."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from shadow_trainer.jobs import stages
from shadow_trainer.settings import ROOT, Settings
from tests.deploy import composition
from tests.deploy.certificates import free_port, self_signed
from tests.jobs.conftest import needs_redis
from tests.jobs.rig import Rig, small_settings

MIB = 1 << 20
CONF = composition.FOLDER / "nginx" / "nginx.conf"


@dataclass
class Site:
    """What a browser sees: one address, and an API token."""

    https: int
    http: int
    certificate: Path
    token: str
    rig: Rig
    web: subprocess.Popen[bytes]

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """One request over TLS with the token."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        connection = http.client.HTTPSConnection("localhost", self.https, context=context, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, {"Authorization": f"Bearer {self.token}", **named})
        answer = connection.getresponse()
        return answer, answer.read()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """nginx, gunicorn with the program, Redis; no worker."""
    needs_redis()
    if shutil.which("nginx") is None or shutil.which("openssl") is None:
        pytest.skip("nginx is not installed (Debian: apt-get install nginx-light)")
    folder, real = tmp_path_factory.mktemp("nginx"), stages.STAGES
    certificate, key = self_signed(folder)
    https, plain, behind = free_port(), free_port(), free_port()
    with ExitStack() as stack:
        rig = stack.enter_context(Rig(small_settings(folder / "data", single_user=False)))
        user = rig.catalog.create_user("ana", "four words of hers")
        _, token = rig.catalog.create_token(user.id, "test")
        web = stack.enter_context(running(gunicorn(), cwd=ROOT, env=environment(folder, behind)))
        text = adapted(
            folder, {"8443": https, "8080": plain, "web:8000": f"127.0.0.1:{behind}"}, certificate, key
        )
        (folder / "nginx.conf").write_text(text)
        stack.enter_context(
            running(["nginx", "-c", str(folder / "nginx.conf"), "-e", "stderr", "-g", "daemon off;"])
        )
        found = Site(https, plain, certificate, token, rig, web)
        wait_for(found)
        yield found
    stages.STAGES = real


def environment(folder: Path, port: int) -> dict[str, str]:
    """The web service's environment, where it is: its own database, queue and address."""
    values = {
        name: value for name, value in composition.environment("web").items() if not name.endswith("_URL")
    }
    ours = {"SHADOW_DATA_DIR": str(folder / "data"), "PORT": str(port), "SHADOW_WEB_WORKERS": "1"}
    empty = dict.fromkeys(("DATABASE_URL", "REDIS_URL", "SHADOW_STORAGE_URL"), "")
    return {**os.environ, **values, **empty, **ours, "SHADOW_MIN_FREE_DISK_MB": "1"}


def gunicorn() -> list[str]:
    return [sys.executable, "-m", *composition.command("web")]


def adapted(folder: Path, ports: dict[str, Any], certificate: Path, key: Path) -> str:
    """The project's file with other ports and folders; nothing else is changed."""
    text = CONF.read_text().replace("/tmp/", f"{folder}/")
    for written, found in ports.items():
        text = text.replace(f"listen {written}", f"listen 127.0.0.1:{found}").replace(written, str(found))
    text = text.replace("/etc/nginx/tls/fullchain.pem", str(certificate))
    text = text.replace("/etc/nginx/tls/privkey.pem", str(key))
    return f"user {'root' if os.getuid() == 0 else 'nobody'};\n{text}"


class running:
    """A process for the time of a block."""

    def __init__(self, command: list[str], **options: Any) -> None:
        self.process = subprocess.Popen(
            command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **options
        )

    def __enter__(self) -> subprocess.Popen[bytes]:
        return self.process

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(20)


def wait_for(site: Site) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if site.ask("GET", "/health")[0].status == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError("the site did not start")


def multipart(content: bytes) -> tuple[bytes, dict[str, str]]:
    head = b'--b\r\nContent-Disposition: form-data; name="video"; filename="pitch.mp4"\r\n\r\n'
    return head + content + b"\r\n--b--\r\n", {"Content_Type": "multipart/form-data; boundary=b"}


def test_a_film_goes_through_and_comes_back_in_pieces(site: Site, samples: Path) -> None:
    film = (samples / "sample_lefty.mp4").read_bytes()
    body, headers = multipart(film)
    answer, said = site.ask("POST", "/videos/upload", body, **headers)
    assert answer.status == 202, said
    job = json.loads(said)["job_id"]
    assert site.rig.storage.open(site.rig.catalog.get(job).original_key).read() == film
    assert site.ask("GET", f"/videos/{job}/status")[0].status == 200
    answer, part = site.ask("GET", f"/videos/{job}/preview/original", Range="bytes=1000-1999")
    assert (answer.status, part) == (206, film[1000:2000])
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_program_knows_that_it_is_asked_over_tls(site: Site) -> None:
    assert "Strict-Transport-Security" in site.ask("GET", "/health")[0].headers


def test_plain_http_leads_to_tls(site: Site) -> None:
    connection = http.client.HTTPConnection("localhost", site.http, timeout=10)
    connection.request("GET", "/analyses?q=x")
    answer = connection.getresponse()
    assert answer.status == 308
    assert answer.headers["Location"] == "https://localhost/analyses?q=x"


def test_a_film_above_the_limit_is_refused_before_it_is_sent(site: Site) -> None:
    context = ssl.create_default_context(cafile=str(site.certificate))
    connection = http.client.HTTPSConnection("localhost", site.https, context=context, timeout=30)
    connection.putrequest("POST", "/videos/upload")
    connection.putheader("Content-Type", "multipart/form-data; boundary=b")
    connection.putheader("Content-Length", str(2048 * MIB))
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 413
    assert json.loads(answer.read())["code"] == "too_large"


def test_other_forms_may_not_be_large(site: Site) -> None:
    answer, _ = site.ask("POST", f"/videos/{'0' * 32}/terminate", b"x" * 2 * MIB)
    assert answer.status == 413


def test_the_proxy_s_limit_is_a_little_above_the_program_s() -> None:
    [upload] = [line for line in CONF.read_text().splitlines() if "client_max_body_size 10" in line]
    limit = int(upload.split()[1].removesuffix("m;")) * MIB
    assert Settings().max_upload_mb * 1_000_000 + 256_000 < limit


@pytest.mark.parametrize("path", ["/metrics", "/ready"])
def test_numbers_are_not_for_the_world(site: Site, path: str) -> None:
    assert site.ask("GET", path)[0].status == 404


def test_what_a_client_says_of_itself_is_not_believed(site: Site) -> None:
    lies = {
        "X_Forwarded_Host": "evil.example",
        "X_Forwarded_For": "10.1.1.1",
        "Forwarded": "host=evil.example",
    }
    assert site.ask("GET", "/analyses", **lies)[0].status in (200, 303), (
        "an unknown host would be refused with 400"
    )
    answer, _ = site.ask("GET", "/analyses", Host="evil.example")
    assert answer.status == 400


def test_every_address_that_takes_films_has_the_large_limit(app) -> None:
    """Routes that a film may be sent to, as the guard knows them."""
    import re

    from shadow_trainer.web.guard import SENDS_FILMS

    place = re.search(r"location ~ (\^/\(videos/upload\S+)", CONF.read_text())[1]
    for rule in app.url_map.iter_rules():
        if rule.endpoint in SENDS_FILMS and "upload" in rule.endpoint:
            assert re.match(place, rule.rule), rule.rule


def test_a_web_server_that_is_away_is_said_kindly(site: Site) -> None:
    """Last of all: nothing answers after it."""
    site.web.terminate()
    site.web.wait(20)
    answer, said = site.ask("GET", "/")
    assert answer.status == 503
    assert answer.headers["Retry-After"] == "10"
    assert b"Nothing is lost" in said
