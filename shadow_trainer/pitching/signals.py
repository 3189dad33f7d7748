"""What the event rules look at: the points of one delivery on a fine grid, and the speeds taken from them.

Lengths are in body heights (H), speeds in H/s, so that one rule fits a boy and a professional.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..body.arrays import Floats, Indices
from ..body.skeleton import INDEX, LANDMARKS
from ..vocabulary import Hand
from . import angles, filters
from .world import joint, mid_hip

ARM_POINTS = [
    i
    for i, name in enumerate(LANDMARKS)
    if name.endswith(("elbow", "wrist", "pinky", "index", "thumb")) and "foot" not in name
]
# Depth error alone does not pull the hands this far apart.
SURELY_APART_H = 0.35
WRISTS = {Hand.RIGHT: INDEX["right_wrist"], Hand.LEFT: INDEX["left_wrist"]}


@dataclass(frozen=True)
class Signals:
    """One delivery of a right-hander on the grid ``time_s`` (T,), seconds of real time.

    ``points`` (T, 33, 3) metres; ``height_m``; ``fps`` real frames per second of the video (not of the grid);
    ``wrist_speed``, ``glove_speed`` (T,) of the hands relative to the mid-hip; ``knee_lift`` (T,) lead knee
    above rear ankle; ``hand_speed`` (T,) of the throwing hand over the ground; ``hand_gap`` (T,) between the wrists; ``ankle``, ``ankle_velocity`` (T, 3) of the lead
    ankle; ``hip_speed`` (T,); ``elbow`` and ``layback`` (T,) degrees: throwing elbow flexion and external
    rotation. ``ankle_seen`` (T, 2) metres is the lead ankle in the frame, where the camera looks along the stride
    and its third dimension is a guess; ``arm_seen`` (T, 2) heights is the throwing wrist from its shoulder in the frame,
    right and down; else None.
    """

    time_s: Floats
    points: Floats
    height_m: float
    fps: float
    wrist_speed: Floats
    glove_speed: Floats
    hand_speed: Floats
    knee_lift: Floats
    hand_gap: Floats
    ankle: Floats
    ankle_velocity: Floats
    hip_speed: Floats
    elbow: Floats
    layback: Floats
    ankle_seen: Floats | None = None
    arm_seen: Floats | None = None

    def between(self, start_s: float, end_s: float) -> Indices:
        """Indices of the samples in [start, end]."""
        return np.flatnonzero((self.time_s >= start_s - 1e-9) & (self.time_s <= end_s + 1e-9))

    def at(self, values: Floats, when_s: float) -> Floats:
        """``values`` (T, ...) at a time between samples, linearly; NaN outside and beside unknown samples."""
        after = int(np.clip(np.searchsorted(self.time_s, when_s), 1, len(self.time_s) - 1))
        share = (when_s - self.time_s[after - 1]) / (self.time_s[after] - self.time_s[after - 1])
        if not -1e-6 <= share <= 1 + 1e-6:
            return np.full(np.shape(values)[1:], np.nan)
        value: Floats = values[after - 1] + share * (values[after] - values[after - 1])
        return value


@dataclass(frozen=True)
class SeenInFrame:
    """Metres as the frame shows them, where that is the better measure: between the hands (T,), of the lead ankle (T, 2),
    from the throwing shoulder to its wrist (T, 2); None where it is not. ``pieces`` (T,) are the numbers of the video's
    unbroken pieces; None where it is one."""

    hand_gap_m: Floats | None = None
    lead_ankle_m: Floats | None = None
    arm_m: Floats | None = None
    pieces: Indices | None = None


NOTHING_SEEN = SeenInFrame()


def smooth(points: Floats, time_s: Floats) -> Floats:
    """(T, 33, 3) with gaps up to 40 ms filled; arms low-passed at 20 Hz, the rest at 13 Hz.

    Landmarks that are already quiet (a marker system's, a solved motion's) are left as they are.
    """
    out = filters.fill(points, time_s, filters.LONGEST_GAP_S)
    noisy = [index for index in range(points.shape[1]) if filters.noise(out[:, index]) > filters.QUIET_M]
    arms = [index for index in noisy if index in ARM_POINTS]
    rest = [index for index in noisy if index not in ARM_POINTS]
    for part, cutoff in ((arms, filters.ARM_HZ), (rest, filters.BODY_HZ)):
        if part:
            out[:, part] = filters.low_pass(out[:, part], time_s, cutoff)
    return out


def measure(points: Floats, time_s: Floats, height_m: float) -> Signals:
    """Signals of a right-hander's smoothed points (T, 33, 3) on the fine grid."""
    grid = filters.grid(time_s)
    p = filters.refine(points, time_s, grid)
    hip = mid_hip(p)
    wrist, glove = joint(p, "throwing_wrist"), joint(p, "glove_wrist")
    ankle = joint(p, "lead_ankle") / height_m
    return Signals(
        time_s=grid,
        points=p,
        height_m=height_m,
        fps=filters.sample_rate(time_s),
        wrist_speed=filters.speed(wrist - hip, grid) / height_m,
        glove_speed=filters.speed(glove - hip, grid) / height_m,
        hand_speed=filters.speed(wrist, grid) / height_m,
        knee_lift=(joint(p, "lead_knee")[:, 2] - joint(p, "rear_ankle")[:, 2]) / height_m,
        hand_gap=np.linalg.norm(wrist - glove, axis=-1) / height_m,
        ankle=ankle,
        ankle_velocity=filters.rate_of_change(ankle, grid),
        hip_speed=filters.speed(hip, grid) / height_m,
        elbow=angles.flexion(p, "throwing", "arm"),
        layback=angles.arm_angles(p, "throwing")["external_rotation"],
    )


