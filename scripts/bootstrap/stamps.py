"""Stamps: a step is skipped when everything that went into it is what it was the last time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def fingerprint(files: Iterable[Path], *words: str) -> str:
    """A hash over the content of ``files`` and over ``words``, such as a version."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    for word in words:
        digest.update(word.encode() + b"\0")
    return digest.hexdigest()


def is_fresh(stamp: Path, value: str) -> bool:
    """Whether the step that writes ``stamp`` last ended with this fingerprint."""
    try:
        return stamp.read_text(encoding="ascii").strip() == value
    except OSError:
        return False


def write(stamp: Path, value: str) -> None:
    """Record that the step is done; written last, so an interrupted step is repeated."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    temporary = stamp.with_name(stamp.name + ".tmp")
    temporary.write_text(value + "\n", encoding="ascii")
    temporary.replace(stamp)
