"""CSV: the metrics of an analysis, one row each. RFC 4180, UTF-8, units in the header or in a column."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

METRIC_COLUMNS: tuple[str, ...] = (
    "delivery",
    "metric",
    "event",
    "event_time_s",
    "value",
    "unit",
    "error",
    "confidence",
    "scored",
    "norm_mean",
    "norm_sd",
    "z",
    "norm_source",
)
# A cell that starts with one of these is taken for a formula by spreadsheets.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def metrics_csv(analysis: Mapping[str, Any], out: str | os.PathLike[str]) -> None:
    """Write every metric of every delivery; ``analysis`` is the document of DESIGN.md section 4.

    ``error`` is one standard deviation in the metric's unit. ``scored`` is ``no`` for low confidence:
    such a value is shown as a trend only, so it has no z. Values that are not known are empty cells.
    """
    write_csv(out, METRIC_COLUMNS, _metric_rows(analysis))


def _metric_rows(analysis: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    for delivery in analysis.get("deliveries", []):
        events = delivery.get("events", {})
        for metric in delivery.get("metrics", []):
            norm = metric.get("norm") or {}
            low = metric.get("confidence") == "low"
            yield (
                int(delivery.get("index", 0)) + 1,
                metric["name"],
                metric.get("event", ""),
                rounded((events.get(metric.get("event")) or {}).get("time_s"), 4),
                rounded(metric.get("value"), 3),
                metric.get("unit", ""),
                rounded(metric.get("error"), 3),
                metric.get("confidence", ""),
                "no" if low else "yes",
                rounded(norm.get("mean"), 3),
                rounded(norm.get("sd"), 3),
                "" if low else rounded(metric.get("z"), 3),
                norm.get("source", ""),
            )


def write_csv(out: str | os.PathLike[str], columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Write a table: comma, CRLF, quotes where needed; text that looks like a formula is made text."""
    with Path(out).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(list(columns))
        for row in rows:
            writer.writerow([safe(cell) for cell in row])


def safe(cell: Any) -> Any:
    """A text cell that a spreadsheet will not run as a formula; numbers stay numbers (-3.2 is one)."""
    if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS):
        return "'" + cell
    return cell


def rounded(value: Any, digits: int) -> float | str:
    """A number with ``digits`` decimals, or an empty cell when it is not known."""
    if value is None or value != value:
        return ""
    return round(float(value), digits)
