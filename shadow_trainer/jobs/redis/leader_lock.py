"""A leader lock in Redis: of many clocks one ticks, and another takes over when it falls silent."""

from __future__ import annotations

import contextlib

import redis
from redis.exceptions import LockNotOwnedError
from redis.lock import Lock

LOCK_KEY = "shadow:clock:leader"
LOCK_S = 10
# A pulse in which the database is away lasts a minute; the clock is not ill for that.
SILENCE_S = 120


def say_alive(connection: redis.Redis, host: str) -> None:
    """A clock of this machine works, whether it leads or waits."""
    connection.set(_alive_key(host), "1", ex=SILENCE_S)


def is_alive(connection: redis.Redis, host: str) -> bool:
    """Whether a clock of this machine was heard of within the last :data:`SILENCE_S`."""
    return bool(connection.exists(_alive_key(host)))


def _alive_key(host: str) -> str:
    return f"shadow:clock:alive:{host}"


class LeaderLock:
    """The lock as one candidate sees it; ``name`` must be unique among candidates.

    It is redis-py's lock with the candidate's name as its token: only the holder can renew or release it, also by
    another connection of the same name.
    """

    def __init__(
        self, connection: redis.Redis, name: str, *, key: str = LOCK_KEY, seconds: float = LOCK_S
    ) -> None:
        self.name = name
        self._lock = Lock(connection, key, timeout=seconds, blocking=False, thread_local=False)
        self._is(name)

    def lead(self) -> bool:
        """Take or renew the lock; False while another holds it, also when this one had it and was late."""
        try:
            return bool(self._lock.reacquire())
        except LockNotOwnedError:
            return bool(self._lock.acquire(token=self.name))

    def resign(self) -> None:
        """Give the lock up, so that another need not wait; another's stays."""
        with contextlib.suppress(LockNotOwnedError):
            self._lock.release()
        self._is(self.name)

    def _is(self, name: str) -> None:
        self._lock.local.token = name.encode()
