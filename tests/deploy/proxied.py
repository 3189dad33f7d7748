"""The proxy's own configuration in a real nginx, before the real web server with accounts and a real queue."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import ssl
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from shadow_trainer.settings import ROOT, load
from tests.deploy import composition
from tests.deploy.certificates import free_port, self_signed
from tests.jobs.conftest import needs_redis
from tests.jobs.rig import Rig, small_settings

CONF = composition.FOLDER / "nginx" / "nginx.conf"
NAME, PASSWORD = "ana", "four words of hers"


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
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send(method, path, body, {"Authorization": f"Bearer {self.token}", **named})

    def send(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], source: str = "127.0.0.1"
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """One request from an address of this machine, with these headers alone."""
        connection = self.connection(source)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        said = answer.read()
        connection.close()
        return answer, said

    def connection(self, source: str = "127.0.0.1") -> http.client.HTTPSConnection:
        """A connection to the proxy that checks its certificate."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        return http.client.HTTPSConnection(
            "localhost", self.https, context=context, timeout=30, source_address=(source, 0)
        )

    def login(
        self, password: str, source: str = "127.0.0.1", **claims: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Fill in the form of the login page as a browser at an address does."""
        page, said = self.send("GET", "/login", None, {"Accept": "text/html"}, source)
        token = re.search(r'name="csrf_token" value="([^"]+)"', said.decode())[1]
        form = {"csrf_token": token, "name": NAME, "password": password}
        headers = {
            "Cookie": page.headers["Set-Cookie"].partition(";")[0],
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"https://localhost:{self.https}",
            "Accept": "text/html",
            **{name.replace("_", "-"): value for name, value in claims.items()},
        }
        return self.send("POST", "/login", urllib.parse.urlencode(form).encode(), headers, source)


def procfile() -> dict[str, list[str]]:
    """The lines of the Procfile by process, to be run with the Python of the tests."""
    lines = [line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines()]
    commands = {}
    for name, command in lines:
        words = command.split()
        words = words[1:] if words[0] == "python" else ["-m", *words]
        commands[name] = [sys.executable, *words]
    return commands


@contextmanager
def site(folder: Path, *kinds: str) -> Iterator[Site]:
    """nginx, the Procfile's web, Redis, and what else of the Procfile is named in ``kinds``."""
    needs_redis()
    if shutil.which("nginx") is None or shutil.which("openssl") is None:
        # A check that somebody asked for and that checked nothing has not passed.
        told = pytest.fail if os.environ.get("SHADOW_PROXY_CHECK") == "true" else pytest.skip
        told("nginx is not installed (Debian: apt-get install nginx-light)")
    certificate, key = self_signed(folder)
    https, plain, behind = free_port(), free_port(), free_port()
    with ExitStack() as stack:
        rig = stack.enter_context(Rig(small_settings(folder / "data", single_user=False)))
        user = rig.catalog.users.create(NAME, PASSWORD)
        _, token = rig.catalog.tokens.create(user.id, "test")
        lines = procfile()
        started = [
            stack.enter_context(running(lines[kind], cwd=ROOT, env=environment(kind, folder, behind)))
            for kind in ("web", *kinds)
        ]
        ports = {"8443": https, "8080": plain, "web:8000": f"127.0.0.1:{behind}"}
        (folder / "nginx.conf").write_text(adapted(folder, ports, certificate, key))
        nginx = ["nginx", "-c", str(folder / "nginx.conf"), "-e", "stderr", "-g", "daemon off;"]
        stack.enter_context(running(nginx))
        served = Site(https, plain, certificate, token, rig, started[0])
        wait_for(served)
        yield served


def environment(kind: str, folder: Path, port: int) -> dict[str, str]:
    """A service's environment, where it is: its own database, queue and address."""
    values = {
        name: value for name, value in composition.environment(kind).items() if not name.endswith("_URL")
    }
    ours = {
        "SHADOW_DATA_DIR": str(folder / "data"),
        "SHADOW_MODELS_DIR": str(load().models_path),
        "PORT": str(port),
        "SHADOW_WEB_WORKERS": "1",
        "SHADOW_LOGIN_RATE": "3 per minute",
        "SHADOW_MIN_FREE_DISK_MB": "1",
    }
    empty = dict.fromkeys(("DATABASE_URL", "REDIS_URL", "SHADOW_STORAGE_URL"), "")
    return {**os.environ, **values, **empty, **ours}


def adapted(folder: Path, ports: dict[str, Any], certificate: Path, key: Path) -> str:
    """The project's file with other ports and folders; nothing else is changed."""
    text = CONF.read_text().replace("/tmp/", f"{folder}/")
    for written, port in ports.items():
        text = text.replace(f"listen {written}", f"listen 127.0.0.1:{port}").replace(written, str(port))
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
        self.process.wait(40)


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
