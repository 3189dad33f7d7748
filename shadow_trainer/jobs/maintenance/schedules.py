"""The table of schedules, run by the clock or, in legacy mode, by the dispatcher.

When a schedule ran last is a key value in the catalog, so neither a restart nor a second clock runs it twice. One
that fails is written down, does not keep the others from their turn, and is tried again ten minutes later.
To add one: a function ``work(manager)`` that may run at any time and twice, and a line in :data:`SCHEDULES`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ...catalog import utcnow
from ..queue.manager import JobManager
from . import retention, self_test

log = logging.getLogger(__name__)

PREFIX = "schedule:"
MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
AGAIN_S = 10 * MINUTE


@dataclass(frozen=True)
class Schedule:
    """``work`` every ``every_s`` seconds; ``at_once``: also when it has never run."""

    name: str
    every_s: float
    work: Callable[[JobManager], object]
    sentence: str
    at_once: bool = True


SCHEDULES = (
    Schedule("work_folders", MINUTE, retention.sweep_work_folders, "Work folders of analyses at their end."),
    Schedule("disk_guard", MINUTE, retention.guard_disk, "Leftovers go early while the disk is short."),
    Schedule("leftovers", HOUR, retention.sweep, "Half-uploaded and temporary files, videos without a row."),
    Schedule("retention", HOUR, retention.expire, "Videos and results older than the settings keep."),
    Schedule("trash", HOUR, retention.empty_trash, "The trash is emptied after SHADOW_TRASH_DAYS."),
    Schedule("share_links", HOUR, retention.drop_ended_shares, "Share links that ended a day ago."),
    Schedule("backup", DAY, retention.backup, "A copy of the database."),
    Schedule("self_test", DAY, self_test.request, "A worker analyzes a video it knows.", at_once=False),
)


def run_due(manager: JobManager, now: datetime | None = None) -> list[str]:
    """Run what is due; the names of what ran."""
    moment, last = now or utcnow(), manager.catalog.key_values.all(PREFIX)
    return [
        s.name for s in SCHEDULES if _due(manager, s, last.get(PREFIX + s.name), moment) and _run(manager, s)
    ]


def overview(manager: JobManager) -> list[dict[str, Any]]:
    """Every schedule with its last run, for people: ``name, sentence, every_s, ran_at, took_s, result, error``."""
    last = manager.catalog.key_values.all(PREFIX)
    return [
        {"name": s.name, "sentence": s.sentence, "every_s": s.every_s, **last.get(PREFIX + s.name, {})}
        for s in SCHEDULES
    ]


def _due(manager: JobManager, schedule: Schedule, last: dict[str, Any] | None, now: datetime) -> bool:
    if last is None and not schedule.at_once:
        # Its first turn comes one interval from now: a fresh installation has other things to do.
        manager.catalog.key_values.put(
            PREFIX + schedule.name, {"ran_at": now.isoformat(), "result": "not run yet"}
        )
        return False
    if last is None:
        return True
    pause = min(schedule.every_s, AGAIN_S) if last.get("error") else schedule.every_s
    return now - datetime.fromisoformat(last["ran_at"]) >= timedelta(seconds=pause)


def _run(manager: JobManager, schedule: Schedule) -> bool:
    started, record = time.monotonic(), {"ran_at": utcnow().isoformat()}
    # Written before it begins: should this take longer than a clock's leadership, its successor leaves it alone.
    manager.catalog.key_values.put(PREFIX + schedule.name, {**record, "result": "running"})
    try:
        result = schedule.work(manager)
        record["result"] = "" if result is None else str(result)
    except Exception as error:
        log.exception("the schedule %s broke", schedule.name)
        record["error"] = f"{type(error).__name__}: {error}"
    took_s = round(time.monotonic() - started, 2)
    manager.catalog.key_values.put(PREFIX + schedule.name, {**record, "took_s": took_s})
    return True
