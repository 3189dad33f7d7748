"""From a pose series to the deliveries of analysis.json: events, metrics, norms."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..pose.series import PoseSeries
from . import angles, faults, metrics, norms
from .deliveries import Found, find_deliveries, find_hand
from .events import EVENTS
from .world import as_right_hander, standing_height


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
    rough = height_m or standing_height(series.world_m)
    hand, source = throws, "given"
    if throws == "auto":
        hand, source = find_hand(series.world_m, series.time_s, rough)[0], "measured"
    points = as_right_hander(series.world_m, hand)
    tall = height_m or standing_height(points)
    found, curves = [], []
    for item in find_deliveries(points, series.time_s, tall, windows):
        delivery, series_of = _delivery(series.time_s, item, view, level)
        found.append({"index": len(found), **delivery})
        curves.append(series_of)
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


def _delivery(
    time_s: np.ndarray, item: Found, view: str, level: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    s, events = item.signals, item.events
    values = metrics.measure(s, events, view)
    frames = {name: int(np.abs(time_s - events[name].time_s).argmin()) for name in EVENTS}
    moments = {name: events[name].as_dict(frames[name]) for name in EVENTS}
    scored = [_scored(metric, level) for metric in values]
    delivery = {
        "start_s": max(float(s.time_s[0]), events["first_movement"].time_s - 0.3),
        "end_s": min(float(s.time_s[-1]), events["follow_through"].time_s + 0.3),
        "events": moments,
        "metrics": scored,
        "faults": faults.find(scored, moments),
        "strengths": faults.strengths(scored, moments),
        "similarity": {},
    }
    curves = {name: np.round(values, 2) for name, values in angles.all_angles(s.points).items()}
    return delivery, {"time_s": s.time_s, **curves}


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
