"""Documents of the releases before, brought up to the present types where they are read.

Before schema 2 a metric that is read at no event said in ``event`` over which span it is taken (``max``,
``foot_contact_to_release``, ``-`` or nothing). Each function here leaves what is of today as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from ..vocabulary import EVENTS, Event, Span
from .document import SCHEMA, AnalysisDocument
from .metrics.names import MetricKey, key_of, span_of

_WHOLE_DELIVERY = ("", "-", None)


def upgraded(document: Mapping[str, Any]) -> AnalysisDocument:
    """An analysis.json of any release as one of this release."""
    if document.get("schema") == SCHEMA:
        return cast(AnalysisDocument, dict(document))
    later = {**document, "schema": SCHEMA}
    later["deliveries"] = [_delivery(delivery) for delivery in document.get("deliveries", ())]
    consistency = document.get("consistency") or {}
    if "metrics" in consistency:
        later["consistency"] = {**consistency, "metrics": upgraded_metrics(consistency["metrics"])}
    return cast(AnalysisDocument, later)


def upgraded_metrics(metrics: Any) -> list[dict[str, Any]]:
    """Metrics of a document, or of a delivery's summary in the catalog, as those of this release."""
    return [_metric(metric) for metric in metrics or ()]


def key_before(name: str, place: str | None) -> MetricKey:
    """The key of a metric that was named with the event or the span in one word."""
    if place in _WHOLE_DELIVERY:
        return name, None
    return key_of(name, Event(place) if place in EVENTS else Span(place))


def _delivery(delivery: Mapping[str, Any]) -> dict[str, Any]:
    # What was a pitch before there was a probability is one; how sure it was is the nearest thing said of it.
    later = {
        "probability": delivery.get("quality", 1.0),
        "questionable": False,
        "missing": [],
        "verdict": None,
        **delivery,
    }
    if "metrics" in delivery:
        later["metrics"] = upgraded_metrics(delivery["metrics"])
    if "faults" in delivery:
        later["faults"] = [_fault(fault) for fault in delivery["faults"]]
    return later


def _metric(metric: Mapping[str, Any]) -> dict[str, Any]:
    if "bias" in metric:  # nothing was taken out of a number
        metric = {"offset": 0.0 if metric["bias"] is not None else None, **metric}
    if metric.get("span"):
        return dict(metric)
    key = key_before(metric["name"], metric.get("event"))
    return {**metric, "name": key[0], "event": key[1], "span": span_of(*key)}


def _fault(fault: Mapping[str, Any]) -> dict[str, Any]:
    if "metric" not in fault or "metric_event" not in fault:
        return dict(fault)
    name, event = key_before(fault["metric"], fault["metric_event"])
    return {**fault, "metric": name, "metric_event": event}
