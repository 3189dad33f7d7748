"""What a storage is: put, get, open, url, delete under a key.

Keys look like ``analyses/<id>/overlay.mp4``: parts of letters, digits, dots, dashes and underscores,
joined by slashes. Anything else is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from ..errors import BadRequest, NotFound

PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
KEY_MAX_CHARS = 512
# Uploads that come straight from a browser wait here until the web process has taken them over.
INCOMING = "incoming"


@dataclass(frozen=True)
class UploadTicket:
    """A form that a browser fills with one file and posts to ``url``: ``fields`` first, then ``file``."""

    url: str
    fields: Mapping[str, str]


class Storage(Protocol):
    """What every kind of storage does. Keys that are not allowed raise BadRequest.

    ``origins``: where :meth:`url` and :meth:`ticket` send a browser; empty for a storage that has neither.
    """

    origins: tuple[str, ...]

    def put(self, key: str, source: Path | BinaryIO, *, move: bool = False) -> int:
        """Store a file or an open stream under ``key``, replacing what was there; the size in bytes.

        ``move``: the source file may be consumed. Raises StorageFull when there is no room.
        """

    def get(self, key: str, path: Path) -> Path:
        """Copy to a local path (whole or not at all); NotFound when there is nothing under ``key``."""

    def open(self, key: str) -> BinaryIO:
        """Open for reading; NotFound."""

    def url(self, key: str, *, content_type: str = "", disposition: str = "") -> str | None:
        """An address a browser may fetch itself for some minutes, answered with these two headers.

        None: there is no such address; serve it from :meth:`path` or :meth:`open`.
        """

    def rename(self, key: str, new_key: str) -> None:
        """Move inside the storage, replacing what was there; NotFound."""

    def ticket(self, key: str, most_bytes: int) -> UploadTicket | None:
        """Permission for a browser to put one file here itself, or None where that cannot be."""

    def path(self, key: str) -> Path | None:
        """A local path to read from, or None when the storage is elsewhere; NotFound."""

    def exists(self, key: str) -> bool:
        """Whether there is something under ``key``."""

    def size(self, key: str) -> int:
        """Bytes under ``key``; NotFound."""

    def modified(self, key: str) -> float:
        """Unix time of the last put; NotFound."""

    def delete(self, key: str) -> bool:
        """Delete; False when there was nothing."""

    def delete_prefix(self, prefix: str) -> int:
        """Delete every key below ``prefix/``; how many."""

    def list(self, prefix: str = "") -> Iterator[str]:
        """Every key below ``prefix/`` (all for an empty prefix), sorted as text."""

    def sweep(self, older_than_s: float) -> int:
        """Delete unfinished puts, and uploads that nobody claimed, older than this; how many."""

    def check(self) -> str:
        """Where it is, in a few words; SetupError when it cannot be used, Unavailable when it is away."""


def check_key(key: str) -> str:
    """The key itself when it is allowed; BadRequest otherwise."""
    if not is_key(key):
        raise BadRequest(f"{key[:80]!r} is not a storage key.", code="bad_key")
    return key


def is_key(key: str) -> bool:
    """Whether a key is allowed."""
    return 0 < len(key) <= KEY_MAX_CHARS and all(PART.fullmatch(part) for part in key.split("/"))


def nothing(key: str) -> NotFound:
    """The error for a key with nothing under it."""
    return NotFound(f"There is no file {key!r}.", code="no_such_file")
