"""The charts of one delivery: angles, angular velocities and the kinematic sequence, with what is usual.

The curves come from ``pitching`` (series.json); times are shown in seconds from foot contact, so that
two deliveries can be laid side by side.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from ..labels import UNKNOWN, event_label, number, quantity, unit_label
from ..vocabulary import Event, Unit
from .svg import Band, Chart, EventLine, Line, draw

# The style sheet that pages use with the charts; without it they are drawn in the colours of paper.
CSS = (
    ".chart{width:100%;height:auto;display:block}"
    ".chart text{fill:var(--c-quiet)}.chart .event-label,.chart .legend{fill:var(--c-ink)}"
    ".chart .rule{stroke:var(--c-rule)}.chart .event{stroke:var(--c-quiet)}"
    ".chart .band{fill:var(--c-band);stroke:var(--c-pelvis)}.chart .line{stroke:var(--c-ink)}"
    + "".join(
        f".chart .line.{role}{{stroke:var(--c-{role})}}"
        for role in ("throwing", "glove", "shadow", "pelvis", "shoulder")
    )
)

_MAIN = (Event.LEG_LIFT, Event.FOOT_CONTACT, Event.RELEASE)


@dataclass(frozen=True)
class Plan:
    """What one chart shows: ``curves`` are (name in the series, label, role).

    ``span`` is (first event, seconds before it, last event, seconds after it).
    """

    key: str
    title: str
    unit: Unit
    curves: tuple[tuple[str, str, str], ...]
    span: tuple[str, float, str, float] = (Event.LEG_LIFT, 0.15, Event.FOLLOW_THROUGH, 0.1)


PLANS: tuple[Plan, ...] = (
    Plan(
        "rotation",
        "Pelvis and trunk rotation",
        Unit.DEGREES,
        (("pelvis_rotation", "Pelvis", "pelvis"), ("trunk_rotation", "Trunk", "ink")),
    ),
    Plan(
        "separation",
        "Hip–shoulder separation",
        Unit.DEGREES,
        (("hip_shoulder_separation", "Separation", "ink"),),
    ),
    Plan(
        "tilt",
        "Trunk tilt",
        Unit.DEGREES,
        (
            ("trunk_forward_tilt", "Forward", "ink"),
            ("trunk_lateral_tilt", "To the glove side", "glove"),
            ("trunk_frontal_lean", "Lean seen from behind", "shoulder"),
        ),
    ),
    Plan(
        "knees",
        "Knee flexion",
        Unit.DEGREES,
        (("lead_knee_flexion", "Lead knee", "glove"), ("rear_knee_flexion", "Rear knee", "throwing")),
    ),
    Plan(
        "arm",
        "Throwing arm",
        Unit.DEGREES,
        (
            ("elbow_flexion", "Elbow flexion", "throwing"),
            ("shoulder_abduction", "Shoulder abduction", "ink"),
            ("shoulder_external_rotation", "External rotation", "shoulder"),
            ("shoulder_horizontal_abduction", "Elbow behind the shoulders", "pelvis"),
        ),
    ),
    Plan(
        "glove",
        "Glove arm",
        Unit.DEGREES,
        (
            ("glove_elbow_flexion", "Elbow flexion", "glove"),
            ("glove_shoulder_abduction", "Shoulder abduction", "ink"),
            ("glove_shoulder_external_rotation", "External rotation", "shoulder"),
            ("glove_shoulder_horizontal_abduction", "Elbow behind the shoulders", "pelvis"),
        ),
    ),
    Plan(
        "slot",
        "Arm slot",
        Unit.DEGREES,
        (("arm_slot", "Hand above the shoulder, seen from behind", "throwing"),),
        (Event.FOOT_CONTACT, 0.08, Event.MAX_INTERNAL_ROTATION, 0.06),
    ),
    Plan(
        "sequence",
        "Kinematic sequence",
        Unit.DEGREES_PER_SECOND,
        (
            ("pelvis_rotation_velocity", "Pelvis", "pelvis"),
            ("trunk_rotation_velocity", "Trunk", "ink"),
            ("elbow_extension_velocity", "Elbow", "throwing"),
            ("shoulder_internal_rotation_velocity", "Shoulder", "shoulder"),
            ("lead_knee_extension_velocity", "Lead knee", "glove"),
        ),
        (Event.FOOT_CONTACT, 0.08, Event.MAX_INTERNAL_ROTATION, 0.06),
    ),
)


def delivery_charts(
    delivery: Mapping[str, Any], curves: Mapping[str, Any], *, reference: Mapping[str, Any] | None = None
) -> list[Chart]:
    """Every chart for which the curves exist.

    ``delivery`` as in analysis.json; ``curves`` of the same delivery: ``time_s`` and lists of the same
    length, at the top level or one level down; ``reference`` the same for the reference, on the same times
    (when absent, the one that lies in ``curves``).
    """
    times, named = flatten(curves)
    if reference is None and curves.get("shadow"):
        reference = {"time_s": curves["time_s"], **curves["shadow"]}
    _, reference_named = flatten(reference) if reference else (times, {})
    if len(times) < 2:
        return []
    zero, x_label = origin(delivery)
    drawn = []
    for plan in PLANS:
        shown = span_of(delivery, plan, times)
        lines = [
            Line(label, role, named[name][shown])
            for name, label, role in plan.curves
            if _known(named.get(name))
        ]
        if not lines:
            continue
        lines += [
            Line(f"{label}, shadow", "shadow", reference_named[name][shown])
            for name, label, _ in plan.curves
            if _known(reference_named.get(name)) and len(reference_named[name]) == len(times)
        ]
        drawn.append(
            Chart(
                key=f"chart-{int(delivery.get('index', 0)) + 1}-{plan.key}",
                title=plan.title,
                x_label=x_label,
                unit=plan.unit,
                x=times[shown] - zero,
                lines=lines,
                events=_events(delivery, zero),
                bands=_bands(delivery, plan, zero),
            )
        )
    return drawn


def flatten(curves: Mapping[str, Any]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """``time_s`` (N,) and every curve (N,) by name, the reference's left out; None becomes NaN."""
    times = np.asarray(curves.get("time_s", []), dtype=float)
    named: dict[str, np.ndarray] = {}
    for name, value in curves.items():
        if name == "shadow":
            continue
        if isinstance(value, Mapping):
            named.update(flatten({"time_s": times, **value})[1])
        elif name != "time_s" and isinstance(value, Sequence | np.ndarray) and not isinstance(value, str):
            row = [math.nan if v is None else v for v in value]
            if len(row) == len(times) and all(isinstance(v, float | int | np.number) for v in row):
                named[name] = np.array(row, dtype=float)
    return times, named


