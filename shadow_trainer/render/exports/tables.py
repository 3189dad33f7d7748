"""CSV: metrics, landmarks and curves. RFC 4180, UTF-8, units in the header or in a column of their own."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ...body.skeleton import LANDMARKS
from ...errors import NotFound
from ...vocabulary import Confidence, Event
from ..charts import flatten
from .source import Source

METRIC_COLUMNS: tuple[str, ...] = (
    "delivery",
    "metric",
    "event",
    "span",
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
    """Write every metric of every delivery; ``analysis`` is the document of docs/architecture.md, section 4.

    ``error`` is one standard deviation in the metric's unit. ``scored`` is ``no`` for low confidence:
    such a value is shown as a trend only, so it has no z. Values that are not known are empty cells.
    """
    write_csv(out, METRIC_COLUMNS, _metric_rows(analysis))


def _metric_rows(analysis: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    for delivery in analysis.get("deliveries", []):
        events = delivery.get("events", {})
        for metric in delivery.get("metrics", []):
            norm = metric.get("norm") or {}
            low = metric.get("confidence") == Confidence.LOW
            yield (
                int(delivery.get("index", 0)) + 1,
                metric["name"],
                metric.get("event") or "",
                metric.get("span") or "",
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


def landmarks_csv(source: Source, out: str | os.PathLike[str]) -> None:
    """Every landmark of every frame: pixels, confidence and metres (our world frame); empty = not known."""
    series = source.series
    columns = ["time_s", "measured"]
    for name in LANDMARKS:
        columns += [f"{name}_{column}" for column in ("px_x", "px_y", "confidence", "x_m", "y_m", "z_m")]
    values = np.concatenate(
        [series.landmarks_px, series.confidence[..., None], series.world_m], axis=2
    ).reshape(len(series), -1)
    write_csv(
        out,
        columns,
        (
            [rounded(time, 6), int(measured), *(rounded(v, 4) for v in row)]
            for time, measured, row in zip(series.time_s, series.measured, values, strict=True)
        ),
    )


def curves_csv(source: Source, out: str | os.PathLike[str]) -> None:
    """Angles and velocities over time, one row for each frame of each delivery, units in the header.

    NotFound when the analysis has no curves.
    """
    tables = []
    for delivery, curves in zip(source.analysis.get("deliveries", []), source.curves, strict=False):
        times, named = flatten(curves)
        tables.append((delivery, times, named))
    names = list(dict.fromkeys(name for _, _, named in tables for name in named))
    if not names:
        raise NotFound("This analysis has no time series.", code="no_series")
    columns = ["delivery", "time_s", "time_from_foot_contact_s", *(column_name(name) for name in names)]
    write_csv(out, columns, _curve_rows(tables, names))


def _curve_rows(tables: Iterable[Any], names: list[str]) -> Iterator[list[Any]]:
    for delivery, times, named in tables:
        contact = (delivery.get("events", {}).get(Event.FOOT_CONTACT) or {}).get("time_s")
        for k, time in enumerate(times):
            since = "" if contact is None else rounded(time - contact, 6)
            cells = [rounded(named[name][k], 3) if name in named else "" for name in names]
            yield [int(delivery.get("index", 0)) + 1, rounded(time, 6), since, *cells]


def column_name(name: str) -> str:
    """The curve's name with its unit: angles in degrees, angular velocities in degrees per second."""
    if name.endswith(("_deg", "_deg_s", "_m", "_m_s", "_s", "_h")):
        return name
    if "speed" in name or name.startswith("com_"):
        return f"{name}_m_s"
    return f"{name}_deg_s" if name.endswith("_velocity") else f"{name}_deg"
