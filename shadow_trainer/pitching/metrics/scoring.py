"""A metric as a reader gets it: the better of two estimates, its measured error, its norm, and whether to score it."""

from __future__ import annotations

from typing import Any

from .. import metrics
from . import Metric, confidence, norms, uncertainty

TOO_LARGE = "the measured error is too large to score it"


def scored(
    metric: Metric,
    flat: dict[tuple[str, str], float],
    *,
    view: str,
    fps: float,
    level: str,
    solved: bool,
    may_score: bool,
) -> dict[str, Any]:
    """The contract's form of a metric, with its error and its norm; low confidence is shown, never scored.

    ``flat`` are the estimates of the picture's plane: where that was measured to be the better one for this
    view and frame rate, it is taken. ``solved``: the joints are our own solution of a film, whose errors the
    table knows. ``may_score`` False: nothing is held against a norm.
    """
    key = (metric.name, metric.event)
    method = uncertainty.best_method(*key, view, fps) if key in flat and solved else "3d"
    value = flat[key] if method == "2d" else metric.value
    norm = norms.norm_for(*key, level)
    cell = uncertainty.error_of(*key, view, fps, method) if solved else None
    sd = norm.sd if norm else None
    sure = confidence.by_error(metric.confidence, cell.error, sd, cell.bias) if cell else metric.confidence
    score = may_score and norm is not None and value is not None and sure != metrics.LOW
    return {
        "name": metric.name,
        "event": metric.event,
        "value": value,
        "unit": metric.unit,
        "error": cell.error if cell else None,
        "bias": cell.bias if cell else None,
        "error_n": cell.n if cell else 0,
        "error_source": cell.words if cell else uncertainty.NOT_MEASURED,
        "timing_error": metric.timing_error,
        "value_3d": metric.value,
        "method": method,
        "confidence": sure,
        "note": metric.note or _why_low(metric, sure, cell, sd),
        "label": metric.label,
        "phase": metric.phase,
        "norm": norm.as_dict() if norm else None,
        "z": norm.z(value) if score else None,
        "percentile": norm.percentile(value) if score else None,
    }


def _why_low(metric: Metric, sure: str, cell: uncertainty.Cell | None, sd: float | None) -> str:
    """Why a number that its view would allow is shown as a trend only; empty when it is not."""
    if cell is None or sure == metric.confidence or sure != metrics.LOW:
        return ""
    if sd and abs(cell.bias) > confidence.BIAS_UP_TO_SD * sd:
        side = "more" if cell.bias > 0 else "less"
        return f"in this view it reads {side} than it is, about {abs(cell.bias):.0f} on average"
    return TOO_LARGE
