"""A listener in the place of a Redis that is away, which remembers which processes looked for it."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator

from shadow_trainer.jobs.redis.client import socket_path
from shadow_trainer.settings import Settings


@contextlib.contextmanager
def in_place_of_redis(settings: Settings) -> Iterator[set[int]]:
    """Close each connection at once, as a server that is going down does; the ids of the processes that tried."""
    path, knocked = socket_path(settings), set[int]()
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        answering = threading.Thread(target=_close_each, args=(listener, knocked), daemon=True)
        answering.start()
        yield knocked
        listener.shutdown(socket.SHUT_RDWR)
        answering.join()
    path.unlink(missing_ok=True)


def _close_each(listener: socket.socket, knocked: set[int]) -> None:
    with contextlib.suppress(OSError):  # shut down: nobody is waited for any more
        while True:
            with listener.accept()[0] as visitor:
                peer = visitor.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
                knocked.add(struct.unpack("3i", peer)[0])
