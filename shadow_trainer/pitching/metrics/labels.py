"""The label of a metric, for results that carry none: those of earlier releases, and summaries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from ...labels import event_label, readable
from ...vocabulary import Event, Span
from .names import MetricKey, quantity_of, span_of
from .table import ROWS


def metric_label(name: str, event: Event | None = None) -> str:
    """Return the table's label of a metric; a metric that is not in it is made readable."""
    return _table().get((name, event)) or _in_words(name, event)


def validated(metrics: Iterable[Mapping[str, Any]]) -> str:
    """Return on how many pitches the errors of these metrics were measured: ``5``, ``2 to 5``, or empty."""
    counts = {int(metric.get("error_n") or 0) for metric in metrics} - {0}
    return " to ".join(str(n) for n in sorted({min(counts), max(counts)})) if counts else ""


@cache
def _table() -> dict[MetricKey, str]:
    return {row.key: row.label for row in ROWS}


def _in_words(name: str, event: Event | None) -> str:
    words, span = readable(quantity_of(name)), span_of(name, event)
    if span == Span.DELIVERY:
        return words
    return f"{words}, {event_label(event or span or Span.DELIVERY).lower()}"
