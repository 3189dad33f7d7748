"""The `.env` file: a random secret key, readable by its owner alone."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from .shell import ROOT, say

ENV_FILE = ROOT / ".env"
KEY = "SHADOW_SECRET_KEY"


def ensure(path: Path = ENV_FILE) -> None:
    """Write `.env` with a fresh secret key, or fill the key in where it is missing or empty."""
    if os.environ.get(KEY, "").strip():
        return
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    if re.search(rf"^\s*(export\s+)?{KEY}\s*=\s*['\"]?[^\s'\"#]", old, re.M):
        return
    say(f"writing a random {KEY} to {path.name}")
    line = f"{KEY}={secrets.token_urlsafe(48)}"
    empty = re.compile(rf"^[#\s]*(export\s+)?{KEY}\s*=.*$", re.M)
    if empty.search(old):
        new = empty.sub(lambda _: line, old, count=1)
    else:
        new = f"{old.rstrip()}\n{line}\n".lstrip()
    write_private(path, new)


def write_private(path: Path, text: str) -> None:
    """Write a file that is never, not even for a moment, readable by others."""
    temporary = path.with_name(path.name + ".tmp")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    temporary.replace(path)
