"""Checking that a backup is whole and that the storage holds what it lists."""

from __future__ import annotations

import json
import tarfile
import tempfile
from pathlib import Path

from ...errors import BadRequest, NotFound
from ...storage import Storage
from . import archive, database
from .index import Entry, digest_of, hexdigest


def verify(path: Path) -> archive.Contents:
    """Read every byte of a backup and check it against its manifest, and the database's copy by itself.

    Returns what it holds; raises BadRequest naming what is damaged.
    """
    try:
        with tarfile.open(path, "r:") as tar:
            contents = archive.contents_of(tar)
            for name, said in contents.members.items():
                if hexdigest(archive.member(tar, name)) != said["sha256"]:
                    raise _damaged(path, name)
            wrong = _check_database(tar, contents)
    except (tarfile.TarError, OSError, ValueError, KeyError, TypeError) as error:
        raise archive.not_a_backup(path) from error
    if wrong:
        raise _damaged(path, f"{contents.database} ({wrong})")
    return contents


def _check_database(tar: tarfile.TarFile, contents: archive.Contents) -> str:
    with tempfile.TemporaryDirectory(prefix="shadow-backup-") as folder:
        target = extract(tar, contents.database, Path(folder) / "database")
        return database.check(target, contents.database)


def extract(tar: tarfile.TarFile, name: str, target: Path) -> Path:
    """One member as a file of our own name; nothing in a backup decides where it is written."""
    with target.open("wb") as file:
        source = archive.member(tar, name)
        while data := source.read(1 << 20):
            file.write(data)
    return target


def compare_storage(path: Path, storage: Storage) -> dict[str, list[str]]:
    """``missing`` and ``changed`` keys of the storage against the backup's index; other keys do not count."""
    with tarfile.open(path, "r:") as tar:
        listed = [Entry(**json.loads(line)) for line in archive.lines_of(tar, archive.INDEX)]
    wrong: dict[str, list[str]] = {"missing": [], "changed": []}
    for entry in listed:
        try:
            same = storage.size(entry.key) == entry.bytes
            if same and entry.sha256 and storage.path(entry.key) is not None:
                same = digest_of(storage, entry.key) == entry.sha256
        except NotFound:
            wrong["missing"].append(entry.key)
            continue
        if not same:
            wrong["changed"].append(entry.key)
    return wrong


def _damaged(path: Path, what: str) -> BadRequest:
    return BadRequest(
        f"{path} is damaged: {what} is not what was written.",
        code="damaged_backup",
        fix="Take an older backup, or another copy of this one.",
    )
