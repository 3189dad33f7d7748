"""How many uploads may be read at once: on this machine over all its web processes, and in each of them.

A slot is a file that is locked while an upload is read: the kernel gives it back when a process is killed. An upload
holds a thread as long as it is read, so a process reads no more of them than half its threads: pages have the others.
"""

from __future__ import annotations

import contextlib
import fcntl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from flask import Flask, current_app, g

from ...errors import TooManyRequests
from ...runtime_folder import runtime_folder
from ..http.services import services_of

AGAIN_S = 10
PLACES = "upload_places"


def init_app(app: Flask) -> None:
    """Give the slot back when the request has ended, however it ended."""
    places = max(1, services_of(app).settings.web_threads // 2)
    app.extensions[PLACES] = threading.BoundedSemaphore(places)
    app.teardown_request(_give_back)


def take() -> None:
    """A slot for this request, before its body is read; TooManyRequests when all are taken."""
    if "upload_slot" in g:
        return
    places: threading.BoundedSemaphore = current_app.extensions[PLACES]
    if places.acquire(blocking=False):
        for path in _paths(current_app):
            if (held := _lock(path)) is not None:
                g.upload_slot = held
                return
        places.release()
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
            current_app.extensions[PLACES].release()
            held.close()
