"""Regions of interest: a rotated square around a person, and crops cut out of it.

A ROI is (cx, cy, side, rotation): pixels of the upright frame and radians; rotation 0 is an upright
body, positive turns the crop clockwise on the screen. Coordinates are continuous: the center of the
first pixel lies at 0.5.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

# Side of the square over the distance hip center - scale point, as the networks were trained.
SCALE = 2.0 * 1.25


def from_points(hip: np.ndarray, scale_point: np.ndarray) -> np.ndarray:
    """ROIs (N, 4) from mid-hip (N, 2) and the scale point above it (N, 2), in pixels."""
    d = scale_point - hip
    side = SCALE * np.hypot(d[:, 0], d[:, 1])
    rotation = np.arctan2(d[:, 0], -d[:, 1])
    return np.column_stack([hip, side, rotation])


def matrix(roi: np.ndarray, size: int) -> np.ndarray:
    """(2, 3) matrix from continuous crop coordinates 0..size to frame coordinates."""
    cx, cy, side, rotation = roi
    c, s = np.cos(rotation) * side / size, np.sin(rotation) * side / size
    half = size / 2
    return np.array([[c, -s, cx - c * half + s * half], [s, c, cy - s * half - c * half]])


def crop(image: np.ndarray, roi: np.ndarray, size: int) -> np.ndarray:
    """Cut a ROI out of (H, W, 3) uint8 as (size, size, 3) uint8; black outside the frame."""
    m = matrix(roi, size)
    # cv2 counts pixel centers from 0, we count pixel edges from 0.
    m[:, 2] += 0.5 * (m[:, 0] + m[:, 1]) - 0.5
    return cv2.warpAffine(image, m, (size, size), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)


def crops(images: Sequence[np.ndarray], rois: np.ndarray, size: int) -> np.ndarray:
    """One crop of each image, ROIs (N, 4): (N, size, size, 3) uint8."""
    return np.stack([crop(image, region, size) for image, region in zip(images, rois, strict=True)])


def scaled(rois: np.ndarray, factor: float) -> np.ndarray:
    """ROIs (N, 4) with the same center and rotation and ``factor`` times the side."""
    return np.asarray(rois * np.array([1.0, 1.0, factor, 1.0]))


def to_frame(points: np.ndarray, rois: np.ndarray, size: int) -> np.ndarray:
    """Points (N, K, 2) in crop pixels -> frame pixels (N, K, 2), one ROI (N, 4) for each row."""
    centered = (points - size / 2) * (rois[:, None, 2:3] / size)
    return np.asarray(rotate(centered, rois[:, 3]) + rois[:, None, :2])


def rotate(vectors: np.ndarray, rotation: np.ndarray) -> np.ndarray:
    """Turn the first two components of (N, K, D) by (N,) radians from crop axes to frame axes."""
    c, s = np.cos(rotation)[:, None], np.sin(rotation)[:, None]
    out = vectors.copy()
    out[..., 0] = c * vectors[..., 0] - s * vectors[..., 1]
    out[..., 1] = s * vectors[..., 0] + c * vectors[..., 1]
    return out
