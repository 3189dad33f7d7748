"""The label of a metric, for results that carry none: those of earlier releases, and summaries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from ...labels import event_label, readable
from .table import ROWS


def metric_label(name: str, event: str = "") -> str:
    """Return the table's label of a metric at its event; a metric that is not in it is made readable."""
    return _table().get((name, event)) or _in_words(name, event)


def validated(metrics: Iterable[Mapping[str, Any]]) -> str:
    """Return on how many pitches the errors of these metrics were measured: ``5``, ``2 to 5``, or empty."""
    counts = {int(metric.get("error_n") or 0) for metric in metrics} - {0}
    return " to ".join(str(n) for n in sorted({min(counts), max(counts)})) if counts else ""


@cache
def _table() -> dict[tuple[str, str], str]:
    return {(row.name, row.event): row.label for row in ROWS}


def _in_words(name: str, event: str) -> str:
    return readable(name) if event in ("", "-") else f"{readable(name)}, {event_label(event).lower()}"
