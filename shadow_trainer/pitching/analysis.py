"""From a pose series to the deliveries of analysis.json: events, metrics with error and norm, faults.

Nothing here knows a film or a database; moving an event (or the hand, height, level) is the same call again
with that given, and takes a fraction of a second.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..body.arrays import Floats
from ..body.series import PoseSeries
from ..errors import BadRequest
from . import angles, camera, consistency, faults, film_warnings, metrics, style
from .deliveries import Found, find_deliveries, find_hand
from .events import EVENTS, edits
from .metrics import Context, Metric, confidence, norms, planar, scoring
from .reference import Reference, comparison
from .reference import get as get_reference
from .world import HANDS, as_right_hander, standing_height

VIEWS = ("open-side", "rear", "front", "other")


@dataclass(frozen=True)
class Setting:
    """What one analysis takes as given: the right-hander's points and how to read and score them."""

    series: PoseSeries
    points: Floats
    hand: str
    height_m: float
    view: str
    level: str
    reference: Reference | None
    scored: bool = True
    plate_known: bool = True

    @property
    def solved(self) -> bool:
        """Whether the third dimension is our own solution of a film (it then says how uncertain it is).

        Its errors were measured; joints of a marker system or another tool have errors of their own.
        """
        return "world_sd_m" in self.series.extras


def analyse(
    series: PoseSeries,
    *,
    throws: str = "auto",
    height_m: float | None = None,
    fps: float | None = None,
    view: str = "auto",
    level: str = "adult",
    windows: list[tuple[float, float]] | None = None,
    events: dict[int, dict[str, float]] | None = None,
    reference: str | Reference | None = "elite",
    scored: bool = True,
    plate_known: bool = True,
) -> dict[str, Any]:
    """Everything that is measured of the athlete in ``series``; see docs/architecture.md, section 4 for the shape.

    ``throws`` right, left or auto; ``fps`` real frames per second when they cannot be told from the times;
    ``windows`` where to look for deliveries; ``events`` moved by a coach: delivery index -> event -> seconds;
    ``reference`` a name, a :class:`~.reference.Reference` or None; ``scored`` False: joints too coarse to be
    held against a norm (a light pose model's), so that there are no z, faults or strengths; ``plate_known``
    False: X is the way of the stride, as nobody knows where the plate is. Raises BadRequest for what cannot be.
    """
    _check(throws, view, level, height_m)
    rough = height_m or standing_height(series.world_m)
    hand, sure = (throws, True) if throws != "auto" else find_hand(series.world_m, series.time_s, rough)
    points = as_right_hander(series.world_m, hand)
    looks = camera.view_of(series, hand)
    seen_view = looks if view == "auto" else view
    tall = height_m or standing_height(points)
    against = get_reference(reference)
    setting = Setting(series, points, hand, tall, seen_view or "other", level, against, scored, plate_known)
    found = find_deliveries(
        points,
        series.time_s,
        setting.height_m,
        windows,
        hand_gap_m=planar.hand_gap(series),
        lead_ankle_m=planar.lead_ankle(series, hand),
    )
    found = edits.apply(found, events or {})
    pairs = [_delivery(setting, item, fps) for item in found]
    deliveries = [{"index": index, **delivery} for index, (delivery, _) in enumerate(pairs)]
    together = consistency.over(deliveries)
    deliveries = faults.tell_repeats(deliveries, together.get("faults", []))
    return {
        "athlete": _athlete(setting, throws != "auto", bool(height_m)),
        "view": {
            "name": setting.view,
            "source": "given" if view != "auto" else "measured" if seen_view else "not found",
        },
        "level": level,
        "deliveries": deliveries,
        "consistency": together,
        "warnings": film_warnings.collect(series, deliveries, sure_hand=sure, view=view, looks=looks),
        "footer": faults.FOOTER,
        "series": [curves for _, curves in pairs],
    }


def _athlete(setting: Setting, hand_given: bool, height_given: bool) -> dict[str, Any]:
    return {
        "throws": setting.hand,
        "throws_source": "given" if hand_given else "measured",
        "height_m": round(setting.height_m, 3),
        "height_source": "given" if height_given else "estimated",
    }


def _check(throws: str, view: str, level: str, height_m: float | None) -> None:
    if throws not in (*HANDS, "auto"):
        raise BadRequest(f"throws is {throws!r}; it must be right, left or auto.", code="bad_throws")
    if view not in (*VIEWS, "auto"):
        raise BadRequest(f"view is {view!r}; it must be one of {', '.join(VIEWS)}, auto.", code="bad_view")
    if level not in norms.LEVELS:
        raise BadRequest(
            f"level is {level!r}; it must be one of {', '.join(norms.LEVELS)}.", code="bad_level"
        )
    if height_m is not None and not 0.8 <= height_m <= 2.4:
        raise BadRequest(f"A height of {height_m} m cannot be.", code="bad_height", fix="Give it in metres.")


