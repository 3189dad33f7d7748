"""From a pose series to the deliveries of analysis.json: events, metrics, norms."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..pose.series import PoseSeries
from ..pose.skeleton import INDEX
from . import angles, faults, filters, metrics, norms, signals
from .events import EVENTS, find_events
from .world import as_right_hander, mid_hip, standing_height

WRISTS = {"right": INDEX["right_wrist"], "left": INDEX["left_wrist"]}
# A throw's hand speed in body heights per second; below this nothing was pitched.
LEAST_HAND_SPEED = 5.0
LEAST_STRIDE = 0.25


def analyse(
    series: PoseSeries,
    *,
    throws: str = "auto",
    height_m: float | None = None,
    fps: float | None = None,
    view: str = "auto",
    level: str = norms.ADULT,
    windows: list[tuple[float, float]] | None = None,
    reference: str | None = "elite",
) -> dict[str, Any]:
    """Everything that is measured of the athlete in ``series``; see DESIGN.md section 4 for the shape."""
    hand, source = (throws, "given") if throws != "auto" else (find_hand(series), "measured")
    points = as_right_hander(series.world_m, hand)
    tall = height_m or standing_height(points)
    spans = windows or [(float(series.time_s[0]), float(series.time_s[-1]))]
    found, curves = [], []
    for start, stop in spans:
        rows = np.flatnonzero((series.time_s >= start - 1e-9) & (series.time_s <= stop + 1e-9))
        known = rows[np.isfinite(mid_hip(points[rows])).all(axis=-1)]
        if len(known) < 10:
            continue
        delivery = _delivery(series.time_s[known], points[known], known, tall, view, level)
        if delivery:
            found.append({"index": len(found), **delivery[0]})
            curves.append(delivery[1])
    return {
        "athlete": {
            "throws": hand,
            "throws_source": source,
            "height_m": round(tall, 3),
            "height_source": "given" if height_m else "estimated",
        },
        "view": {"name": view, "source": "given" if view != "auto" else "not found"},
        "deliveries": found,
        "consistency": {},
        "warnings": [],
        "series": curves,
    }


def find_hand(series: PoseSeries) -> str:
    """The hand with the higher peak speed relative to the hips."""
    hip = mid_hip(series.world_m)
    smooth = signals.smooth(series.world_m, series.time_s)
    peak = {side: np.nanmax(filters.speed(smooth[:, i] - hip, series.time_s)) for side, i in WRISTS.items()}
    return max(peak, key=peak.get)  # type: ignore[arg-type]


def slow_motion_factor(series: PoseSeries, *, fps: float, throws: str = "auto") -> float:
    """How many times slower than life the film plays: 1, 2, 4 or 8 (section 0, time base).

    The factor is the one that makes the fastest hand and the time from leg lift to release those of a pitch.
    """
    hand = find_hand(series) if throws == "auto" else throws
    points = as_right_hander(series.world_m, hand)
    known = np.isfinite(mid_hip(points)).all(axis=-1)
    if known.sum() < 10:
        return 1.0
    best, least = 1.0, np.inf
    for factor in (1.0, 2.0, 4.0, 8.0):
        time_s = series.time_s[known] / factor
        s = signals.measure(time_s, signals.smooth(points[known], time_s), standing_height(points))
        events = find_events(s)
        if events is None:
            continue
        hand_speed = float(np.nanmax(s.wrist_speed))
        lift = events["release"].time_s - events["leg_lift"].time_s
        cost = (np.log(hand_speed / 11.0) / 0.35) ** 2 + (np.log(max(lift, 0.05) / 0.77) / 0.3) ** 2
        cost += 0.0 if factor == 1.0 else 4.0
        if cost < least:
            best, least = factor, cost
    return best


def _delivery(
    time_s: np.ndarray, points: np.ndarray, rows: np.ndarray, tall: float, view: str, level: str
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    s = signals.measure(time_s, signals.smooth(points, time_s), tall)
    events = find_events(s)
    if events is None or np.nanmax(s.wrist_speed) < LEAST_HAND_SPEED:
        return None
    values = metrics.measure(s, events, view)
    stride = next(m.value for m in values if m.name == "stride_length")
    if stride is None or stride < 100 * LEAST_STRIDE:
        return None
    frames = {name: int(rows[np.abs(time_s - events[name].time_s).argmin()]) for name in EVENTS}
    start = max(float(time_s[0]), events["first_movement"].time_s - 0.3)
    moments = {name: events[name].as_dict(frames[name]) for name in EVENTS}
    scored = [_scored(metric, level) for metric in values]
    delivery = {
        "start_s": start,
        "end_s": min(float(time_s[-1]), events["follow_through"].time_s + 0.3),
        "events": moments,
        "metrics": scored,
        "faults": faults.find(scored, moments),
        "strengths": faults.strengths(scored, moments),
        "similarity": {},
    }
    curves = {name: np.round(values, 2) for name, values in angles.all_angles(s.points).items()}
    return delivery, {"time_s": time_s, **curves}


def _scored(metric: metrics.Metric, level: str) -> dict[str, Any]:
    """A metric with its norm; low-confidence values are shown, never scored."""
    norm = norms.norm_for(metric.name, metric.event, level)
    score = norm is not None and metric.value is not None and metric.confidence != metrics.LOW
    return {
        "name": metric.name,
        "event": metric.event,
        "value": metric.value,
        "unit": metric.unit,
        "error": None,
        "error_source": "not measured",
        "confidence": metric.confidence,
        "label": metric.label,
        "phase": metric.phase,
        "norm": {"mean": norm.mean, "sd": norm.sd, "source": norm.source, "level": norm.level}
        if norm
        else None,
        "z": norm.z(metric.value) if score else None,
        "percentile": norm.percentile(metric.value) if score else None,
    }
