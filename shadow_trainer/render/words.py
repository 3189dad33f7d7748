"""The words a coach reads for events and metrics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

EVENT_LABELS: dict[str, str] = {
    "first_movement": "First movement",
    "leg_lift": "Leg lift",
    "hand_separation": "Hands apart",
    "foot_contact": "Foot contact",
    "max_external_rotation": "Max layback",
    "release": "Release",
    "max_internal_rotation": "Arm snap ends",
    "follow_through": "Follow-through",
    "max": "Peak",
    "foot_contact_to_release": "Foot contact to release",
    "": "Whole delivery",
    "-": "Whole delivery",
}
UNIT_LABELS: dict[str, str] = {
    "deg": "°",
    "deg/s": "°/s",
    "%height": "% of height",
    "heights/s": "heights/s",
    "head_widths": "head widths",
    "": "",
}
_DIGITS = {"deg": 0, "%height": 0, "deg/s": 0, "ms": 0, "m": 2, "s": 2, "m/s": 2, "heights/s": 2}

_SPECIAL = {
    "hip_shoulder_separation": "Hip–shoulder separation",
    "lead_knee_extension": "Lead-knee extension",
    "lead_knee_flexion": "Lead-knee flexion",
    "rear_knee_flexion": "Rear-knee flexion",
    "time_foot_contact_to_release": "Time from foot contact to release",
    "shoulder_external_rotation": "Shoulder external rotation (layback)",
}


def event_label(name: str) -> str:
    """``foot_contact`` -> ``Foot contact``; an unknown name is made readable."""
    return EVENT_LABELS.get(name, readable(name))


def metric_label(name: str) -> str:
    """``stride_length`` -> ``Stride length``."""
    return _SPECIAL.get(name, readable(name))


def unit_label(unit: str) -> str:
    """``deg`` -> ``°``; a unit without a sign of its own stays as it is."""
    return UNIT_LABELS.get(unit, unit)


def readable(name: str) -> str:
    """``pelvis_rotation`` -> ``Pelvis rotation``."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def number(value: float, unit: str = "") -> str:
    """A value with as many digits as one camera can stand for: whole degrees, two decimals of a metre."""
    digits = _DIGITS.get(unit, 0 if abs(value) >= 100 else 1)
    return f"{round(value, digits) + 0.0:.{digits}f}"


def quantity(value: float, unit: str) -> str:
    """Value and unit: ``35.9°``, ``85.0 % of height``, ``141 ms``."""
    sign = unit_label(unit)
    gap = "" if sign.startswith("°") else " "
    return f"{number(value, unit)}{gap}{sign}".strip()


def shown(value: float | None, unit: str) -> str:
    """As :func:`quantity`, with a minus sign in place of the hyphen; ``–`` for what is not known."""
    return "–" if value is None else quantity(value, unit).replace("-", "−")


def z_words(z: float | None) -> str:
    """How far from typical, in words. Nothing is "wrong": healthy pitchers differ widely."""
    if z is None:
        return "not scored"
    if abs(z) < 1:
        return "typical"
    return f"{'well ' if abs(z) >= 2 else ''}{'above' if z > 0 else 'below'} typical"


def validated(metrics: Iterable[Mapping[str, Any]]) -> str:
    """On how many pitches the errors of these metrics were measured: ``5``, ``2 to 5``, or empty."""
    counts = {int(metric.get("error_n") or 0) for metric in metrics} - {0}
    return " to ".join(str(n) for n in sorted({min(counts), max(counts)})) if counts else ""
