"""A small SVG line chart: text stays text, no script, colours by class with print-safe fallbacks.

Colours are presentation attributes, which any style sheet may override by class (``.line.throwing``); so a
chart is right on its own, on a dark page, and under a content policy that forbids inline styles.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from ..labels import MINUS, number, quantity, unit_label
from .palette import ON_PAPER

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 58, 16, 46, 44
_DASHES = {"shadow": "7 5", "glove": "", "reference": "7 5"}
_LEGEND_STEP, _LEGEND_LEFT = (
    44.0,
    4.0,
)  # pixels that an entry takes besides its name; where the first may begin
_LABEL_WIDTH = 6.4  # pixels per character of an 11 px label

Scale = Callable[[float], float]  # a value as pixels of the chart


@dataclass(frozen=True)
class Line:
    """One curve: ``y`` (N,) over the chart's x, NaN where not known; ``role`` names its colour."""

    label: str
    role: str
    y: np.ndarray


@dataclass(frozen=True)
class EventLine:
    """A vertical line at ``x`` with its name; dashed when the event was inferred and not seen."""

    label: str
    x: float
    estimated: bool = False
    minor: bool = False  # its label gives way to the others


@dataclass(frozen=True)
class Band:
    """What is usual at one event: ``low`` to ``high`` around x."""

    label: str
    x: float
    low: float
    high: float


