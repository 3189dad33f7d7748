"""What the event rules look at: filtered points of one delivery and the speeds taken from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import filters
from .world import joint, mid_hip

ARM_POINTS = (13, 14, 15, 16, 17, 18, 19, 20, 21, 22)


@dataclass(frozen=True)
class Signals:
    """One delivery of a right-hander. Lengths are in body heights (H), speeds in H/s.

    ``time_s`` (T,); ``points`` (T, 33, 3) filtered metres; ``height_m``; ``fps`` real frames per second;
    ``wrist_speed`` and ``glove_speed`` (T,) relative to the mid-hip; ``knee_lift`` (T,) lead knee above rear
    ankle; ``hand_gap`` (T,) between the wrists; ``ankle`` (T, 3) the lead ankle; ``hip_speed`` (T,).
    """

    time_s: np.ndarray
    points: np.ndarray
    height_m: float
    fps: float
    wrist_speed: np.ndarray
    glove_speed: np.ndarray
    knee_lift: np.ndarray
    hand_gap: np.ndarray
    ankle: np.ndarray
    ankle_velocity: np.ndarray
    hip_speed: np.ndarray

    def between(self, start_s: float, end_s: float) -> np.ndarray:
        """Indices of the samples in [start, end]."""
        return np.flatnonzero((self.time_s >= start_s - 1e-9) & (self.time_s <= end_s + 1e-9))

    def at(self, values: np.ndarray, when_s: float) -> np.ndarray:
        """``values`` (T, ...) at a time between samples, linearly."""
        flat = np.asarray(values, dtype=float).reshape(len(self.time_s), -1)
        found = np.array([np.interp(when_s, self.time_s, column) for column in flat.T])
        return found.reshape(np.shape(values)[1:])


def smooth(points: np.ndarray, time_s: np.ndarray) -> np.ndarray:
    """Gaps up to 40 ms filled; arms low-passed at 20 Hz, the rest at 13 Hz (section 0)."""
    filled = filters.fill(points, time_s, filters.LONGEST_GAP_S)
    out = filters.low_pass(filled, time_s, filters.BODY_HZ)
    arms = list(ARM_POINTS)
    out[:, arms] = filters.low_pass(filled[:, arms], time_s, filters.ARM_HZ)
    return out


def measure(time_s: np.ndarray, points: np.ndarray, height_m: float) -> Signals:
    """Signals of filtered right-hander's points."""
    hip = mid_hip(points)
    wrist, glove = joint(points, "throwing_wrist"), joint(points, "glove_wrist")
    ankle = joint(points, "lead_ankle") / height_m
    return Signals(
        time_s=time_s,
        points=points,
        height_m=height_m,
        fps=filters.sample_rate(time_s),
        wrist_speed=filters.speed(wrist - hip, time_s) / height_m,
        glove_speed=filters.speed(glove - hip, time_s) / height_m,
        knee_lift=(joint(points, "lead_knee")[:, 2] - joint(points, "rear_ankle")[:, 2]) / height_m,
        hand_gap=np.linalg.norm(wrist - glove, axis=-1) / height_m,
        ankle=ankle,
        ankle_velocity=filters.rate_of_change(ankle, time_s),
        hip_speed=filters.speed(hip, time_s) / height_m,
    )
