"""The storage index: every key with its size, and its checksum where the files are on this machine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import IO, Any

from ...errors import NotFound
from ...storage import Storage

CHUNK = 1 << 20


@dataclass(frozen=True)
class Entry:
    """One file: ``modified`` is the Unix time of its last put; ``sha256`` empty where it was not read."""

    key: str
    bytes: int
    modified: float
    sha256: str = ""

    def as_dict(self) -> dict[str, Any]:
        """As a line of the index has it."""
        return asdict(self)


class Hashing:
    """A file that is hashed while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """As a file."""
        data = self.file.read(size)
        self.digest.update(data)
        return data


def entries(storage: Storage, before: Mapping[str, Entry] | None = None) -> Iterator[Entry]:
    """Every file of the storage. What has the size and time of ``before`` is not read again.

    Files of a bucket are not read at all: its own checksums guard them, and reading them costs money.
    """
    for key in storage.list():
        try:
            entry = Entry(key, storage.size(key), storage.modified(key))
            yield _hashed(storage, entry, (before or {}).get(key))
        except NotFound:  # deleted since it was listed
            continue


def _hashed(storage: Storage, entry: Entry, before: Entry | None) -> Entry:
    if before and before.sha256 and (before.bytes, before.modified) == (entry.bytes, entry.modified):
        return before
    if storage.path(entry.key) is None:
        return entry
    return Entry(entry.key, entry.bytes, entry.modified, digest_of(storage, entry.key))


def digest_of(storage: Storage, key: str) -> str:
    """SHA-256 of what is stored under ``key``; NotFound."""
    with storage.open(key) as file:
        return hexdigest(file)


def hexdigest(file: IO[bytes]) -> str:
    """SHA-256 of the rest of an open file."""
    hashing = Hashing(file)
    while hashing.read(CHUNK):
        pass
    return hashing.digest.hexdigest()
