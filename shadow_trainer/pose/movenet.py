"""MoveNet's heads as keypoints of one person: the 17 points of COCO, which are 17 of our 33 landmarks.

The center head says where somebody is; there the regression head says roughly where each of his points is; the
heatmap's highest cell near that place is the point, and the offset head moves it within its cell. Source: the end of
the published graph, which does the same for one frame at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..body.skeleton import COUNT, INDEX
from .heatmap_refine import sigmoid

COCO: tuple[str, ...] = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear",
    *(f"{side}_{joint}" for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle") for side in ("left", "right")),
)  # fmt: skip
# Where each point stands among our landmarks, and which point takes its place in a mirror.
LANDMARK = np.array([INDEX[name] for name in COCO])
_OTHER = {"left": "right", "right": "left"}
MIRRORED = np.array(
    [COCO.index("_".join(_OTHER.get(part, part) for part in name.split("_"))) for name in COCO]
)
# A cell counts by one over its distance (in cells) from where the point is expected, plus this.
SOFTENING = 1.8


@dataclass(frozen=True)
class Keypoints:
    """Points (N, 17, 2) in crop pixels, x and y, and their scores (N, 17): the heatmap there, 0..1."""

    points: np.ndarray
    score: np.ndarray


def decode(outputs: dict[str, np.ndarray], crop_px: int) -> Keypoints:
    """Keypoints of the person nearest to the middle of each crop.

    ``outputs``: heatmap (N, 17, h, w) and center (N, 1, h, w) logits; regression (N, 34, h, w) and offset
    (N, 34, h, w) in cells, y before x for each point. The crop is a square of ``crop_px``.
    """
    heatmap = sigmoid(outputs["heatmap"])
    count, joints, height, width = heatmap.shape
    rows, columns = np.arange(height)[:, None], np.arange(width)
    prior = 1 / (np.hypot(rows - height // 2, columns - width // 2) + SOFTENING)
    middle = (sigmoid(outputs["center"][:, 0]) * prior).reshape(count, -1).argmax(1)
    crop = np.arange(count)
    row, column = middle // width, middle % width
    expected = outputs["regression"].reshape(count, joints, 2, height, width)[crop, :, :, row, column]
    expected = expected + np.stack([row, column], -1)[:, None]  # (N, 17, 2), y before x
    distance = np.hypot(rows - expected[..., 0, None, None], columns - expected[..., 1, None, None])
    best = (heatmap / (distance + SOFTENING)).reshape(count, joints, -1).argmax(-1)
    row, column = best // width, best % width
    at = crop[:, None], np.arange(joints)[None]
    offset = outputs["offset"].reshape(count, joints, 2, height, width)[*at, :, row, column]
    points = np.stack([column + offset[..., 1], row + offset[..., 0]], -1) * (crop_px / width)
    return Keypoints(points.astype(np.float64), heatmap[*at, row, column].astype(np.float64))


def unmirror(mirrored: Keypoints, crop_px: int) -> Keypoints:
    """The keypoints of mirrored crops, in the crops themselves."""
    points = mirrored.points[:, MIRRORED].copy()
    points[..., 0] = crop_px - points[..., 0]
    return Keypoints(points, mirrored.score[:, MIRRORED])


def average(a: Keypoints, b: Keypoints) -> Keypoints:
    """Two sights of the same crops as one; each point counts by its score."""
    total = a.score + b.score + 1e-9
    share = (a.score / total)[..., None]
    return Keypoints(share * a.points + (1 - share) * b.points, (a.score + b.score) / 2)


def to_landmarks(values: np.ndarray) -> np.ndarray:
    """Values of the 17 points (N, 17, ...) as rows of our landmarks (N, 33, ...); NaN where MoveNet has none."""
    spread = np.full((len(values), COUNT, *values.shape[2:]), np.nan)
    spread[:, LANDMARK] = values
    return spread
