"""The work of :mod:`.schedules`: the nightly backup, deleting what is past its retention or has no owner."""

from __future__ import annotations

import logging
import shutil
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from ...catalog import utcnow
from ...errors import SetupError
from ...settings import Settings
from ...vocabulary import ENDED_STATES
from .. import backup as backups
from ..attempt import workdir
from ..queue.manager import JobManager

log = logging.getLogger(__name__)

BATCH = 100
# What nobody has written to for so long is not under way any more; sooner while the disk is short.
LEFT_OVER_S, SHORT_LEFT_OVER_S = 3600.0, 600.0
MB = 1_000_000
# A disk with less than this multiple of SHADOW_MIN_FREE_DISK_MB is short.
SHORT_DISK = 2
KEEP_ENDED_SHARES = timedelta(days=1)  # they open nothing since they ended; only their rows stay so long


def sweep_work_folders(manager: JobManager) -> int:
    """Delete the work folders of analyses that are at their end or gone; how many."""
    return workdir.sweep_ended(manager.services)


def backup(manager: JobManager) -> Path | None:
    """Write a backup (:mod:`shadow_trainer.jobs.backup`) into the data folder and drop the oldest ones.

    None when the database cannot be copied here (its host may do it); the log says why.
    """
    settings = manager.settings
    if settings.backup_keep == 0:
        return None
    folder = settings.data_path / "backups"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / f"{utcnow():%Y%m%d-%H%M%S}.tar"
    try:
        contents = backups.create(settings, manager.storage, target)
    except SetupError as error:
        log.warning("the nightly backup was skipped: %s %s", error.message, error.fix)
        return None
    for old in sorted(folder.glob("[0-9]*.tar"))[: -settings.backup_keep]:
        old.unlink(missing_ok=True)
    log.info("the nightly backup is %s", target.name)
    if left_out := contents.facts["queue"].get("left_out"):
        log.warning("the nightly backup holds no queue: %s", left_out)
    return target


class Expired(NamedTuple):
    """How many original videos and how many whole analyses retention deleted; in words for the admin's page."""

    originals: int
    analyses: int

    def __str__(self) -> str:
        return f"{self.originals} original videos and {self.analyses} analyses deleted"


def expire(manager: JobManager, now: datetime | None = None) -> Expired:
    """Delete what is older than the settings keep."""
    settings, moment = manager.settings, now or utcnow()
    originals = whole = 0
    if settings.keep_results_days:
        before = moment - timedelta(days=settings.keep_results_days)
        for row in manager.catalog.statistics.ended_before(before, ENDED_STATES, limit=BATCH):
            manager.delete(row.id, purge=True)
            whole += 1
    if settings.keep_originals_days:
        before = moment - timedelta(days=settings.keep_originals_days)
        originals = _delete_originals(manager, before, moment)
    expired = Expired(originals, whole)
    if any(expired):
        log.info("retention: %s", expired)
    return expired


def _delete_originals(manager: JobManager, before: datetime, moment: datetime) -> int:
    """Delete the videos as they were uploaded of what ended before this; how many there still were.

    What is gone is remembered: a bucket would otherwise be asked for every one of them each hour, for ever.
    """
    deleted = 0
    while rows := manager.catalog.statistics.originals_before(before, ENDED_STATES, limit=BATCH):
        deleted += sum(manager.storage.delete(row.original_key) for row in rows)
        manager.catalog.analyses.originals_deleted([row.id for row in rows], moment)
    return deleted


def empty_trash(manager: JobManager, now: datetime | None = None) -> int:
    """Delete for good what has been in the trash for as long as the settings say; how many analyses."""
    before = (now or utcnow()) - timedelta(days=manager.settings.trash_days)
    rows = manager.catalog.trash.put_before(before, limit=BATCH)
    for row in rows:
        manager.delete(row.id, purge=True)
    return len(rows)


def drop_ended_shares(manager: JobManager, now: datetime | None = None) -> int:
    """Forget share links a day after they ended; how many."""
    return manager.catalog.shares.drop_ended_before((now or utcnow()) - KEEP_ENDED_SHARES)


def sweep(manager: JobManager, older_than_s: float = LEFT_OVER_S) -> int:
    """Delete half-finished uploads and the files of analyses that never got a row; how many."""
    swept = manager.storage.sweep(older_than_s) + workdir.sweep_uploads(manager.settings, older_than_s)
    keys: dict[str, list[str]] = {}
    for key in manager.storage.list("analyses"):
        keys.setdefault(key.split("/")[1], []).append(key)
    for analysis_id in set(keys) - manager.catalog.analyses.known_ids(keys):
        for key in keys[analysis_id]:
            # A video is stored before its row is written: only what is old is certain to be an orphan.
            if time.time() - manager.storage.modified(key) > older_than_s and manager.storage.delete(key):
                swept += 1
    return swept


def disk_is_short(settings: Settings) -> tuple[bool, float]:
    """Whether the data folder's disk nears the point where work is refused, and its free megabytes."""
    settings.data_path.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.data_path).free / MB
    return free < settings.min_free_disk_mb * SHORT_DISK, free


def guard_disk(manager: JobManager) -> str:
    """While the disk is short, leftovers go at once; what was done."""
    short, free = disk_is_short(manager.settings)
    if not short:
        return f"{free:.0f} MB free"
    swept = sweep_work_folders(manager) + sweep(manager, SHORT_LEFT_OVER_S)
    log.warning("the disk is short (%.0f MB free): removed %d leftovers", free, swept)
    return f"{free:.0f} MB free, removed {swept} leftovers"
