"""What a metric is computed from: one delivery's signals, events and angle curves, read by name and event."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...body.arrays import Floats, Indices
from ...vocabulary import Event
from .. import angles, filters
from ..events import Events
from ..signals import Signals
from ..world import joint, mid_hip, mid_shoulder

# Angles about the vertical are read on the branch -90..270, as in docs/method.md, section 2.1.
HEADINGS = (
    "pelvis_rotation",
    "trunk_rotation",
    "shoulder_external_rotation",
    "glove_shoulder_external_rotation",
)
# Adult head breadth in body heights [E], when the ears are not known: about 15 cm at 1.8 m.
HEAD_WIDTH_H = 0.085


@dataclass(frozen=True)
class DeliveryContext:
    """One right-hander's delivery. Times are seconds of real time, lengths metres, angles degrees."""

    signals: Signals
    events: Events

    @cached_property
    def curves(self) -> dict[str, Floats]:
        """Every angle over the grid, by name."""
        return angles.all_angles(self.signals.points)

    @cached_property
    def velocities(self) -> dict[str, Floats]:
        """Angular velocities over the grid, degrees per second, in the coach's sign."""
        return angles.velocities(self.curves, self.signals.time_s)

    @property
    def height_m(self) -> float:
        """Standing height."""
        return self.signals.height_m

    def when(self, event: Event) -> float:
        """Time of an event."""
        return self.events[event].time_s

    def angle(self, name: str, event: Event) -> float:
        """An angle at an event, between samples by linear interpolation."""
        value = float(self.signals.at(self.curves[name], self.when(event)))
        return (value + 90.0) % 360.0 - 90.0 if name in HEADINGS else value

    def point(self, name: str, event: Event) -> Floats:
        """(3,) of a joint at an event."""
        return self.signals.at(joint(self.signals.points, name), self.when(event))

    def hips(self, event: Event) -> Floats:
        """(3,) of the mid-hip at an event."""
        return self.signals.at(mid_hip(self.signals.points), self.when(event))

    def chest(self, event: Event) -> Floats:
        """(3,) of the mid-shoulder at an event."""
        return self.signals.at(mid_shoulder(self.signals.points), self.when(event))

    def window(self, start: Event, stop: Event, before_s: float = 0.0, after_s: float = 0.0) -> Indices:
        """Indices of the grid from ``before_s`` before one event to ``after_s`` after another."""
        return self.signals.between(self.when(start) - before_s, self.when(stop) + after_s)

    def highest(self, values: Floats, window: Indices) -> float:
        """Greatest known value inside a window, or NaN."""
        inside = values[window]
        return float(np.nanmax(inside)) if np.isfinite(inside).any() else np.nan

    @cached_property
    def hip_velocity_x(self) -> Floats:
        """(T,) m/s of the mid-hip toward the plate."""
        return filters.rate_of_change(mid_hip(self.signals.points)[:, 0], self.signals.time_s)

    @cached_property
    def head(self) -> Floats:
        """(T, 3) middle of the ears and the nose, whatever of them is known."""
        points = self.signals.points[:, (0, 7, 8)]
        known = np.isfinite(points).all(axis=-1, keepdims=True)
        count = known.sum(axis=1)
        total = np.where(known, points, 0.0).sum(axis=1)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)

    @cached_property
    def head_width_m(self) -> float:
        """Distance of the ears, or a typical one."""
        span = np.linalg.norm(self.signals.points[:, 7] - self.signals.points[:, 8], axis=-1)
        return float(np.nanmedian(span)) if np.isfinite(span).any() else HEAD_WIDTH_H * self.height_m

    @cached_property
    def stride(self) -> Floats:
        """(3,) metres from the rear ankle at leg lift to the lead ankle at foot contact."""
        return self.point("lead_ankle", Event.FOOT_CONTACT) - self.point("rear_ankle", Event.LEG_LIFT)
