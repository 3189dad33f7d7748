"""The metrics as a table: name, place, unit, words, formula, confidence (docs/method.md, section 2.2).

The two confidences are those for a video from the open side and for one from the rear or front: high = usable
with one camera, medium = with wide margins and several pitches, low = trend only, never scored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...labels import event_label
from ...vocabulary import Confidence, Event, Span, Unit
from ..events.event import BR, FC, LIFT, MER
from . import formulas as f
from .confidence import FPS_ARM, FPS_POSITIONS, FPS_RELEASE, FPS_SEQUENCE
from .context import DeliveryContext
from .names import MetricKey, key_of, span_of

# Short for the tables below.
HIGH, MEDIUM, LOW = Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW
DEG, DEG_S, MS = Unit.DEGREES, Unit.DEGREES_PER_SECOND, Unit.MILLISECONDS
HEIGHT, CM, M_S = Unit.PERCENT_HEIGHT, Unit.CENTIMETERS, Unit.METERS_PER_SECOND
_LEAST = {LIFT: FPS_POSITIONS, FC: FPS_POSITIONS, MER: FPS_SEQUENCE, BR: FPS_RELEASE}

# Why there is no norm.
ONLY_A_LIMIT = "coaches know a limit; no distribution is published"
NOT_PUBLISHED = "no distribution is published"
OF_THE_CENTER_OF_MASS = "published for the center of mass, which is up to a quarter faster than the hips"


@dataclass(frozen=True)
class Row:
    """One metric: what is measured, and the event at which or the span over which (:mod:`.names`).

    ``needs`` are the events that its formula reads; with ``strict`` an inferred one makes it a trend. ``phase`` is
    the event with which it is shown; ``curve`` the angle that it is read from, if it is read from one; ``no_norm``
    says why nothing published can be held against it, where that is so.
    """

    quantity: str
    place: Event | Span
    unit: Unit
    label: str
    phase: Event
    side: Confidence
    rear: Confidence
    value: Callable[[DeliveryContext], float]
    needs: tuple[Event, ...]
    least_fps: float
    strict: bool = True
    curve: str = ""
    no_norm: str = ""

    @property
    def key(self) -> MetricKey:
        """Name and event."""
        return key_of(self.quantity, self.place)

    @property
    def name(self) -> str:
        """The metric's name: what is measured, with the span where there is one."""
        return self.key[0]

    @property
    def event(self) -> Event | None:
        """The event at which it is read, if there is one."""
        return self.key[1]

    @property
    def span(self) -> Span | None:
        """The span over which it is taken, if it is read at no event."""
        return span_of(*self.key)


def _angles(
    name: str, words: str, *cells: tuple[Event, Confidence, Confidence], least: float = 0.0, no_norm: str = ""
) -> list[Row]:
    """One row per event of an angle read off its curve: cells are (event, side, rear)."""
    return [
        Row(
            name,
            event,
            Unit.DEGREES,
            f"{words} at {event_label(event).lower()}",
            event,
            side,
            rear,
            _angle_at(name, event),
            (event,),
            max(_LEAST[event], least),
            # Positions that hardly change around the event survive an inferred time.
            strict=event != LIFT,
            curve=name,
            no_norm=no_norm,
        )
        for event, side, rear in cells
    ]


def _angle_at(name: str, event: Event) -> Callable[[DeliveryContext], float]:
    return lambda context: context.angle(name, event)


def _row(
    quantity: str,
    place: Event | Span,
    unit: Unit,
    words: str,
    phase: Event,
    confidences: tuple[Confidence, Confidence],
    value: Callable[[DeliveryContext], float],
    needs: tuple[Event, ...],
    least_fps: float = FPS_POSITIONS,
    no_norm: str = "",
) -> Row:
    return Row(quantity, place, unit, words, phase, *confidences, value, needs, least_fps, no_norm=no_norm)


LEGS: list[Row] = [
    _row("stride_length", FC, HEIGHT, "Stride length", FC, (HIGH, LOW), f.stride_length, (LIFT, FC)),
    _row("stride_angle", FC, DEG, "Stride angle (+ across the body)", FC, (LOW, MEDIUM), f.stride_angle,
         (LIFT, FC)),
    *_angles("lead_knee_flexion", "Lead-knee bend", (LIFT, HIGH, MEDIUM), (FC, HIGH, MEDIUM),
             (MER, HIGH, MEDIUM), (BR, HIGH, MEDIUM)),
    _row("lead_knee_extension", Span.FOOT_CONTACT_TO_RELEASE, DEG, "Lead knee straightens into release", BR,
         (HIGH, MEDIUM), f.lead_knee_extension, (FC, BR), FPS_RELEASE),
    *_angles("rear_knee_flexion", "Rear-knee bend", (LIFT, HIGH, MEDIUM), (FC, MEDIUM, MEDIUM)),
    _row("rear_knee_flexion", Span.MIN, DEG, "Straightest rear knee of the drive", FC, (HIGH, MEDIUM),
         f.rear_knee_least, (FC,), no_norm="published at single moments, not as the least of the drive"),
    _row("rear_knee_drive", FC, DEG, "Rear knee straightens in the drive", FC,
         (MEDIUM, LOW), f.rear_knee_drive, (FC,), no_norm="no published change over the end of the stride"),
]  # fmt: skip

