"""A second look at arms in which the first has little confidence, in a closer crop.

Elbows and wrists are small, fast and often half hidden; both looks together come a tenth nearer to them than the
first alone (rendered deliveries). The closer crop no longer holds the whole body, so only the arms are taken from
it. Where the two looks disagree, neither can be believed much.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..body.skeleton import INDEX
from . import roi
from .confidence_calibration import confidence
from .engine import CROP_PX, Engine

# The smaller networks are there to be fast: for them nothing is looked at twice.
NETWORKS = ("heavy",)
CLOSER = 0.83  # side of the closer crop over the first one's
DOUBTFUL = 0.5  # an elbow or wrist of less confidence than this is looked at again
MOST = 0.5  # of a group's frames, those of least confidence: the cost is at most half as much again
# Looks that lie this far apart (in sides of the first crop; a sixth of the torso) are believed 1/e as much.
APART = 0.036
LEAST_FLAG = 0.5
_SIDES = ("left", "right")
JUDGED = [INDEX[f"{side}_{part}"] for part in ("elbow", "wrist") for side in _SIDES]
ARMS = JUDGED + [INDEX[f"{side}_{part}"] for part in ("pinky", "index", "thumb") for side in _SIDES]


def look_closer(
    engine: Engine, images: Sequence[np.ndarray], rows: dict[str, np.ndarray], group: int
) -> dict[str, np.ndarray]:
    """Measured ``rows`` of frames with their doubtful arms looked at again; they are chosen in groups of ``group``.

    ``images`` n of (H, W, 3) uint8; of ``rows`` it reads roi (n, 4) and pose_flag (n,) and changes copies of
    landmarks_px (n, 33, 2) and confidence (n, 33).
    """
    if engine.network not in NETWORKS:
        return rows
    again = doubtful(rows, group)
    if len(again) == 0:
        return rows
    first = rows["roi"][again]
    regions = roi.scaled(first, CLOSER)
    out = engine.landmarks(roi.crops([images[i] for i in again], regions, CROP_PX))
    seen = out.flag >= LEAST_FLAG
    again, at = again[seen], np.ix_(again[seen], np.array(ARMS))
    px, level = rows["landmarks_px"].copy(), rows["confidence"].copy()
    px[at], level[at] = blend(
        px[at],
        level[at],
        roi.to_frame(out.points[:, ARMS, :2], regions, CROP_PX)[seen],
        confidence(engine.network, out.peak, out.visibility)[seen][:, ARMS],
        APART * first[seen, 2],
    )
    return {**rows, "landmarks_px": px, "confidence": level}


def doubtful(rows: dict[str, np.ndarray], group: int) -> np.ndarray:
    """Indices of the frames to look at again: in each group those of least confidence in an arm, in order."""
    least = np.where(rows["pose_flag"] >= LEAST_FLAG, rows["confidence"][:, JUDGED].min(1), np.inf)
    worst = [
        start + np.argsort(part, kind="stable")[: round(MOST * len(part))]
        for start, part in ((start, least[start : start + group]) for start in range(0, len(least), group))
    ]
    chosen = np.concatenate([np.zeros(0, int), *worst])
    return np.sort(chosen[least[chosen] < DOUBTFUL])


def blend(
    a: np.ndarray, confidence_a: np.ndarray, b: np.ndarray, confidence_b: np.ndarray, apart_px: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Two looks at the same landmarks as one: points (n, k, 2) and confidence (n, k).

    Each counts by the square of its confidence; ``apart_px`` (n,) is the distance at which trust in both is down to
    1/e.
    """
    wa, wb = confidence_a**2 + 1e-9, confidence_b**2 + 1e-9
    share = wa / (wa + wb)
    points = share[..., None] * a + (1 - share[..., None]) * b
    agreement = np.exp(-((np.linalg.norm(a - b, axis=-1) / apart_px[:, None]) ** 2))
    return points, (share * confidence_a + (1 - share) * confidence_b) * agreement
