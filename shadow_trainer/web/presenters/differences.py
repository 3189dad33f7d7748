"""The comparison of two deliveries: metrics with the error of their difference, intervals, similarity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...labels import UNKNOWN, event_label, number, quantity, signed, stands_close
from ...pitching.metrics import MetricKey
from ...pitching.metrics.labels import metric_label
from ...pitching.reference.time_warp import INTERVALS
from ...vocabulary import EVENTS, Unit
from .metrics import PHASES, phase_of
from .similarity import Similarity, similarity_of


@dataclass(frozen=True)
class Row:
    """One metric of both. ``verdict``: ``more`` than the errors explain, ``within`` them, or ``unsure``."""

    label: str
    a: str
    b: str
    difference: str
    verdict: str
    words: str


@dataclass(frozen=True)
class Phase:
    """The metrics of one phase of the delivery."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Interval:
    """From one event to another: both in ms, and the second minus the first; no difference where one of the events
    was inferred and not seen, in ``a`` or in ``b`` (``a_guessed``, ``b_guessed``)."""

    label: str
    a: str
    b: str
    difference: str
    a_guessed: bool
    b_guessed: bool


@dataclass(frozen=True)
class Moment:
    """An event that both have, with the videos' own times."""

    name: str
    label: str
    a_s: float
    b_s: float


WORDS = {
    "more": "more than the errors explain",
    "within": "within the errors",
    "unsure": "rough: not judged",
    "missing": "",
}


def metrics(a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[Phase, ...]:
    """The metrics that either has, by phase; the difference is the second minus the first."""
    ours, theirs = (_by_key(delivery) for delivery in (a, b))
    keys = [*ours, *(key for key in theirs if key not in ours)]
    phases = []
    for phase, title, _ in PHASES:
        rows = tuple(_row(key, ours.get(key), theirs.get(key)) for key in keys if phase_of(*key) == phase)
        if rows:
            phases.append(Phase(title, rows))
    return tuple(phases)


def intervals(a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[Interval, ...]:
    """Between events that both have."""
    ours, theirs = _times(a), _times(b)
    rows = []
    for start, stop in INTERVALS:
        if all(name in times for name in (start, stop) for times in (ours, theirs)):
            first, second = (1000 * (times[stop] - times[start]) for times in (ours, theirs))
            label = f"{event_label(start)} to {event_label(stop).lower()}"
            guessed = [_guessed(delivery, start, stop) for delivery in (a, b)]
            apart = "–" if any(guessed) else signed(second - first, Unit.MILLISECONDS)
            rows.append(
                Interval(
                    label,
                    quantity(first, Unit.MILLISECONDS),
                    quantity(second, Unit.MILLISECONDS),
                    apart,
                    *guessed,
                )
            )
    return tuple(rows)


def _guessed(delivery: Mapping[str, Any], *names: str) -> bool:
    return any((delivery["events"][name] or {}).get("estimated") for name in names)


def moments(a: Mapping[str, Any], b: Mapping[str, Any], a_scale: float, b_scale: float) -> tuple[Moment, ...]:
    """Events that both have, in seconds of the videos' own clocks."""
    ours, theirs = _times(a), _times(b)
    both = [name for name in EVENTS if name in ours and name in theirs]
    return tuple(Moment(n, event_label(n), ours[n] / a_scale, theirs[n] / b_scale) for n in both)


def similarity_between(similarity: Mapping[str, Any]) -> Similarity | None:
    """The similarity of the first to the second."""
    return similarity_of(dict(similarity), scored=True)


def verdict(a: Mapping[str, Any], b: Mapping[str, Any]) -> str:
    """Whether two measured values differ by more than their errors together (root of the sum of squares)."""
    error_a, error_b = a.get("error"), b.get("error")
    if "low" in (a.get("confidence"), b.get("confidence")) or error_a is None or error_b is None:
        return "unsure"
    return "more" if abs(b["value"] - a["value"]) > float(np.hypot(error_a, error_b)) else "within"


def _row(key: MetricKey, a: Mapping[str, Any] | None, b: Mapping[str, Any] | None) -> Row:
    one = a or b or {}
    unit, kind = one.get("unit") or "", "missing"
    difference = UNKNOWN
    if a and b and None not in (a.get("value"), b.get("value")):
        kind = verdict(a, b)
        difference = signed(b["value"] - a["value"], unit)
    return Row(
        label=one.get("label") or metric_label(*key),
        a=_words(a, unit),
        b=_words(b, unit),
        difference=difference,
        verdict=kind,
        words=WORDS[kind],
    )


def _by_key(delivery: Mapping[str, Any]) -> dict[MetricKey, Mapping[str, Any]]:
    return {(m["name"], m.get("event")): m for m in delivery.get("metrics") or ()}


def _times(delivery: Mapping[str, Any]) -> dict[str, float]:
    events = delivery.get("events") or {}
    return {name: float(e["time_s"]) for name, e in events.items() if e and e.get("time_s") is not None}


def _words(metric: Mapping[str, Any] | None, unit: str) -> str:
    value, error = (metric or {}).get("value"), (metric or {}).get("error")
    if value is None or error is None:
        return quantity(value, unit)
    one = quantity if stands_close(unit) else number
    return f"{one(value, unit)} ± {quantity(error, unit)}"
