"""Counters: numbers that only ever grow, counted in the transaction that makes them true.

Prometheus takes a counter that falls for a restart, so its counters cannot be counted from rows that are deleted
and run again. Kept in one row, whoever asks reads the same, and a killed process takes nothing with it.

A distribution NAME is kept as ``NAME:sum``, ``NAME:count`` and ``NAME:le:LIMIT`` for each of its limits.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from .models import KeyValue
from .repository import Repository
from .types import utcnow

NAME = "tally"  # the stored name of their row
SECONDS = (1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600)
RATIOS = (0.25, 0.5, 0.75, 1, 1.33, 2, 4)


def add(session: Session, numbers: Mapping[str, float]) -> None:
    """Add to the counters. Call it last: the row is held until the transaction ends."""
    row = _row(session)
    row.data = {**row.data, **{name: row.data.get(name, 0) + number for name, number in numbers.items()}}
    row.updated_at = utcnow()


def spread(name: str, value: float, limits: tuple[float, ...] = SECONDS) -> dict[str, float]:
    """What one observation of a distribution adds."""
    below = {f"{name}:le:{limit:g}": 1.0 for limit in limits if value <= limit}
    return {f"{name}:sum": value, f"{name}:count": 1.0, **below}


def _row(session: Session) -> KeyValue:
    if (row := session.get(KeyValue, NAME, with_for_update=True)) is not None:
        return row
    try:
        with session.begin_nested():
            session.add(KeyValue(name=NAME, data={}))
    except IntegrityError:  # another process was the first
        pass
    return session.get_one(KeyValue, NAME, with_for_update=True, populate_existing=True)


class Counters(Repository):
    """Reading them."""

    def all(self) -> dict[str, float]:
        """Every counter by name."""
        with self.read() as session:
            row = session.get(KeyValue, NAME)
            return dict(row.data) if row else {}
