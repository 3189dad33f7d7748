"""analysis.json as types: what one analysis says, from the engine to the pages and the exports.

All times are seconds of real time. Numbers that are not known are null. The JSON schema in
docs/analysis.schema.json is written from these types; what a release before this one wrote is brought
up to them by :mod:`.stored`.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict

from ..vocabulary import (
    Confidence,
    Event,
    Hand,
    Level,
    ModelSize,
    Span,
    Thrown,
    Unit,
    Verdict,
    View,
)
from .document_joints import SetJoint
from .document_video import Video

SCHEMA = "shadow-trainer/analysis/2"
# From the 3D motion, or from the frame's plane alone.
Method: TypeAlias = Literal["3d", "2d"]
Start: TypeAlias = Literal["set", "windup", "not seen"]
# Why a throw is no pitch: a coach said so, the video ends before its release, another one is likelier, too unlikely.
DroppedWhy: TypeAlias = Literal["said", "unfinished", "beside_likelier", "improbable"]
Slot: TypeAlias = Literal["overhand", "three_quarter", "sidearm", "submarine"]


class EventEntry(TypedDict):
    """One event: its time, the nearest frame of the video, and whether it was inferred and not seen."""

    time_s: float
    frame: int
    confidence: float
    estimated: bool


class NormEntry(TypedDict):
    """The published distribution a value is compared with; ``n`` athletes."""

    mean: float
    sd: float | None
    source: str
    level: str
    n: int | None


class MetricEntry(TypedDict):
    """One number: read at an event, or taken over a span that its name then carries (``elbow_flexion@max``).

    ``error`` is what some 70 % of the errors stay within, in the metric's unit, measured on ``error_n`` deliveries;
    ``bias`` the error that goes one way still, ``offset`` what of it was taken out of ``value``; ``timing_error`` what
    half a frame does to it; ``value_3d`` the value from the 3D motion as it was read, whichever ``method`` is shown; ``z`` and ``percentile`` null where nothing is scored.
    """

    name: str
    event: Event | None
    span: Span | None
    value: float | None
    unit: Unit
    error: float | None
    bias: float | None
    offset: float | None
    error_n: int
    error_source: str
    timing_error: float | None
    value_3d: float | None
    method: Method
    confidence: Confidence
    note: str
    label: str
    phase: Event
    norm: NormEntry | None
    z: float | None
    percentile: float | None


class Fault(TypedDict):
    """A finding to work on, in words. ``count`` of ``n`` deliveries show it, where there are several."""

    id: str
    name: str
    title: str
    severity: Literal["note", "amber", "red"]
    priority: float
    strength: float
    marked: bool
    event: Event
    time_s: float
    metric: str
    metric_event: Event | None
    value: float
    seen: str
    norm: str | None
    why: str
    drill: str
    source: str
    certainty: str
    text: str
    message: str
    count: NotRequired[int]
    n: NotRequired[int]


class SeenFault(TypedDict):
    """A fault that was seen, told or not."""

    id: str
    title: str
    strength: float


class NotJudged(TypedDict):
    """A fault that this video cannot show."""

    id: str
    title: str


class Strength(TypedDict):
    """What is as it is in good deliveries, in words; ``metric`` null when it is no number."""

    id: str
    name: str
    title: str
    event: Event
    time_s: float
    metric: str | None
    seen: str
    norm: str | None
    why: str
    source: str
    certainty: str
    text: str
    message: str


class SetPosition(TypedDict):
    """Whether the start of the delivery was seen, and from what it began."""

    seen: bool
    kind: Start


class Style(TypedDict):
    """What a delivery is on purpose; ``slot`` the arm slot's family, null where it cannot be told."""

    start: Start
    slide_step: bool
    slot: Slot | None


class Segment(TypedDict):
    """One segment's fastest moment; ``percent`` from foot contact (0) to release (100)."""

    name: str
    label: str
    time_s: float
    percent: float | None
    typical_percent: int
    peak_deg_s: float


class Sequence(TypedDict):
    """The kinematic sequence: segments in the order in which they peak."""

    order: list[str]
    segments: list[Segment]
    pelvis_to_trunk_lag_ms: float | None
    confidence: Confidence


class BoneSimilarity(TypedDict):
    """How alike one direction of the body is, 0..100; ``seen`` the share of the delivery it was seen in."""

    name: str
    label: str
    group: str
    score: float | None
    mean_deg: float | None
    seen: float


# "from" is a word of Python's own.
Interval = TypedDict(
    "Interval",
    {"from": Event, "to": Event, "athlete_ms": float, "reference_ms": float, "difference_ms": float},
)


class Similarity(TypedDict, total=False):
    """How alike the reference the delivery is; empty when there is no reference."""

    reference: str
    overall: float | None
    usable_weight: float
    message: str
    joints: list[BoneSimilarity]
    intervals_ms: list[Interval]


