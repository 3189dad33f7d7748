"""Decode ahead: a bounded thread that overlaps reading frames with what is done with them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")
_END = object()
WAIT_S = 0.1  # how often a waiting reader looks whether it is still wanted
# An item or _END, and the error that came instead of it.
_Pair = tuple[Any, BaseException | None]
_Ready = queue.Queue[_Pair]


def prefetch(source: Iterable[T], depth: int = 4) -> Iterator[T]:
    """The items of ``source``, read in a thread at most ``depth`` ahead. FFmpeg works without the GIL.

    An error of the source is raised here, after the items before it. When the consumer stops early or
    raises, the thread ends and the source is closed before this generator returns.
    """
    if depth < 1:
        raise ValueError(f"depth must be at least 1, got {depth}")
    ready: _Ready = queue.Queue(maxsize=depth)
    stop = threading.Event()
    reader = threading.Thread(target=_read, args=(source, ready, stop), name="prefetch", daemon=True)
    reader.start()
    try:
        while True:
            item, error = ready.get()
            if error is not None:
                raise error
            if item is _END:
                return
            yield item
    finally:
        stop.set()
        reader.join()


def _read(source: Iterable[T], ready: _Ready, stop: threading.Event) -> None:
    """Put ``(item, None)`` pairs until the source ends, fails or is no longer wanted."""
    items = iter(source)
    try:
        for item in items:
            if not _put(ready, (item, None), stop):
                return
        _put(ready, (_END, None), stop)
    except BaseException as error:  # noqa: BLE001  it is raised again in the consumer's thread
        _put(ready, (None, error), stop)
    finally:
        close = getattr(items, "close", None)
        if close:
            close()


def _put(ready: _Ready, pair: _Pair, stop: threading.Event) -> bool:
    """Wait for room; False when nobody wants it any more."""
    while not stop.is_set():
        try:
            ready.put(pair, timeout=WAIT_S)
            return True
        except queue.Full:
            continue
    return False
