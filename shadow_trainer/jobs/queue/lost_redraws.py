"""Redraws of reports that were lost with Redis, told by the revision: the report shows another than the numbers have."""

from __future__ import annotations

import logging

from ...catalog import Analysis
from ..correction import drawing_tries, revisions
from .manager import JobManager

log = logging.getLogger(__name__)

LATEST = 200
REPORT = "report"


class LostRedraws:
    """Finds them and asks for them again. What was found in order is not looked at again by this process."""

    def __init__(self, manager: JobManager) -> None:
        self._manager = manager
        self._in_order: set[tuple[str, str | None]] = set()

    def ask_again(self) -> int:
        """How many were asked for; one that waits or runs is not asked for twice."""
        rows = [
            row
            for row in self._manager.catalog.statistics.corrected(limit=LATEST)
            if (row.id, row.revision) not in self._in_order
        ]
        return sum(self._asked(row) for row in rows)

    def _asked(self, row: Analysis) -> bool:
        storage, catalog = self._manager.storage, self._manager.catalog
        if revisions.drawn(storage, row.id) == row.revision or not storage.exists(row.original_key):
            self._in_order.add((row.id, row.revision))
            return False
        # One that breaks each time is given up for an hour.
        if self._manager.is_redrawing(row) or not drawing_tries.begin(catalog, row, REPORT):
            return False
        log.info("the report of %s shows other numbers than it has: it is made again", row.id)
        self._manager.redraw(row.id, str(row.revision))
        return True
