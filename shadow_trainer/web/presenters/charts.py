"""Charts of one delivery for the page: drawing, data table, and the numbers behind a moving cursor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...render import charts
from ...render.svg import LEFT, RIGHT, WIDTH


@dataclass(frozen=True)
class Figure:
    """One chart. ``data`` is for the script: film times, values, and where the plot lies in the drawing."""

    key: str
    title: str
    svg: str
    table: str
    data: dict[str, Any]


def figures(delivery: dict[str, Any], curves: dict[str, Any] | None, time_scale: float) -> list[Figure]:
    """Every chart of a delivery of analysis.json for which its ``curves`` (series.json) have data."""
    if not curves:
        return []
    zero, _ = charts.origin(delivery)
    found = []
    for chart in charts.delivery_charts(delivery, curves):
        lines = [{"label": line.label, "y": _plain(line.y)} for line in chart.lines]
        data = {
            "film_s": np.round((chart.x + zero) / time_scale, 4).tolist(),
            "lines": lines,
            "unit": chart.unit,
            "left": LEFT,
            "right": WIDTH - RIGHT,
        }
        found.append(Figure(chart.key, chart.title, charts.svg(chart), charts.data_table(chart), data))
    return found


def _plain(values: np.ndarray) -> list[float | None]:
    return [round(float(value), 1) if np.isfinite(value) else None for value in values]
