"""Judging one delivery: at most three faults, the earliest first (docs/method.md, section 4.4).

A deviation is reportable when it is at least one SD from the norm *and* more than one and a half times its
own error, and when most of the interval that the number may lie in is beyond the limit; low-confidence values never
make a fault. The texts describe, compare, explain and offer one
drill; they predict nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from ...labels import quantity, rounded
from ...vocabulary import Confidence, Event, Span, Unit, View
from ..document import EventEntry, MetricEntry, NotJudged
from ..document import Fault as Finding
from ..metrics.names import MetricKey, key_of
from .rules import RULES, Check, Fault
from .words import certainty, usual

MOST = 3
WEIGHT = {Confidence.HIGH: 1.0, Confidence.MEDIUM: 0.6, Confidence.LOW: 0.0}
ONE_LESS = {Confidence.HIGH: Confidence.MEDIUM, Confidence.MEDIUM: Confidence.LOW}
LEAST_Z, ERROR_FACTOR = 1.0, 1.5
# Of the error by which a number must lie beyond a limit: some seven of ten such are beyond it in truth.
BEYOND_FACTOR = 0.5
# What stands in for |z| where no norm is published: at the amber limit, per step from amber to red, at most.
AMBER_Z, RED_Z, MOST_Z = 1.3, 2.0, 3.5
# Pose error where this view and frame rate have not been validated (docs/method.md, section 4.3) [E].
ASSUMED_DEG = {
    "trunk": 6.0,
    "shoulder": 10.0,
    "elbow": 15.0,
    "pelvis": 6.0,
    "hip": 8.5,
    "lead": 6.0,
    "rear": 6.0,
}
FOOTER = (
    "A coaching aid, not medical advice. Pain: stop, and see a professional. "
    "Follow the Pitch Smart counts and days of rest."
)

Rows: TypeAlias = dict[MetricKey, MetricEntry]
Moments: TypeAlias = dict[Event, EventEntry]


def find(
    metrics: list[MetricEntry],
    events: Moments,
    *,
    styles: frozenset[str] = frozenset(),
    fps: float = 240.0,
    view: View = View.OTHER,
) -> list[Finding]:
    """At most three faults of one delivery from its scored metrics; notes come after them."""
    return shown(find_all(metrics, events, styles=styles, fps=fps, view=view))


def find_all(
    metrics: list[MetricEntry],
    events: Moments,
    *,
    styles: frozenset[str] = frozenset(),
    fps: float = 240.0,
    view: View = View.OTHER,
) -> list[Finding]:
    """Every fault of one delivery, in the order of the rules.

    ``styles`` are what the delivery is on purpose (``slide_step``, ``windup``, ``sidearm``, ``submarine``).
    """
    rows = by_key(metrics)
    return [
        fault
        for rule in RULES
        if not styles.intersection(rule.unless) and (fault := _judge(rule, rows, events, fps, view))
    ]


def by_key(metrics: list[MetricEntry]) -> Rows:
    """Metrics by name and event."""
    return {(metric["name"], metric["event"]): metric for metric in metrics}


def shown(findings: list[Finding]) -> list[Finding]:
    """Those that a coach is told: at most three by their priority, the earliest in the delivery first."""
    ranked = sorted((f for f in findings if f["severity"] != "note"), key=lambda f: -f["priority"])[:MOST]
    notes = [f for f in findings if f["severity"] == "note"][: MOST - len(ranked)]
    return sorted([*ranked, *notes], key=lambda f: (f["time_s"], -f["priority"]))


def not_judged(
    metrics: list[MetricEntry], *, styles: frozenset[str] = frozenset(), fps: float = 240.0
) -> list[NotJudged]:
    """Faults that this video cannot show: each of their numbers is unknown, of low certainty, or too fast for it.

    Silence about them is not praise, and a coach should know which they are.
    """
    rows = by_key(metrics)

    def can_tell(check: Check) -> bool:
        row = rows.get(check.key)
        return fps >= check.least_fps and row is not None and _usable(row)

    return [
        {"id": rule.id, "title": rule.title}
        for rule in RULES
        if not styles.intersection(rule.unless) and not any(map(can_tell, rule.checks))
    ]


def _judge(rule: Fault, rows: Rows, events: Moments, fps: float, view: View) -> Finding | None:
    """The fault by its worst check, or None."""
    hits = [hit for check in rule.checks if fps >= check.least_fps and (hit := _hit(check, rows))]
    if not hits:
        return None
    hit = max(hits, key=lambda hit: hit.strength * WEIGHT[hit.confidence])
    check, row = hit.check, hit.row
    amount = abs(hit.value) if check.as_amount else hit.value
    seen = check.seen.format(value=quantity(amount, row["unit"]))
    norm = usual(row)
    how_sure = certainty(hit.confidence, fps, view)
    text = f"{seen}{f' ({norm})' if norm else ''}. {rule.why}"
    return {
        "id": rule.id,
        "name": rule.id,
        "title": rule.title,
        "severity": "note" if rule.note_only else "red" if hit.red else "amber",
        "priority": round(rule.impact * (hit.strength - 1.0) * WEIGHT[hit.confidence] * rule.order, 3),
        "strength": round(hit.strength, 3),
        "marked": False,  # by several pitches only: see .repeats
        "event": rule.event,
        "time_s": events[rule.event]["time_s"],
        "metric": row["name"],
        "metric_event": row["event"],
        "value": hit.value,
        "seen": f"{seen}.",
        "norm": norm,
        "why": rule.why,
        "drill": rule.drill,
        "source": rule.source,
        "certainty": how_sure,
        "text": text,
        "message": f"{text} Try: {rule.drill} Certainty: {how_sure}.",
    }


@dataclass(frozen=True)
class Hit:
    """A check that was passed: ``strength`` |z| or what stands in for it; ``confidence`` in the finding."""

    check: Check
    row: MetricEntry
    value: float
    strength: float
    red: bool
    confidence: Confidence


def _hit(check: Check, rows: Rows) -> Hit | None:
    """The check when its limit is passed, as a coach reads the number, and the deviation is reportable.

    The interval counts, not the point: nearer to the limit than half the error says nothing; beyond it by less than
    the error may well lie on its other side: one step less sure, and what is then of low certainty is not reported.
    """
    row = rows.get(check.key)
    if row is None or row["value"] is None or not _usable(row):
        return None
    value, z, norm = row["value"], row["z"], row["norm"]
    sign = 1.0 if check.above else -1.0
    beyond, error = sign * (value - check.amber), _error(row)
    as_read = sign * (rounded(value, row["unit"]) - check.amber)
    if min(beyond, as_read) <= 0 or beyond < BEYOND_FACTOR * error or not _ALSO[check.also](rows):
        return None
    red = check.red is not None and sign * (value - check.red) > BEYOND_FACTOR * error
    if z is None or norm is None:
        if beyond <= ERROR_FACTOR * error:
            return None
        return Hit(check, row, value, _stand_in(check, beyond), red, row["confidence"])
    if abs(z) < LEAST_Z or abs(value - norm["mean"]) <= ERROR_FACTOR * error:
        return None
    confidence = row["confidence"] if beyond > error else ONE_LESS[row["confidence"]]
    if confidence == Confidence.LOW:
        return None
    return Hit(check, row, value, max(abs(z), 1.05), red, confidence)


def _usable(row: MetricEntry) -> bool:
    return row["value"] is not None and row["confidence"] != Confidence.LOW


def _stand_in(check: Check, beyond: float) -> float:
    if check.red is None or check.red == check.amber:
        return AMBER_Z
    step = beyond / abs(check.red - check.amber)
    return min(AMBER_Z + (RED_Z - AMBER_Z) * step, MOST_Z)


def _error(row: MetricEntry) -> float:
    """The measured error; where it was not measured, half a frame's timing error and an assumed pose error."""
    if row["error"] is not None:
        return float(row["error"])
    timing = float(row.get("timing_error") or 0.0)
    assumed = ASSUMED_DEG.get(row["name"].split("_")[0], 6.0) if row["unit"] == Unit.DEGREES else 0.0
    return float((timing**2 + assumed**2) ** 0.5)


def _knee_does_not_extend(rows: Rows) -> bool:
    row = rows.get(key_of("lead_knee_extension", Span.FOOT_CONTACT_TO_RELEASE))
    return row is not None and _usable(row) and (row["value"] or 0.0) < 0


_ALSO: dict[str, Callable[[Rows], bool]] = {
    "": lambda rows: True,
    "knee_does_not_extend": _knee_does_not_extend,
}
