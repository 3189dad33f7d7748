"""Metrics as rows of a table: value and error, norm, a bar of how unusual it is, certainty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...labels import UNKNOWN, number, stands_close, unit_label, with_sign, z_words
from ...pitching.metrics import span_of
from ...pitching.metrics.labels import metric_label
from ...vocabulary import Event, Span

# A metric belongs to the phase of the event at which it is read, or to that of its span; peaks are found on the way.
PHASES: tuple[tuple[str, str, tuple[Event | Span, ...]], ...] = (
    ("lift", "Leg lift", (Event.FIRST_MOVEMENT, Event.LEG_LIFT, Event.HAND_SEPARATION)),
    ("stride", "Foot strike", (Event.FOOT_CONTACT,)),
    ("cocking", "Arm cocking", (Event.MAX_EXTERNAL_ROTATION,)),
    (
        "release",
        "Release",
        (Event.RELEASE, Span.FOOT_CONTACT_TO_RELEASE, Event.MAX_INTERNAL_ROTATION, Event.FOLLOW_THROUGH),
    ),
    ("whole", "Speed, timing and sequence", (Span.MAX, Span.MIN, Span.DELIVERY)),
)
BAR_SD = 3.5  # the bar shows the norm's mean ± this many standard deviations
BAR_WIDTH = 140.0


@dataclass(frozen=True)
class Bar:
    """Geometry of the small z bar, in units of its viewBox (0..140)."""

    marker: float
    error_from: float
    error_to: float
    beyond: bool

    one_sd_from = BAR_WIDTH / 2 - BAR_WIDTH / (2 * BAR_SD)
    one_sd_width = BAR_WIDTH / BAR_SD
    two_sd_from = BAR_WIDTH / 2 - BAR_WIDTH / BAR_SD
    two_sd_width = 2 * BAR_WIDTH / BAR_SD
    middle = BAR_WIDTH / 2
    width = BAR_WIDTH


@dataclass(frozen=True)
class MetricRow:
    """One metric as shown."""

    name: str
    event: str
    label: str
    value: str
    error: str
    error_source: str
    unit: str
    norm: str
    norm_source: str
    z: float | None
    z_words: str
    percentile_words: str
    bar: Bar | None
    confidence: str
    note: str


@dataclass(frozen=True)
class Phase:
    """The metrics of one phase of the delivery."""

    key: str
    title: str
    rows: tuple[MetricRow, ...]

    @property
    def sure(self) -> tuple[MetricRow, ...]:
        """Rows that may be relied on."""
        return tuple(row for row in self.rows if row.confidence != "low")

    @property
    def trends(self) -> tuple[MetricRow, ...]:
        """Rows of low certainty, shown apart."""
        return tuple(row for row in self.rows if row.confidence == "low")


def phase_of(name: str, event: Event | None) -> str:
    """The phase to which a metric belongs, by its event or its span."""
    place = event or span_of(name, event)
    return next((key for key, _, places in PHASES if place in places), "whole")


def phases(metrics: Sequence[Mapping[str, Any]], *, scored: bool = True) -> tuple[Phase, ...]:
    """Metrics grouped by phase in the order of the delivery; empty phases are left out.

    ``scored`` False: the model that measured is too coarse to be held against a norm.
    """
    shown = []
    for key, title, _ in PHASES:
        mine = (metric for metric in metrics if phase_of(metric["name"], metric.get("event")) == key)
        rows = tuple(metric_row(metric, scored=scored) for metric in mine)
        if rows:
            shown.append(Phase(key, title, rows))
    return tuple(shown)


def metric_row(metric: Mapping[str, Any], *, scored: bool = True) -> MetricRow:
    """One metric of analysis.json as a row."""
    unit = metric.get("unit") or ""
    norm = metric.get("norm") or {}
    confidence = str(metric.get("confidence") or "low")
    z = metric.get("z") if scored and confidence != "low" else None
    value, error = metric.get("value"), metric.get("error")
    return MetricRow(
        name=metric["name"],
        event=metric.get("event") or "",
        label=metric.get("label") or metric_label(metric["name"], metric.get("event")),
        value=UNKNOWN if value is None else _amount(value, unit),
        error="?" if error is None else _amount(error, unit),
        error_source=error_words(metric),
        unit=_unit_behind(unit),
        norm=_norm_words(norm, unit),
        norm_source=norm.get("source") or "",
        z=z,
        z_words=z_words(z) if norm.get("mean") is not None else "no norm",
        percentile_words=percentile_words(metric.get("percentile") if z is not None else None),
        bar=_bar(value, error, norm) if z is not None else None,
        confidence=confidence,
        note=metric.get("note") or "",
    )


def percentile_words(percentile: float | None) -> str:
    """``higher than 62 % of pitchers``; the ends of a distribution are not known to the percent."""
    if percentile is None:
        return ""
    shown = min(max(round(percentile), 1), 99)
    return f"higher than {shown} % of pitchers"


def sources(phases: tuple[Phase, ...]) -> tuple[str, ...]:
    """Where the norms of these metrics come from, each source once, in the order of the table."""
    return tuple(dict.fromkeys(row.norm_source for phase in phases for row in phase.rows if row.norm_source))


def error_words(metric: Mapping[str, Any]) -> str:
    """Where the error comes from, or that it is not known."""
    if metric.get("error") is None:
        return "The error of this metric has not been measured for this view and frame rate"
    source = str(metric.get("error_source") or "")
    return source[:1].upper() + source[1:]


def _amount(value: float, unit: str) -> str:
    # A degree sign belongs to each number; words such as "% of height" stand once, behind both.
    return with_sign(number(value, unit), unit) if stands_close(unit) else number(value, unit)


def _unit_behind(unit: str) -> str:
    return "" if stands_close(unit) or not unit_label(unit) else f" {unit_label(unit)}"


def _norm_words(norm: dict[str, Any], unit: str) -> str:
    mean, sd = norm.get("mean"), norm.get("sd")
    if mean is None or sd is None:
        return ""
    return f"{_amount(mean, unit)} ± {_amount(sd, unit)}"


def _bar(value: float | None, error: float | None, norm: dict[str, Any]) -> Bar | None:
    mean, sd = norm.get("mean"), norm.get("sd")
    if value is None or mean is None or not sd:
        return None

    def place(x: float) -> float:
        z = max(-BAR_SD, min(BAR_SD, (x - mean) / sd))
        return float(round(BAR_WIDTH / 2 + z * BAR_WIDTH / (2 * BAR_SD), 1))

    half = error or 0.0
    return Bar(place(value), place(value - half), place(value + half), abs(value - mean) > BAR_SD * sd)
