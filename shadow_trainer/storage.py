"""Where films and results are kept: put, get, open, url, delete under a key. A local folder, for now.

Keys look like ``analyses/<id>/overlay.mp4``: parts of letters, digits, dots, dashes and underscores,
joined by slashes. Anything else, and every way out of the folder, is refused. What is put appears whole or
not at all: it is written under a temporary name on the same disk, flushed, and renamed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import unquote, urlsplit

from .errors import BadRequest, NotFound, SetupError, StorageFull

PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
KEY_MAX_CHARS = 512
TEMPORARY = ".incoming"  # a folder that no key can name, because a part may not begin with a dot
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Storage(Protocol):
    """What every kind of storage does. Keys that are not allowed raise BadRequest."""

    def put(self, key: str, source: Path | BinaryIO, *, move: bool = False) -> int:
        """Store a file or an open stream under ``key``, replacing what was there; the size in bytes.

        ``move``: the source file may be consumed. Raises StorageFull when there is no room.
        """

    def get(self, key: str, path: Path) -> Path:
        """Copy to a local path (whole or not at all); NotFound when there is nothing under ``key``."""

    def open(self, key: str) -> BinaryIO:
        """Open for reading; NotFound."""

    def url(self, key: str) -> str | None:
        """An address a browser may fetch itself, or None: then serve it from :meth:`path` or :meth:`open`."""

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
        """Every key below ``prefix/`` (all for an empty prefix), sorted."""

    def sweep(self, older_than_s: float) -> int:
        """Delete unfinished puts older than this; how many."""


def open_storage(address: str) -> Storage:
    """The storage at a ``file://`` address; SetupError for an address of an unknown kind."""
    parts = urlsplit(address)
    if parts.scheme in ("", "file"):
        return LocalStorage(Path(unquote(parts.path) if parts.scheme else address))
    raise SetupError(
        f"SHADOW_STORAGE_URL has an unknown kind of address: {parts.scheme}://.",
        code="bad_storage",
        fix="Use file:///an/absolute/folder, or leave it empty.",
    )


def check_key(key: str) -> str:
    """The key itself when it is allowed; BadRequest otherwise."""
    if not key or len(key) > KEY_MAX_CHARS or not all(PART.fullmatch(part) for part in key.split("/")):
        raise BadRequest(f"{key[:80]!r} is not a storage key.", code="bad_key")
    return key


class LocalStorage:
    """Files below one folder. The folder is made when something is first put."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root).absolute()

    def put(self, key: str, source: Path | BinaryIO, *, move: bool = False) -> int:
        """See :class:`Storage`. A moved file on the same disk costs a rename."""
        target = self._path(key)
        with _full_disk_named():
            incoming = self.root / TEMPORARY
            incoming.mkdir(parents=True, exist_ok=True)
            temporary = incoming / f"{secrets.token_hex(8)}.part"
            try:
                size = _fill(temporary, source, move=move)
                target.parent.mkdir(parents=True, exist_ok=True)
                temporary.replace(target)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
        return size

    def get(self, key: str, path: Path) -> Path:
        """See :class:`Storage`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        with _full_disk_named():
            try:
                with self.open(key) as source, temporary.open("wb") as target:
                    shutil.copyfileobj(source, target, 1 << 20)
                temporary.replace(path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
        return path

    def open(self, key: str) -> BinaryIO:
        """See :class:`Storage`."""
        try:
            return self._path(key).open("rb")
        except (FileNotFoundError, IsADirectoryError) as error:
            raise _nothing(key) from error

    def url(self, key: str) -> str | None:
        """None: local files are served by the web process."""
        check_key(key)
        return None

    def path(self, key: str) -> Path | None:
        """See :class:`Storage`."""
        path = self._path(key)
        if not path.is_file():
            raise _nothing(key)
        return path

    def exists(self, key: str) -> bool:
        """See :class:`Storage`."""
        return self._path(key).is_file()

    def size(self, key: str) -> int:
        """See :class:`Storage`."""
        return self._stat(key).st_size

    def modified(self, key: str) -> float:
        """See :class:`Storage`."""
        return self._stat(key).st_mtime

    def delete(self, key: str) -> bool:
        """See :class:`Storage`. Folders left empty go with the file."""
        path = self._path(key)
        try:
            path.unlink()
        except (FileNotFoundError, IsADirectoryError):
            return False
        self._prune(path.parent)
        return True

    def delete_prefix(self, prefix: str) -> int:
        """See :class:`Storage`."""
        return sum(self.delete(key) for key in list(self.list(check_key(prefix))))

    def list(self, prefix: str = "") -> Iterator[str]:
        """See :class:`Storage`."""
        folder = self._path(prefix) if prefix else self.root
        for path in sorted(folder.rglob("*")):
            relative = path.relative_to(self.root)
            if relative.parts[0] != TEMPORARY and path.is_file():
                yield relative.as_posix()

    def sweep(self, older_than_s: float) -> int:
        """See :class:`Storage`."""
        swept, oldest = 0, time.time() - older_than_s
        for path in (self.root / TEMPORARY).glob("*.part"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < oldest:
                    path.unlink()
                    swept += 1
        return swept

    def _path(self, key: str) -> Path:
        path = self.root / check_key(key)
        # A link inside the folder could still lead out of it.
        if not path.resolve().is_relative_to(self.root.resolve()):
            raise BadRequest(f"{key[:80]!r} is not a storage key.", code="bad_key")
        return path

    def _stat(self, key: str) -> os.stat_result:
        path = self._path(key)
        if not path.is_file():
            raise _nothing(key)
        return path.stat()

    def _prune(self, folder: Path) -> None:
        while folder != self.root:
            try:
                folder.rmdir()
            except OSError:  # not empty, or already gone
                return
            folder = folder.parent


def _fill(temporary: Path, source: Path | BinaryIO, *, move: bool) -> int:
    """Bring the content to ``temporary`` and onto the disk; its size."""
    if move and isinstance(source, Path):
        try:
            return source.rename(temporary).stat().st_size
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
    with temporary.open("wb") as target:
        if isinstance(source, Path):
            with source.open("rb") as file:
                shutil.copyfileobj(file, target, 1 << 20)
        else:
            shutil.copyfileobj(source, target, 1 << 20)
        target.flush()
        os.fsync(target.fileno())
        size = target.tell()
    if move and isinstance(source, Path):
        source.unlink(missing_ok=True)
    return size


def _nothing(key: str) -> NotFound:
    return NotFound(f"There is no file {key!r}.", code="no_such_file")


@contextlib.contextmanager
def _full_disk_named() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise StorageFull("The disk is full; the file could not be stored.") from error
        raise
