"""Charts of one delivery for the page: the table behind each, and the numbers that the script draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ...labels import unit_label
from ...render import charts
from ...render.svg import Chart, describe


@dataclass(frozen=True)
class Figure:
    """One chart: ``name`` is that of its drawing (``/plots/NAME``), ``summary`` says in words what it shows,
    ``unsure`` that every number read from it is of low certainty."""

    name: str
    title: str
    summary: str
    table: str
    unsure: bool


def figures(delivery: Mapping[str, Any], curves: dict[str, Any] | None) -> list[Figure]:
    """Every chart of a delivery of analysis.json for which its ``curves`` (series.json) have data."""
    return [
        Figure(
            _name(chart),
            chart.title,
            describe(chart),
            charts.data_table(chart),
            _unsure(_name(chart), delivery),
        )
        for chart in _charts(delivery, curves)
    ]


def plotted(delivery: Mapping[str, Any], curves: dict[str, Any] | None, time_scale: float) -> dict[str, Any]:
    """The same charts as numbers.

    ``x`` are seconds of real time from ``zero_film_s``, which is a time of the video's own clock.
    """
    zero, words = charts.origin(delivery)
    return {
        "zero_film_s": round(zero / time_scale, 5),
        "time_scale": time_scale,
        "x_label": words,
        "charts": [_numbers(chart) for chart in _charts(delivery, curves)],
    }


def _charts(delivery: Mapping[str, Any], curves: dict[str, Any] | None) -> list[Chart]:
    return charts.delivery_charts(delivery, curves) if curves else []


def _unsure(name: str, delivery: Mapping[str, Any]) -> bool:
    curves = next({curve for curve, _, _ in plan.curves} for plan in charts.PLANS if plan.key == name)
    confidences = [
        metric["confidence"] for metric in delivery.get("metrics") or () if metric["name"] in curves
    ]
    return bool(confidences) and set(confidences) == {"low"}


def _name(chart: Chart) -> str:
    return chart.key.rsplit("-", 1)[-1]


def _numbers(chart: Chart) -> dict[str, Any]:
    return {
        "name": _name(chart),
        "unit": unit_label(chart.unit),
        "x": np.round(chart.x, 4).tolist(),
        "lines": [{"label": line.label, "role": line.role, "y": _plain(line.y)} for line in chart.lines],
        "events": [asdict(event) for event in chart.events],
        "bands": [asdict(band) for band in chart.bands],
    }


def _plain(values: np.ndarray) -> list[float | None]:
    return [round(float(value), 1) if np.isfinite(value) else None for value in values]
