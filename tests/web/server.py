"""The real web server: gunicorn with two processes over a rig's Redis, database and storage."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import asdict
from http.client import HTTPConnection
from typing import Any

from shadow_trainer.settings import ROOT, declared
from tests.browser.conftest import free_port
from tests.jobs.rig import Rig

START_S = 40


class Server:
    """Use as a context manager."""

    def __init__(self, rig: Rig, **changes: Any) -> None:
        self.rig, self.port = rig, free_port()
        values = {
            **asdict(rig.settings),
            "secret_key": "whole-server-" + "x" * 32,
            "port": self.port,
            "log_format": "json",
            **changes,
        }
        own = {row.env: str(values[row.name]) for row in declared()}
        self.log = rig.data / "web.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "tests.web.lonely:app"],
                cwd=ROOT,
                env={**os.environ, **own, "PYTHONUNBUFFERED": "1"},
                stdout=log,
                stderr=log,
            )

    def __enter__(self) -> Server:
        deadline = time.monotonic() + START_S
        while True:
            try:
                self.get("/health")
                return self
            except OSError:
                assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text()
                time.sleep(0.1)

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def get(self, path: str, **headers: str) -> str:
        """The answer's text."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read().decode()

    def post(self, path: str, body: bytes = b"", **headers: str) -> tuple[int, Any]:
        """Status and JSON of a POST as curl would send it."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, json.loads(text) if text else None

    def upload(self, script: dict[str, Any], **headers: str) -> tuple[int, Any]:
        """Send a video that behaves as told (see tests.jobs.fakes)."""
        # What is text from its first byte is refused: it is told from a video by that.
        film = b"\0" + json.dumps(script).encode()
        body = (
            b"--b\r\nContent-Disposition: form-data; name=video; filename=a.mp4\r\n\r\n"
            + film
            + b"\r\n--b--\r\n"
        )
        return self.post(
            "/videos/upload", body, **{"Content-Type": "multipart/form-data; boundary=b", **headers}
        )

    def begin_upload(self, size: int, sent: bytes = b"") -> socket.socket:
        """The head of an upload of ``size`` bytes, and as much of its body as ``sent``."""
        head = (
            f"POST /videos/upload HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Length: {size}\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
        )
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        connection.sendall(head.encode() + sent)
        return connection

    def lines(self) -> list[dict[str, Any]]:
        """What the web server logged, as JSON."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]


def head_of(answer: socket.socket) -> tuple[int, dict[str, str]]:
    """Status and headers of what comes back on a socket."""
    text = b""
    while b"\r\n\r\n" not in text:
        part = answer.recv(4096)
        assert part, f"the connection was closed: {text!r}"
        text += part
    first, *rest = text.split(b"\r\n\r\n")[0].decode().split("\r\n")
    return int(first.split()[1]), {k.lower(): v for k, v in (line.split(": ", 1) for line in rest)}
