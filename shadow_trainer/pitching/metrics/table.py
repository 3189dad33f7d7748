"""The metrics as a table: name, event, unit, words, formula, and how far each may be trusted (section 2.2).

``side`` and ``rear`` are the confidences for a film from the open side and from the rear or front: high =
usable with one camera, medium = with wide margins and several pitches, low = trend only, never scored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...labels import event_label
from . import formulas as f
from .confidence import FPS_ARM, FPS_POSITIONS, FPS_RELEASE, FPS_SEQUENCE, HIGH, LOW, MEDIUM
from .context import Context

LIFT, FC, MER, BR = "leg_lift", "foot_contact", "max_external_rotation", "release"
_LEAST = {LIFT: FPS_POSITIONS, FC: FPS_POSITIONS, MER: FPS_SEQUENCE, BR: FPS_RELEASE}


@dataclass(frozen=True)
class Row:
    """One metric. ``needs`` are the events it is read at; with ``strict`` an inferred one makes it a trend."""

    name: str
    event: str
    unit: str
    label: str
    phase: str
    side: str
    rear: str
    value: Callable[[Context], float]
    needs: tuple[str, ...]
    least_fps: float
    strict: bool = True
    curve: str = ""


def _angles(name: str, words: str, *cells: tuple[str, str, str], least: float | None = None) -> list[Row]:
    """One row per event of an angle read off its curve: cells are (event, side, rear)."""
    return [
        Row(
            name,
            event,
            "deg",
            f"{words} at {event_label(event).lower()}",
            event,
            side,
            rear,
            lambda c, event=event: c.angle(name, event),
            (event,),
            max(_LEAST[event], least or 0.0),
            # Positions that hardly change around the event survive an inferred time.
            strict=event != LIFT,
            curve=name,
        )
        for event, side, rear in cells
    ]


def _row(
    name: str,
    event: str,
    unit: str,
    words: str,
    phase: str,
    sure: tuple[str, str],
    value: Callable[[Context], float],
    needs: tuple[str, ...],
    least_fps: float = FPS_POSITIONS,
) -> Row:
    return Row(name, event, unit, words, phase, *sure, value, needs, least_fps)


LEGS: list[Row] = [
    _row("stride_length", FC, "%height", "Stride length", FC, (HIGH, LOW), f.stride_length, (LIFT, FC)),
    _row("stride_angle", FC, "deg", "Stride angle (+ across the body)", FC, (LOW, MEDIUM), f.stride_angle,
         (LIFT, FC)),
    *_angles("lead_knee_flexion", "Lead-knee bend", (LIFT, HIGH, MEDIUM), (FC, HIGH, MEDIUM),
             (MER, HIGH, MEDIUM), (BR, HIGH, MEDIUM)),
    _row("lead_knee_extension", "foot_contact_to_release", "deg", "Lead knee straightens into release", BR,
         (HIGH, MEDIUM), f.lead_knee_extension, (FC, BR), FPS_RELEASE),
    *_angles("rear_knee_flexion", "Rear-knee bend", (LIFT, HIGH, MEDIUM), (FC, MEDIUM, MEDIUM)),
    _row("rear_knee_flexion", "min", "deg", "Straightest rear knee of the drive", FC, (HIGH, MEDIUM),
         f.rear_knee_least, (FC,)),
    _row("rear_knee_drive", "foot_contact", "deg", "Rear knee straightens in the drive", FC,
         (MEDIUM, LOW), f.rear_knee_drive, (FC,)),
]  # fmt: skip

TRUNK: list[Row] = [
    *_angles("pelvis_rotation", "Pelvis rotation", (LIFT, MEDIUM, MEDIUM), (FC, MEDIUM, LOW),
             (MER, MEDIUM, MEDIUM), (BR, MEDIUM, MEDIUM)),
    *_angles("trunk_rotation", "Trunk rotation", (LIFT, MEDIUM, MEDIUM), (FC, MEDIUM, LOW),
             (MER, MEDIUM, MEDIUM), (BR, MEDIUM, MEDIUM)),
    *_angles("hip_shoulder_separation", "Hip–shoulder separation", (FC, MEDIUM, LOW)),
    _row("hip_shoulder_separation", "max", "deg", "Greatest hip–shoulder separation", FC, (MEDIUM, LOW),
         f.separation_max, (FC, BR)),
    *_angles("trunk_forward_tilt", "Forward tilt", (FC, MEDIUM, LOW), (MER, HIGH, LOW), (BR, HIGH, LOW)),
    *_angles("trunk_lateral_tilt", "Side tilt (+ glove side)", (FC, MEDIUM, HIGH), (MER, MEDIUM, HIGH),
             (BR, MEDIUM, HIGH)),
    *_angles("trunk_frontal_lean", "Side lean seen from behind", (BR, MEDIUM, HIGH)),
    _row("trunk_pelvis_side_angle", "max", "deg", "Side-bend in the stride", FC, (LOW, MEDIUM),
         f.side_bend, (LIFT, FC)),
]  # fmt: skip

ARM: list[Row] = [
    *_angles("shoulder_abduction", "Elbow height (shoulder abduction)", (FC, MEDIUM, MEDIUM),
             (BR, MEDIUM, MEDIUM), least=FPS_POSITIONS),
    *_angles("shoulder_horizontal_abduction", "Elbow behind the shoulder line", (FC, LOW, LOW)),
    *_angles("shoulder_external_rotation", "External rotation", (FC, LOW, LOW)),
    _row("shoulder_external_rotation", MER, "deg", "Layback (greatest external rotation)", MER, (LOW, LOW),
         f.layback, (MER,), FPS_SEQUENCE),
    *_angles("elbow_flexion", "Elbow bend", (FC, HIGH, MEDIUM)),
    _row("elbow_flexion", "max", "deg", "Greatest elbow bend", MER, (MEDIUM, MEDIUM), f.elbow_max, (FC, BR),
         FPS_RELEASE),
    *_angles("elbow_flexion", "Elbow bend", (MER, MEDIUM, MEDIUM)),
    *_angles("elbow_flexion", "Elbow bend", (BR, MEDIUM, MEDIUM), least=FPS_ARM),
    *_angles("arm_slot", "Arm slot", (BR, LOW, HIGH)),
    _row("hand_above_elbow", FC, "cm", "Throwing hand above its elbow at foot contact", FC,
         (MEDIUM, MEDIUM), f.hand_above_elbow, (FC,)),
    _row("extension", BR, "%height", "Extension: hand in front of the rubber at release", BR,
         (MEDIUM, LOW), f.extension, (LIFT, BR), FPS_RELEASE),
    _row("hand_past_toe", BR, "%height", "Hand past the front foot at release", BR, (MEDIUM, LOW),
         f.hand_past_toe, (BR,), FPS_RELEASE),
]  # fmt: skip

GLOVE_AND_HEAD: list[Row] = [
    *_angles("glove_shoulder_abduction", "Glove-arm height", (FC, MEDIUM, LOW), (MER, LOW, LOW)),
    *_angles("glove_shoulder_horizontal_abduction", "Glove elbow behind the shoulder line", (FC, LOW, LOW),
             (MER, LOW, LOW)),
    *_angles("glove_elbow_flexion", "Glove-arm bend", (FC, MEDIUM, LOW), (MER, LOW, LOW)),
    _row("glove_to_chest", BR, "%height", "Glove hand to the middle of the chest at release", BR,
         (MEDIUM, MEDIUM), f.glove_to_chest, (BR,), FPS_RELEASE),
    _row("head_side_path", "foot_contact_to_release", "%height", "Side-to-side path of the head", BR,
         (LOW, HIGH), f.head_side_path, (FC, BR), FPS_RELEASE),
    _row("head_past_ankle", MER, "head_widths", "Head past the lead ankle, to the glove side", MER,
         (LOW, HIGH), f.head_past_ankle, (MER,), FPS_RELEASE),
]  # fmt: skip

MOTION: list[Row] = [
    _row("pelvis_drift", LIFT, "%height", "Hips to the plate by leg lift", LIFT, (HIGH, LOW),
         f.pelvis_drift, ("first_movement", LIFT)),
    _row("sway_back", LIFT, "cm", "Hips away from the plate before leg lift", LIFT, (HIGH, LOW),
         f.sway_back, ("first_movement", LIFT)),
    _row("pelvis_forward_velocity", LIFT, "m/s", "Speed of the hips to the plate at leg lift", LIFT,
         (MEDIUM, LOW), f.forward_speed_at_lift, (LIFT,)),
    _row("pelvis_forward_velocity", "max", "m/s", "Greatest speed of the hips to the plate", FC, (MEDIUM, LOW),
         f.forward_speed_max, (LIFT, FC)),
    _row("pelvis_forward_velocity_in_heights", "max", "heights/s",
         "Greatest speed of the hips to the plate, by body height", FC, (MEDIUM, LOW),
         f.forward_speed_in_heights, (LIFT, FC)),
    _row("pelvis_rotation_velocity", "max", "deg/s", "Peak pelvis turning speed", BR, (MEDIUM, MEDIUM),
         f.peak("pelvis_rotation"), (FC, BR), FPS_ARM),
    _row("trunk_rotation_velocity", "max", "deg/s", "Peak trunk turning speed", BR, (MEDIUM, MEDIUM),
         f.peak("trunk_rotation"), (FC, BR), FPS_ARM),
    _row("elbow_extension_velocity", "max", "deg/s", "Peak elbow extension speed", BR, (LOW, LOW),
         f.peak("elbow_extension"), (FC, BR), FPS_ARM),
    _row("shoulder_internal_rotation_velocity", "max", "deg/s", "Peak internal rotation speed", BR,
         (LOW, LOW), f.peak("shoulder_internal_rotation"), (FC, BR), FPS_ARM),
    _row("pelvis_to_trunk_peak_lag", "", "ms", "Trunk peak after pelvis peak", BR, (MEDIUM, MEDIUM),
         f.pelvis_to_trunk_lag, (FC, BR), FPS_SEQUENCE),
]  # fmt: skip

TIMES: list[Row] = [
    _row("time_leg_lift_to_foot_contact", "", "ms", "Leg lift to foot contact", FC, (HIGH, MEDIUM),
         f.interval(LIFT, FC), (LIFT, FC)),
    _row("time_foot_contact_to_MER", "", "ms", "Foot contact to layback", MER, (MEDIUM, MEDIUM),
         f.interval(FC, MER), (FC, MER), FPS_SEQUENCE),
    _row("time_MER_to_release", "", "ms", "Layback to release", BR, (MEDIUM, MEDIUM), f.interval(MER, BR),
         (MER, BR), FPS_ARM),
    _row("time_foot_contact_to_release", "", "ms", "Foot contact to release", BR, (HIGH, MEDIUM),
         f.interval(FC, BR), (FC, BR), FPS_RELEASE),
]  # fmt: skip

ROWS: tuple[Row, ...] = (*LEGS, *TRUNK, *ARM, *GLOVE_AND_HEAD, *MOTION, *TIMES)
