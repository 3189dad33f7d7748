"""The ground of the 3D view: level at the rubber, falling to where the front foot lands, level after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..body.skeleton import INDEX
from ..vocabulary import Event
from .clip import Mark

_FEET = tuple(
    INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("ankle", "heel", "foot_index")
)
_STEEPEST = 0.25  # drop per metre; more than this is an error of the 3D, not a mound


@dataclass(frozen=True)
class Ground:
    """Height as a function of X (metres): ``rubber_z`` before ``rubber_x``, ``landing_z`` after ``landing_x``."""

    rubber_x: float
    rubber_z: float
    landing_x: float
    landing_z: float
    centre_y: float

    def height(self, x: np.ndarray) -> np.ndarray:
        """Z (...) of the ground at X (...)."""
        z: np.ndarray = np.interp(x, [self.rubber_x, self.landing_x], [self.rubber_z, self.landing_z])
        return z

    def lift(self, flat: np.ndarray) -> np.ndarray:
        """Points (..., 2) of the plan as points (..., 3) on the ground."""
        flat = np.asarray(flat, dtype=float)
        return np.concatenate([flat, self.height(flat[..., 0])[..., None]], axis=-1)


def ground_of(world_m: np.ndarray, marks: Sequence[Mark], throws: str) -> Ground:
    """The ground under a series (T, 33, 3): from the standing foot at leg lift and the landing foot.

    Without those events it is level, at the lowest place the feet keep to.
    """
    rear = "left" if throws == "left" else "right"
    lead = "right" if rear == "left" else "left"
    stand = _sole(world_m, marks, Event.LEG_LIFT, rear)
    land = _sole(world_m, marks, Event.FOOT_CONTACT, lead)
    if stand is not None and land is not None and land[0] - stand[0] > 0.3:
        drop = abs(land[2] - stand[2]) / (land[0] - stand[0])
        if drop <= _STEEPEST:
            return Ground(stand[0], stand[2], land[0], land[2], (stand[1] + land[1]) / 2)
    feet = world_m[:, _FEET].reshape(-1, 3)
    feet = feet[np.isfinite(feet).all(axis=-1)]
    if not len(feet):
        return Ground(0.0, 0.0, 1.5, 0.0, 0.0)
    level = float(np.percentile(feet[:, 2], 3))
    low, high = np.percentile(feet[:, 0], [3, 97])
    return Ground(float(low), level, float(max(high, low + 0.1)), level, float(np.median(feet[:, 1])))


def _sole(
    world_m: np.ndarray, marks: Sequence[Mark], event: str, side: str
) -> tuple[float, float, float] | None:
    """Ankle's X and Y and the lowest height of that foot at an event, median over the deliveries."""
    rows = [mark.row for mark in marks if mark.name == event]
    if not rows:
        return None
    foot = world_m[rows][:, [INDEX[f"{side}_{part}"] for part in ("ankle", "heel", "foot_index")]]
    if not np.isfinite(foot[:, 0]).all():
        return None
    lowest = np.nanmin(foot[..., 2], axis=1)
    return float(np.median(foot[:, 0, 0])), float(np.median(foot[:, 0, 1])), float(np.median(lowest))
