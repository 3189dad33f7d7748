"""Files below one folder of this machine (or of a disk that all machines share).

What is put appears whole or not at all: it is written under a temporary name on the same disk, flushed, and
renamed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ..errors import BadRequest, NotFound, SetupError, StorageFull
from .interface import INCOMING, UploadTicket, check_key, nothing

TEMPORARY = ".incoming"  # a folder that no key can name, because a part may not begin with a dot
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class LocalStorage:
    """Files below one folder. The folder is made when something is first put."""

    origins: tuple[str, ...] = ()

    def __init__(self, root: Path) -> None:
        self.root = Path(root).absolute()

    def put(self, key: str, source: Path | BinaryIO, *, move: bool = False) -> int:
        """Store a file or a stream; a moved file on the same disk costs a rename."""
        target = self._path(key)
        with full_disk_named():
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
        """Copy the file to a local path, whole or not at all; NotFound."""
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        with full_disk_named():
            try:
                with self.open(key) as source, temporary.open("wb") as target:
                    shutil.copyfileobj(source, target, 1 << 20)
                temporary.replace(path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
        return path

    def open(self, key: str) -> BinaryIO:
        """Open the file for reading; NotFound."""
        try:
            return self._path(key).open("rb")
        except (FileNotFoundError, IsADirectoryError) as error:
            raise nothing(key) from error

    def url(self, key: str, *, content_type: str = "", disposition: str = "") -> str | None:
        """Return None: local files are served by the web process."""
        check_key(key)
        return None

    def path(self, key: str) -> Path:
        """Return the file's own path; NotFound."""
        path = self._path(key)
        if not path.is_file():
            raise nothing(key)
        return path

    def exists(self, key: str) -> bool:
        """Return whether there is a file under ``key``."""
        return self._path(key).is_file()

    def size(self, key: str) -> int:
        """Return the file's bytes; NotFound."""
        return self._stat(key).st_size

    def rename(self, key: str, new_key: str) -> None:
        """Move the file, and remove the folders it leaves empty; NotFound."""
        source, target = self.path(key), self._path(new_key)
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)
        self._prune(source.parent)

    def modified(self, key: str) -> float:
        """Return the Unix time of the last put; NotFound."""
        return self._stat(key).st_mtime

    def delete(self, key: str) -> bool:
        """Delete the file and the folders it leaves empty; False when there was nothing."""
        path = self._path(key)
        try:
            path.unlink()
        except (FileNotFoundError, IsADirectoryError):
            return False
        self._prune(path.parent)
        return True

    def delete_prefix(self, prefix: str) -> int:
        """Delete every file below ``prefix/``; how many."""
        return sum(self.delete(key) for key in list(self.list(check_key(prefix))))

    def list(self, prefix: str = "") -> Iterator[str]:
        """Yield every key below ``prefix/``, sorted as text."""
        folder = self._path(prefix) if prefix else self.root
        files = (path.relative_to(self.root) for path in folder.rglob("*") if path.is_file())
        yield from sorted(path.as_posix() for path in files if path.parts[0] != TEMPORARY)

    def ticket(self, key: str, most_bytes: int) -> UploadTicket | None:
        """Return None: videos come through the web process."""
        check_key(key)
        return None

    def check(self) -> str:
        """Name the folder; SetupError when it cannot be written."""
        there = next(path for path in (self.root, *self.root.parents) if path.exists())
        if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
            raise SetupError(
                f"{there} is not a folder that can be written.",
                code="bad_storage",
                fix="Correct SHADOW_STORAGE_URL, or the folder's owner.",
            )
        return f"folder {self.root}"

    def sweep(self, older_than_s: float) -> int:
        """Delete unfinished puts older than this; how many."""
        swept, oldest = 0, time.time() - older_than_s
        for path in (self.root / TEMPORARY).glob("*.part"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < oldest:
                    path.unlink()
                    swept += 1
        return swept + self._sweep_incoming(oldest)

    def _sweep_incoming(self, oldest: float) -> int:
        """Files that were to replace others and never did: whoever put them here has died."""
        swept = 0
        for key in list(self.list(INCOMING)):
            with contextlib.suppress(NotFound):
                swept += self.modified(key) < oldest and self.delete(key)
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
            raise nothing(key)
        return path.stat()

    def _prune(self, folder: Path) -> None:
        while folder != self.root:
            try:
                folder.rmdir()
            except OSError:  # not empty, or already gone
                return
            folder = folder.parent


def _fill(temporary: Path, source: Path | BinaryIO, *, move: bool) -> int:
    """Write the content to ``temporary`` and flush it to the disk; its size in bytes."""
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


@contextlib.contextmanager
def full_disk_named() -> Iterator[None]:
    """Turn the errors of a full disk into StorageFull."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise StorageFull("The disk is full; the file could not be stored.") from error
        raise
