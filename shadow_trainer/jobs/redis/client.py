"""Redis clients: one place that knows the address, the patience and every connection option.

The web must answer quickly, so it gives up after about a second; a worker and the clock wait out a restart
of Redis (about a minute), because a worker that gives up loses its job's heartbeat. Told to end, they give up
soon, also in the middle of waiting: what they would say to Redis, the catalog knows.
"""

from __future__ import annotations

import os
import re
import threading
import time
from pathlib import Path
from typing import Any

import redis
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import BusyLoadingError
from redis.retry import Retry

from ...runtime_folder import runtime_folder
from ...settings import Settings

# Longest path that fits a Unix socket address on Linux (108 bytes) and macOS (104), with room for the name.
SOCKET_PATH_MAX = 96
# The server lists its clients in one line each, by the socket's path and unquoted, and the library cuts that line at
# spaces and "="; in an address "?", "#" and "%" mean something else. Elsewhere the path is left as it is.
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._+@~,-]+")
RETRIES = {"web": 2, "worker": 30, "farewell": 0}
CONNECT_TIMEOUT_S = {"web": 1.0, "worker": 5.0, "farewell": 1.0}
# A worker's must outlast its blocking dequeue (workers/pose_worker.py).
SOCKET_TIMEOUT_S = {"web": 1.0, "worker": 10.0, "farewell": 2.0}
LOST = (redis.ConnectionError, redis.TimeoutError, BusyLoadingError)
# A page that has waited for an answer once does not wait again, nor do the others with it.
RETRIED = {"web": (redis.ConnectionError, BusyLoadingError), "worker": LOST, "farewell": LOST}
PAUSE_S = {"web": 2.0, "worker": 0.0, "farewell": 0.0}
ONCE = Retry(NoBackoff(), 0, LOST)
# It answers, and takes nothing: its disk is full (MISCONF) or its memory (OOM). The catalog has to do meanwhile.
AWAY = (*LOST, redis.ResponseError)


def socket_path(settings: Settings) -> Path:
    """Socket of the embedded Redis: in the data folder, or in the runtime folder where that path will not do."""
    path = settings.data_path / "redis" / "redis.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH_MAX and PLAIN_PATH.fullmatch(str(path)):
        return path
    return runtime_folder(settings) / "redis.sock"


def address(settings: Settings) -> str:
    """REDIS_URL, or the embedded server's socket.

    What is said about certificates goes into the address, because rq-dashboard and the rate limits connect by it.
    """
    url = settings.redis_url or f"unix://{socket_path(settings)}"
    if url.startswith("rediss://") and not settings.redis_tls_verify and "ssl_cert_reqs" not in url:
        url += ("&" if "?" in url else "?") + "ssl_cert_reqs=none"
    return url


class Patience(Retry):
    """How often a client tries again: one for all its connections, so that what one learns the others know.

    The library begins calls inside calls (a command connects, connecting pings), and each of them would try again
    by itself: here only the outermost does. After a call in vain the others give up at once for ``pause_s``
    seconds; then one call tries again.
    """

    def __init__(
        self, retries: int, *, retried: tuple[type[Exception], ...] = LOST, pause_s: float = 0.0
    ) -> None:
        super().__init__(ExponentialBackoff(cap=2.0, base=0.1), retries, retried)
        self._pause_s, self._silent_until = pause_s, 0.0
        self._thread = threading.local()

    def __deepcopy__(self, memo: dict[int, Any]) -> Patience:
        return self  # each connection copies its client's

    def call_with_retry(self, *arguments: Any, **more: Any) -> Any:
        """As the library does, once."""
        if getattr(self._thread, "inside", False):
            return ONCE.call_with_retry(*arguments, **more)
        if self._silent_until:
            if time.monotonic() < self._silent_until:
                raise redis.ConnectionError("Redis did not answer a moment ago.")
            self._silent_until = time.monotonic() + self._pause_s
        self._thread.inside = True
        try:
            answer = super().call_with_retry(*arguments, **more)
        except LOST:
            self._silent_until = time.monotonic() + self._pause_s if self._pause_s else 0.0
            raise
        finally:
            self._thread.inside = False
        self._silent_until = 0.0
        return answer

    def lose(self) -> None:
        """Try no more, also in a call that is being tried again. Safe in a signal's handler."""
        self.update_retries(0)


def hurry(client: redis.Redis) -> None:
    """Let a client of :func:`connect` wait for Redis no longer: its process was told to end."""
    patience = client.get_retry()
    if isinstance(patience, Patience):
        patience.lose()


def connect(settings: Settings, role: str = "web") -> redis.Redis:
    """A client for ``web``, ``worker`` (and the clock) or a last ``farewell``. It connects at the first command.

    Options in the address (``?ssl_cert_reqs=none``, ``?db=2``) are honoured, and because every process
    builds its client here from the same settings, they hold in the worker's child too.
    """
    return redis.Redis.from_url(
        address(settings),
        retry=Patience(RETRIES[role], retried=RETRIED[role], pause_s=PAUSE_S[role]),
        socket_connect_timeout=CONNECT_TIMEOUT_S[role],
        socket_timeout=SOCKET_TIMEOUT_S[role],
        health_check_interval=30,
    )


def answers(settings: Settings) -> bool:
    """Whether Redis answers within a second; asks once."""
    client = redis.Redis.from_url(
        address(settings),
        socket_connect_timeout=1.0,
        socket_timeout=1.0,
        retry=Retry(ExponentialBackoff(), 0),
    )
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()
