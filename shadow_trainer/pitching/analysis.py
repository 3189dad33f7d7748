"""From a pose series to the deliveries of analysis.json: events, metrics with error and norm, faults.

Nothing here knows a video file or a database; moving an event (or the hand, height, level) is the same call again
with that given, and takes a fraction of a second.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..body.arrays import Floats
from ..body.series import PoseSeries
from ..errors import BadRequest
from ..vocabulary import AUTO, EVENTS, Confidence, Event, Hand, Level, Verdict, View
from . import (
    angles,
    camera,
    clock,
    consistency,
    dropped,
    faults,
    film_warnings,
    filters,
    metrics,
    no_pitch,
    style,
)
from . import delivery_decision as decision
from .deliveries import Throw, chosen, faster_hand, find_hand, find_throws
from .document import Athlete, Camera, Delivery, EventEntry, Fault, MetricEntry, Result, Similarity, Strength
from .events import edits
from .metrics import DeliveryContext, Metric, MetricKey, confidence, evidence, planar, scoring
from .reference import Reference, comparison
from .reference import get as get_reference
from .verdicts import Verdicts
from .world import as_right_hander, standing_height

# What stands for a height where no body was measured; nothing is measured of it.
ANY_HEIGHT_M = 1.8


@dataclass(frozen=True)
class AnalysisContext:
    """What one analysis takes as given: the right-hander's points and how to read and score them."""

    series: PoseSeries
    points: Floats
    hand: Hand
    height_m: float
    view: View
    level: Level
    reference: Reference | None
    scored: bool = True
    plate_known: bool = True

    @property
    def solved(self) -> bool:
        """Whether the third dimension is our own solution of a video (it then says how uncertain it is).

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
    verdicts: Verdicts | None = None,
    releases_before: list[float] | None = None,
    moved_must_fit: bool = True,
) -> Result:
    """Everything that is measured of the athlete in ``series``.

    ``throws`` right, left or auto; ``fps`` real frames per second when they cannot be told from the times;
    ``windows`` where to look for deliveries; ``events`` moved by a coach: delivery index -> event -> seconds, the index
    being that of ``releases_before`` where given (after other verdicts a delivery has another); ``verdicts`` what a
    coach says is a pitch and what is none; without ``moved_must_fit`` a moved event that no longer fits its pitch is
    left out;
    ``reference`` a name, a :class:`~.reference.Reference` or None; ``scored`` False: joints too coarse to be
    held against a norm (a light pose model's), so that there are no z, faults or strengths; ``plate_known``
    False: X is the way of the stride, as nobody knows where the plate is. Raises BadRequest for what cannot be.
    """
    _check(throws, view, level, height_m)
    hand, sure_hand = _hand(series, throws, height_m, verdicts)
    seen_view = camera.view_of(series, hand)
    known_view = seen_view if view == AUTO else View(view)
    points = as_right_hander(series.world_m, hand)
    against = None if reference is None else get_reference(reference)
    height = height_m or _height(points)
    context = AnalysisContext(
        series, points, hand, height, known_view or View.OTHER, Level(level), against, scored, plate_known
    )
    thrown = _throws(context, windows, verdicts)
    pitches = chosen(thrown)
    moved = _moved(pitches, events or {}, releases_before, moved_must_fit)
    measured = [_delivery(context, n, item, fps) for n, item in enumerate(edits.apply(pitches, moved))]
    deliveries = [delivery for delivery, _ in measured]
    together = consistency.over(deliveries)
    deliveries = faults.tell_repeats(deliveries, together.get("faults", []))
    warnings = film_warnings.collect(series, deliveries, sure_hand=sure_hand, view=view, seen_view=seen_view)
    return {
        "athlete": _athlete(context, throws != AUTO, bool(height_m)),
        "view": _camera(context, view != AUTO, known_view is not None),
        "level": context.level,
        "deliveries": deliveries,
        "dropped": dropped.among(thrown, pitches),
        "moved_events": edits.as_entries(moved),
        "consistency": together,
        "repeated": _repeated(series, deliveries, fps),
        "warnings": warnings or no_pitch.warnings(series, thrown, pitches, hand, throws != AUTO, windows),
        "footer": faults.FOOTER,
        "series": [curves for _, curves in measured],
    }


def _throws(
    context: AnalysisContext, windows: list[tuple[float, float]] | None, verdicts: Verdicts | None
) -> list[Throw]:
    """Every throw of the athlete, those that a coach set among them."""
    series = context.series
    if not np.isfinite(context.points).any():
        return []
    seen = planar.seen_in_frame(series, context.hand)
    thrown = find_throws(
        context.points, series.time_s, context.height_m, windows, seen, verdicts=verdicts, every=True
    )
    return [_at_distinct_rate(series, throw) for throw in thrown]


def _repeated(series: PoseSeries, deliveries: list[Delivery], fps: float | None) -> float:
    """The share of the deliveries' frames that only repeat the one before."""
    spans = [(d["start_s"], d["end_s"]) for d in deliveries]
    return clock.repeated_in(series, spans, fps or filters.sample_rate(series.time_s))


def _at_distinct_rate(series: PoseSeries, throw: Throw) -> Throw:
    """The throw with the rate of those frames that show something new."""
    s = throw.signals
    span = (float(s.time_s[0]), float(s.time_s[-1]))
    share = clock.repeated_in(series, [span], s.fps)
    return replace(throw, signals=replace(s, fps=s.fps * (1.0 - share))) if share else throw


def _moved(
    pitches: list[Throw],
    events: dict[int, dict[str, float]],
    releases_before: list[float] | None,
    must_fit: bool,
) -> dict[int, dict[str, float]]:
    """The moved events of the pitches that are there."""
    moved = edits.renumbered(events, releases_before, [throw.release_s for throw in pitches])
    return moved if must_fit else edits.that_fit(pitches, moved)


def _height(points: Floats) -> float:
    return standing_height(points) if np.isfinite(points).any() else ANY_HEIGHT_M


def pitch_probability(
    series: PoseSeries, *, throws: str = AUTO, windows: list[tuple[float, float]] | None = None
) -> float:
    """The probability, 0..1, of the likeliest pitch of the athlete in ``series``; 0 where nobody throws."""
    if not np.isfinite(series.world_m).any():
        return 0.0
    hand, _ = _hand(series, throws, None)
    points = as_right_hander(series.world_m, hand)
    height_m = standing_height(points)
    throws_seen = find_throws(points, series.time_s, height_m, windows, planar.seen_in_frame(series, hand))
    return max((throw.probability for throw in throws_seen if not throw.unfinished), default=0.0)


def _hand(
    series: PoseSeries, throws: str, height_m: float | None, verdicts: Verdicts | None = None
) -> tuple[Hand, bool]:
    """``(hand, sure)``; where the throws do not tell, the one that is fast where a coach says that balls are released."""
    if throws != AUTO:
        return Hand(throws), True
    if not np.isfinite(series.world_m).any():
        return Hand.RIGHT, False
    hand, sure = find_hand(series.world_m, series.time_s, height_m or standing_height(series.world_m))
    set_by_hand = [one.at_s for one in verdicts.said if one.verdict == Verdict.RELEASE] if verdicts else []
    if not sure and set_by_hand:
        return faster_hand(series.world_m, series.time_s, set_by_hand)
    return hand, sure


def _camera(context: AnalysisContext, given: bool, known: bool) -> Camera:
    return {"name": context.view, "source": "given" if given else "measured" if known else "not found"}


def _athlete(context: AnalysisContext, hand_given: bool, height_given: bool) -> Athlete:
    return {
        "throws": context.hand,
        "throws_source": "given" if hand_given else "measured",
        "height_m": round(context.height_m, 3),
        "height_source": "given" if height_given else "estimated",
    }


def _check(throws: str, view: str, level: str, height_m: float | None) -> None:
    for name, value, words in (
        ("throws", throws, (*Hand, AUTO)),
        ("view", view, (*View, AUTO)),
        ("level", level, (*Level,)),
    ):
        if value not in words:
            raise BadRequest(
                f"{name} is {value!r}; it must be one of {', '.join(words)}.", code=f"bad_{name}"
            )
    if height_m is not None and not 0.8 <= height_m <= 2.4:
        raise BadRequest(f"A height of {height_m} m cannot be.", code="bad_height", fix="Give it in meters.")


def _delivery(
    context: AnalysisContext, index: int, item: Throw, fps: float | None
) -> tuple[Delivery, dict[str, object]]:
    """One delivery's results, and its curves for the charts."""
    s, events, series = item.signals, item.events, context.series
    span = (float(s.time_s[0]), float(s.time_s[-1]))
    rate = fps * (1.0 - clock.repeated_in(series, [span], fps)) if fps else s.fps
    measured = DeliveryContext(s, events)
    moments = {name: _entry(series, item, name) for name in EVENTS}
    flat = planar.measure(series, context.points, item.rows, measured, context.hand)
    numbers = _numbers(context, measured, flat, rate, moments)
    how = style.describe(measured)
    judged = replace(context, scored=context.scored and not item.questionable)
    seen, praised = _words(judged, numbers, moments, style.marks(how), rate)
    sequence = metrics.kinematic_sequence(measured)
    lag = next(m for m in numbers if m["name"] == "pelvis_to_trunk_peak_lag")
    # The order is as sure as the lag between two of its peaks was measured to be.
    sequence["confidence"] = confidence.lowest(sequence["confidence"], lag["confidence"])
    delivery: Delivery = {
        "index": index,
        "start_s": max(float(s.time_s[0]), events[Event.FIRST_MOVEMENT].time_s - 0.3),
        "end_s": min(float(s.time_s[-1]), events[Event.FOLLOW_THROUGH].time_s + 0.3),
        "quality": item.probability,
        "probability": item.probability,
        "questionable": item.questionable,
        "missing": decision.missing(item.signs) if item.questionable else [],
        "verdict": item.verdict,
        "events": moments,
        "set_position": {"seen": how["start"] != "not seen", "kind": how["start"]},
        "style": style.shown(how, numbers),
        "metrics": numbers,
        "sequence": sequence,
        "faults": faults.shown(seen),
        "faults_seen": [
            {"id": fault["id"], "title": fault["title"], "strength": fault["strength"]} for fault in seen
        ],
        "not_judged": faults.not_judged(numbers, styles=style.marks(how), fps=rate),
        "strengths": praised,
        "similarity": _similarity(context, item),
    }
    return delivery, _curves(context, series.time_s[item.rows], measured)


def _entry(series: PoseSeries, item: Throw, name: Event) -> EventEntry:
    event = item.events[name]
    return {
        "time_s": event.time_s,
        "frame": int(np.abs(series.time_s - event.time_s).argmin()),
        "confidence": event.confidence,
        "estimated": event.estimated,
    }


def _numbers(
    context: AnalysisContext,
    delivery: DeliveryContext,
    flat: dict[MetricKey, float],
    fps: float,
    moments: dict[Event, EventEntry],
) -> list[MetricEntry]:
    measured = metrics.measure(delivery, context.view)
    known = evidence.told(context.series, moments, context.hand) if context.solved else None
    if not context.plate_known:
        measured = [_without_plate(metric) for metric in measured]
    if not clock.rate_sure(context.series):
        measured = [metrics.at_doubtful_rate(metric) for metric in measured]
    return [
        scoring.scored(
            metric,
            flat,
            view=context.view,
            fps=fps,
            level=context.level,
            known=known,
            may_score=context.scored,
        )
        for metric in measured
    ]


def _without_plate(metric: Metric) -> Metric:
    """What the stride's angle to the plate becomes where the stride itself stands for the plate."""
    if metric.name != "stride_angle":
        return metric
    return replace(
        metric, value=None, confidence=Confidence.LOW, note="the file does not say where the plate is"
    )


def _words(
    context: AnalysisContext,
    numbers: list[MetricEntry],
    moments: dict[Event, EventEntry],
    styles: frozenset[str],
    fps: float,
) -> tuple[list[Fault], list[Strength]]:
    """``(every fault, strengths)``; none of either where nothing may be scored."""
    if not context.scored:
        return [], []
    seen = faults.find_all(numbers, moments, styles=styles, fps=fps, view=context.view)
    return seen, faults.strengths(numbers, moments, seen, fps=fps, view=context.view)


def _similarity(context: AnalysisContext, item: Throw) -> Similarity:
    if context.reference is None:
        return {}
    alike = comparison.similarity_of(
        context.points[item.rows],
        context.series.time_s[item.rows],
        context.series.confidence[item.rows],
        {name: event.time_s for name, event in item.events.items()},
        context.height_m,
        context.reference,
    )
    if not clock.rate_sure(context.series):
        alike = {**alike, "intervals_ms": []}
    return alike


def _curves(context: AnalysisContext, time_s: Floats, delivery: DeliveryContext) -> dict[str, object]:
    """Angles and angular velocities at the video's own frames, for the charts; the reference's as ``shadow``."""
    known = {**delivery.curves, **delivery.velocities}
    grid = delivery.signals.time_s
    smooth = {n: angles.unwrap(v) if n in metrics.HEADINGS else v for n, v in known.items()}
    own = {n: np.round(np.interp(time_s, grid, v), 2) for n, v in smooth.items()}
    curves: dict[str, object] = {"time_s": time_s, **own}
    if context.reference is not None:
        events = {name: event.time_s for name, event in delivery.events.items()}
        others = comparison.reference_curves(time_s, events, context.reference)
        curves["shadow"] = {
            name: np.round(_same_turn(v, own[name]) if name in delivery.curves else v, 2)
            for name, v in others.items()
        }
    return curves


def _same_turn(angle_deg: Floats, beside: Floats) -> Floats:
    """An angle moved by whole turns to lie beside another one on a chart."""
    apart = np.nanmedian(beside - angle_deg) if np.isfinite(beside - angle_deg).any() else 0.0
    turned: Floats = angle_deg + 360.0 * np.round(apart / 360.0)
    return turned
