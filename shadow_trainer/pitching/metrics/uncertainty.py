"""The measured error of each metric by view and frame rate: the table that the product ships.

``data/metric_errors.csv`` is written by ``benchmarks/metric_errors.py`` from clips with exact truth. Until a
cell is measured, nothing is claimed for it.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent.parent / "data" / "metric_errors.csv"
RATES = (30, 60, 120, 240)
# The cells are small: a slightly smaller error is no reason to change the estimate.
CLEARLY = 0.85
NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Cell:
    """``error`` root mean square of the errors, ``bias`` their median (+ reads too much), both in the metric's
    unit; ``n`` deliveries; ``fps`` at which it was measured; ``method`` the estimate it belongs to: ``3d``
    (world points) or ``2d`` (picture's plane)."""

    error: float
    n: int
    fps: int
    method: str
    bias: float = 0.0

    @property
    def words(self) -> str:
        """Where the number comes from."""
        return f"measured on {self.n} rendered pitches at {self.fps} fps"


@cache
def table() -> dict[tuple[str, str, str, int, str], Cell]:
    """``(metric, event, view, rate, method) -> Cell``."""
    if not DATA.is_file():
        return {}
    with DATA.open(encoding="utf-8", newline="") as file:
        return {
            (row["metric"], row["event"], row["view"], int(row["fps"]), row["method"]): Cell(
                float(row["error"]), int(row["n"]), int(row["fps"]), row["method"], float(row["bias"] or 0.0)
            )
            for row in csv.DictReader(file)
        }


def rate_of(fps: float) -> int:
    """The nearest rate of the table on a logarithmic scale: 59.94 -> 60."""
    return min(RATES, key=lambda rate: abs(math.log(rate / fps)))


def error_of(metric: str, event: str, view: str, fps: float, method: str = "3d") -> Cell | None:
    """The measured error, or None when nothing was measured for this view.

    Where this rate was not measured, the nearest lower one stands in: more pictures do not make it worse.
    """
    here = rate_of(fps)
    for rate in sorted((rate for rate in RATES if rate <= here), reverse=True):
        cell = table().get((metric, event, view, rate, method))
        if cell:
            return cell
    return None


def best_method(metric: str, event: str, view: str, fps: float) -> str:
    """``2d`` where it was measured to be clearly the better estimate, else ``3d``."""
    flat, deep = (error_of(metric, event, view, fps, method) for method in ("2d", "3d"))
    return "2d" if flat and deep and flat.error < CLEARLY * deep.error else "3d"
