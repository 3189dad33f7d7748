"""A cache with a time to live, for answers that hundreds of pages ask for and that change slowly."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar, cast

T = TypeVar("T")


class TtlCache:
    """Keeps answers by name. One thread asks anew; the others take the former answer meanwhile."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, Any]] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def get(self, name: str, ask: Callable[[], T], seconds: float) -> T:
        """``ask()``, or its answer of at most ``seconds`` ago; what it raises is not kept."""
        kept = self._kept.get(name)
        if kept is not None and time.monotonic() - kept[0] <= seconds:
            return cast("T", kept[1])
        lock = self._locks[name]
        if not lock.acquire(blocking=kept is None):
            # Only who has a former answer does not wait.
            return cast("T", kept[1] if kept is not None else None)
        try:
            if self._kept.get(name) is not kept:  # somebody was faster while this thread waited
                return cast("T", self._kept[name][1])
            value = ask()
            self._kept[name] = (time.monotonic(), value)
            return value
        finally:
            lock.release()
