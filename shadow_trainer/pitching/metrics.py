"""The metrics of one delivery: a value at its event, with unit and confidence (PITCHING.md section 2.2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import angles, filters
from .events import Event
from .signals import Signals
from .world import joint, mid_hip

HIGH, MEDIUM, LOW = "high", "medium", "low"
FC, MER, BR = "foot_contact", "max_external_rotation", "release"


@dataclass(frozen=True)
class Metric:
    """One number shown to a coach. ``value`` None when it could not be measured."""

    name: str
    event: str
    value: float | None
    unit: str
    confidence: str
    label: str
    phase: str


@dataclass(frozen=True)
class Rule:
    """A row of the table: which angle at which event, and how sure it is by view (open side, rear/front)."""

    name: str
    event: str
    label: str
    side: str
    rear: str
    curve: str = ""


ANGLES_AT: tuple[Rule, ...] = (
    Rule("lead_knee_flexion", FC, "Lead knee bend at foot contact", HIGH, MEDIUM),
    Rule("lead_knee_flexion", BR, "Lead knee bend at release", HIGH, MEDIUM),
    Rule("hip_shoulder_separation", FC, "Hip–shoulder separation at foot contact", MEDIUM, LOW),
    Rule("pelvis_rotation", FC, "Pelvis rotation at foot contact", MEDIUM, LOW),
    Rule("pelvis_rotation", BR, "Pelvis rotation at release", MEDIUM, LOW),
    Rule("trunk_rotation", FC, "Trunk rotation at foot contact", MEDIUM, LOW),
    Rule("trunk_rotation", MER, "Trunk rotation at layback", MEDIUM, LOW),
    Rule("trunk_rotation", BR, "Trunk rotation at release", MEDIUM, LOW),
    Rule("trunk_forward_tilt", FC, "Forward tilt at foot contact", MEDIUM, LOW),
    Rule("trunk_forward_tilt", MER, "Forward tilt at layback", MEDIUM, LOW),
    Rule("trunk_forward_tilt", BR, "Forward tilt at release", HIGH, LOW),
    Rule("trunk_lateral_tilt", FC, "Side tilt at foot contact", MEDIUM, HIGH),
    Rule("trunk_lateral_tilt", BR, "Side tilt at release", MEDIUM, HIGH),
    Rule("trunk_frontal_lean", BR, "Side lean at release", MEDIUM, HIGH),
    Rule("shoulder_abduction", FC, "Elbow height at foot contact (shoulder abduction)", MEDIUM, MEDIUM),
    Rule("shoulder_abduction", BR, "Elbow height at release (shoulder abduction)", MEDIUM, MEDIUM),
    Rule("shoulder_horizontal_abduction", FC, "Elbow behind the shoulders at foot contact", LOW, LOW),
    Rule("shoulder_external_rotation", FC, "External rotation at foot contact", LOW, LOW),
    Rule("shoulder_external_rotation", MER, "Layback (maximum external rotation)", LOW, LOW),
    Rule("elbow_flexion", FC, "Elbow bend at foot contact", MEDIUM, MEDIUM),
    Rule("elbow_flexion", MER, "Elbow bend at layback", LOW, LOW),
    Rule("elbow_flexion", BR, "Elbow bend at release", LOW, LOW),
    Rule("glove_shoulder_abduction", FC, "Glove-arm height at foot contact", LOW, LOW),
    Rule("arm_slot", BR, "Arm slot", LOW, HIGH),
)
# Section 1.3: below these frame rates (fps) the moment is too coarse for the angle.
LEAST_FPS = {
    ("trunk_rotation", MER): 100.0,
    ("elbow_flexion", MER): 100.0,
    ("elbow_flexion", BR): 200.0,
    ("shoulder_external_rotation", MER): 100.0,
}
RELEASE_LEAST_FPS = 45.0
_SIDE_VIEWS = ("open-side", "other", "auto")


def measure(s: Signals, events: dict[str, Event], view: str) -> list[Metric]:
    """Every metric of one delivery."""
    curves = angles.all_angles(s.points)
    rows = [_angle_at(rule, s, curves, events, view) for rule in ANGLES_AT]
    rows += [
        _stride_length(s, events, view),
        _stride_angle(s, events, view),
        _knee_extension(rows),
        _separation_max(s, curves, events, view),
        *_velocities(s, curves, events),
        _forward_speed(s, events, view),
        _contact_to_release(s, events),
        *_early_moves(s, events, view),
        _side_bend(s, curves, events, view),
    ]
    return rows


def _angle_at(
    rule: Rule, s: Signals, curves: dict[str, np.ndarray], events: dict[str, Event], view: str
) -> Metric:
    value = float(s.at(curves[rule.curve or rule.name], events[rule.event].time_s))
    if "rotation" in rule.name:
        value = float((value + 90.0) % 360.0 - 90.0)
    sure = rule.side if view in _SIDE_VIEWS else rule.rear
    too_slow = s.fps < LEAST_FPS.get((rule.name, rule.event), 0) or (
        rule.event != FC and s.fps < RELEASE_LEAST_FPS
    )
    if too_slow or events[rule.event].estimated:
        sure = LOW
    return Metric(rule.name, rule.event, _known(value), "deg", sure, rule.label, rule.event)


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _stride(s: Signals, events: dict[str, Event]) -> np.ndarray:
    """(3,) metres from the rear ankle at leg lift to the lead ankle at foot contact."""
    lead = s.at(joint(s.points, "lead_ankle"), events[FC].time_s)
    return lead - s.at(joint(s.points, "rear_ankle"), events["leg_lift"].time_s)


def _stride_length(s: Signals, events: dict[str, Event], view: str) -> Metric:
    value = _stride(s, events)[0] / s.height_m * 100
    sure = HIGH if view in _SIDE_VIEWS else LOW
    return Metric("stride_length", FC, _known(float(value)), "%height", sure, "Stride length", FC)


def _stride_angle(s: Signals, events: dict[str, Event], view: str) -> Metric:
    x, y, _ = _stride(s, events)
    value = float(np.degrees(np.arctan2(-y, x)))
    # X is taken from the stride itself, so the angle says nothing until the plate's direction is known.
    return Metric("stride_angle", FC, _known(value), "deg", LOW, "Stride angle (+ cross-body)", FC)


def _knee_extension(rows: list[Metric]) -> Metric:
    bend = {row.event: row for row in rows if row.name == "lead_knee_flexion"}
    contact, release = bend[FC], bend[BR]
    known = contact.value is not None and release.value is not None
    value = contact.value - release.value if known else None
    sure = contact.confidence if contact.confidence == release.confidence else LOW
    return Metric(
        "lead_knee_extension",
        "foot_contact_to_release",
        value,
        "deg",
        sure,
        "Lead knee straightens from foot contact to release",
        BR,
    )


def _separation_max(s: Signals, curves: dict[str, np.ndarray], events: dict[str, Event], view: str) -> Metric:
    window = s.between(events[FC].time_s - 0.15, events[BR].time_s)
    values = curves["hip_shoulder_separation"][window]
    value = float(np.nanmax(values)) if np.isfinite(values).any() else None
    sure = MEDIUM if view in _SIDE_VIEWS else LOW
    return Metric(
        "hip_shoulder_separation", "max", value, "deg", sure, "Greatest hip–shoulder separation", FC
    )


def _velocities(s: Signals, curves: dict[str, np.ndarray], events: dict[str, Event]) -> list[Metric]:
    window = s.between(events[FC].time_s - 0.1, events[BR].time_s + 0.05)
    rows = []
    for name, label in (("pelvis_rotation", "Pelvis"), ("trunk_rotation", "Trunk")):
        rate = filters.rate_of_change(curves[name], s.time_s)[window]
        value = float(np.nanmax(rate)) if np.isfinite(rate).any() else None
        sure = MEDIUM if s.fps >= 200 else LOW
        rows.append(Metric(f"{name}_velocity", "max", value, "deg/s", sure, f"{label} turning speed", BR))
    return rows


def _forward_speed(s: Signals, events: dict[str, Event], view: str) -> Metric:
    window = s.between(events["leg_lift"].time_s, events[FC].time_s)
    rate = filters.rate_of_change(mid_hip(s.points)[:, 0], s.time_s)[window]
    value = float(np.nanmax(rate)) if np.isfinite(rate).any() else None
    sure = MEDIUM if view in _SIDE_VIEWS else LOW
    return Metric("com_forward_velocity", "max", value, "m/s", sure, "Speed of the hips to the plate", FC)


def _contact_to_release(s: Signals, events: dict[str, Event]) -> Metric:
    value = (events[BR].time_s - events[FC].time_s) * 1000
    sure = LOW if events[FC].estimated or s.fps < 55 else MEDIUM if s.fps < 110 else HIGH
    return Metric("time_foot_contact_to_release", "", value, "ms", sure, "Foot contact to release", BR)


def _early_moves(s: Signals, events: dict[str, Event], view: str) -> list[Metric]:
    """How far the hips have gone toward the plate at leg lift, and how far away from it before that."""
    start, lift = events["first_movement"], events["leg_lift"]
    x = mid_hip(s.points)[:, 0]
    window = s.between(start.time_s, lift.time_s)
    origin = float(s.at(x, start.time_s))
    drift = (float(s.at(x, lift.time_s)) - origin) / s.height_m * 100
    sway = (origin - float(np.nanmin(x[window]))) * 100 if np.isfinite(x[window]).any() else np.nan
    sure = HIGH if view in _SIDE_VIEWS and not start.estimated and not lift.estimated else LOW
    return [
        Metric(
            "pelvis_drift",
            "leg_lift",
            _known(drift),
            "%height",
            sure,
            "Hips to the plate by leg lift",
            "leg_lift",
        ),
        Metric(
            "sway_back",
            "leg_lift",
            _known(sway),
            "cm",
            sure,
            "Hips away from the plate before leg lift",
            "leg_lift",
        ),
    ]


def _side_bend(s: Signals, curves: dict[str, np.ndarray], events: dict[str, Event], view: str) -> Metric:
    """Greatest side angle between the trunk and the pelvis from leg lift to foot contact."""
    hips = angles.unit(joint(s.points, "lead_hip") - joint(s.points, "rear_hip"))
    t, _, _ = angles.trunk_axes(s.points)
    bend = 90.0 - angles.between(t, hips)
    window = s.between(events["leg_lift"].time_s, events[FC].time_s)
    values = np.abs(bend[window])
    value = float(np.nanmax(values)) if np.isfinite(values).any() else None
    sure = MEDIUM if view not in _SIDE_VIEWS else LOW
    return Metric("trunk_pelvis_side_angle", "max", value, "deg", sure, "Side-bend in the stride", FC)
