"""A leader lock in Redis: of many clocks one ticks, and another takes over when it falls silent."""

from __future__ import annotations

import redis

LOCK_KEY = "shadow:clock:leader"
LOCK_S = 10
# A pulse in which the database is away lasts a minute; the clock is not ill for that.
SILENCE_S = 120
# Only the holder may renew or release: another may have taken over a lock that ran out.
RENEW = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0"
RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


def say_alive(connection: redis.Redis, host: str) -> None:
    """A clock of this machine works, whether it leads or waits."""
    connection.set(_alive_key(host), "1", ex=SILENCE_S)


def is_alive(connection: redis.Redis, host: str) -> bool:
    """Whether a clock of this machine was heard of within the last :data:`SILENCE_S`."""
    return bool(connection.exists(_alive_key(host)))


def _alive_key(host: str) -> str:
    return f"shadow:clock:alive:{host}"


class Leader:
    """The lock as one candidate sees it; ``name`` must be unique among candidates."""

    def __init__(
        self, connection: redis.Redis, name: str, *, key: str = LOCK_KEY, seconds: float = LOCK_S
    ) -> None:
        self.connection, self.name, self.key = connection, name, key
        self._ms = int(seconds * 1000)
        self._renew = connection.register_script(RENEW)
        self._release = connection.register_script(RELEASE)

    def lead(self) -> bool:
        """Take or renew the lock; False while another holds it."""
        if self._renew(keys=[self.key], args=[self.name, self._ms]):
            return True
        return bool(self.connection.set(self.key, self.name, nx=True, px=self._ms))

    def resign(self) -> None:
        """Give the lock up, so that another need not wait."""
        self._release(keys=[self.key], args=[self.name])
