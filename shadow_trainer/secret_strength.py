"""Secrets that are too weak to stand between the world and the coaches' films.

Secrets come from the environment and `.env` alone. A length is the least that a random one must have; what
stays on this machine (a socket, loopback) may be without a password.
"""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

from .errors import SetupError
from .settings import MIN_SECRET_CHARS, Settings

MIN_PASSWORD_CHARS, MIN_TOKEN_CHARS = 12, 24
LOCAL_HOSTS = {"", "localhost", "127.0.0.1", "::1"}
# What examples and habits are made of; none of them is a secret, however often it is repeated.
WELL_KNOWN = (
    "changeme",
    "change-me",
    "secret",
    "password",
    "shadow",
    "default",
    "example",
    "admin",
    "postgres",
)


def weak(settings: Settings) -> dict[str, str]:
    """The settings that hold a weak secret, each with what is wrong with it."""
    weaknesses = {
        "SHADOW_SECRET_KEY": _of_length(settings.secret_key, MIN_SECRET_CHARS),
        "SHADOW_METRICS_TOKEN": _of_length(settings.metrics_token, MIN_TOKEN_CHARS)
        if settings.metrics_token
        else "",
        "REDIS_URL": _of_address(settings.redis_url),
        "DATABASE_URL": _of_address(settings.database_url, may_lack=True),
    }
    return {name: words for name, words in weaknesses.items() if words}


def require_strong(settings: Settings) -> None:
    """SetupError that names the first weak secret."""
    for name, words in weak(settings).items():
        raise SetupError(
            f"{name} {words}.",
            code="weak_secret",
            fix="Set a long random one, such as `openssl rand -hex 24` prints; never one from an example.",
        )


def _of_length(secret: str, least: int) -> str:
    if len(secret) < least:
        return (
            f"is missing or shorter than {least} characters"
            if not secret
            else f"is shorter than {least} characters"
        )
    return "is a well-known word" if _is_well_known(secret) else ""


def _of_address(address: str, *, may_lack: bool = False) -> str:
    """The password inside an address of another machine. A database may know its clients by other means."""
    parts = urlsplit(address)
    if not address or parts.scheme in ("unix", "sqlite"):
        return ""
    if (parts.hostname or "") in LOCAL_HOSTS or "host" in parse_qs(parts.query):
        return ""
    password = unquote(parts.password or "")
    if not password:
        return "" if may_lack else "names another machine and has no password"
    if len(password) < MIN_PASSWORD_CHARS:
        return f"has a password shorter than {MIN_PASSWORD_CHARS} characters"
    return "has a well-known password" if _is_well_known(password) else ""


def _is_well_known(secret: str) -> bool:
    text = secret.lower()
    return any(not text.replace(word, "").strip("0123456789!-_ ") for word in WELL_KNOWN)
