"""How often: limits on logging in and on uploads, counted in Redis so that every web process counts together.

Asked by the guard before a body is read. While Redis is away each process counts for itself. In single-user
mode nothing is limited: there is one user, at this machine, and the queue's own limit stands.
"""

from __future__ import annotations

import hashlib
import ipaddress
import time
from collections.abc import Callable

from flask import Flask, current_app, request
from flask_limiter import Limiter, RateLimitExceeded
from limits import parse_many

from ...errors import SetupError
from ...jobs.redis import client
from ...settings import Settings
from ..http.problems import Problem
from .viewer import viewer

EXTENSION = "shadow_rates"
# Wrong passwords for one name, from wherever they come.
NAME_RATE = "20 per 10 minutes; 100 per day"
PATIENCE_S = 0.5


def init_app(app: Flask) -> None:
    """One limiter per application; its limits are called by name, not hung on routes."""
    settings: Settings = app.extensions["shadow"].settings
    limiter = Limiter(
        key_func=address,
        app=app,
        storage_uri=_storage(settings),
        storage_options=_options(settings),
        strategy="moving-window",
        in_memory_fallback_enabled=True,
    )

    def limit(name: str, rate: str, key: Callable[[], str]) -> Callable[[], None]:
        def count() -> None:
            """Nothing to do: calling it counts."""

        # The library files limits under the function's full name.
        count.__qualname__ = f"count_{name}"
        return limiter.shared_limit(_readable(name, rate), scope=name, key_func=key)(count)

    app.extensions[EXTENSION] = {
        "limiter": limiter,
        "login": limit("login", settings.login_rate, address),
        "name": limit("name", NAME_RATE, _name),
        "password": limit("password", NAME_RATE, _who),
        "upload": limit("upload", settings.upload_rate, _who),
    }


def check(name: str) -> None:
    """Count this request against a limit; a Problem with 429 and Retry-After when there were too many."""
    if _single_user():
        return
    rates = current_app.extensions[EXTENSION]
    try:
        rates[name]()
    except RateLimitExceeded as error:
        found = rates["limiter"].current_limit
        wait_s = max(1, int(found.reset_at - time.time()) + 1) if found else 60
        raise Problem(
            429,
            "too_many_requests",
            "Too many requests in a short time.",
            f"Wait {_words(wait_s)} and try again.",
            headers={"Retry-After": str(wait_s)},
        ) from error


def address() -> str:
    """Who sends, as the limits see it: an IPv4 address, or the network that one IPv6 customer has."""
    found = ipaddress.ip_address(request.remote_addr or "::1")
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _name() -> str:
    # Whatever was typed, no longer and no more readable than needed.
    return hashlib.sha256(request.form.get("name", "").strip().lower().encode()).hexdigest()[:32]


def _who() -> str:
    number = viewer().user_id
    return address() if number is None else f"user {number}"


def _words(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 120 else f"{-(-seconds // 60)} minutes"


def _single_user() -> bool:
    return current_app.extensions["shadow"].settings.single_user


def _readable(name: str, rate: str) -> str:
    try:
        parse_many(rate)
    except ValueError as error:
        raise SetupError(
            f"SHADOW_{name.upper()}_RATE={rate!r} is not a rate.",
            code="bad_setting",
            fix="Write it like `10 per minute; 60 per hour`.",
        ) from error
    return rate


def _storage(settings: Settings) -> str:
    if settings.single_user or not settings.use_rq:
        return "memory://"
    found = client.address(settings)
    return found.replace("unix://", "redis+unix://", 1) if found.startswith("unix://") else found


def _options(settings: Settings) -> dict[str, float]:
    if _storage(settings) == "memory://":
        return {}
    return {"socket_connect_timeout": PATIENCE_S, "socket_timeout": PATIENCE_S}
