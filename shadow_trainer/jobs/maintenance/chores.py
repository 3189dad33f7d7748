"""The list of periodic work that a web process in legacy mode does."""

from __future__ import annotations

from ..queue.chores import Chores
from ..queue.manager import JobManager
from . import alerts, schedules, self_test


def each_minute(manager: JobManager) -> None:
    """What the clock does in RQ mode, except for the repairs of Redis."""
    alerts.watch(manager)
    schedules.run_due(manager)


CHORES = Chores(each_minute, self_test.run)
