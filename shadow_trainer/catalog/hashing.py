"""Secrets that are kept as hashes: passwords (scrypt), and tokens (random, so a plain hash is enough)."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from functools import cache

from ..errors import BadRequest

PASSWORD_MIN_CHARS, PASSWORD_MAX_CHARS = 10, 200
METHOD = "scrypt:32768:8:1"
HINT_CHARS = 6
# Long enough and yet the first that anybody tries.
OBVIOUS = {
    "password12", "password123", "passwordpassword", "1234567890", "0123456789", "123456789012", "qwertyuiop",
    "qwertyuiop123", "letmeinletmein", "iloveyou123", "baseball123", "administrator", "changeme123",
    "adminadmin", "shadowtrainer", "shadow_trainer", "welcome123",
}  # fmt: skip


def new_token(prefix: str) -> str:
    """A fresh token with 256 random bits; ``prefix`` tells what it is when it turns up somewhere."""
    return f"{prefix}{secrets.token_urlsafe(32)}"


def token_hash(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def hint_of(token: str, prefix: str) -> str:
    """The first characters behind the prefix: enough to recognise, far too few to guess the rest."""
    return token.removeprefix(prefix)[:HINT_CHARS]


def hash_password(password: str, *, name: str = "") -> str:
    """The password's hash; BadRequest when it is too short, too long or the first that anybody tries."""
    words = _normal(password)
    weak = (
        words.casefold() in OBVIOUS or len(set(words)) < 4 or (name and words.casefold() == name.casefold())
    )
    if not PASSWORD_MIN_CHARS <= len(words) <= PASSWORD_MAX_CHARS or weak:
        raise BadRequest(
            "This password is too easy to guess." if weak else "This password is too short or too long.",
            code="weak_password",
            fix=f"Use {PASSWORD_MIN_CHARS} to {PASSWORD_MAX_CHARS} characters, such as four words that do not belong together.",
        )
    return _hash(words)


def password_fits(hashed: str | None, password: str) -> bool:
    """Whether this is the password. With ``hashed`` None (no such user) it takes the same time and is False."""
    words = _normal(password)[: PASSWORD_MAX_CHARS + 1]
    from werkzeug.security import check_password_hash  # not for workers, which import the catalog too

    return check_password_hash(hashed or _nobody(), words) and hashed is not None


def _normal(password: str) -> str:
    # The same letters typed on another keyboard are the same password.
    return unicodedata.normalize("NFC", password)


@cache
def _nobody() -> str:
    return _hash(secrets.token_urlsafe(32))


def _hash(words: str) -> str:
    from werkzeug.security import generate_password_hash

    return generate_password_hash(words, method=METHOD)
