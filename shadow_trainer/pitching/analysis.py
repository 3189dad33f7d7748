"""From a pose series to the deliveries of analysis.json: events, metrics with error and norm, faults."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..pose.series import PoseSeries
from . import angles, camera, errors, faults, metrics, norms
from .deliveries import Found, find_deliveries, find_hand
from .events import EVENTS
from .metrics import Context, Metric
from .world import as_right_hander, standing_height

VIEWS = ("open-side", "rear", "front", "other")


def analyse(
    series: PoseSeries,
    *,
    throws: str = "auto",
    height_m: float | None = None,
    fps: float | None = None,
    view: str = "auto",
    level: str = "adult",
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
    seen_view = camera.view_of(series, hand) if view == "auto" else view
    found, curves = [], []
    for item in find_deliveries(points, series.time_s, tall, windows):
        delivery, series_of = _delivery(series.time_s, item, seen_view or "other", level)
        found.append({"index": len(found), **delivery})
        curves.append(series_of)
    return {
        "athlete": {
            "throws": hand,
            "throws_source": source,
            "height_m": round(tall, 3),
            "height_source": "given" if height_m else "estimated",
        },
        "view": {
            "name": seen_view or "other",
            "source": "given" if view != "auto" else "measured" if seen_view else "not found",
        },
        "level": level,
        "deliveries": found,
        "consistency": {},
        "warnings": [],
        "series": curves,
    }


def _delivery(
    time_s: np.ndarray, item: Found, view: str, level: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    s, events = item.signals, item.events
    context = Context(s, events)
    frames = {name: int(np.abs(time_s - events[name].time_s).argmin()) for name in EVENTS}
    moments = {name: events[name].as_dict(frames[name]) for name in EVENTS}
    scored = [_scored(metric, view, s.fps, level) for metric in metrics.measure(context, view)]
    delivery = {
        "start_s": max(float(s.time_s[0]), events["first_movement"].time_s - 0.3),
        "end_s": min(float(s.time_s[-1]), events["follow_through"].time_s + 0.3),
        "events": moments,
        "metrics": scored,
        "sequence": metrics.kinematic_sequence(context),
        "faults": faults.find(scored, moments),
        "strengths": faults.strengths(scored, moments),
        "similarity": {},
    }
    return delivery, _curves(time_s[item.rows], context)


def _curves(time_s: np.ndarray, context: Context) -> dict[str, Any]:
    """Angles and angular velocities at the film's own frames, for the charts."""
    s = context.signals
    known = {**context.curves, **context.velocities}
    unwrapped = {n: angles.unwrap(v) if n in metrics.HEADINGS else v for n, v in known.items()}
    return {"time_s": time_s, **{name: np.round(_at(s, v, time_s), 2) for name, v in unwrapped.items()}}


def _at(s: Any, values: np.ndarray, time_s: np.ndarray) -> np.ndarray:
    """Values of the fine grid at the film's frames."""
    return np.interp(time_s, s.time_s, values)


def _scored(metric: Metric, view: str, fps: float, level: str) -> dict[str, Any]:
    """A metric with its error and its norm; low-confidence values are shown, never scored."""
    norm = norms.norm_for(metric.name, metric.event, level)
    cell = errors.error_of(metric.name, metric.event, view, fps)
    score = norm is not None and metric.value is not None and metric.confidence != metrics.LOW
    return {
        "name": metric.name,
        "event": metric.event,
        "value": metric.value,
        "unit": metric.unit,
        "error": cell.error if cell else None,
        "error_source": f"validation, {cell.n} deliveries" if cell else errors.NOT_MEASURED,
        "timing_error": metric.timing_error,
        "method": "3d",
        "confidence": metric.confidence,
        "note": metric.note,
        "label": metric.label,
        "phase": metric.phase,
        "norm": norm.as_dict() if norm else None,
        "z": norm.z(metric.value) if score else None,
        "percentile": norm.percentile(metric.value) if score else None,
    }
