"""Measuring every row of the table, with the confidence of each number."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...vocabulary import Confidence, Event, Span, Unit, View
from .. import filters
from . import confidence
from .context import DeliveryContext
from .names import MetricKey
from .table import ROWS, Row

TIMES_AND_SPEEDS = frozenset(
    (
        Unit.SECONDS,
        Unit.MILLISECONDS,
        Unit.DEGREES_PER_SECOND,
        Unit.HEIGHTS_PER_SECOND,
        Unit.METERS_PER_SECOND,
        Unit.MILES_PER_HOUR,
    )
)
RATE_DOUBTFUL = "how much slower than life the video plays is not sure"


@dataclass(frozen=True)
class Metric:
    """One number shown to a coach.

    ``event`` at which it is read, or ``span`` over which it is taken: one of the two, see :mod:`.names`; ``value``
    None when it could not be measured; ``timing_error`` what half a frame of timing error does to it, in its own
    unit; ``note`` why it is weaker than usual, in words, or empty.
    """

    name: str
    event: Event | None
    span: Span | None
    value: float | None
    unit: Unit
    confidence: Confidence
    label: str
    phase: Event
    timing_error: float | None
    note: str

    @property
    def key(self) -> MetricKey:
        """Name and event."""
        return self.name, self.event


def at_doubtful_rate(metric: Metric) -> Metric:
    """What a time or a speed is worth where the seconds themselves are a guess; anything else as it is."""
    if metric.unit not in TIMES_AND_SPEEDS:
        return metric
    return replace(metric, confidence=Confidence.LOW, note=metric.note or RATE_DOUBTFUL)


def measure(context: DeliveryContext, view: View) -> list[Metric]:
    """Every metric of one delivery in the order of the table."""
    return [_metric(row, context, view) for row in ROWS]


def _metric(row: Row, context: DeliveryContext, view: View) -> Metric:
    with np.errstate(invalid="ignore"):
        value = float(row.value(context))
    notes = []
    fps = context.signals.fps
    inferred = any(context.events[name].estimated for name in row.needs)
    if fps < row.least_fps:
        notes.append(f"{fps:.0f} frames per second are too few for this moment")
    if inferred:
        notes.append("the moment was inferred, not seen")
    return Metric(
        name=row.name,
        event=row.event,
        span=row.span,
        value=value if np.isfinite(value) else None,
        unit=row.unit,
        confidence=level_of(row, view, fps, inferred=inferred),
        label=row.label,
        phase=row.phase,
        timing_error=_timing_error(row, context),
        note="; ".join(notes),
    )


def level_of(row: Row, view: View, fps: float, *, inferred: bool) -> Confidence:
    """What view and frame rate let a metric be trusted, less where a moment that it needs was inferred."""
    level = confidence.by_view(row.side, row.rear, view) if fps >= row.least_fps else Confidence.LOW
    return (
        confidence.lowest(level, Confidence.LOW if row.strict else Confidence.MEDIUM) if inferred else level
    )


def _timing_error(row: Row, context: DeliveryContext) -> float | None:
    """Half a frame times the curve's own slope at the event; None for what is not read off one curve."""
    if row.event is None or row.curve not in context.curves:
        return None
    slope = filters.rate_of_change(context.curves[row.curve], context.signals.time_s)
    at = float(np.abs(context.signals.at(slope, context.when(row.event))))
    return at * 0.5 / context.signals.fps if np.isfinite(at) else None