def _delivery(setting: Setting, item: Found, fps: float | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """One delivery's results, and its curves for the charts."""
    s, events, series = item.signals, item.events, setting.series
    rate = fps or s.fps
    context = Context(s, events)
    moments = {n: events[n].as_dict(int(np.abs(series.time_s - events[n].time_s).argmin())) for n in EVENTS}
    flat = planar.measure(series, setting.points, item.rows, context, setting.hand)
    numbers = _numbers(setting, context, flat, rate)
    how = style.describe(context)
    seen, praised = _words(setting, numbers, moments, style.marks(how), rate)
    sequence = metrics.kinematic_sequence(context)
    lag = next(m for m in numbers if m["name"] == "pelvis_to_trunk_peak_lag")
    # The order is as sure as the lag between two of its peaks was measured to be.
    sequence["confidence"] = confidence.lowest(sequence["confidence"], lag["confidence"])
    delivery = {
        "start_s": max(float(s.time_s[0]), events["first_movement"].time_s - 0.3),
        "end_s": min(float(s.time_s[-1]), events["follow_through"].time_s + 0.3),
        "quality": item.quality,
        "events": moments,
        "set_position": {"seen": how["start"] != "not seen", "kind": how["start"]},
        "style": style.shown(how, numbers),
        "metrics": numbers,
        "sequence": sequence,
        "faults": faults.shown(seen),
        "faults_seen": [{name: fault[name] for name in ("id", "title", "strength")} for fault in seen],
        "not_judged": faults.not_judged(numbers, styles=style.marks(how), fps=rate),
        "strengths": praised,
        "similarity": _similarity(setting, item, events),
    }
    return delivery, _curves(setting, series.time_s[item.rows], context)


def _numbers(
    setting: Setting, context: Context, flat: dict[tuple[str, str], float], fps: float
) -> list[dict[str, Any]]:
    measured = metrics.measure(context, setting.view)
    if not setting.plate_known:
        measured = [_without_plate(metric) for metric in measured]
    return [
        scoring.scored(
            metric,
            flat,
            view=setting.view,
            fps=fps,
            level=setting.level,
            solved=setting.solved,
            may_score=setting.scored,
        )
        for metric in measured
    ]


def _without_plate(metric: Metric) -> Metric:
    """What the stride's angle to the plate becomes where the stride itself stands for the plate."""
    if metric.name != "stride_angle":
        return metric
    return replace(
        metric, value=None, confidence=metrics.LOW, note="the file does not say where the plate is"
    )


def _words(
    setting: Setting, numbers: list[dict[str, Any]], moments: dict, styles: frozenset[str], fps: float
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """``(every fault, strengths)``; none of either where nothing may be scored."""
    if not setting.scored:
        return [], []
    seen = faults.find_all(numbers, moments, styles=styles, fps=fps, view=setting.view)
    return seen, faults.strengths(numbers, moments, seen, fps=fps, view=setting.view)


def _similarity(setting: Setting, item: Found, events: dict[str, Any]) -> dict[str, Any]:
    if setting.reference is None:
        return {}
    return comparison.similarity_of(
        setting.points[item.rows],
        setting.series.time_s[item.rows],
        setting.series.confidence[item.rows],
        {name: event.time_s for name, event in events.items()},
        setting.height_m,
        setting.reference,
    )


def _curves(setting: Setting, time_s: Floats, context: Context) -> dict[str, Any]:
    """Angles and angular velocities at the film's own frames, for the charts; the shadow's under its name."""
    known = {**context.curves, **context.velocities}
    grid = context.signals.time_s
    smooth = {n: angles.unwrap(v) if n in metrics.HEADINGS else v for n, v in known.items()}
    out = {"time_s": time_s, **{n: np.round(np.interp(time_s, grid, v), 2) for n, v in smooth.items()}}
    if setting.reference is not None:
        events = {name: event.time_s for name, event in context.events.items()}
        ghost = comparison.reference_curves(time_s, events, setting.reference)
        out["shadow"] = {
            name: np.round(_same_turn(v, out[name]) if name in context.curves else v, 2)
            for name, v in ghost.items()
        }
    return out


def _same_turn(angle_deg: Floats, beside: Floats) -> Floats:
    """An angle moved by whole turns to lie beside another one on a chart."""
    apart = np.nanmedian(beside - angle_deg) if np.isfinite(beside - angle_deg).any() else 0.0
    return angle_deg + 360.0 * np.round(apart / 360.0)
