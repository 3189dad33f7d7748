"""Faults and strengths in words a coach can use (PITCHING.md sections 4.4 and 4.5).

At most three faults, the earliest in the delivery first, and at least one strength. Low-confidence values
never make a fault. The texts describe, compare, explain and offer one drill; they predict nothing.
"""

from __future__ import annotations

from typing import Any

from .fault_rules import RULES, FaultRule
from .metrics import HIGH, LOW

MOST = 3
WEIGHT = {"high": 1.0, "medium": 0.6, "low": 0.0}
LEAST_Z, ERROR_FACTOR = 1.0, 1.5
_UNITS = {"deg": "°", "%height": " %", "cm": " cm", "m/s": " m/s", "ms": " ms", "deg/s": "°/s"}
_SIGNED_AWAY = {"open_stride", "knee_collapse"}  # told as an amount, not as a negative number

Rows = dict[tuple[str, str], dict[str, Any]]


def find(metrics: list[dict[str, Any]], events: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """At most three faults of one delivery, from its scored metrics, in the order of the delivery."""
    rows: Rows = {(m["name"], m["event"]): m for m in metrics}
    found = [fault for rule in RULES if (fault := _judge(rule, rows, events))]
    worst = sorted((f for f in found if f["priority"] > 0), key=lambda f: -f["priority"])[:MOST]
    return sorted(worst, key=lambda f: (f["time_s"], -f["priority"]))


def _judge(rule: FaultRule, rows: Rows, events: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    row = rows.get((rule.metric, rule.event))
    if row is None or row["value"] is None or row["confidence"] == LOW:
        return None
    value, sign = row["value"], 1.0 if rule.above else -1.0
    if sign * (value - rule.amber) <= 0 or not _ALSO[rule.also](rows):
        return None
    red = rule.red is not None and sign * (value - rule.red) > 0
    norm, z = row["norm"], row["z"]
    if norm and z is not None:
        error = row["error"] or 0.0
        if abs(z) < LEAST_Z or abs(value - norm["mean"]) <= ERROR_FACTOR * error:
            return None
    strength = max(abs(z) - 1, 0.1) if z is not None else (1.5 if red else 0.5)
    moment = events.get(rule.event) or events["foot_contact" if rule.order >= 1 else "release"]
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": "note" if rule.note_only else "red" if red else "amber",
        "priority": round(rule.impact * strength * WEIGHT[row["confidence"]] * rule.order, 3),
        "event": rule.event if rule.event in events else "foot_contact",
        "time_s": moment["time_s"],
        "metric": rule.metric,
        "seen": rule.seen.format(value=_amount(rule, row)) + ".",
        "norm": _usual(row),
        "why": rule.why,
        "drill": rule.drill,
        "source": rule.source,
        "certainty": row["confidence"],
    }


def _knee_does_not_extend(rows: Rows) -> bool:
    row = rows.get(("lead_knee_extension", "foot_contact_to_release"))
    return bool(row and row["value"] is not None and row["confidence"] != LOW and row["value"] < 0)


_ALSO = {"": lambda rows: True, "knee_does_not_extend": _knee_does_not_extend}


def _amount(rule: FaultRule, row: dict[str, Any]) -> str:
    value = -row["value"] if rule.id in _SIGNED_AWAY else row["value"]
    return f"{value:.0f}{_UNITS[row['unit']]}"


def _usual(row: dict[str, Any]) -> str | None:
    """The middle 68 % of the norm, in words."""
    norm = row["norm"]
    if not norm or not norm["sd"]:
        return None
    low, high = norm["mean"] - norm["sd"], norm["mean"] + norm["sd"]
    return f"usual: {low:.0f} to {high:.0f}{_UNITS[row['unit']]} (middle 68 %)"


def strengths(metrics: list[dict[str, Any]], events: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """At least one thing that is as it is in good deliveries: the surest value nearest to its norm."""
    scored = [m for m in metrics if m["z"] is not None and m["event"] in events]
    if not scored:
        return []
    best = min(scored, key=lambda m: abs(m["z"]) + (0.0 if m["confidence"] == HIGH else 0.3))
    value = f"{best['value']:.0f}{_UNITS[best['unit']]}"
    return [
        {
            "id": best["name"],
            "title": best["label"],
            "event": best["event"],
            "time_s": events[best["event"]]["time_s"],
            "metric": best["name"],
            "seen": f"{best['label']}: {value}, {'in the middle of' if abs(best['z']) < 1 else 'nearest to'} "
            "what good deliveries show.",
            "norm": _usual(best),
            "certainty": best["confidence"],
        }
    ]
