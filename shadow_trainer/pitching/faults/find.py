"""Judging one delivery: at most three faults, the earliest first, and at least one strength (section 4.4).

A deviation is reportable when it is at least one SD from the norm *and* more than one and a half times its
own error; low-confidence values never make a fault. The texts describe, compare, explain and offer one
drill; they predict nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...labels import quantity, rounded
from ..metrics.confidence import HIGH, LOW, MEDIUM
from .rules import RULES, Check, Fault
from .words import certainty, usual

MOST = 3
WEIGHT = {"high": 1.0, "medium": 0.6, "low": 0.0}
LESS_SURE = {HIGH: MEDIUM, MEDIUM: LOW}
LEAST_Z, ERROR_FACTOR = 1.0, 1.5
# What stands in for |z| where no norm is published: at the amber limit, per step from amber to red, at most.
AMBER_Z, RED_Z, MOST_Z = 1.3, 2.0, 3.5
# Pose error where this view and frame rate have not been validated: section 4.3's 6, 10 and 15 degrees [E].
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

Rows = dict[tuple[str, str], dict[str, Any]]


def find(
    metrics: list[dict[str, Any]],
    events: dict[str, dict[str, Any]],
    *,
    styles: frozenset[str] = frozenset(),
    fps: float = 240.0,
    view: str = "other",
) -> list[dict[str, Any]]:
    """At most three faults of one delivery from its scored metrics; notes come after them."""
    return shown(find_all(metrics, events, styles=styles, fps=fps, view=view))


def find_all(
    metrics: list[dict[str, Any]],
    events: dict[str, dict[str, Any]],
    *,
    styles: frozenset[str] = frozenset(),
    fps: float = 240.0,
    view: str = "other",
) -> list[dict[str, Any]]:
    """Every fault of one delivery, in the order of the rules.

    ``styles`` are what the delivery is on purpose (``slide_step``, ``windup``, ``sidearm``, ``submarine``).
    """
    rows: Rows = {(m["name"], m["event"]): m for m in metrics}
    return [
        fault
        for rule in RULES
        if not styles.intersection(rule.unless) and (fault := _judge(rule, rows, events, fps, view))
    ]


def shown(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that a coach is told: at most three by their priority, the earliest in the delivery first."""
    ranked = sorted((f for f in found if f["severity"] != "note"), key=lambda f: -f["priority"])[:MOST]
    notes = [f for f in found if f["severity"] == "note"][: MOST - len(ranked)]
    return sorted([*ranked, *notes], key=lambda f: (f["time_s"], -f["priority"]))


def not_judged(
    metrics: list[dict[str, Any]], *, styles: frozenset[str] = frozenset(), fps: float = 240.0
) -> list[dict[str, str]]:
    """Faults that this film cannot show: each of their numbers is unknown, of low certainty, or too fast for it.

    Silence about them is not praise, and a coach should know which they are.
    """
    rows: Rows = {(m["name"], m["event"]): m for m in metrics}

    def can_tell(check: Check) -> bool:
        row = rows.get((check.metric, check.event))
        return fps >= check.least_fps and bool(row) and row["value"] is not None and row["confidence"] != LOW

    return [
        {"id": rule.id, "title": rule.title}
        for rule in RULES
        if not styles.intersection(rule.unless) and not any(map(can_tell, rule.checks))
    ]


def _judge(
    rule: Fault, rows: Rows, events: dict[str, dict[str, Any]], fps: float, view: str
) -> dict[str, Any] | None:
    """The fault by its worst check, or None."""
    hits = [hit for check in rule.checks if fps >= check.least_fps and (hit := _hit(check, rows))]
    if not hits:
        return None
    hit = max(hits, key=lambda hit: hit.strength * WEIGHT[hit.sure])
    check, row = hit.check, hit.row
    seen = check.seen.format(
        value=quantity(abs(row["value"]) if check.as_amount else row["value"], row["unit"])
    )
    norm = usual(row)
    sure = certainty(hit.sure, fps, view)
    text = f"{seen}{f' ({norm})' if norm else ''}. {rule.why}"
    return {
        "id": rule.id,
        "name": rule.id,
        "title": rule.title,
        "severity": "note" if rule.note_only else "red" if hit.red else "amber",
        "priority": round(rule.impact * (hit.strength - 1.0) * WEIGHT[hit.sure] * rule.order, 3),
        "strength": round(hit.strength, 3),
        "marked": False,  # by several pitches only: see .repeats
        "event": rule.event,
        "time_s": events[rule.event]["time_s"],
        "metric": check.metric,
        "metric_event": check.event,
        "value": row["value"],
        "seen": f"{seen}.",
        "norm": norm,
        "why": rule.why,
        "drill": rule.drill,
        "source": rule.source,
        "certainty": sure,
        "text": text,
        "message": f"{text} Try: {rule.drill} Certainty: {sure}.",
    }


@dataclass(frozen=True)
class Hit:
    """A check that was passed: ``strength`` |z| or what stands in for it; ``sure`` how certain it is."""

    check: Check
    row: dict[str, Any]
    strength: float
    red: bool
    sure: str


def _hit(check: Check, rows: Rows) -> Hit | None:
    """The check when its limit is passed, as a coach reads the number, and the deviation is reportable.

    Whoever lies beyond the limit by less than the error may well lie on its other side: one step less sure,
    and what is then of low certainty is not reported.
    """
    row = rows.get((check.metric, check.event))
    if row is None or row["value"] is None or row["confidence"] == LOW:
        return None
    sign = 1.0 if check.above else -1.0
    beyond, error = sign * (row["value"] - check.amber), _error(row)
    as_read = sign * (rounded(row["value"], row["unit"]) - check.amber)
    if min(beyond, as_read) <= 0 or not _ALSO[check.also](rows):
        return None
    red = check.red is not None and sign * (row["value"] - check.red) > 0
    if row["z"] is None:
        if beyond <= ERROR_FACTOR * error:
            return None
        return Hit(check, row, _stand_in(check, beyond), red, row["confidence"])
    if abs(row["z"]) < LEAST_Z or abs(row["value"] - row["norm"]["mean"]) <= ERROR_FACTOR * error:
        return None
    sure = row["confidence"] if beyond > error else LESS_SURE[row["confidence"]]
    return None if sure == LOW else Hit(check, row, max(abs(row["z"]), 1.05), red, sure)


def _stand_in(check: Check, beyond: float) -> float:
    if check.red is None or check.red == check.amber:
        return AMBER_Z
    step = beyond / abs(check.red - check.amber)
    return min(AMBER_Z + (RED_Z - AMBER_Z) * step, MOST_Z)


def _error(row: dict[str, Any]) -> float:
    """The measured error; where it was not measured, half a frame's timing error and an assumed pose error."""
    if row["error"] is not None:
        return float(row["error"])
    timing = float(row.get("timing_error") or 0.0)
    assumed = ASSUMED_DEG.get(row["name"].split("_")[0], 6.0) if row["unit"] == "deg" else 0.0
    return float((timing**2 + assumed**2) ** 0.5)


def _knee_does_not_extend(rows: Rows) -> bool:
    row = rows.get(("lead_knee_extension", "foot_contact_to_release"))
    return bool(row and row["value"] is not None and row["confidence"] != LOW and row["value"] < 0)


_ALSO = {"": lambda rows: True, "knee_does_not_extend": _knee_does_not_extend}
