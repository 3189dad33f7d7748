"""Restoring a backup into an empty installation."""

from __future__ import annotations

import contextlib
import tarfile
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import redis

from ...catalog.migrate import known_revisions, migrate
from ...errors import Conflict, SetupError, Unavailable
from ...settings import Settings
from ...storage import Storage
from ..redis.client import connect
from . import archive, database, queue
from .verify import compare_storage, extract, verify


@dataclass
class Restored:
    """What was put back, and what a person should know (``notes``)."""

    contents: archive.Contents
    revision: str
    keys: int = 0
    files: int = 0
    notes: list[str] = field(default_factory=list)


def restore(path: Path, settings: Settings, storage: Storage) -> Restored:
    """Verify, then fill database, storage and queue, and migrate the database to this release.

    Nothing may run meanwhile. Raises Conflict when the database or the queue holds anything already,
    SetupError for a backup of a newer release or of another kind of database, BadRequest when damaged.
    """
    contents = verify(path)
    _check_fits(contents, settings)
    with tarfile.open(path, "r:") as tar, tempfile.TemporaryDirectory(prefix="shadow-backup-") as folder:
        copied = extract(tar, contents.database, Path(folder) / contents.database)
        files = _restore_files(tar, contents, storage, Path(folder))
        database.restore(settings, copied)
        done = Restored(contents, migrate(settings), files=files)
        _restore_queue(tar, done, settings)
    gone = compare_storage(path, storage)
    for what, keys in gone.items():
        if keys:
            done.notes.append(f"{len(keys)} files of the storage are {what}, such as {keys[0]}.")
    return done


def _check_fits(contents: archive.Contents, settings: Settings) -> None:
    if contents.database != database.member(settings):
        raise SetupError(
            f"The backup holds a {contents.database}, and DATABASE_URL names another kind of database.",
            code="other_database",
            fix="Set DATABASE_URL to a database of the kind that the backup was made of.",
        )
    if contents.facts["database"]["revision"] not in known_revisions():
        raise SetupError(
            f"The backup was made by a newer release ({contents.facts['release']}).",
            code="newer_backup",
            fix="Install that release, restore, and go on from there.",
        )
    if not database.is_empty(settings):
        raise _not_empty("The database")
    if settings.use_rq and archive.QUEUE in contents.members:
        try:
            with contextlib.closing(connect(settings)) as connection:
                if not queue.is_empty(connection):
                    raise _not_empty("Redis")
        except redis.RedisError as error:
            raise Unavailable(
                "Redis does not answer, so the queue cannot be put back.",
                code="redis_unavailable",
                fix="Start Redis alone (`python -m shadow_trainer redis`), then restore again.",
            ) from error


def _restore_files(tar: tarfile.TarFile, contents: archive.Contents, storage: Storage, folder: Path) -> int:
    names = [name for name in contents.members if name.startswith(archive.FILES)]
    for name in names:
        file = extract(tar, name, folder / "file")
        storage.put(name.removeprefix(archive.FILES), file, move=True)
    return len(names)


def _restore_queue(tar: tarfile.TarFile, done: Restored, settings: Settings) -> None:
    if archive.QUEUE not in done.contents.members:
        done.notes.append(f"The backup holds no queue: {done.contents.facts['queue'].get('left_out', '')}")
    elif not settings.use_rq:
        done.notes.append("The queue was left out: legacy mode has none.")
    else:
        lines = archive.lines_of(tar, archive.QUEUE)
        try:
            with contextlib.closing(connect(settings)) as connection:
                done.keys = queue.restore(connection, lines)
            return
        except redis.ResponseError as error:
            done.notes.append(f"This Redis cannot read the queue's copy ({error}).")
    done.notes.append("The clock enqueues what the catalog calls queued, within seconds of its start.")


def _not_empty(what: str) -> Conflict:
    return Conflict(
        f"{what} is not empty; a backup is restored into an empty installation only.",
        code="not_empty",
        fix="Use another SHADOW_DATA_DIR, DATABASE_URL and REDIS_URL, or move the old data away.",
    )
