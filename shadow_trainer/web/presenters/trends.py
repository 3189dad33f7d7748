"""An athlete over time: each metric against the day of its video, and how alike the pitches are.

Only values of medium or high certainty make a trend; those of low certainty are shown hollow and left out of
lines, spreads and marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ...catalog import Analysis
from ...labels import number, quantity
from ...pitching import consistency
from ...pitching.document import Consistency
from ...pitching.metrics import MetricKey, quantity_of, span_of
from ...pitching.metrics.labels import metric_label
from ...pitching.stored import upgraded_metrics
from ...render import trend
from .metrics import PHASES, phase_of
from .report import MODEL_WORDS
from .similarity import Spread, drifts, repeated, spreads

# Day, view and summary of one pitch.
Thrown = tuple[date, Any, dict[str, Any]]


@dataclass(frozen=True)
class Point:
    """One pitch on a trend chart, with where it comes from."""

    day: date
    value: float
    error: float | None
    sure: bool
    analysis_id: str
    title: str
    pitch: int
    words: str


@dataclass(frozen=True)
class Trend:
    """One metric over time: the drawing, and its rows for the table behind it."""

    key: str
    title: str
    svg: str
    points: tuple[Point, ...]
    norm: str


@dataclass(frozen=True)
class Group:
    """The metrics of one phase: those with something sure, and those that are only ever of low certainty."""

    title: str
    trends: tuple[Trend, ...]
    unsure: tuple[Trend, ...]


@dataclass(frozen=True)
class Session:
    """The pitches of one day, in the order in which their videos were sent: their spread, and what drifts."""

    day: date
    pitches: int
    spreads: tuple[Spread, ...]
    drifts: tuple[str, ...]


@dataclass(frozen=True)
class Seasons:
    """All that is said of an athlete over several videos. ``sessions``: the latest first; ``marks`` are faults
    seen in most pitches, ``others`` the rest."""

    pitches: int
    groups: tuple[Group, ...]
    spreads: tuple[Spread, ...]
    sessions: tuple[Session, ...]
    marks: tuple[Mapping[str, Any], ...]
    others: tuple[Mapping[str, Any], ...]


def age(birth_year: int | None, today: date | None = None) -> int | None:
    """Years reached in this year's calendar; None when not known."""
    return None if birth_year is None else (today or date.today()).year - birth_year


def build(analyses: Iterable[Any], deliveries: Mapping[str, list[Any]]) -> Seasons:
    """From finished analyses and their deliveries' summaries, in the order of their days."""
    ordered = sorted(analyses, key=lambda row: (day_of(row), row.created_at))
    rows: dict[MetricKey, list[tuple[Any, Point]]] = {}
    thrown: list[Thrown] = []
    for row in ordered:
        scored = (row.result or {}).get("model_size") not in MODEL_WORDS
        for delivery in deliveries.get(row.id, ()):
            for metric in upgraded_metrics(delivery.summary.get("metrics")):
                if metric.get("value") is not None:
                    point = _point(row, delivery, metric, scored)
                    rows.setdefault((metric["name"], metric["event"]), []).append((metric, point))
            if scored:
                thrown.append((day_of(row), (row.result or {}).get("view"), _as_delivery(delivery.summary)))
    spread = _together(thrown)
    faults = repeated(spread)
    return Seasons(
        pitches=len(thrown),
        groups=tuple(_groups(rows)),
        spreads=spreads(spread),
        sessions=tuple(_sessions(thrown)),
        marks=tuple(fault for fault in faults if fault["marked"]),
        others=tuple(fault for fault in faults if not fault["marked"]),
    )


def _together(thrown: list[Thrown]) -> Consistency:
    return consistency.over([pitch for _, _, pitch in thrown], [view for _, view, _ in thrown])


def _sessions(thrown: list[Thrown]) -> Iterable[Session]:
    """Days with more than one pitch, the latest first."""
    for day in sorted({day for day, _, _ in thrown}, reverse=True):
        mine = [one for one in thrown if one[0] == day]
        spread = _together(mine)
        if spread.get("metrics"):
            yield Session(day, len(mine), spreads(spread), drifts(spread))


def day_of(row: Analysis) -> date:
    """The day of a video: as the coach wrote it, else that of the upload."""
    return row.recorded_on or row.created_at.date()


def _point(row: Any, delivery: Any, metric: Mapping[str, Any], scored: bool) -> Point:
    error, unit = metric.get("error"), metric.get("unit") or ""
    words = quantity(metric["value"], unit)
    return Point(
        day=day_of(row),
        value=float(metric["value"]),
        error=None if error is None else float(error),
        sure=scored and metric.get("confidence") in ("medium", "high"),
        analysis_id=row.id,
        title=row.title,
        pitch=delivery.index,
        words=words if error is None else f"{words} ± {number(error, unit)}",
    )


def _as_delivery(summary: Mapping[str, Any]) -> dict[str, Any]:
    """A stored summary in the shape that the consistency asks for."""
    metrics = [{**metric, "label": _label(metric)} for metric in upgraded_metrics(summary.get("metrics"))]
    faults = [fault for fault in summary.get("faults") or () if isinstance(fault, dict) and fault.get("id")]
    return {"metrics": metrics, "faults": faults}


def _label(metric: Mapping[str, Any]) -> str:
    return str(metric.get("label") or metric_label(metric["name"], metric["event"]))


def _groups(rows: Mapping[MetricKey, list[tuple[Any, Point]]]) -> Iterable[Group]:
    for phase, title, _ in PHASES:
        mine = [_trend(key, measured) for key, measured in rows.items() if phase_of(*key) == phase]
        sure = tuple(t for t in mine if any(point.sure for point in t.points))
        if mine:
            yield Group(title, sure, tuple(t for t in mine if t not in sure))


def _trend(key: MetricKey, measured: list[tuple[Any, Point]]) -> Trend:
    metric = measured[-1][0]
    norm = next((m["norm"] for m, _ in reversed(measured) if (m.get("norm") or {}).get("sd")), None)
    unit = metric.get("unit") or ""
    points = tuple(point for _, point in measured)
    address = f"trend-{quantity_of(key[0])}-{key[1] or span_of(*key)}".replace("_", "-")
    band = (norm["mean"] - norm["sd"], norm["mean"] + norm["sd"]) if norm else None
    dots = [trend.Dot(p.day, p.value, p.error, p.sure) for p in points]
    words = "" if norm is None else f"{quantity(norm['mean'], unit)} ± {number(norm['sd'], unit)}"
    svg = trend.draw(trend.Chart(address, _label(metric), unit, dots, band))
    return Trend(address, _label(metric), svg, points, words)