def origin(delivery: Mapping[str, Any]) -> tuple[float, str]:
    """Time that is shown as zero, and the words for the axis."""
    contact = (delivery.get("events", {}).get(Event.FOOT_CONTACT) or {}).get("time_s")
    if contact is None:
        return 0.0, "Time (s)"
    return float(contact), "Time from foot strike (s)"


def span_of(delivery: Mapping[str, Any], plan: Plan, times: np.ndarray) -> np.ndarray:
    """Which of ``times`` (N,) a chart shows, as (N,) bool; everything where an event is not known."""
    first, before, last, after = plan.span
    events = delivery.get("events", {})
    start, end = ((events.get(name) or {}).get("time_s") for name in (first, last))
    low = times[0] if start is None else start - before
    high = times[-1] if end is None else end + after
    shown = (times >= low) & (times <= high)
    return shown if shown.sum() > 1 else np.ones(len(times), bool)


def _known(row: np.ndarray | None) -> bool:
    return row is not None and bool(np.isfinite(row).any())


def _events(delivery: Mapping[str, Any], zero: float) -> list[EventLine]:
    return [
        EventLine(
            event_label(name), float(event["time_s"]) - zero, bool(event.get("estimated")), name not in _MAIN
        )
        for name, event in delivery.get("events", {}).items()
        if event and event.get("time_s") is not None
    ]


def _bands(delivery: Mapping[str, Any], plan: Plan, zero: float) -> list[Band]:
    """Mean ± SD of the norm, at the events at which it was measured."""
    names, bands = {name for name, _, _ in plan.curves}, []
    for metric in delivery.get("metrics", []):
        event = (delivery.get("events", {}).get(metric.get("event")) or {}).get("time_s")
        norm = metric.get("norm") or {}
        if metric["name"] in names and event is not None and norm.get("mean") is not None and norm.get("sd"):
            low, high = norm["mean"] - norm["sd"], norm["mean"] + norm["sd"]
            words = f"Typical at {event_label(metric['event']).lower()}: {number(low, plan.unit)} to {quantity(high, plan.unit)}"
            bands.append(Band(words, float(event) - zero, low, high))
    return bands


def data_table(chart: Chart, rows: int = 24) -> str:
    """The chart as an HTML table: the values at the events, and evenly spaced between them."""
    events = {float(event.x): event.label for event in chart.events}
    start, end = float(chart.x[0]), float(chart.x[-1])
    times = sorted({*np.linspace(start, end, rows), *(x for x in events if start <= x <= end)})
    head = "".join(
        f'<th scope="col">{escape(line.label)} ({escape(unit_label(chart.unit))})</th>'
        for line in chart.lines
    )
    body = "".join(_table_row(chart, time, events.get(time, "")) for time in times)
    return (
        f"<table><caption>{escape(chart.title)}</caption><thead><tr>"
        f'<th scope="col">{escape(chart.x_label)}</th><th scope="col">Event</th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def _table_row(chart: Chart, time: float, event: str) -> str:
    # The values measured nearest to it: a table does not invent values between frames.
    nearest = int(np.argmin(np.abs(chart.x - time)))
    cells = "".join(f"<td>{_shown(float(line.y[nearest]), chart.unit)}</td>" for line in chart.lines)
    return f'<tr><th scope="row">{time:.3f}</th><td>{escape(event)}</td>{cells}</tr>'


def _shown(value: float, unit: str) -> str:
    return number(value, unit) if math.isfinite(value) else UNKNOWN


def svg(chart: Chart) -> str:
    """The chart as an ``<svg>`` element."""
    return draw(chart)


def standalone(chart: Chart) -> str:
    """The chart as an SVG file that follows the reader's light or dark preference."""
    from .palette import css_variables

    return draw(chart).replace("<title", f"<style>{css_variables()}{CSS}</style><title", 1)