TRUNK: list[Row] = [
    *_angles("pelvis_rotation", "Pelvis rotation", (LIFT, MEDIUM, MEDIUM), (FC, MEDIUM, LOW),
             (MER, MEDIUM, MEDIUM), (BR, MEDIUM, MEDIUM)),
    *_angles("trunk_rotation", "Trunk rotation", (LIFT, MEDIUM, MEDIUM), (FC, MEDIUM, LOW),
             (MER, MEDIUM, MEDIUM), (BR, MEDIUM, MEDIUM)),
    *_angles("hip_shoulder_separation", "Hip–shoulder separation", (FC, MEDIUM, LOW)),
    _row("hip_shoulder_separation", Span.MAX, DEG, "Greatest hip–shoulder separation", FC, (MEDIUM, LOW),
         f.separation_max, (FC, BR)),
    *_angles("trunk_forward_tilt", "Forward tilt", (FC, MEDIUM, LOW), (MER, HIGH, LOW), (BR, HIGH, LOW)),
    *_angles("trunk_lateral_tilt", "Side tilt (+ glove side)", (FC, MEDIUM, HIGH), (MER, MEDIUM, HIGH),
             (BR, MEDIUM, HIGH)),
    *_angles("trunk_frontal_lean", "Side lean seen from behind", (BR, MEDIUM, HIGH)),
    _row("trunk_pelvis_side_angle", Span.MAX, DEG, "Side-bend in the stride", FC, (LOW, MEDIUM),
         f.side_bend, (LIFT, FC), no_norm=ONLY_A_LIMIT),
]  # fmt: skip

ARM: list[Row] = [
    *_angles("shoulder_abduction", "Elbow height (shoulder abduction)", (FC, MEDIUM, MEDIUM),
             (BR, MEDIUM, MEDIUM), least=FPS_POSITIONS),
    *_angles("shoulder_horizontal_abduction", "Elbow behind the shoulder line", (FC, LOW, LOW)),
    *_angles("shoulder_external_rotation", "External rotation", (FC, LOW, LOW)),
    _row("shoulder_external_rotation", MER, DEG, "Layback (greatest external rotation)", MER, (LOW, LOW),
         f.layback, (MER,), FPS_SEQUENCE),
    *_angles("elbow_flexion", "Elbow bend", (FC, HIGH, MEDIUM)),
    _row("elbow_flexion", Span.MAX, DEG, "Greatest elbow bend", MER, (MEDIUM, MEDIUM), f.elbow_max, (FC, BR),
         FPS_RELEASE),
    *_angles("elbow_flexion", "Elbow bend", (MER, MEDIUM, MEDIUM)),
    *_angles("elbow_flexion", "Elbow bend", (BR, MEDIUM, MEDIUM), least=FPS_ARM),
    *_angles("arm_slot", "Arm slot", (BR, LOW, HIGH)),
    _row("hand_above_elbow", FC, CM, "Throwing hand above its elbow at foot strike", FC,
         (MEDIUM, MEDIUM), f.hand_above_elbow, (FC,), no_norm=ONLY_A_LIMIT),
    _row("extension", BR, HEIGHT, "Extension: hand in front of the rubber at release", BR,
         (MEDIUM, LOW), f.extension, (LIFT, BR), FPS_RELEASE,
         no_norm="trackers publish where the ball is let go, not where the wrist is"),
    _row("hand_past_toe", BR, HEIGHT, "Hand past the front foot at release", BR, (MEDIUM, LOW),
         f.hand_past_toe, (BR,), FPS_RELEASE, no_norm=ONLY_A_LIMIT),
]  # fmt: skip

