"""Coarse events of one delivery and the direction of the plate, from 3D points in a level frame (Z up).

The plate lies where the stride goes: from the rear ankle at leg lift to the lead ankle after foot contact
(docs/method.md, section 0). Only positions are read; fine events belong to the pitching package.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from .body import NODE

CONTACT_TO_RELEASE_S = 0.141
LEAST_STRIDE_M = 0.25
SPEED_WEIGHT, LIFT_M = 2.0, 0.15


@dataclass(frozen=True)
class Events:
    """Times in seconds; ``throws`` is the throwing hand."""

    throws: str
    leg_lift_s: float
    foot_contact_s: float
    release_s: float


def speed(points: np.ndarray, time_s: np.ndarray, smooth_s: float = 0.012) -> np.ndarray:
    """Speed (T,) of (T, 3) positions."""
    if len(time_s) < 3:
        return np.zeros(len(time_s))
    step = float(np.median(np.diff(time_s)))
    return np.linalg.norm(
        np.gradient(gaussian_filter1d(points, smooth_s / step, axis=0), time_s, axis=0), axis=1
    )


def throwing_hand(points: np.ndarray, time_s: np.ndarray) -> str:
    """The side whose wrist gets faster relative to the shoulders, and whose foot is lifted less before it."""
    middle = points[:, [NODE["left_shoulder"], NODE["right_shoulder"]]].mean(1)
    fast = {s: speed(points[:, NODE[f"{s}_wrist"]] - middle, time_s) for s in ("left", "right")}
    quick = {s: max(float(v.max()), 1e-3) for s, v in fast.items()}
    release = time_s[int(np.argmax(fast[max(quick, key=lambda s: quick[s])]))]
    before = (time_s >= release - 1.6) & (time_s <= release - 0.3)
    lift = {"left": 0.0, "right": 0.0}
    if before.any():
        for s in lift:
            height = points[before, NODE[f"{s}_ankle"], 2]
            lift[s] = float(np.percentile(height, 95) - np.percentile(points[:, NODE[f"{s}_ankle"], 2], 10))
    score = SPEED_WEIGHT * np.log(quick["right"] / quick["left"]) + np.clip(
        (lift["left"] - lift["right"]) / LIFT_M, -2, 2
    )
    return "right" if score > 0 else "left"


def find(points: np.ndarray, time_s: np.ndarray, throws: str = "auto") -> Events:
    """Coarse events of (T, 21, 3) points in a level frame."""
    hand = throws if throws in ("left", "right") else throwing_hand(points, time_s)
    lead = "right" if hand == "left" else "left"
    release = float(time_s[int(np.argmax(speed(points[:, NODE[f"{hand}_wrist"]], time_s)))])
    height = points[:, NODE[f"{lead}_knee"], 2] - points[:, NODE[f"{hand}_ankle"], 2]
    window = (time_s >= release - 1.6) & (time_s <= release - 0.35)
    if not window.any():
        window = time_s <= max(release - 0.35, time_s[0])
    lift = float(time_s[np.flatnonzero(window)[int(np.argmax(height[window]))]])
    return Events(hand, lift, _contact(points[:, NODE[f"{lead}_ankle"]], time_s, lift, release), release)


def _contact(ankle: np.ndarray, time_s: np.ndarray, lift: float, release: float) -> float:
    v = speed(ankle, time_s)
    stride = (time_s >= lift) & (time_s <= release)
    window = (time_s >= release - 0.22) & (time_s <= release - 0.08)
    slow = window & (v < 0.15 * (v[stride].max() if stride.any() else np.inf))
    if slow.any():
        return float(time_s[np.flatnonzero(slow)[0]])
    return release - CONTACT_TO_RELEASE_S


def plate_direction(points: np.ndarray, time_s: np.ndarray, events: Events) -> np.ndarray | None:
    """Horizontal unit vector (2,) toward the plate, or None when there was no stride to read it from."""
    lead = "right" if events.throws == "left" else "left"
    before = np.abs(time_s - events.leg_lift_s) <= 0.06
    after = (time_s >= events.foot_contact_s) & (time_s <= events.release_s + 0.05)
    if not before.any() or not after.any():
        return None
    start = np.median(points[before, NODE[f"{events.throws}_ankle"], :2], axis=0)
    end = np.median(points[after, NODE[f"{lead}_ankle"], :2], axis=0)
    stride = end - start
    length = float(np.hypot(*stride))
    return stride / length if length > LEAST_STRIDE_M else None
