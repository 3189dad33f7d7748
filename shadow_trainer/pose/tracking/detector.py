"""Find people in one frame: the detector on overlapping square tiles, decoded and merged.

Detector output per anchor: box x, y, w, h and four points, in pixels of the 224 px input relative to the
anchor; point 0 is mid-hip, point 1 lies above it at the distance that scales the body. Anchors: strides
8, 16, 32, 32, 32 with two anchors for each cell and layer, offset 0.5 (MediaPipe's SSD options).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from .. import roi as roi_
from ..engine import DETECTOR_PX, Engine
from ..heatmap_refine import sigmoid

LEAST_SCORE = 0.5
# Neighbouring tiles share this much of their side; the whole frame is looked at as well, for bodies that no tile holds.
OVERLAP = 0.2
# Side of the tiles for people far away, of the frame's shorter side: bodies of a tenth of it are found.
SMALL_TILE = 0.5
# Two findings are one person when their centres are nearer than this times the smaller side.
SAME_CENTRE, SAME_SIZE = 0.22, 1.7
# A smaller finding inside a larger one is a part of that body unless the detector is this sure of it.
PART_REACH, PART_SCORE = 0.4, 0.85
# A hip nearer than this to a tile's inner edge is left to the neighbouring tile.
EDGE = 0.06


@dataclass(frozen=True)
class Detections:
    """People in one frame: ``rois`` (N, 4) in its pixels, ``scores`` (N,), best first."""

    rois: np.ndarray
    scores: np.ndarray

    def __len__(self) -> int:
        return len(self.scores)


@cache
def anchors() -> np.ndarray:
    """Anchor centres (2254, 2) in 0..1, in the network's order."""
    centres = []
    for stride, count in ((8, 2), (16, 2), (32, 6)):
        cells = DETECTOR_PX // stride
        y, x = np.mgrid[0:cells, 0:cells]
        grid = np.stack([x, y], -1).reshape(-1, 1, 2)
        centres.append(((np.repeat(grid, count, axis=1) + 0.5) / cells).reshape(-1, 2))
    return np.concatenate(centres)


def tiles(width: int, height: int, side: int) -> list[tuple[int, int, int]]:
    """Squares (x, y, side) that cover the frame, neighbours overlapping by at least OVERLAP."""

    def starts(length: int) -> list[int]:
        if length <= side:
            return [0]
        count = int(np.ceil((length - side) / (side * (1 - OVERLAP)))) + 1
        return [round(i * (length - side) / (count - 1)) for i in range(count)]

    return [(x, y, side) for y in starts(height) for x in starts(width)]


def find_people(engine: Engine, image: np.ndarray, *, small: bool = False) -> Detections:
    """Everyone in (H, W, 3) uint8 RGB. ``small`` adds smaller tiles for people far away."""
    height, width = image.shape[:2]
    squares = [(0, 0, max(width, height))]
    if max(width, height) > 1.15 * min(width, height):
        squares += tiles(width, height, min(width, height))
    if small:
        squares += tiles(width, height, round(SMALL_TILE * min(width, height)))
    crops = np.stack([_cut(image, square) for square in squares])
    boxes, logits = engine.detect(crops)
    of_tiles = [_decode(boxes[i], logits[i], square, (width, height)) for i, square in enumerate(squares)]
    rois = np.concatenate([people.rois for people in of_tiles])
    scores = np.concatenate([people.scores for people in of_tiles])
    return without_parts(merge(rois, scores))


def _cut(image: np.ndarray, square: tuple[int, int, int]) -> np.ndarray:
    """One tile as (224, 224, 3), black outside the frame."""
    x, y, side = square
    part = image[y : y + side, x : x + side]
    height, width = part.shape[:2]
    scale = DETECTOR_PX / side
    size = max(1, round(width * scale)), max(1, round(height * scale))
    out = np.zeros((DETECTOR_PX, DETECTOR_PX, 3), np.uint8)
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    out[: size[1], : size[0]] = small
    return out


def _decode(
    boxes: np.ndarray, logits: np.ndarray, square: tuple[int, int, int], frame_size: tuple[int, int]
) -> Detections:
    """Raw output of one tile as ROIs in the frame; bodies cut by an inner edge are left out."""
    scores = sigmoid(np.clip(logits, -100, 100))
    use = scores >= LEAST_SCORE
    x, y, side = square
    points = boxes[use][:, 4:8].reshape(-1, 2, 2) / DETECTOR_PX + anchors()[use][:, None]
    hip = points[:, 0]
    at_edge = np.zeros(len(hip), bool)
    for axis, (start, length) in enumerate(((x, frame_size[0]), (y, frame_size[1]))):
        if start > 0:
            at_edge |= hip[:, axis] < EDGE
        if start + side < length:
            at_edge |= hip[:, axis] > 1 - EDGE
    points = points[~at_edge] * side + np.array([x, y])
    return Detections(roi_.from_points(points[:, 0], points[:, 1]), scores[use][~at_edge])


def same_person(roi: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Whether a ROI (4,) and each of (N, 4) are so near and alike in size that they are one person."""
    distance = np.hypot(others[:, 0] - roi[0], others[:, 1] - roi[1])
    ratio = np.maximum(others[:, 2], roi[2]) / np.maximum(np.minimum(others[:, 2], roi[2]), 1e-6)
    return (distance < SAME_CENTRE * np.minimum(others[:, 2], roi[2])) & (ratio < SAME_SIZE)


def merge(rois: np.ndarray, scores: np.ndarray) -> Detections:
    """Weighted non-maximum suppression: each group of like ROIs becomes its score-weighted mean."""
    left = list(np.argsort(-scores, kind="stable"))
    kept_rois, kept_scores = [], []
    while left:
        best = left[0]
        group = [i for i, same in zip(left, same_person(rois[best], rois[left]), strict=True) if same]
        weight = scores[group] ** 2 / (scores[group] ** 2).sum()
        mean = weight @ rois[group]
        # Angles are averaged as directions: +179 and -179 degrees are neighbours.
        angles = rois[group][:, 3]
        mean[3] = np.arctan2(weight @ np.sin(angles), weight @ np.cos(angles))
        kept_rois.append(mean)
        kept_scores.append(scores[best])
        left = [i for i in left if i not in group]
    return Detections(np.array(kept_rois).reshape(-1, 4), np.array(kept_scores))


def without_parts(people: Detections) -> Detections:
    """Without doubtful findings whose centre lies inside a larger one: an arm, a leg, half a body."""
    rois = people.rois
    distance = np.hypot(*(rois[:, None, :2] - rois[None, :, :2]).transpose(2, 0, 1))
    inside = (distance < PART_REACH * rois[None, :, 2]) & (rois[:, None, 2] < rois[None, :, 2])
    keep = (people.scores >= PART_SCORE) | ~inside.any(1)
    return Detections(rois[keep], people.scores[keep])
