"""The platform's router: TLS outside, one dyno inside, and the headers that tell it who asked."""

from __future__ import annotations

import http.client
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from .services import certificate

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade"}
BLOCK_BYTES = 1 << 16


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    dyno = 0

    def _pass_on(self) -> None:
        inner = http.client.HTTPConnection("127.0.0.1", self.dyno, timeout=60)
        length = int(self.headers.get("Content-Length") or 0)
        inner.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in HOP_BY_HOP:
                inner.putheader(name, value)
        inner.putheader("X-Forwarded-For", self.client_address[0])
        inner.putheader("X-Forwarded-Proto", "https")
        inner.endheaders()
        while length > 0:
            block = self.rfile.read(min(length, BLOCK_BYTES))
            if not block:
                break
            length -= len(block)
            inner.send(block)
        answer = inner.getresponse()
        body = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP | {"content-length", "date", "server"}:
                self.send_header(name, value)
        size = answer.getheader("Content-Length") if self.command == "HEAD" else len(body)
        self.send_header("Content-Length", str(size or 0))
        self.end_headers()
        self.wfile.write(body)
        inner.close()

    do_GET = do_POST = do_HEAD = do_DELETE = _pass_on

    def log_message(self, *_: object) -> None:
        """Silent: the dynos log."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A browser that breaks off, or looks at the certificate first, is no news."""


@contextmanager
def router(folder: Path, dyno_port: int) -> Iterator[str]:
    """Listen on a free port of loopback; the ``https://`` address of the site."""
    folder.mkdir()
    cert, key = certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    handler = type("Handler", (_Handler,), {"dyno": dyno_port})
    server = _Server(("127.0.0.1", 0), handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"https://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
