"""How many uploads may be read at once: on this machine over all its web processes, and in each of them.

A slot is a file that is locked while an upload is read: the kernel gives it back when a process is killed. An upload
holds a thread as long as it is read, so a process reads no more of them than half its threads: pages have the others.
When all are taken, one that comes too slowly makes room for the next.
"""

from __future__ import annotations

import contextlib
import fcntl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from flask import Flask, current_app, g, request

from ...errors import TooManyRequests
from ...runtime_folder import runtime_folder
from ..http.services import services_of
from ..server.paced_socket import PacedSocket

AGAIN_S = 10
PLACES = "upload_places"
# An upload below the least rate after so long may lose its place, and how long that takes.
SLOW_AFTER_S, HANDOVER_S = 2.0, 1.0


class Places:
    """How many uploads this process reads, and from which connections."""

    def __init__(self, number: int) -> None:
        self._free = threading.BoundedSemaphore(number)
        self._read: set[PacedSocket] = set()
        self._lock = threading.Lock()

    def enter(self, connection: PacedSocket | None) -> bool:
        """Take a place; False when there is none, and nobody who comes so slowly that they lose theirs."""
        if not self._free.acquire(blocking=False) and not (
            self._end_a_slow_one() and self._free.acquire(timeout=HANDOVER_S)
        ):
            return False
        if connection is not None:
            with self._lock:
                self._read.add(connection)
        return True

    def leave(self, connection: PacedSocket | None) -> None:
        """Give the place back."""
        with self._lock:
            self._read.discard(connection)
        self._free.release()

    def _end_a_slow_one(self) -> bool:
        with self._lock:
            slow = next((each for each in self._read if each.comes_slowly(SLOW_AFTER_S)), None)
            self._read.discard(slow)
        if slow is not None:
            slow.give_up_reading()
        return slow is not None


def init_app(app: Flask) -> None:
    """Give the slot back when the request has ended, however it ended."""
    app.extensions[PLACES] = Places(max(1, services_of(app).settings.web_threads // 2))
    app.teardown_request(_give_back)


def take() -> None:
    """A slot for this request, before its body is read; TooManyRequests when all are taken."""
    if "upload_slot" in g:
        return
    places: Places = current_app.extensions[PLACES]
    if places.enter(_connection()):
        for path in _paths(current_app):
            if (held := _lock(path)) is not None:
                g.upload_slot = held
                return
        places.leave(_connection())
    raise TooManyRequests(
        "Many videos are being uploaded right now.",
        code="too_many_uploads",
        fix="Wait a few seconds and send it again.",
        headers={"Retry-After": str(AGAIN_S)},
    )


def taken(app: Flask) -> int:
    """How many are held right now."""
    free = 0
    paths = list(_paths(app))
    for path in paths:
        if (held := _lock(path)) is not None:
            held.close()
            free += 1
    return len(paths) - free


def _connection() -> PacedSocket | None:
    """Where the body comes from; None where another server than ours reads it."""
    connection = request.environ.get("gunicorn.socket")
    return connection if isinstance(connection, PacedSocket) else None


def _paths(app: Flask) -> Iterator[Path]:
    settings = services_of(app).settings
    folder = runtime_folder(settings) / "upload-slots"
    folder.mkdir(exist_ok=True)
    return (folder / f"{number}.lock" for number in range(settings.upload_slots))


def _lock(path: Path) -> IO[str] | None:
    file = path.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def _give_back(_: BaseException | None) -> None:
    with contextlib.suppress(OSError):
        if (held := g.pop("upload_slot", None)) is not None:
            held.close()
            current_app.extensions[PLACES].leave(_connection())