GLOVE_AND_HEAD: list[Row] = [
    *_angles("glove_shoulder_abduction", "Glove-arm height", (FC, MEDIUM, LOW), (MER, LOW, LOW)),
    *_angles("glove_shoulder_horizontal_abduction", "Glove elbow behind the shoulder line", (FC, LOW, LOW),
             (MER, LOW, LOW), no_norm="published for marker clusters alone, which read this angle differently"),
    *_angles("glove_elbow_flexion", "Glove-arm bend", (FC, MEDIUM, LOW), (MER, LOW, LOW), no_norm=NOT_PUBLISHED),
    _row("glove_to_chest", BR, HEIGHT, "Glove hand to the middle of the chest at release", BR,
         (MEDIUM, MEDIUM), f.glove_to_chest, (BR,), FPS_RELEASE, no_norm=NOT_PUBLISHED),
    _row("head_side_path", Span.FOOT_CONTACT_TO_RELEASE, HEIGHT, "Side-to-side path of the head", BR,
         (LOW, HIGH), f.head_side_path, (FC, BR), FPS_RELEASE, no_norm=NOT_PUBLISHED),
    _row("head_past_ankle", MER, Unit.HEAD_WIDTHS, "Head past the lead ankle, to the glove side", MER,
         (LOW, HIGH), f.head_past_ankle, (MER,), FPS_RELEASE, no_norm=ONLY_A_LIMIT),
]  # fmt: skip

MOTION: list[Row] = [
    _row("pelvis_drift", LIFT, HEIGHT, "Hips to the plate by leg lift", LIFT, (HIGH, LOW),
         f.pelvis_drift, (Event.FIRST_MOVEMENT, LIFT), no_norm=ONLY_A_LIMIT),
    _row("sway_back", LIFT, CM, "Hips away from the plate before leg lift", LIFT, (HIGH, LOW),
         f.sway_back, (Event.FIRST_MOVEMENT, LIFT), no_norm=ONLY_A_LIMIT),
    _row("pelvis_forward_velocity", LIFT, M_S, "Speed of the hips to the plate at leg lift", LIFT,
         (MEDIUM, LOW), f.forward_speed_at_lift, (LIFT,), no_norm=OF_THE_CENTER_OF_MASS),
    _row("pelvis_forward_velocity", Span.MAX, M_S, "Greatest speed of the hips to the plate", FC, (MEDIUM, LOW),
         f.forward_speed_max, (LIFT, FC), no_norm=OF_THE_CENTER_OF_MASS),
    _row("pelvis_forward_velocity_in_heights", Span.MAX, Unit.HEIGHTS_PER_SECOND,
         "Greatest speed of the hips to the plate, by body height", FC, (MEDIUM, LOW),
         f.forward_speed_in_heights, (LIFT, FC), no_norm=OF_THE_CENTER_OF_MASS),
    _row("pelvis_rotation_velocity", Span.MAX, DEG_S, "Peak pelvis turning speed", BR, (MEDIUM, MEDIUM),
         f.peak("pelvis_rotation"), (FC, BR), FPS_ARM),
    _row("trunk_rotation_velocity", Span.MAX, DEG_S, "Peak trunk turning speed", BR, (MEDIUM, MEDIUM),
         f.peak("trunk_rotation"), (FC, BR), FPS_ARM),
    _row("elbow_extension_velocity", Span.MAX, DEG_S, "Peak elbow extension speed", BR, (LOW, LOW),
         f.peak("elbow_extension"), (FC, BR), FPS_ARM),
    _row("shoulder_internal_rotation_velocity", Span.MAX, DEG_S, "Peak internal rotation speed", BR,
         (LOW, LOW), f.peak("shoulder_internal_rotation"), (FC, BR), FPS_ARM),
    _row("pelvis_to_trunk_peak_lag", Span.DELIVERY, MS, "Trunk peak after pelvis peak", BR, (MEDIUM, MEDIUM),
         f.pelvis_to_trunk_lag, (FC, BR), FPS_SEQUENCE),
]  # fmt: skip

TIMES: list[Row] = [
    _row("time_leg_lift_to_foot_contact", Span.DELIVERY, MS, "Leg lift to foot strike", FC, (HIGH, MEDIUM),
         f.interval(LIFT, FC), (LIFT, FC)),
    _row("time_foot_contact_to_MER", Span.DELIVERY, MS, "Foot strike to layback", MER, (MEDIUM, MEDIUM),
         f.interval(FC, MER), (FC, MER), FPS_SEQUENCE),
    _row("time_MER_to_release", Span.DELIVERY, MS, "Layback to release", BR, (MEDIUM, MEDIUM), f.interval(MER, BR),
         (MER, BR), FPS_ARM, no_norm="pitchers hardly differ in it: only an error of timing would be scored"),
    _row("time_foot_contact_to_release", Span.DELIVERY, MS, "Foot strike to release", BR, (HIGH, MEDIUM),
         f.interval(FC, BR), (FC, BR), FPS_RELEASE),
]  # fmt: skip

ROWS: tuple[Row, ...] = (*LEGS, *TRUNK, *ARM, *GLOVE_AND_HEAD, *MOTION, *TIMES)
