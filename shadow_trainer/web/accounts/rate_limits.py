"""Rate limits on logging in and on uploads, counted in Redis so that every web process counts together.

Asked by the access control before a body is read. While Redis is away each process counts for itself. In single-user
mode nothing is limited: there is one user, at this machine, and the queue's own limit stands.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request
from flask_limiter import Limiter, RateLimitExceeded
from limits import parse_many

from ...errors import SetupError, TooManyRequests
from ...jobs.redis import client
from ...settings import Settings
from ..http.access_rules import Limit
from ..http.services import current, services_of
from .devices import known_device, mark_of
from .viewer import viewer

EXTENSION = "shadow_rate_limits"
# Passwords that are tried for one name from one address. From wherever else others try, the owner gets in.
NAME_RATE = "20 per 10 minutes; 100 per day"


@dataclass(frozen=True)
class RateLimits:
    """The limiter of an application, and for each limit the function whose call counts."""

    limiter: Limiter
    counters: Mapping[Limit, Callable[[], None]]


def init_app(app: Flask) -> None:
    """Make one limiter for the application; its limits are called by name."""
    settings = services_of(app).settings
    limiter = Limiter(
        key_func=address,
        app=app,
        storage_uri=_storage(settings),
        storage_options=_options(app),
        strategy="moving-window",
        in_memory_fallback_enabled=True,
    )

    def counter(limit: Limit, rate: str, key: Callable[[], str]) -> Callable[[], None]:
        def count() -> None:
            """Nothing to do: calling it counts."""

        # The library files limits under the function's full name.
        count.__qualname__ = f"count_{limit}"
        return limiter.shared_limit(_readable(limit, rate), scope=str(limit), key_func=key, cost=_cost)(count)

    counters = {
        Limit.LOGIN: counter(Limit.LOGIN, settings.login_rate, _browser),
        Limit.NAME: counter(Limit.NAME, NAME_RATE, _name),
        Limit.PASSWORD: counter(Limit.PASSWORD, NAME_RATE, _who),
        Limit.UPLOAD: counter(Limit.UPLOAD, settings.upload_rate, _who),
    }
    app.extensions[EXTENSION] = RateLimits(limiter, counters)


def check(limit: Limit, *, times: int = 1) -> None:
    """Count this request (``times``) against a limit; TooManyRequests with Retry-After when there were too many."""
    if current().settings.single_user:
        return
    g.limit_cost = times
    limits: RateLimits = current_app.extensions[EXTENSION]
    try:
        limits.counters[limit]()
    except RateLimitExceeded as error:
        exceeded = limits.limiter.current_limit
        wait_s = max(1, int(exceeded.reset_at - time.time()) + 1) if exceeded else 60
        raise TooManyRequests(
            "Too many requests in a short time.",
            fix=f"Wait {_words(wait_s)} and try again.",
            headers={"Retry-After": str(wait_s)},
        ) from error


def address() -> str:
    """Who sends, as the limits see it: an IPv4 address, or the network that one IPv6 customer has."""
    sender = ipaddress.ip_address(request.remote_addr or "::1")
    if isinstance(sender, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((sender, 64), strict=False))
    return str(sender)


def _cost() -> int:
    return int(g.get("limit_cost", 1))


def _browser() -> str:
    """One that has opened an account before, else the address: others at that address do not lock it out."""
    known = known_device()
    return address() if known is None else f"device {known.id}"


def _name() -> str:
    """The account that is tried (whatever was typed), and by whom."""
    known, name = known_device(), mark_of(request.form.get("name", ""))
    by = f"device {known.id}" if known is not None and name in known.accounts else address()
    return f"{name} {by}"


def _who() -> str:
    number = viewer().user_id
    return address() if number is None else f"user {number}"


def _words(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 120 else f"{-(-seconds // 60)} minutes"


def _readable(limit: Limit, rate: str) -> str:
    try:
        parse_many(rate)
    except ValueError as error:
        raise SetupError(
            f"SHADOW_{limit.upper()}_RATE={rate!r} is not a rate.",
            code="bad_setting",
            fix="Write it like `10 per minute; 60 per hour`.",
        ) from error
    return rate


def _storage(settings: Settings) -> str:
    if settings.single_user or not settings.use_rq:
        return "memory://"
    redis_url = client.address(settings)
    return redis_url.replace("unix://", "redis+unix://", 1) if redis_url.startswith("unix://") else redis_url


def _options(app: Flask) -> dict[str, Any]:
    # The queue's own connections: a Redis that is silent is waited for once in a request, and not once for each use.
    connection = services_of(app).jobs.connection
    return {} if connection is None else {"connection_pool": connection.connection_pool}