class Delivery(TypedDict):
    """One delivery; ``probability`` 0..1 that it is a pitch (``quality`` the same, under its older name).

    ``questionable``: less likely than not; then nothing is scored, and ``missing`` names what was not seen.
    ``verdict``: a coach says that it is a pitch (``pitch``), or that its release is there (``release``); else null.
    """

    index: int
    start_s: float
    end_s: float
    quality: float
    probability: float
    questionable: bool
    missing: list[str]
    verdict: Verdict | None
    events: dict[Event, EventEntry]
    set_position: SetPosition
    style: Style
    metrics: list[MetricEntry]
    sequence: Sequence
    faults: list[Fault]
    faults_seen: list[SeenFault]
    not_judged: list[NotJudged]
    strengths: list[Strength]
    similarity: Similarity


class DroppedThrow(TypedDict):
    """A throw that was not taken as a pitch: ``time_s`` of its release, why, what was ``thrown``, and in ``missing`` what
    was not seen of a pitch or is none's."""

    time_s: float
    start_s: float
    end_s: float
    probability: float
    missing: list[str]
    why: DroppedWhy
    thrown: NotRequired[Thrown]


class SaidVerdict(TypedDict):
    """What a coach says of a moment: its time, the word, and who of the scan throws then (null: who is measured)."""

    at_s: float
    verdict: Verdict
    person: int | None


class Spread(TypedDict):
    """One metric over several deliveries; ``within_sd`` the published spread within one pitcher."""

    name: str
    event: Event | None
    span: Span | None
    label: str
    unit: Unit
    n: int
    mean: float
    sd: float
    values: list[float]
    within_sd: float | None
    ratio: float | None
    verdict: str
    trend_per_pitch: float | None


class RepeatedFault(TypedDict):
    """A fault with the number of deliveries that show it."""

    id: str
    title: str
    count: int
    n: int
    share: float
    marked: bool
    words: str


class Consistency(TypedDict, total=False):
    """How alike the deliveries are; empty when there are fewer than two."""

    n: int
    metrics: list[Spread]
    faults: list[RepeatedFault]
    source: str


class VideoWarning(TypedDict):
    """What a coach should know, and what to do about it."""

    code: str
    message: str
    fix: str


class Athlete(TypedDict):
    """Who throws, with which hand, how tall."""

    throws: Hand
    throws_source: Literal["given", "measured"]
    height_m: float
    height_source: Literal["given", "estimated"]


class Camera(TypedDict):
    """Where the camera stood."""

    name: View
    source: Literal["given", "measured", "not found"]


class Model(TypedDict):
    """The pose model that measured."""

    size: ModelSize


class Person(TypedDict):
    """One candidate in the video; ``windows`` (first, last second) where this person seems to throw."""

    id: int
    score: float
    first_s: float
    last_s: float
    seen_s: float
    height_px: float
    peak_speed: float
    windows: list[list[float]]
    chosen: bool


class Solved(TypedDict):
    """Under what the stored motion was made; ``spans`` [first second, last second, person] are what was measured;
    ``joints_at_s`` seconds of the joints that were set by hand before it."""

    throws: Hand
    height_m: float
    capture_fps: float
    time_scale: float
    rate_given: bool
    usual_height_m: float
    spans: NotRequired[list[list[float]]]
    joints_at_s: NotRequired[list[float]]


class Result(TypedDict):
    """What :func:`.analysis.analyse` hands back: all of analysis.json that comes from the joints. ``series`` are the
    curves of each delivery, ``moved_events`` those of the deliveries that are there."""

    athlete: Athlete
    view: Camera
    level: Level
    deliveries: list[Delivery]
    dropped: list[DroppedThrow]
    moved_events: dict[str, dict[Event, float]]
    consistency: Consistency
    repeated: float
    warnings: list[VideoWarning]
    footer: str
    series: list[dict[str, object]]


class AnalysisDocument(TypedDict):
    """The whole of analysis.json; ``moved_events`` by hand: delivery -> event -> seconds, ``found_events`` where they were before. ``deliveries`` may be empty:
    no pitch was found. ``dropped`` are throws that were not taken as pitches."""

    schema: str
    video: Video
    athlete: Athlete
    view: Camera
    level: Level
    model: Model
    people: list[Person]
    deliveries: list[Delivery]
    dropped: NotRequired[list[DroppedThrow]]
    verdicts: NotRequired[list[SaidVerdict]]
    joints: NotRequired[list[SetJoint]]
    consistency: Consistency
    warnings: list[VideoWarning]
    timings_s: dict[str, float]
    solved: NotRequired[Solved]
    moved_events: NotRequired[dict[str, dict[Event, float]]]
    found_events: NotRequired[dict[str, dict[Event, float]]]
    revision: NotRequired[str]
