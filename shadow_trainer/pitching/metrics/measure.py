"""Measuring every row of the table, and saying how sure each number is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import filters
from . import confidence
from .context import Context
from .table import ROWS, Row


@dataclass(frozen=True)
class Metric:
    """One number shown to a coach.

    ``value`` None when it could not be measured; ``timing_error`` what half a frame of timing error does to
    it (section 1.3), in its own unit; ``note`` why it is weaker than usual, in words, or empty.
    """

    name: str
    event: str
    value: float | None
    unit: str
    confidence: str
    label: str
    phase: str
    timing_error: float | None
    note: str


def measure(context: Context, view: str) -> list[Metric]:
    """Every metric of one delivery in the order of the table; ``view`` as in docs/architecture.md, section 4."""
    return [_metric(row, context, view) for row in ROWS]


def _metric(row: Row, context: Context, view: str) -> Metric:
    with np.errstate(invalid="ignore"):
        value = float(row.value(context))
    sure = confidence.by_view(row.side, row.rear, view)
    notes = []
    fps = context.signals.fps
    if fps < row.least_fps:
        sure = confidence.LOW
        notes.append(f"{fps:.0f} pictures per second are too few for this moment")
    guessed = [name for name in row.needs if context.events[name].estimated]
    if guessed:
        sure = confidence.lowest(sure, confidence.LOW if row.strict else confidence.MEDIUM)
        notes.append("the moment was inferred, not seen")
    return Metric(
        name=row.name,
        event=row.event,
        value=value if np.isfinite(value) else None,
        unit=row.unit,
        confidence=sure,
        label=row.label,
        phase=row.phase,
        timing_error=_timing_error(row, context),
        note="; ".join(notes),
    )


def _timing_error(row: Row, context: Context) -> float | None:
    """Half a frame times the curve's own slope at the event; None for what is not read off one curve."""
    if row.curve not in context.curves or row.event not in context.events:
        return None
    slope = filters.rate_of_change(context.curves[row.curve], context.signals.time_s)
    at = float(np.abs(context.signals.at(slope, context.when(row.event))))
    return at * 0.5 / context.signals.fps if np.isfinite(at) else None
