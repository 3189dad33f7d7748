"""A metric against the calendar, as SVG: filled dots for sure values, hollow ones for unsure, the norm's band.

Colours are presentation attributes with classes, as in :mod:`.svg`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

from ..labels import number, quantity, unit_label
from .palette import ON_PAPER
from .svg import Scale, tick_label, ticks

WIDTH, HEIGHT = 480, 220
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 26, 30
DOT = 4.5
MOST_DAYS = 5  # of labels along the bottom
LABEL_WIDTH = 58

DayScale = Callable[[date], float]  # a day as pixels of the chart


@dataclass(frozen=True)
class Dot:
    """One pitch: the day, the value with its error, and whether it may be relied on."""

    day: date
    value: float
    error: float | None
    reliable: bool


@dataclass(frozen=True)
class Chart:
    """``band``: the norm's mean ± SD, or None."""

    key: str
    title: str
    unit: str
    dots: Sequence[Dot]
    band: tuple[float, float] | None = None


def draw(chart: Chart) -> str:
    """The chart as an ``<svg>`` element with title and description."""
    key = escape(chart.key, quote=True)
    x_of, y_of, y_ticks = _scales(chart)
    return "\n".join(
        [
            f'<svg class="chart trend" role="img" aria-labelledby="{key}-t {key}-d" '
            f'viewBox="0 0 {WIDTH} {HEIGHT}" xmlns="http://www.w3.org/2000/svg" '
            'font-family="system-ui, sans-serif" font-size="12">',
            f'<title id="{key}-t">{escape(chart.title)}</title>',
            f'<desc id="{key}-d">{escape(describe(chart))}</desc>',
            *_band(chart, y_of),
            *_axes(chart, x_of, y_of, y_ticks),
            *_line(chart, x_of, y_of),
            *_dots(chart, x_of, y_of),
            "</svg>",
        ]
    )


def describe(chart: Chart) -> str:
    """The chart in a sentence, for those who do not see it."""
    means = day_means(chart.dots)
    if not means:
        return f"{chart.title}: nothing sure was measured."
    first, last = means[0], means[-1]
    words = (
        f"{chart.title} on {len(means)} day{'s' if len(means) > 1 else ''}: {quantity(first[1], chart.unit)}"
    )
    if len(means) > 1:
        words += f" on {first[0].isoformat()}, {quantity(last[1], chart.unit)} on {last[0].isoformat()}"
    if chart.band:
        low, high = chart.band
        words += f". Typical: {number(low, chart.unit)} to {quantity(high, chart.unit)}"
    return words + "."


def day_means(dots: Sequence[Dot]) -> list[tuple[date, float]]:
    """The mean of each day's sure values, in order."""
    days: dict[date, list[float]] = {}
    for dot in dots:
        if dot.reliable:
            days.setdefault(dot.day, []).append(dot.value)
    return [(day, sum(values) / len(values)) for day, values in sorted(days.items())]


def _scales(chart: Chart) -> tuple[DayScale, Scale, list[float]]:
    """Functions day -> x and value -> y, and the ticks of the values."""
    values = [dot.value for dot in chart.dots] + list(chart.band or ())
    values += [
        d.value + s * d.error for d in chart.dots for s in (-1, 1) if d.reliable and d.error is not None
    ]
    low, high = min(values), max(values)
    if high - low < 1e-6:
        low, high = low - 1, high + 1
    y_ticks = ticks(low, high, 4)
    first, last = min(dot.day for dot in chart.dots), max(dot.day for dot in chart.dots)
    if first == last:
        # One day stands in the middle.
        first, last = first - timedelta(days=1), last + timedelta(days=1)
    span, bottom = (last - first).days, HEIGHT - BOTTOM

    def x_of(day: date) -> float:
        return LEFT + 8 + (day - first).days / span * (WIDTH - LEFT - RIGHT - 16)

    def y_of(value: float) -> float:
        return bottom - (value - y_ticks[0]) / (y_ticks[-1] - y_ticks[0]) * (bottom - TOP)

    return x_of, y_of, y_ticks


def _text(x: float, y: float, words: str, kind: str, anchor: str) -> str:
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" '
        f'fill="{ON_PAPER["quiet"]}">{escape(words)}</text>'
    )


def _axes(chart: Chart, x_of: DayScale, y_of: Scale, y_ticks: list[float]) -> list[str]:
    shapes = [_text(4, TOP - 11, unit_label(chart.unit), "axis", "start")]
    for tick in y_ticks:
        y = y_of(tick)
        shapes.append(
            f'<line class="rule" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" '
            f'stroke="{ON_PAPER["rule"]}"/>'
        )
        shapes.append(_text(LEFT - 7, y + 4, tick_label(tick), "tick", "end"))
    for day in shown_days([dot.day for dot in chart.dots]):
        words = f"{day.day} {day.strftime('%b')} {day.strftime('%y')}"
        # The last label must not run out of the drawing.
        x = min(x_of(day), WIDTH - LABEL_WIDTH / 2)
        shapes.append(_text(x, HEIGHT - BOTTOM + 19, words, "tick", "middle"))
    return shapes


def shown_days(days: Sequence[date]) -> list[date]:
    """Days that get a label: the first, the last, and others that are far enough from their neighbours."""
    known = sorted(set(days))
    room = max((known[-1] - known[0]).days / MOST_DAYS, 1)
    labelled = [known[0]]
    for day in known[1:-1]:
        if (day - labelled[-1]).days >= room and (known[-1] - day).days >= room:
            labelled.append(day)
    return labelled if len(known) == 1 else [*labelled, known[-1]]


def _band(chart: Chart, y_of: Scale) -> list[str]:
    if chart.band is None:
        return []
    low, high = y_of(chart.band[0]), y_of(chart.band[1])
    return [
        f'<rect class="band" x="{LEFT}" y="{high:.1f}" width="{WIDTH - LEFT - RIGHT}" '
        f'height="{low - high:.1f}" fill="{ON_PAPER["band"]}"><title>Typical range</title></rect>'
    ]


def _line(chart: Chart, x_of: DayScale, y_of: Scale) -> list[str]:
    points = " ".join(f"{x_of(day):.1f},{y_of(mean):.1f}" for day, mean in day_means(chart.dots))
    color = ON_PAPER["throwing"]
    return [
        f'<polyline class="line throwing" points="{points}" fill="none" stroke="{color}" stroke-width="2"/>'
    ]


def _dots(chart: Chart, x_of: DayScale, y_of: Scale) -> list[str]:
    color, shapes = ON_PAPER["throwing"], []
    for dot in chart.dots:
        x, y = x_of(dot.day), y_of(dot.value)
        if dot.reliable and dot.error:
            top, bottom = y_of(dot.value + dot.error), y_of(dot.value - dot.error)
            shapes.append(
                f'<line class="line throwing error" x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" '
                f'y2="{bottom:.1f}" stroke="{color}" stroke-opacity="0.4"/>'
            )
        kind, fill = ("sure", color) if dot.reliable else ("unsure", "none")
        shapes.append(
            f'<circle class="dot {kind}" cx="{x:.1f}" cy="{y:.1f}" r="{DOT}" fill="{fill}" '
            f'stroke="{color}" stroke-width="1.5"/>'
        )
    return shapes
