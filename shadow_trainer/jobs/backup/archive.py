"""One backup is one tar file: database, queue, storage index, the videos if wanted, and a manifest of it all.

Copied in an order that cannot hurt: the queue first, then the database, then the storage. Whatever changes
meanwhile is met again as after a crash: a job that has ended since does nothing when it is met, and one that
came since is enqueued from the catalog. A video is stored before its row is written, so every row's video is
in the index unless somebody deleted it in these seconds.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import redis

from ...catalog import utcnow
from ...catalog.migrate import current_revision
from ...errors import BadRequest, Conflict, NotFound
from ...settings import Settings
from ...storage import Storage
from ...version import RELEASE
from ..redis.client import answers, connect
from . import database, queue
from .index import Entry, Hashing, entries

SCHEMA = "shadow-trainer/backup/1"
MANIFEST, QUEUE, INDEX, FILES = "manifest.json", "queue.jsonl", "storage.jsonl", "files/"


@dataclass
class Contents:
    """What a backup says of itself: ``members`` name -> ``{bytes, sha256}``, ``facts`` for people."""

    facts: dict[str, Any]
    members: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def database(self) -> str:
        """Name of the database's member, which says its kind."""
        return str(self.facts["database"]["member"])

    def as_dict(self) -> dict[str, Any]:
        """As the manifest has it."""
        return {"schema": SCHEMA, **self.facts, "members": self.members}


def create(settings: Settings, storage: Storage, target: Path, *, with_files: bool = False) -> Contents:
    """Write a backup to ``target``: whole or not at all, readable by this user alone.

    Checksums of files that have not changed since the newest backup beside it are taken from there.
    Raises Conflict when ``target`` exists, Unavailable when the database cannot be copied.
    """
    if target.exists():
        raise Conflict(f"{target} exists already.", code="backup_exists", fix="Choose another name.")
    target.parent.mkdir(parents=True, exist_ok=True)
    before = newest_index(target.parent)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with temporary.open("xb") as file:
            temporary.chmod(0o600)
            with tarfile.open(fileobj=file, mode="w") as tar:
                contents = _fill(tar, settings, storage, before, with_files)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return contents


def _fill(
    tar: tarfile.TarFile, settings: Settings, storage: Storage, before: Mapping[str, Entry], with_files: bool
) -> Contents:
    contents = Contents({"created_at": utcnow().isoformat(), "release": RELEASE, "with_files": with_files})
    contents.facts["queue"] = _add_queue(tar, contents, settings)
    with tempfile.TemporaryDirectory(prefix="shadow-backup-") as folder:
        name = database.member(settings)
        database.copy(settings, Path(folder) / name)
        contents.facts["database"] = {"member": name, "revision": current_revision(settings)}
        with (Path(folder) / name).open("rb") as file:
            _add(tar, contents, name, file, os.fstat(file.fileno()).st_size)
    index = _add_files(tar, contents, storage) if with_files else list(entries(storage, before))
    _add_lines(tar, contents, INDEX, (json.dumps(entry.as_dict()) for entry in index))
    contents.facts["storage"] = {"files": len(index), "bytes": sum(entry.bytes for entry in index)}
    text = json.dumps(contents.as_dict(), indent=1).encode()
    _add(tar, Contents({}), MANIFEST, io.BytesIO(text), len(text))
    return contents


def _add_queue(tar: tarfile.TarFile, contents: Contents, settings: Settings) -> dict[str, Any]:
    """Redis may be away: the catalog can fill it again, so its absence is said and stops nothing."""
    if not settings.use_rq:
        return {"keys": 0, "left_out": "There is no queue in legacy mode."}
    if not answers(settings):
        return {"keys": 0, "left_out": "Redis did not answer."}
    try:
        with contextlib.closing(connect(settings)) as connection:
            lines = list(queue.snapshot(connection))
    except redis.RedisError as error:
        return {"keys": 0, "left_out": f"Redis did not answer ({type(error).__name__})."}
    _add_lines(tar, contents, QUEUE, lines)
    return {"keys": len(lines)}


def _add_files(tar: tarfile.TarFile, contents: Contents, storage: Storage) -> list[Entry]:
    index = []
    for key in storage.list():
        try:
            file, modified = storage.open(key), storage.modified(key)
        except NotFound:  # deleted since it was listed
            continue
        with file:
            size = _size_of(file, storage, key)
            digest = _add(tar, contents, FILES + key, file, size)
        index.append(Entry(key, size, modified, digest))
    return index


def _size_of(file: IO[bytes], storage: Storage, key: str) -> int:
    """Size of the opened file itself where it is one: its name may stand for a newer one by now."""
    try:
        return os.fstat(file.fileno()).st_size
    except (OSError, AttributeError):
        return storage.size(key)


def _add_lines(tar: tarfile.TarFile, contents: Contents, name: str, lines: Iterable[str]) -> None:
    data = "".join(f"{line}\n" for line in lines).encode()
    _add(tar, contents, name, io.BytesIO(data), len(data))


def _add(tar: tarfile.TarFile, contents: Contents, name: str, file: IO[bytes], size: int) -> str:
    """Add one member and note its checksum, which is returned."""
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, int(utcnow().timestamp())
    hashing = Hashing(file)
    tar.addfile(info, hashing)
    digest = hashing.digest.hexdigest()
    contents.members[name] = {"bytes": size, "sha256": digest}
    return digest


def read(path: Path) -> Contents:
    """What a backup says it holds. Raises BadRequest when it is none, or is cut off."""
    try:
        with tarfile.open(path, "r:") as tar:
            return contents_of(tar)
    except (tarfile.TarError, OSError, ValueError, KeyError, TypeError) as error:
        raise not_a_backup(path) from error


def contents_of(tar: tarfile.TarFile) -> Contents:
    """The manifest of an open backup; KeyError or ValueError when it is none."""
    text = member(tar, MANIFEST).read()
    manifest = json.loads(text)
    if manifest.pop("schema") != SCHEMA:
        raise ValueError("another schema")
    return Contents(members=manifest.pop("members"), facts=manifest)


def member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    """One member, open for reading; KeyError."""
    file = tar.extractfile(tar.getmember(name))
    if file is None:
        raise KeyError(name)
    return file


def lines_of(tar: tarfile.TarFile, name: str) -> list[str]:
    """The lines of a text member."""
    return member(tar, name).read().decode().splitlines()


def not_a_backup(path: Path) -> BadRequest:
    """The error for a file that is no whole backup."""
    return BadRequest(
        f"{path} is not a whole backup of Shadow Trainer.",
        code="not_a_backup",
        fix="Choose a file that `backup create` or the clock wrote; `backup verify` says more.",
    )


def newest_index(folder: Path) -> dict[str, Entry]:
    """The index of the newest whole backup in a folder; empty without one."""
    for path in sorted(folder.glob("*.tar"), key=lambda p: p.stat().st_mtime, reverse=True):
        with contextlib.suppress(tarfile.TarError, OSError, ValueError, KeyError, TypeError):
            with tarfile.open(path, "r:") as tar:
                index = [Entry(**json.loads(line)) for line in lines_of(tar, INDEX)]
            return {entry.key: entry for entry in index}
    return {}
