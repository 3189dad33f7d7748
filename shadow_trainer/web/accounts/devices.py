"""Browsers that somebody has logged in with before: what others try for their account does not lock them out.

A signed cookie that outlasts the login names the browser and the accounts that it has opened. It opens nothing; it only
has its attempts counted for themselves.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from ..http.services import current

COOKIE = "__Host-shadow_device"
LASTS_S = 400 * 24 * 3600  # browsers keep no cookie longer
ACCOUNTS = 8


@dataclass(frozen=True)
class KnownDevice:
    """A browser and the accounts that it has opened, by the mark of their names."""

    id: str
    accounts: tuple[str, ...]


def mark_of(name: str) -> str:
    """What stands for an account's name where the name itself need not be readable."""
    return hashlib.sha256(name.strip().lower().encode()).hexdigest()[:32]


def known_device() -> KnownDevice | None:
    """The browser of this request, if it has opened an account before."""
    try:
        device, accounts = _signer().loads(request.cookies.get(COOKIE, ""), max_age=LASTS_S)
    except (BadSignature, TypeError, ValueError):
        return None
    return KnownDevice(str(device), tuple(map(str, accounts)))


def remember(response: Response, name: str) -> None:
    """This browser has opened the account of this name."""
    known = known_device() or KnownDevice(secrets.token_urlsafe(12), ())
    accounts = dict.fromkeys((mark_of(name), *known.accounts))
    value = _signer().dumps([known.id, list(accounts)[:ACCOUNTS]])
    secure = not current().settings.single_user
    response.set_cookie(
        COOKIE, value, max_age=LASTS_S, secure=secure, httponly=True, samesite="Lax", path="/"
    )


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="known-device")
