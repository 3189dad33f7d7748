"""What the clock does by the calendar: copies of the database, and films and results that are old enough."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import sqlite3
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

from ..catalog import utcnow
from ..settings import Settings
from .manager import JobManager
from .states import TERMINAL

log = logging.getLogger(__name__)

BACKUP_MARK = "schedule:backup"
BACKUP_EVERY = timedelta(hours=24)
BATCH = 100


def backup_due(manager: JobManager, now: datetime | None = None) -> bool:
    """Whether the last copy is a day old (a missed night is made up for)."""
    if manager.settings.backup_keep == 0:
        return False
    last = manager.catalog.marked_at(BACKUP_MARK)
    return last is None or (now or utcnow()) - last >= BACKUP_EVERY


def backup(manager: JobManager) -> Path | None:
    """Copy the database to ``backups/`` in the data folder and drop the oldest copies; None without a tool.

    The copy appears whole or not at all and is readable by this user alone.
    """
    settings = manager.settings
    folder = settings.data_path / "backups"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    sqlite = settings.database_address.startswith("sqlite")
    target = folder / f"{utcnow():%Y%m%d-%H%M%S}.{'db' if sqlite else 'dump'}"
    temporary = target.with_suffix(".part")
    try:
        if sqlite:
            _copy_sqlite(settings, temporary)
        elif not _dump_postgres(settings, temporary):
            return None
        temporary.chmod(0o600)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    manager.catalog.mark(BACKUP_MARK, {"file": target.name, "bytes": target.stat().st_size})
    for old in sorted(folder.glob(f"*{target.suffix}"))[: -settings.backup_keep]:
        old.unlink(missing_ok=True)
    log.info("the database was copied to %s", target.name)
    return target


def _copy_sqlite(settings: Settings, target: Path) -> None:
    """SQLite's own online copy: consistent while others write."""
    source = settings.database_address.removeprefix("sqlite:///")
    with (
        contextlib.closing(sqlite3.connect(source)) as live,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)


def _dump_postgres(settings: Settings, target: Path) -> bool:
    tool = shutil.which("pg_dump")
    if tool is None:
        log.warning("pg_dump is not installed here: the database is not copied (its host may do it)")
        return False
    address = settings.database_address.replace("postgresql+psycopg://", "postgresql://")
    command = [tool, "--format=custom", f"--file={target}", "--no-owner", f"--dbname={address}"]
    done = subprocess.run(command, capture_output=True, env={**os.environ, "LC_ALL": "C"}, check=False)
    if done.returncode:
        log.error("pg_dump failed: %s", done.stderr.decode(errors="replace")[-500:])
    return done.returncode == 0


def expire(manager: JobManager, now: datetime | None = None) -> tuple[int, int]:
    """Delete what is older than the settings keep: ``(original films, whole analyses)``."""
    settings, moment = manager.settings, now or utcnow()
    originals = whole = 0
    if settings.keep_results_days:
        before = moment - timedelta(days=settings.keep_results_days)
        for row in manager.catalog.ended_before(before, TERMINAL, limit=BATCH):
            manager.delete(row.id)
            whole += 1
    if settings.keep_originals_days:
        before = moment - timedelta(days=settings.keep_originals_days)
        for row in manager.catalog.ended_before(before, TERMINAL, limit=None):
            originals += manager.storage.delete(row.original_key)
    if originals or whole:
        log.info("retention: deleted %d original films and %d analyses", originals, whole)
    return originals, whole
