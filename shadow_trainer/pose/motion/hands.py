"""Ball in glove: until the hands separate they are joined, and the glove hides the wrist inside it.

The network then takes the ball hand for the glove's wrist, for seconds and without doubt: on rendered deliveries
its glove wrist lies 0.2 to 0.45 torso lengths too near to its own elbow while the throwing wrist is right.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ...body.skeleton import INDEX
from . import heading
from .body import NODE
from .repair import Mended

# Hands are joined while they look no farther apart than this in the frame (torso lengths) and in the lifted
# shape (metres), and until the arms swing (seconds before the wrist's peak speed).
APART, APART_SPREAD = 0.58, 0.05
APART_M, APART_M_SPREAD = 0.30, 0.04
SWING_S = 0.25
# Wrists of joined hands are this near to each other (metres): one hand stands in the other's glove.
REACH_M, REACH_SD_M = 0.10, 0.03
NEAR = 0.05  # torso lengths from the ball hand's wrist within which a hidden one is put
PLAUSIBLE = (3.0, 5.0)  # of these: up to the first it is left where it was seen, beyond the second it is not
TORSO_M = 0.5
MOST_SURE = 0.45  # of a hidden wrist: it lies some 8 cm from the ball hand's, a sixth of the torso
_HAND = ("wrist", "pinky", "index", "thumb")


@dataclass(frozen=True)
class Joined:
    """``probability`` (T,) that the hands are together; ``glove`` the side that wears the glove;
    ``release_s`` about when the other throws."""

    probability: np.ndarray
    glove: str
    release_s: float


def put_together(mended: Mended, meeting: Joined, torso_px: float) -> Mended:
    """The hidden hand moved to the ball hand where the two are joined, in the frame and in the network's shape."""
    ball = "left" if meeting.glove == "right" else "right"
    hidden = [INDEX[f"{meeting.glove}_{part}"] for part in _HAND]
    px, world, confidence = mended.px.copy(), mended.world.copy(), mended.confidence.copy()
    for places, near in ((px, NEAR * torso_px), (world, NEAR * TORSO_M)):
        way = places[:, INDEX[f"{ball}_wrist"]] - places[:, hidden[0]]
        length = np.linalg.norm(way, axis=-1)
        share = meeting.probability * pull(length / near)
        places[:, hidden] += np.nan_to_num(share[:, None] * way)[:, None]
    sure = np.minimum(confidence[:, INDEX[f"{ball}_wrist"]], MOST_SURE)[:, None]
    p = meeting.probability[:, None]
    confidence[:, hidden] = (1 - p) * confidence[:, hidden] + p * sure
    return replace(mended, px=px, world=world, confidence=confidence)


def pull(distance: np.ndarray) -> np.ndarray:
    """How far (0..1) of the way to the ball hand a hidden hand is moved that is seen ``distance`` NEARs from it."""
    wrong = np.clip((distance - PLAUSIBLE[0]) / (PLAUSIBLE[1] - PLAUSIBLE[0]), 0, 1)
    return wrong * np.clip(1 - 1 / np.maximum(distance, 1e-6), 0, 1)


def joined(
    time_s: np.ndarray, seen: np.ndarray, torso_px: float, solid: np.ndarray, level: np.ndarray, throws: str
) -> Joined:
    """When the hands are together: landmarks (T, 21, 2) px, lifted shape (T, 21, 3) m and its level rotation."""
    events = heading.find(solid @ level.T, time_s, throws)
    left, right = NODE["left_wrist"], NODE["right_wrist"]
    apart = np.linalg.norm(seen[:, left] - seen[:, right], axis=-1) / torso_px
    metres = np.linalg.norm(solid[:, left] - solid[:, right], axis=-1)
    together = _sigmoid((APART - apart) / APART_SPREAD) * _sigmoid((APART_M - metres) / APART_M_SPREAD)
    together = np.where(time_s < events.release_s - SWING_S, np.nan_to_num(together), 0.0)
    step = float(np.median(np.diff(time_s))) if len(time_s) > 1 else 1.0
    glove = "right" if events.throws == "left" else "left"
    return Joined(gaussian_filter1d(together, 0.02 / step, mode="nearest"), glove, events.release_s)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(x, -40, 40)))
