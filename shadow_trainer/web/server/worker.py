"""gunicorn's threaded worker with a loop that waits for slow clients, so that its threads do not.

gthread gives every new connection to a thread, which then waits for the head, for a body that nobody reads, and for
the client to take the answer; its loop waits two seconds for each client that does not close. Some hundred
connections that drip hold all of that. Here the loop collects a request until a thread can answer it at once
(:mod:`.arriving`), sends what the client has not taken yet, and waits for its farewell. Only an upload is read by a
thread, at a minimum rate, and there are fewer places for uploads than threads (``web/uploads/concurrency.py``).

It speaks plain HTTP/1.1: TLS ends before it.
"""

from __future__ import annotations

import contextlib
import errno
import selectors
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

from gunicorn.http import get_parser
from gunicorn.http.body import ChunkedReader
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, TConn, ThreadWorker

from ...settings import load
from .arriving import Arriving
from .paced_socket import PacedSocket

READ_BYTES = 65536
# What all requests that are arriving may hold in one process, and how many there may be.
ARRIVING_BYTES = 32_000_000
ARRIVING_PART = 0.75  # of the connections
LOOK_S = 0.5
FAREWELL_S, FAREWELL_BYTES = 2.0, 1_000_000
UPLOAD_GRACE_S = 15.0
TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """See the module."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        settings = load()
        self._rate, self._limit_s = settings.upload_min_kb_s * 1000, settings.upload_limit_s
        self._arriving: dict[TConn, Arriving] = {}
        # Connections that are sent to or said farewell to, and when that has taken too long.
        self._leaving: dict[TConn, Callable[[], bool]] = {}
        self._looked = 0.0

    # A request arrives

    def accept(self, listener: socket.socket) -> None:
        """Take a connection and wait for its request here."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        self.nr_conns += 1
        connected = PacedSocket(client, rate=self._rate, limit_s=self._limit_s)
        conn = TConn(self.cfg, connected, address, listener.getsockname())
        conn.parser, conn.data_ready = get_parser(self.cfg, connected, address), True
        self._arrive(conn)
        if len(self._arriving) > ARRIVING_PART * self.worker_connections:
            self._drop(next(iter(self._arriving)))

    def _arrive(self, conn: TConn, data: bytes = b"") -> None:
        self._arriving[conn] = Arriving()
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_arriving, conn))
        if data:
            self._add(conn, data)
        else:  # mostly it is there already
            self._on_arriving(conn, conn.sock)

    def _on_arriving(self, conn: TConn, _: object) -> None:
        data = _arrived(conn)
        if data:
            self._add(conn, data)
        elif data is not None:
            self._drop(conn)

    def _add(self, conn: TConn, data: bytes) -> None:
        request = self._arriving[conn]
        request.add(data)
        if request.is_whole:
            self._hand_over(conn)
        elif request.is_endless:
            self._drop(conn, TOO_LONG)
        elif request.asks_to_continue:
            request.asks_to_continue = False
            self._tell(conn, GO_ON)
        elif len(request.data) > READ_BYTES and self._held() > ARRIVING_BYTES:
            self._drop(max(self._arriving, key=lambda each: len(self._arriving[each].data)))

    def _held(self) -> int:
        return sum(len(request.data) for request in self._arriving.values())

    def _hand_over(self, conn: TConn) -> None:
        self.poller.unregister(conn.sock)
        conn.parser.unreader.unread(bytes(self._arriving.pop(conn).data))
        conn.sock.begin_body(UPLOAD_GRACE_S)
        self.enqueue_req(conn)

    def on_client_socket_readable(self, conn: TConn, client: object) -> None:
        """The next request of a connection that was kept."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._arrive(conn)

    # An answer leaves

    def _keepalive_after(self, conn: TConn, keepalive: bool) -> bool:
        """A body that was not read is not waited for: the connection ends instead."""
        reader, there = conn.parser.mesg.body.reader, len(conn.parser.unreader.buf.getvalue())
        if isinstance(reader, ChunkedReader):
            unread = reader.parser is not None
        else:
            unread = getattr(reader, "length", 0) > there
        return not unread and bool(super()._keepalive_after(conn, keepalive))

    def finish_request(self, conn: TConn, fs: Future[Any]) -> None:
        """Send what is left of the answer, then wait for the next request or for the farewell."""
        try:
            again = bool(fs.result()) if not fs.cancelled() else False
            if conn.sock.flush():
                self._answered(conn, again)
                return
        except Exception:  # the client is gone, or whatever the thread raised: as the library does
            self._drop(conn)
            return
        self._leaving[conn] = conn.sock.reads_too_slowly
        self.poller.register(conn.sock, selectors.EVENT_WRITE, partial(self._on_writable, conn, again))

    def _on_writable(self, conn: TConn, again: bool, _: object) -> None:
        try:
            if not conn.sock.flush():
                return
        except OSError:
            self._drop(conn)
            return
        self.poller.unregister(conn.sock)
        del self._leaving[conn]
        self._answered(conn, again)

    def _answered(self, conn: TConn, again: bool) -> None:
        if not again:
            self._farewell(conn)
        elif rest := conn.parser.unreader.take_buffered():
            self._arrive(conn, rest)
        else:
            conn.set_timeout()
            if not self.alive:
                conn.timeout = min(conn.timeout, time.monotonic() + STOP_KEEPALIVE_LINGER)
            self.keepalived_conns.append(conn)
            self.poller.register(
                conn.sock, selectors.EVENT_READ, partial(self.on_client_socket_readable, conn)
            )

    def _farewell(self, conn: TConn) -> None:
        """Half close and read on for a moment: whoever is still sending would lose the answer otherwise."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(conn)
            return
        until, heard = time.monotonic() + FAREWELL_S, [0]
        self._leaving[conn] = lambda: time.monotonic() > until or heard[0] > FAREWELL_BYTES
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_farewell, conn, heard))

    def _on_farewell(self, conn: TConn, heard: list[int], _: object) -> None:
        data = _arrived(conn)
        if data is None:
            return
        heard[0] += len(data)
        if not data or heard[0] > FAREWELL_BYTES:
            self._drop(conn)

    # Who takes too long

    def murder_pending(self) -> None:
        """Drop whoever takes too long; the library asks for it at every turn of the loop."""
        now = time.monotonic()
        if now - self._looked < LOOK_S:
            return
        self._looked = now
        for conn in [conn for conn, request in self._arriving.items() if request.is_late()]:
            self._drop(conn, TOO_LATE if self._arriving[conn].data else b"")
        for conn in [conn for conn, is_late in self._leaving.items() if is_late()]:
            self._drop(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """The worker stops: requests that are arriving have as long as connections that were kept."""
        super()._cap_keepalive(deadline)
        for request in self._arriving.values():
            request.hurry(STOP_KEEPALIVE_LINGER)

    def _tell(self, conn: TConn, words: bytes) -> None:
        with contextlib.suppress(OSError):
            conn.sock.send(words, socket.MSG_DONTWAIT)

    def _drop(self, conn: TConn, words: bytes = b"") -> None:
        if words:
            self._tell(conn, words)
        with contextlib.suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)
        self._arriving.pop(conn, None)
        self._leaving.pop(conn, None)
        self.nr_conns -= 1
        conn.close()


def _arrived(conn: TConn) -> bytes | None:
    """What lies ready on a connection; nothing (``b""``) when the other side has gone, None when none has come yet."""
    try:
        data: bytes = conn.sock.recv_now(READ_BYTES)
    except BlockingIOError:
        return None
    except OSError:
        return b""
    return data
