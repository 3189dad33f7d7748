"""How fast something must come or go: a minimum rate after some seconds of grace, and a time limit over all."""

from __future__ import annotations

import time
from collections.abc import Callable


class Pace:
    """The time that is left for a transfer that began with this object.

    >>> pace = Pace(rate=16_000, grace_s=15, limit_s=3600)
    >>> pace.left_s(moved=1_000_000)    # seconds; none: too slow
    """

    def __init__(
        self, *, rate: float, grace_s: float, limit_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._grace_s, self._limit_s, self._clock = rate, grace_s, limit_s, clock
        self._began = clock()

    def is_behind(self, moved: int, after_s: float) -> bool:
        """Whether it is slower than the rate although ``after_s`` seconds have passed: first to go when room is short."""
        took_s = self._clock() - self._began
        return took_s > after_s and moved < took_s * self._rate

    def left_s(self, moved: int) -> float:
        """Seconds until it is too slow, when ``moved`` bytes have come so far; negative when it is."""
        allowed = min(self._grace_s + moved / self._rate, self._limit_s)
        return allowed - (self._clock() - self._began)
