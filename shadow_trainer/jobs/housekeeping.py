"""What the clock does by the calendar: the nightly backup, and films and results that are old enough."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from pathlib import Path

from ..catalog import utcnow
from ..errors import SetupError, ShadowError
from . import backup as backups
from .manager import JobManager
from .states import TERMINAL

log = logging.getLogger(__name__)

BACKUP_MARK = "schedule:backup"
BACKUP_EVERY = timedelta(hours=24)
BATCH = 100
_backing_up = threading.Lock()
KEEP_ENDED_SHARES = timedelta(days=1)  # they open nothing since they ended; only their rows stay so long


def backup_due(manager: JobManager, now: datetime | None = None) -> bool:
    """Whether the last copy is a day old (a missed night is made up for)."""
    if manager.settings.backup_keep == 0:
        return False
    last = manager.catalog.marked_at(BACKUP_MARK)
    return last is None or (now or utcnow()) - last >= BACKUP_EVERY


def backup(manager: JobManager) -> Path | None:
    """Write a backup (see :mod:`.backup`) to ``backups/`` in the data folder and drop the oldest ones.

    None when the database cannot be copied here (its host may do it); the log says why.
    """
    settings = manager.settings
    folder = settings.data_path / "backups"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / f"{utcnow():%Y%m%d-%H%M%S}.tar"
    try:
        contents = backups.create(settings, manager.storage, target)
    except SetupError as error:
        log.warning("the nightly backup was skipped: %s %s", error.message, error.fix)
        return None
    manager.catalog.mark(BACKUP_MARK, {"file": target.name, "bytes": target.stat().st_size})
    for old in sorted(folder.glob(f"*{target.suffix}"))[: -settings.backup_keep]:
        old.unlink(missing_ok=True)
    log.info("the nightly backup is %s", target.name)
    if left_out := contents.facts["queue"].get("left_out"):
        log.warning("the nightly backup holds no queue: %s", left_out)
    return target


def backup_beside(manager: JobManager) -> threading.Thread | None:
    """:func:`backup` in a thread, because reading new films takes minutes; None while one is running."""
    if not _backing_up.acquire(blocking=False):
        return None

    def run() -> None:
        try:
            backup(manager)
        except (ShadowError, OSError):
            log.exception("the nightly backup failed; it is tried again")
        finally:
            _backing_up.release()

    thread = threading.Thread(target=run, name="backup", daemon=True)
    thread.start()
    return thread


def expire(manager: JobManager, now: datetime | None = None) -> tuple[int, int]:
    """Delete what is older than the settings keep: ``(original films, whole analyses)``; and ended share links."""
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
    whole += empty_trash(manager, moment)
    manager.catalog.drop_shares_ended_before(moment - KEEP_ENDED_SHARES)
    if originals or whole:
        log.info("retention: deleted %d original films and %d analyses", originals, whole)
    return originals, whole


def empty_trash(manager: JobManager, now: datetime | None = None) -> int:
    """Delete for good what has been in the trash for as long as the settings say; how many analyses."""
    before = (now or utcnow()) - timedelta(days=manager.settings.trash_days)
    rows = manager.catalog.trashed_before(before, limit=BATCH)
    for row in rows:
        manager.delete(row.id)
    return len(rows)
