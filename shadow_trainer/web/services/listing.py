"""Analyses as the lines of a list."""

from __future__ import annotations

from collections.abc import Sequence

from ...catalog import Analysis, utcnow
from ..accounts.viewer import catalog
from ..presenters import analysis as shown
from .urls import poster_address


def items(rows: Sequence[Analysis]) -> list[shown.Item]:
    """Rows as lines of a list, with the names of their athletes."""
    now, athletes = utcnow(), {}
    if any(row.athlete_id for row in rows):
        known = catalog().athletes.all(archived=None)
        athletes = {athlete.id: athlete.name for athlete in known}
    return [
        shown.item(row, poster=poster_address(row), now=now, athlete=athletes.get(row.athlete_id or 0, ""))
        for row in rows
    ]
