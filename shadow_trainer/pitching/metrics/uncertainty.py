"""The measured error of each metric by view and frame rate.

``data/metric_errors.csv`` is written by ``benchmarks/error_model.py`` from generated deliveries of held-out styles,
seen with the networks' errors and solved as a video is. Until a cell is measured, nothing is claimed for it. What is
known of one delivery's joints makes its error smaller or larger (:mod:`.evidence`).
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from ...vocabulary import View
from ..document import Method
from .names import MetricKey, key_in

DATA = Path(__file__).parent.parent / "data" / "metric_errors.csv"
RATES = (30, 60, 120, 240)
# The cells are small: a slightly smaller error is no reason to change the estimate.
CLEARLY = 0.85
NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Cell:
    """``error`` what 70 % of the errors stay within, ``bias`` their median (+ reads too much), ``offset`` what is taken
    out of the number because it was off so in every style, all in the metric's unit; ``n`` deliveries; ``fps`` at
    which it was measured; ``method`` the estimate it belongs to: ``3d`` (world points) or ``2d`` (the plane of the
    frame)."""

    error: float
    n: int
    fps: int
    method: Method
    bias: float = 0.0
    offset: float = 0.0

    def scaled(self, factor: float) -> Cell:
        """The same for a delivery whose joints are known ``factor`` times worse than usual."""
        return replace(self, error=self.error * factor, bias=self.bias * factor, offset=self.offset * factor)

    @property
    def words(self) -> str:
        """Where the number comes from."""
        return f"measured on {self.n} generated pitches of styles kept out of training, at {self.fps} fps"


@cache
def table() -> dict[tuple[MetricKey, View, int, Method], Cell]:
    """``((metric, event), view, rate, method) -> Cell``."""
    cells: dict[tuple[MetricKey, View, int, Method], Cell] = {}
    with DATA.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            method: Method = "2d" if row["method"] == "2d" else "3d"
            bias, offset = float(row["bias"] or 0.0), float(row["offset"] or 0.0)
            cell = Cell(float(row["error"]), int(row["n"]), int(row["fps"]), method, bias, offset)
            cells[key_in(row), View(row["view"]), cell.fps, method] = cell
    return cells


def rate_of(fps: float) -> int:
    """The nearest rate of the table on a logarithmic scale: 59.94 -> 60."""
    return min(RATES, key=lambda rate: abs(math.log(rate / fps)))


def error_of(key: MetricKey, view: View, fps: float, method: Method = "3d") -> Cell | None:
    """The measured error, or None when nothing was measured for this view.

    Where this rate was not measured, the nearest lower one stands in: more frames do not make it worse.
    """
    here = rate_of(fps)
    for rate in sorted((rate for rate in RATES if rate <= here), reverse=True):
        cell = table().get((key, view, rate, method))
        if cell:
            return cell
    return None


def best_method(key: MetricKey, view: View, fps: float) -> Method:
    """``2d`` where it was measured to be clearly the better estimate, else ``3d``."""
    flat, deep = error_of(key, view, fps, "2d"), error_of(key, view, fps, "3d")
    return "2d" if flat and deep and flat.error < CLEARLY * deep.error else "3d"