@dataclass(frozen=True)
class Chart:
    """Everything of one chart. ``x`` (N,) rises; ``unit`` as in the data; its sign stands on the vertical axis."""

    key: str
    title: str
    x_label: str
    unit: str
    x: np.ndarray
    lines: Sequence[Line]
    events: Sequence[EventLine] = ()
    bands: Sequence[Band] = ()
    note: str = ""


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Round numbers from at or below ``low`` to at or above ``high``, about ``count`` steps."""
    span = max(high - low, 1e-9)
    raw = span / count
    power = 10.0 ** np.floor(np.log10(raw))
    step = next(power * nice for nice in (1, 2, 2.5, 5, 10) if power * nice >= raw * 0.999)
    first, last = np.floor(low / step + 1e-9), np.ceil(high / step - 1e-9)
    return [float(k * step) for k in np.arange(first, last + 1)]


def tick_label(value: float) -> str:
    """Return a number of an axis as text, with a minus sign."""
    return f"{value:g}".replace("-", MINUS)


def describe(chart: Chart) -> str:
    """The chart in a sentence, for those who do not see it."""
    parts = []
    for line in chart.lines:
        known = np.isfinite(line.y)
        if known.any():
            top = int(np.nanargmax(line.y))
            parts.append(
                f"{line.label} from {number(np.nanmin(line.y), chart.unit)} "
                f"to {quantity(np.nanmax(line.y), chart.unit)}, "
                f"highest at {chart.x[top]:.2f} s"
            )
    return f"{chart.title} over time. " + ("; ".join(parts) + "." if parts else "Nothing was measured.")


def draw(chart: Chart) -> str:
    """The chart as an ``<svg>`` element with title and description."""
    x_of, y_of, x_ticks, y_ticks = _scales(chart)
    key = escape(chart.key, quote=True)
    body = [
        f'<svg class="chart" role="img" aria-labelledby="{key}-t {key}-d" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'xmlns="http://www.w3.org/2000/svg" font-family="system-ui, sans-serif" font-size="12">',
        f'<title id="{key}-t">{escape(chart.title)}</title>',
        f'<desc id="{key}-d">{escape(describe(chart))}</desc>',
        *_bands(chart, x_of, y_of),
        *_axes(chart, x_of, y_of, x_ticks, y_ticks),
        *_events(chart, x_of),
        *_lines(chart, x_of, y_of),
        *_legend(chart),
        "</svg>",
    ]
    return "\n".join(body)


def _scales(chart: Chart) -> tuple[Scale, Scale, list[float], list[float]]:
    """Functions value -> pixel for both axes, and their ticks."""
    values = np.concatenate([line.y for line in chart.lines] or [np.zeros(0)])
    values = np.concatenate([values, [b.low for b in chart.bands], [b.high for b in chart.bands]])
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    if high - low < 1e-6:
        low, high = low - 1, high + 1
    y_ticks = ticks(low, high)
    start, end = (float(chart.x[0]), float(chart.x[-1])) if len(chart.x) > 1 else (0.0, 1.0)
    x_ticks = [tick for tick in ticks(start, end, 8) if start <= tick <= end]
    y_low, y_high = y_ticks[0], y_ticks[-1]

    def x_of(value: float) -> float:
        return LEFT + (value - start) / max(end - start, 1e-9) * (WIDTH - LEFT - RIGHT)

    def y_of(value: float) -> float:
        return HEIGHT - BOTTOM - (value - y_low) / max(y_high - y_low, 1e-9) * (HEIGHT - TOP - BOTTOM)

    return x_of, y_of, x_ticks, y_ticks


def _text(x: float, y: float, words: str, kind: str, anchor: str = "middle", size: int = 12) -> str:
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'fill="{ON_PAPER["quiet"]}">{escape(words)}</text>'
    )


def _axes(chart: Chart, x_of: Scale, y_of: Scale, x_ticks: list[float], y_ticks: list[float]) -> list[str]:
    rule, bottom = ON_PAPER["rule"], HEIGHT - BOTTOM
    shapes = []
    for tick in y_ticks:
        y = y_of(tick)
        kind = "rule zero" if tick == 0 else "rule"
        shapes.append(
            f'<line class="{kind}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{rule}" '
            f'stroke-width="{1.6 if tick == 0 else 1}"/>'
        )
        shapes.append(_text(LEFT - 8, y + 4, tick_label(tick), "tick", "end"))
    for tick in x_ticks:
        shapes.append(_text(x_of(tick), bottom + 17, tick_label(tick), "tick"))
    shapes.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, chart.x_label, "axis"))
    shapes.append(_text(6, TOP - 8, unit_label(chart.unit), "axis", "start"))
    return shapes


def _bands(chart: Chart, x_of: Scale, y_of: Scale) -> list[str]:
    shapes = []
    for band in chart.bands:
        top, bottom = y_of(band.high), y_of(band.low)
        if not LEFT <= x_of(band.x) <= WIDTH - RIGHT:
            continue
        shapes.append(
            f'<rect class="band" x="{x_of(band.x) - 9:.1f}" y="{top:.1f}" width="18" '
            f'height="{bottom - top:.1f}" rx="3" fill="{ON_PAPER["band"]}" stroke="{ON_PAPER["pelvis"]}" '
            f'stroke-opacity="0.45">'
            f"<title>{escape(band.label)}</title></rect>"
        )
    return shapes


def _events(chart: Chart, x_of: Scale) -> list[str]:
    """Event lines. Labels use two rows; where there is no room the less important ones are left out."""
    shapes: list[str] = []
    taken: tuple[list[tuple[float, float]], ...] = ([], [])
    for event in sorted(chart.events, key=lambda e: (e.minor, e.x)):
        x = x_of(event.x)
        if not LEFT - 0.5 <= x <= WIDTH - RIGHT + 0.5:
            continue
        dash = ' stroke-dasharray="3 3"' if event.estimated else ""
        shapes.append(
            f'<line class="event" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" '
            f'stroke="{ON_PAPER["quiet"]}" stroke-width="1"{dash}/>'
        )
        half = len(event.label) * _LABEL_WIDTH / 2 + 2
        middle = float(np.clip(x, LEFT + half, WIDTH - RIGHT - half))
        for row, places in enumerate(taken):
            if all(middle + half <= low or middle - half >= high for low, high in places):
                places.append((middle - half, middle + half))
                shapes.append(_text(middle, TOP - 6 - 13 * row, event.label, "event-label", size=11))
                break
    return shapes


def _lines(chart: Chart, x_of: Scale, y_of: Scale) -> list[str]:
    shapes = []
    for line in chart.lines:
        path = path_of(chart.x, line.y, x_of, y_of)
        if path:
            dash = _DASHES.get(line.role, "")
            shapes.append(
                f'<path class="line {escape(line.role, quote=True)}" d="{path}" fill="none" '
                f'stroke="{ON_PAPER.get(line.role, ON_PAPER["ink"])}" stroke-width="2.2" '
                'stroke-linejoin="round" stroke-linecap="round"'
                + (f' stroke-dasharray="{dash}"' if dash else "")
                + "/>"
            )
    return shapes


def path_of(x: np.ndarray, y: np.ndarray, x_of: Scale, y_of: Scale) -> str:
    """SVG path data of a curve; a gap in the data is a gap in the line."""
    pieces, pen_down = [], False
    for a, b in zip(x, y, strict=True):
        if not np.isfinite(b):
            pen_down = False
            continue
        pieces.append(f"{'L' if pen_down else 'M'}{x_of(float(a)):.1f} {y_of(float(b)):.1f}")
        pen_down = True
    return "".join(pieces)


def _legend(chart: Chart) -> list[str]:
    """Names of the curves at the top right; left out when there is only one. All shadows share one entry."""
    if len(chart.lines) < 2:
        return []
    shapes, x = [], float(WIDTH - RIGHT)
    shown = [(line, line.label) for line in chart.lines if line.role != "shadow"]
    shown += [(line, "Shadow") for line in chart.lines if line.role == "shadow"][:1]
    # Samples and gaps give way where the names need the room.
    names = sum(len(label) * _LABEL_WIDTH for _, label in shown)
    step = min(_LEGEND_STEP, (x - _LEGEND_LEFT - names) / len(shown))
    for line, label in reversed(shown):
        x -= len(label) * _LABEL_WIDTH + 4
        colour, dash = ON_PAPER.get(line.role, ON_PAPER["ink"]), _DASHES.get(line.role, "")
        shapes.append(_text(x, 13, label, "legend", "start", 11))
        shapes.append(
            f'<line class="line {escape(line.role, quote=True)}" x1="{x - 0.6 * step:.1f}" x2="{x - 6:.1f}" y1="9" y2="9" '
            f'stroke="{colour}" stroke-width="2.6"' + (f' stroke-dasharray="{dash}"' if dash else "") + "/>"
        )
        x -= step - 4
    return shapes
