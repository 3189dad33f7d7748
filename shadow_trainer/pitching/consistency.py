"""How alike several deliveries of one pitcher are: in one clip, or over a session (docs/method.md, section 3.1).

Spread is set against the published within-pitcher SD (OpenBiomechanics, mean over 100 pitchers); a fault is
marked when it appears in at least 60 % of three or more pitches.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..body.arrays import Floats

LEAST_FOR_MARKS, MARK_SHARE = 3, 0.6
# Mean within-pitcher SD, in the metric's unit: section 3.1, column wSD.
WITHIN_SD: dict[tuple[str, str], float] = {
    ("stride_length", "foot_contact"): 1.0,
    ("stride_angle", "foot_contact"): 1.3,
    ("pelvis_rotation", "foot_contact"): 4.0,
    ("trunk_rotation", "foot_contact"): 4.6,
    ("trunk_rotation", "max_external_rotation"): 1.4,
    ("trunk_rotation", "release"): 1.4,
    ("hip_shoulder_separation", "foot_contact"): 1.4,
    ("hip_shoulder_separation", "max"): 1.0,
    ("trunk_forward_tilt", "foot_contact"): 1.9,
    ("trunk_forward_tilt", "max_external_rotation"): 1.9,
    ("trunk_forward_tilt", "release"): 1.9,
    ("trunk_lateral_tilt", "foot_contact"): 1.6,
    ("trunk_lateral_tilt", "max_external_rotation"): 1.6,
    ("trunk_lateral_tilt", "release"): 1.6,
    ("shoulder_abduction", "foot_contact"): 1.7,
    ("shoulder_horizontal_abduction", "foot_contact"): 2.1,
    ("shoulder_external_rotation", "foot_contact"): 6.3,
    ("shoulder_external_rotation", "max_external_rotation"): 1.4,
    ("elbow_flexion", "foot_contact"): 2.0,
    ("elbow_flexion", "max"): 2.0,
    ("elbow_flexion", "max_external_rotation"): 2.0,
    ("arm_slot", "release"): 2.0,
    ("lead_knee_extension", "foot_contact_to_release"): 3.1,
    ("glove_shoulder_abduction", "foot_contact"): 2.0,
    ("glove_shoulder_abduction", "max_external_rotation"): 2.0,
    ("pelvis_rotation_velocity", "max"): 27.0,
    ("trunk_rotation_velocity", "max"): 18.0,
    ("elbow_extension_velocity", "max"): 43.0,
    ("shoulder_internal_rotation_velocity", "max"): 82.0,
}
WITHIN_SOURCE = "OpenBiomechanics Project, Driveline Baseball: mean within-pitcher SD of 100 pitchers"
# A trend is told when the slope over the session is this many of its standard errors.
TREND_ERRORS = 2.5
LEAST_FOR_TREND = 5


def over(deliveries: list[dict[str, Any]], filmed: list[Any] | None = None) -> dict[str, Any]:
    """How alike deliveries in the order thrown are, from one clip or from several analyses of an athlete:

    ``{"n", "metrics": [...], "faults": [...], "source"}``; empty when there are fewer than two. A delivery needs
    its ``metrics`` (name, event, value, unit, error, confidence, label) and ``faults_seen``, or ``faults`` (id,
    title).
    Low-confidence values stay out. ``filmed`` tells for each delivery how it was filmed (view, model): errors
    differ between views by more than pitchers do between pitches, so that only the deliveries filmed the most
    usual way (of several, the latest) are compared; faults count in all.
    """
    if len(deliveries) < 2:
        return {}
    rows: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for delivery in _filmed_alike(deliveries, filmed):
        for metric in delivery["metrics"]:
            if metric["value"] is not None and metric["confidence"] != "low":
                rows.setdefault((metric["name"], metric["event"]), []).append(metric)
    spreads = [_spread(key, found) for key, found in rows.items() if len(found) >= 2]
    return {
        "n": len(deliveries),
        "metrics": spreads,
        "faults": _faults(deliveries),
        "source": WITHIN_SOURCE,
    }


def _filmed_alike(deliveries: list[dict[str, Any]], filmed: list[Any] | None) -> list[dict[str, Any]]:
    if filmed is None:
        return deliveries
    most = max(reversed(filmed), key=filmed.count)
    return [delivery for delivery, how in zip(deliveries, filmed, strict=True) if how == most]


def _spread(key: tuple[str, str], found: list[dict[str, Any]]) -> dict[str, Any]:
    values = np.array([metric["value"] for metric in found], dtype=float)
    sd, usual = float(values.std(ddof=1)), WITHIN_SD.get(key)
    error = found[-1]["error"]
    return {
        "name": key[0],
        "event": key[1],
        "label": found[-1]["label"],
        "unit": found[-1]["unit"],
        "n": len(values),
        "mean": float(values.mean()),
        "sd": sd,
        "values": [float(value) for value in values],
        "within_sd": usual,
        "ratio": sd / usual if usual else None,
        "verdict": _verdict(sd, usual, error, len(values)),
        "trend_per_pitch": _trend(values),
    }


def _verdict(sd: float, usual: float | None, error: float | None, n: int) -> str:
    """Words for the spread; a spread below the measurement's own error says nothing about the pitcher."""
    if usual is None:
        return "no published spread"
    if n < LEAST_FOR_MARKS:
        return "too few pitches to tell"
    if error is not None and error > usual and sd <= 1.5 * error:
        return "within the error of measurement"
    if sd <= 1.5 * usual:
        return "as steady as usual"
    return "varies more than usual" if sd <= 3 * usual else "varies much more than usual"


def _trend(values: Floats) -> float | None:
    """Slope per pitch when it stands out of the scatter, else None."""
    n = len(values)
    if n < LEAST_FOR_TREND:
        return None
    x = np.arange(n) - (n - 1) / 2
    slope = float((x * values).sum() / (x**2).sum())
    rest = values - values.mean() - slope * x
    error = float(np.sqrt((rest**2).sum() / (n - 2) / (x**2).sum()))
    return slope if abs(slope) > TREND_ERRORS * error else None


def _faults(deliveries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every fault with how often it was seen, those told and those that gave way to others alike; ``marked`` when
    in at least 60 % of three or more pitches."""
    seen: dict[str, dict[str, Any]] = {}
    for delivery in deliveries:
        for fault in delivery.get("faults_seen", delivery["faults"]):
            entry = seen.setdefault(fault["id"], {"id": fault["id"], "title": fault["title"], "count": 0})
            entry["count"] += 1
    n = len(deliveries)
    return [
        {
            **entry,
            "n": n,
            "share": entry["count"] / n,
            "marked": n >= LEAST_FOR_MARKS and entry["count"] >= MARK_SHARE * n,
            "words": f"{entry['count']} of {n} pitches",
        }
        for entry in sorted(seen.values(), key=lambda e: -e["count"])
    ]
