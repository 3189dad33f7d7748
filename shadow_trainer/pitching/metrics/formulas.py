"""Formulas of the metrics that are not simply an angle at an event (docs/method.md, sections 2.2 and 2.3).

Each takes a :class:`~.context.DeliveryContext` and returns one float in the unit of its row; NaN when not known.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...body.arrays import Indices
from ...vocabulary import Event
from .. import angles
from ..events.event import BR, FC, LIFT, MER
from ..world import joint, mid_hip
from .context import DeliveryContext

# Separation peaks at or shortly before foot contact.
SEPARATION_BEFORE_FC_S = 0.15
DRIVE_S = 0.25
PEAK_BEFORE_FC_S, PEAK_AFTER_BR_S = 0.1, 0.05


def stride_length(c: DeliveryContext) -> float:
    """X(lead ankle, FC) - X(rear ankle, PKH), % of height."""
    return float(c.stride[0]) / c.height_m * 100


def stride_angle(c: DeliveryContext) -> float:
    """atan2(Y(rear ankle, PKH) - Y(lead ankle, FC), dX): + across the body (closed)."""
    return float(np.degrees(np.arctan2(-c.stride[1], c.stride[0])))


def lead_knee_extension(c: DeliveryContext) -> float:
    """Flexion(FC) - flexion(BR): + extends."""
    return c.angle("lead_knee_flexion", FC) - c.angle("lead_knee_flexion", BR)


def rear_knee_least(c: DeliveryContext) -> float:
    """Least rear-knee flexion in the last 250 ms of the stride."""
    return -c.highest(-c.curves["rear_knee_flexion"], c.window(FC, FC, DRIVE_S))


def rear_knee_drive(c: DeliveryContext) -> float:
    """Change of rear-knee flexion over the last 250 ms of the stride: + extends."""
    before = c.signals.at(c.curves["rear_knee_flexion"], c.when(FC) - DRIVE_S)
    return float(before) - c.angle("rear_knee_flexion", FC)


def separation_max(c: DeliveryContext) -> float:
    """Greatest pelvis-minus-trunk rotation between 150 ms before FC and BR."""
    return c.highest(c.curves["hip_shoulder_separation"], c.window(FC, BR, SEPARATION_BEFORE_FC_S))


def side_bend(c: DeliveryContext) -> float:
    """Greatest deviation of the trunk from a right angle with the hip line, PKH to FC."""
    p = c.signals.points
    hips = joint(p, "lead_hip") - joint(p, "rear_hip")
    bend = np.abs(90.0 - angles.between(angles.trunk_axes(p)[0], hips))
    return c.highest(bend, c.window(LIFT, FC))


def layback(c: DeliveryContext) -> float:
    """External rotation at MER; NaN with a nearly straight elbow, where it has no meaning."""
    return c.angle("shoulder_external_rotation", MER)


def elbow_max(c: DeliveryContext) -> float:
    """Greatest elbow flexion from FC to BR."""
    return c.highest(c.curves["elbow_flexion"], c.window(FC, BR))


def hand_above_elbow(c: DeliveryContext) -> float:
    """Height of the throwing wrist above its elbow at FC, cm."""
    return float(c.point("throwing_wrist", FC)[2] - c.point("throwing_elbow", FC)[2]) * 100


def extension(c: DeliveryContext) -> float:
    """[X(throwing wrist, BR) - X(rear ankle, PKH)] / height, %."""
    return float(c.point("throwing_wrist", BR)[0] - c.point("rear_ankle", LIFT)[0]) / c.height_m * 100


def hand_past_toe(c: DeliveryContext) -> float:
    """X of the throwing wrist past the lead toe at BR, % of height; NaN without a toe."""
    return float(c.point("throwing_wrist", BR)[0] - c.point("lead_foot_index", BR)[0]) / c.height_m * 100


def glove_to_chest(c: DeliveryContext) -> float:
    """Distance of the glove wrist from the mid-shoulder at BR, % of height."""
    return float(np.linalg.norm(c.point("glove_wrist", BR) - c.chest(BR))) / c.height_m * 100


def head_side_path(c: DeliveryContext) -> float:
    """Range of the head's Y from FC to BR, % of height."""
    y = c.head[c.window(FC, BR), 1]
    return float(np.nanmax(y) - np.nanmin(y)) / c.height_m * 100 if np.isfinite(y).any() else np.nan


def head_past_ankle(c: DeliveryContext) -> float:
    """Y(head) - Y(lead ankle) at MER, head widths: + to the glove side."""
    head = c.signals.at(c.head, c.when(MER))
    return float(head[1] - c.point("lead_ankle", MER)[1]) / c.head_width_m


def pelvis_drift(c: DeliveryContext) -> float:
    """[X(mid-hip, PKH) - X(mid-hip, set)] / height, %: + to the plate."""
    return float(c.hips(LIFT)[0] - c.hips(Event.FIRST_MOVEMENT)[0]) / c.height_m * 100


def sway_back(c: DeliveryContext) -> float:
    """How far the mid-hip goes away from the plate between first movement and PKH, cm."""
    x = mid_hip(c.signals.points)[:, 0]
    return (
        float(c.hips(Event.FIRST_MOVEMENT)[0]) + c.highest(-x, c.window(Event.FIRST_MOVEMENT, LIFT))
    ) * 100


def forward_speed_at_lift(c: DeliveryContext) -> float:
    """d/dt X(mid-hip) at PKH, m/s.

    Published norms are of the centre of mass, which is up to a quarter faster in the stride (the elite
    reference: 2.4 against 3.06 m/s); the pelvis is not scored against them.
    """
    return float(c.signals.at(c.hip_velocity_x, c.when(LIFT)))


def forward_speed_max(c: DeliveryContext) -> float:
    """Peak of d/dt X(mid-hip) in [PKH, FC], m/s."""
    return c.highest(c.hip_velocity_x, c.window(LIFT, FC))


def forward_speed_in_heights(c: DeliveryContext) -> float:
    """The same in body heights per second: comparable between a boy and a man."""
    return forward_speed_max(c) / c.height_m


def peak(name: str) -> Callable[[DeliveryContext], float]:
    """Peak of an angular velocity from 100 ms before FC to 50 ms after BR, deg/s."""
    return lambda c: c.highest(c.velocities[f"{name}_velocity"], peak_window(c))


def peak_window(c: DeliveryContext) -> Indices:
    """Where peak velocities are looked for."""
    return c.window(FC, BR, PEAK_BEFORE_FC_S, PEAK_AFTER_BR_S)


def pelvis_to_trunk_lag(c: DeliveryContext) -> float:
    """Time of the trunk's peak velocity minus the pelvis', ms."""
    window = peak_window(c)
    times = []
    for name in ("pelvis_rotation_velocity", "trunk_rotation_velocity"):
        values = c.velocities[name][window]
        if not np.isfinite(values).any():
            return np.nan
        times.append(c.signals.time_s[window[int(np.nanargmax(values))]])
    return float(times[1] - times[0]) * 1000


def interval(start: Event, stop: Event) -> Callable[[DeliveryContext], float]:
    """Milliseconds from one event to another."""
    return lambda c: (c.when(stop) - c.when(start)) * 1000
