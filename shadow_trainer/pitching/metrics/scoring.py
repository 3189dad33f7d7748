"""A metric as a reader gets it: the better of two estimates, its measured error, its norm, and whether to score it."""

from __future__ import annotations

from ...body.arrays import Floats
from ...vocabulary import Confidence, Level, View
from ..document import MetricEntry
from . import confidence, evidence, norms, uncertainty
from .measure import Metric
from .names import MetricKey

TOO_LARGE = "the measured error is too large to score it"


def scored(
    metric: Metric,
    flat: dict[MetricKey, float],
    *,
    view: View,
    fps: float,
    level: Level,
    known: Floats | None,
    may_score: bool,
) -> MetricEntry:
    """The contract's form of a metric, with its error and its norm; low confidence is shown, never scored.

    ``flat`` are the estimates from the frame's plane: where that was measured to be the better one for this
    view and frame rate, it is taken. ``known``: how well the joints are (:func:`.evidence.told`) where they are our own
    solution of a video, whose errors the table knows; else None. ``may_score`` False: nothing is held against a norm.
    """
    key = metric.key
    method = uncertainty.best_method(key, view, fps) if key in flat and known is not None else "3d"
    value = flat[key] if method == "2d" else metric.value
    norm = norms.norm_for(key, level)
    cell = None if known is None else uncertainty.error_of(key, view, fps, method)
    if cell and known is not None:
        cell = cell.scaled(evidence.factor(known, metric.name, metric.event or metric.phase))
        value = None if value is None else value - cell.offset
    sd = norm.sd if norm else None
    usable = confidence.by_error(metric.confidence, cell.error, sd, cell.bias) if cell else metric.confidence
    z = percentile = None
    if may_score and norm is not None and value is not None and usable != Confidence.LOW:
        z, percentile = norm.z(value), norm.percentile(value)
    return {
        "name": metric.name,
        "event": metric.event,
        "span": metric.span,
        "value": value,
        "unit": metric.unit,
        "error": cell.error if cell else None,
        "bias": cell.bias if cell else None,
        "offset": cell.offset if cell else None,
        "error_n": cell.n if cell else 0,
        "error_source": cell.words if cell else uncertainty.NOT_MEASURED,
        "timing_error": metric.timing_error,
        "value_3d": metric.value,
        "method": method,
        "confidence": usable,
        "note": metric.note or _why_low(metric, usable, cell, sd),
        "label": metric.label,
        "phase": metric.phase,
        "norm": norm.as_entry() if norm else None,
        "z": z,
        "percentile": percentile,
    }


def _why_low(metric: Metric, usable: Confidence, cell: uncertainty.Cell | None, sd: float | None) -> str:
    """Why a number that its view would allow is shown as a trend only; empty when it is not."""
    if cell is None or usable == metric.confidence or usable != Confidence.LOW:
        return ""
    if sd and abs(cell.bias) > confidence.BIAS_UP_TO_SD * sd:
        side = "more" if cell.bias > 0 else "less"
        return f"in this view it reads {side} than it is, about {abs(cell.bias):.0f} on average"
    return TOO_LARGE