def with_seen(s: Signals, seen: SeenInFrame, rows: Indices, time_s: Floats) -> Signals:
    """Signals of some rows, at (T,) seconds, with what the frame shows better of them."""
    if seen.hand_gap_m is not None:
        s = with_hand_gap(s, seen.hand_gap_m[rows], time_s)
    if seen.lead_ankle_m is not None:
        s = with_ankle_seen(s, seen.lead_ankle_m[rows], time_s)
    if seen.arm_m is not None:
        s = with_arm_seen(s, seen.arm_m[rows], time_s)
    return s


def with_hand_gap(s: Signals, gap_m: Floats, time_s: Floats) -> Signals:
    """Signals with the hands' distance (T,) in metres at (T,) seconds taken from the frame.

    Hands that are surely apart in space stay apart when the frame shows one before the other.
    """
    known = np.isfinite(gap_m)
    if known.sum() < 4:
        return s
    seen = np.interp(s.time_s, time_s[known], gap_m[known]) / s.height_m
    surely = s.hand_gap > SURELY_APART_H
    return replace(s, hand_gap=np.where(surely, np.fmax(s.hand_gap, seen), seen))


def with_arm_seen(s: Signals, arm_m: Floats, time_s: Floats) -> Signals:
    """Signals that also know the throwing wrist from its shoulder (T, 2) metres, right and down, as the frame shows it."""
    known = np.isfinite(arm_m).all(axis=1)
    if known.sum() < 4:
        return s
    seen = [np.interp(s.time_s, time_s[known], column[known]) for column in arm_m.T]
    return replace(s, arm_seen=np.stack(seen, axis=-1) / s.height_m)


def with_ankle_seen(s: Signals, ankle_m: Floats, time_s: Floats) -> Signals:
    """Signals that also know the lead ankle (T, 2) metres as the frame shows it at (T,) seconds."""
    known = np.isfinite(ankle_m).all(axis=1)
    if known.sum() < 4:
        return s
    seen = [np.interp(s.time_s, time_s[known], column[known]) for column in ankle_m.T]
    return replace(s, ankle_seen=np.stack(seen, axis=-1))
