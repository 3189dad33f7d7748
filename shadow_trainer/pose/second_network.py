"""MoveNet's looks at the athlete beside BlazePose's: one of every frame, more where an arm stays unsure.

Of a blurred or half hidden arm one look says little: its mirror image, and the same crop upright instead of along the
body, are looked at until the score says that one of them has seen it. On real video that brings wrists within a fifth of
the torso from 0.77 to 0.84 for 1.8 looks more in the frames of layback and release, and hardly any elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..body.skeleton import COUNT
from . import fusion, movenet, roi
from .confidence_calibration import confidence
from .engine import CROP_PX, KEYPOINTS, Engine

# The smaller networks are there to be fast: beside them nothing else looks.
NETWORKS = ("heavy",)
LEAST_FLAG = 0.5
# An arm whose joints all have a higher score than this was seen.
SEEN = 0.3
ARMS = [movenet.COCO.index(f"{side}_{part}") for side in ("left", "right") for part in ("elbow", "wrist")]
# Looks of each round: whether the crop is upright, whether it is mirrored.
ROUNDS: tuple[tuple[tuple[bool, bool], ...], ...] = (
    ((False, False),),
    ((False, True),),
    ((True, False), (True, True)),
)


def add_second_network(
    engine: Engine, images: Sequence[np.ndarray], rows: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Measured ``rows`` of a group of frames with the limbs as both networks together see them.

    ``images`` n of (H, W, 3) uint8; of ``rows`` it reads roi (n, 4) and pose_flag (n,) and changes copies of landmarks_px
    (n, 33, 2), confidence and visibility (n, 33) and world_m (n, 33, 3).
    """
    seen = np.flatnonzero(rows["pose_flag"] >= LEAST_FLAG)
    if engine.network not in NETWORKS or len(seen) == 0:
        return rows
    regions = rows["roi"][seen]
    px, score = look(engine, [images[int(i)] for i in seen], regions)
    names = ("landmarks_px", "confidence", "visibility", "world_m")
    first = fusion.Sight(*(rows[name][seen] for name in names))
    fused = fusion.fuse(first, movenet.to_landmarks(px), sure(score), regions[:, 2])
    out = dict(rows)
    for name, values in zip(
        names, (fused.px, fused.confidence, fused.visibility, fused.world_m), strict=True
    ):
        out[name] = rows[name].copy()
        out[name][seen] = values
    return out


def look(engine: Engine, images: Sequence[np.ndarray], regions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """MoveNet's points (n, 17, 2) px and scores (n, 17) of the person in each of n regions (n, 4)."""
    return looks(
        lambda rows, upright, mirrored: _once(engine, images, regions, rows, upright, mirrored), regions
    )


def looks(
    once: Callable[[np.ndarray, bool, bool], tuple[np.ndarray, np.ndarray]], regions: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """As :func:`look`; ``once(rows, upright, mirrored)`` gives points and scores of some of the n frames."""
    points, scores = [], []
    best = np.zeros((len(regions), len(movenet.COCO)))
    for kinds in ROUNDS:
        rows = np.flatnonzero(best[:, ARMS].min(1) < SEEN)
        if len(rows) == 0:
            break
        for upright, mirrored in kinds:
            points.append(np.full((*best.shape, 2), np.nan))
            scores.append(np.full(best.shape, np.nan))
            points[-1][rows], scores[-1][rows] = once(rows, upright, mirrored)
            best = np.fmax(best, scores[-1])
    return fusion.densest(np.stack(points), np.stack(scores), fusion.TORSO * regions[:, 2])


def _once(
    engine: Engine,
    images: Sequence[np.ndarray],
    regions: np.ndarray,
    rows: np.ndarray,
    upright: bool,
    mirrored: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """One look at the frames ``rows``: points (m, 17, 2) px of the frames and scores (m, 17)."""
    some = regions[rows].astype(float)
    if upright:
        some[:, 3] = 0.0
    crops = roi.crops([images[int(i)] for i in rows], some, CROP_PX)
    keypoints = engine.keypoints(np.ascontiguousarray(crops[:, :, ::-1]) if mirrored else crops)
    keypoints = movenet.unmirror(keypoints, CROP_PX) if mirrored else keypoints
    return roi.to_frame(keypoints.points, some, CROP_PX), keypoints.score


def sure(score: np.ndarray) -> np.ndarray:
    """Calibrated confidence (n, 33) of MoveNet's points from their scores (n, 17); NaN where it has none."""
    spread = np.clip(movenet.to_landmarks(score), 0.01, 0.99)
    peak = np.log(spread / (1 - spread))
    return np.where(
        np.isfinite(peak),
        confidence(KEYPOINTS, np.nan_to_num(peak), np.full((len(score), COUNT), 0.5)),
        np.nan,
    )
