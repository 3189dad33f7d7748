"""A client's connection: it is read at a minimum rate, and what it does not read at once waits in an outbox.

The thread that answers a request writes everything into the outbox and goes; the worker's loop sends it whenever the
client reads (see :mod:`.worker`).
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
from collections import deque
from dataclasses import dataclass
from typing import Any

from ...errors import TooSlow
from .pace import Pace

# What an answer without a file may have waiting; more of it is sent at the client's pace.
OUTBOX_BYTES = 1_000_000
PIECE_BYTES = 256 * 1024
READ_GRACE_S = 30.0


@dataclass
class _Bytes:
    data: memoryview

    def send(self, sock: socket.socket) -> int:
        sent = socket.socket.send(sock, self.data[:PIECE_BYTES], socket.MSG_DONTWAIT)
        self.data = self.data[sent:]
        return sent

    @property
    def left(self) -> int:
        return len(self.data)

    def close(self) -> None:
        """Nothing is held."""


@dataclass
class _File:
    handle: int
    offset: int
    left: int

    def send(self, sock: socket.socket) -> int:
        sent = os.sendfile(sock.fileno(), self.handle, self.offset, min(self.left, PIECE_BYTES))
        self.offset += sent
        # A file that became shorter meanwhile has nothing more to give.
        self.left = self.left - sent if sent else 0
        return sent

    def close(self) -> None:
        os.close(self.handle)


class PacedSocket(socket.socket):
    """Built from a connected socket; ``rate`` in bytes a second, ``limit_s`` for one whole transfer."""

    def __init__(self, connected: socket.socket, *, rate: float, limit_s: float) -> None:
        super().__init__(fileno=connected.detach())
        super().setblocking(False)
        self._rate, self._limit_s = rate, limit_s
        self._outbox: deque[_Bytes | _File] = deque()
        self._received = self._sent = 0
        self._reading = self._pace(0.0)
        self._sending = self._pace(0.0)

    def _pace(self, grace_s: float) -> Pace:
        return Pace(rate=self._rate, grace_s=grace_s, limit_s=self._limit_s)

    def begin_body(self, grace_s: float) -> None:
        """From now on a thread reads an upload."""
        self._received, self._reading = 0, self._pace(grace_s)

    def recv(self, size: int, flags: int = 0) -> bytes:
        """For the thread: waits no longer than the pace allows; TooSlow then."""
        left_s = self._reading.left_s(self._received)
        if not self._wait(select.POLLIN, left_s):
            raise TooSlow("The upload came too slowly and was given up.")
        data = super().recv(size, flags)
        self._received += len(data)
        return data

    def comes_slowly(self, after_s: float) -> bool:
        """Whether the upload that is read from it is behind its pace."""
        return self._reading.is_behind(self._received, after_s)

    def give_up_reading(self) -> None:
        """From another thread: whoever reads from it is told that nothing more comes."""
        with contextlib.suppress(OSError):
            self.shutdown(socket.SHUT_RD)

    def recv_now(self, size: int) -> bytes:
        """For the loop: what is there; BlockingIOError when nothing is."""
        return super().recv(size, socket.MSG_DONTWAIT)

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Into the outbox, unless the client takes it at once."""
        self._put(_Bytes(memoryview(bytes(data))))

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        """Into the outbox, with a handle of its own: the caller closes the file."""
        size = os.fstat(file.fileno()).st_size - offset if count is None else count
        self._put(_File(os.dup(file.fileno()), offset, size))
        return size

    def _put(self, item: _Bytes | _File) -> None:
        if not self._outbox:
            self._sent, self._sending = 0, self._pace(READ_GRACE_S)
        self._outbox.append(item)
        self.flush()
        while sum(item.left for item in self._outbox if isinstance(item, _Bytes)) > OUTBOX_BYTES:
            left_s = self._sending.left_s(self._sent)
            if not self._wait(select.POLLOUT, left_s):
                raise ConnectionResetError("the client reads too slowly")
            self.flush()

    def _wait(self, event: int, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self, event)
        return seconds > 0 and bool(poll.poll(seconds * 1000))

    def setblocking(self, flag: bool) -> None:
        """It never blocks: who waits for it does so here, at its pace."""
        super().setblocking(False)

    def flush(self) -> bool:
        """Send what the client takes now, a piece or a few; whether nothing waits any more. Raises OSError."""
        budget = 4 * PIECE_BYTES
        while self._outbox and budget > 0:
            item = self._outbox[0]
            try:
                sent = item.send(self) if item.left else 0
            except BlockingIOError:
                return False
            self._sent += sent
            budget -= sent
            if not item.left:
                self._outbox.popleft().close()
        return not self._outbox

    def reads_too_slowly(self) -> bool:
        """Whether the client takes what waits for it at less than the pace."""
        return self._sending.left_s(self._sent) <= 0

    def close(self) -> None:
        """What waits is given up."""
        while self._outbox:
            with contextlib.suppress(OSError):
                self._outbox.popleft().close()
        super().close()
