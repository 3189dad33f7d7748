"""How alike several deliveries of one pitcher are: in one clip, or over a session (docs/method.md, section 3.1).

Spread is set against the published within-pitcher SD (OpenBiomechanics, mean over 100 pitchers); a fault is
marked when it appears in at least 60 % of three or more pitches.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..body.arrays import Floats
from ..vocabulary import Confidence, Span
from .document import Consistency, RepeatedFault, Spread
from .events.event import BR, FC, MER
from .metrics.names import MetricKey, key_of, span_of

LEAST_FOR_MARKS, MARK_SHARE = 3, 0.6
# Mean within-pitcher SD, in the metric's unit.
WITHIN_SD: dict[MetricKey, float] = {
    ("stride_length", FC): 1.0,
    ("stride_angle", FC): 1.3,
    ("pelvis_rotation", FC): 4.0,
    ("trunk_rotation", FC): 4.6,
    ("trunk_rotation", MER): 1.4,
    ("trunk_rotation", BR): 1.4,
    ("hip_shoulder_separation", FC): 1.4,
    key_of("hip_shoulder_separation", Span.MAX): 1.0,
    ("trunk_forward_tilt", FC): 1.9,
    ("trunk_forward_tilt", MER): 1.9,
    ("trunk_forward_tilt", BR): 1.9,
    ("trunk_lateral_tilt", FC): 1.6,
    ("trunk_lateral_tilt", MER): 1.6,
    ("trunk_lateral_tilt", BR): 1.6,
    ("shoulder_abduction", FC): 1.7,
    ("shoulder_horizontal_abduction", FC): 2.1,
    ("shoulder_external_rotation", FC): 6.3,
    ("shoulder_external_rotation", MER): 1.4,
    ("elbow_flexion", FC): 2.0,
    key_of("elbow_flexion", Span.MAX): 2.0,
    ("elbow_flexion", MER): 2.0,
    ("arm_slot", BR): 2.0,
    key_of("lead_knee_extension", Span.FOOT_CONTACT_TO_RELEASE): 3.1,
    ("glove_shoulder_abduction", FC): 2.0,
    ("glove_shoulder_abduction", MER): 2.0,
    key_of("pelvis_rotation_velocity", Span.MAX): 27.0,
    key_of("trunk_rotation_velocity", Span.MAX): 18.0,
    key_of("elbow_extension_velocity", Span.MAX): 43.0,
    key_of("shoulder_internal_rotation_velocity", Span.MAX): 82.0,
}
WITHIN_SOURCE = "OpenBiomechanics Project, Driveline Baseball: mean within-pitcher SD of 100 pitchers"
# A trend is told when the slope over the session is this many of its standard errors.
TREND_ERRORS = 2.5
LEAST_FOR_TREND = 5


def over(deliveries: Sequence[Mapping[str, Any]], captured: Sequence[Any] | None = None) -> Consistency:
    """How alike deliveries in the order thrown are, from one clip or from several analyses of an athlete.

    Empty when there are fewer than two. A delivery needs its ``metrics`` (name, event, value, unit, error,
    confidence, label) and ``faults_seen``, or ``faults`` (id, title), as a document or a catalog's summary has them.
    Low-confidence values stay out. ``captured`` tells for each delivery how it was filmed (view, model): errors
    differ between views by more than pitchers do between pitches, so that only the deliveries filmed the most
    usual way (of several, the latest) are compared; faults count in all.
    """
    if len(deliveries) < 2:
        return {}
    rows: dict[MetricKey, list[Mapping[str, Any]]] = {}
    for delivery in _of_usual_capture(deliveries, captured):
        for metric in delivery["metrics"]:
            if metric["value"] is not None and metric["confidence"] != Confidence.LOW:
                rows.setdefault((metric["name"], metric["event"]), []).append(metric)
    return {
        "n": len(deliveries),
        "metrics": [_spread(key, metrics) for key, metrics in rows.items() if len(metrics) >= 2],
        "faults": _faults(deliveries),
        "source": WITHIN_SOURCE,
    }


def _of_usual_capture(
    deliveries: Sequence[Mapping[str, Any]], captured: Sequence[Any] | None
) -> Sequence[Mapping[str, Any]]:
    if captured is None:
        return deliveries
    most = max(reversed(captured), key=captured.count)
    return [delivery for delivery, how in zip(deliveries, captured, strict=True) if how == most]


def _spread(key: MetricKey, metrics: list[Mapping[str, Any]]) -> Spread:
    values = np.array([metric["value"] for metric in metrics], dtype=float)
    sd, usual, last = float(values.std(ddof=1)), WITHIN_SD.get(key), metrics[-1]
    return {
        "name": key[0],
        "event": key[1],
        "span": span_of(*key),
        "label": last["label"],
        "unit": last["unit"],
        "n": len(values),
        "mean": float(values.mean()),
        "sd": sd,
        "values": [float(value) for value in values],
        "within_sd": usual,
        "ratio": sd / usual if usual else None,
        "verdict": _verdict(sd, usual, last["error"], len(values)),
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


def _faults(deliveries: Sequence[Mapping[str, Any]]) -> list[RepeatedFault]:
    """Every fault with how often it was seen, those told and those that gave way to others alike; ``marked`` when
    in at least 60 % of three or more pitches."""
    titles: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for delivery in deliveries:
        for fault in delivery.get("faults_seen", delivery["faults"]):
            titles.setdefault(fault["id"], fault["title"])
            counts[fault["id"]] += 1
    n = len(deliveries)
    return [
        {
            "id": identity,
            "title": titles[identity],
            "count": count,
            "n": n,
            "share": count / n,
            "marked": n >= LEAST_FOR_MARKS and count >= MARK_SHARE * n,
            "words": f"{count} of {n} pitches",
        }
        for identity, count in counts.most_common()
    ]
