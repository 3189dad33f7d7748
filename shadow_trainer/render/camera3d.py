"""A pinhole camera for the 3D view, and the choice of a place that shows what the video cannot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..vocabulary import View

_UP = np.array([0.0, 0.0, 1.0])
_ELEVATION_DEG = 14.0
_FIELD_OF_VIEW_DEG = 30.0


@dataclass(frozen=True)
class Camera:
    """Looks from ``eye`` to ``target`` (world metres, Z up); ``focal_px`` and ``size`` in pixels.

    ``target`` appears ``raised_px`` above the middle of the image.
    """

    eye: np.ndarray
    target: np.ndarray
    focal_px: float
    size: tuple[int, int]
    raised_px: float = 0.0

    def axes(self) -> np.ndarray:
        """Rows: right, down, forward (3, 3), unit vectors in world coordinates."""
        forward = self.target - self.eye
        forward = forward / np.linalg.norm(forward)
        right = np.cross(forward, _UP)
        right = right / np.linalg.norm(right)
        return np.stack([right, np.cross(forward, right), forward])

    def project(self, world_m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(pixels (..., 2), depth in metres (...)) of world points (..., 3); NaN behind the camera."""
        local = (np.asarray(world_m, dtype=float) - self.eye) @ self.axes().T
        depth = np.where(local[..., 2] > 0.05, local[..., 2], np.nan)
        centre = np.array([self.size[0] / 2, self.size[1] / 2 - self.raised_px])
        pixels = local[..., :2] / depth[..., None] * self.focal_px + centre
        return pixels, depth


def complementary(view: str, throws: str) -> tuple[np.ndarray, str]:
    """(direction from the athlete to the camera, words) of a place that adds to the video's own view.

    A video from the side is completed by a view from the front; one from behind or in front, from the
    athlete's open side (third-base side for a right-hander, so -Y).
    """
    open_side = -1.0 if throws == "right" else 1.0
    if view in (View.REAR, View.FRONT):
        heading, words = np.array([0.30, 0.95 * open_side]), "from the open side"
    else:
        heading, words = np.array([0.80, 0.60 * open_side]), "from the front"
    heading = heading / np.linalg.norm(heading)
    tilt = np.radians(_ELEVATION_DEG)
    return np.array([*(heading * np.cos(tilt)), np.sin(tilt)]), words


def framing(
    points_m: np.ndarray,
    direction: np.ndarray,
    size: tuple[int, int],
    *,
    margin: float = 1.1,
    above_px: float = 0.0,
    below_px: float = 0.0,
) -> Camera:
    """A camera toward ``direction`` from which all finite ``points_m`` (N, 3) fit into ``size``.

    The highest ``above_px`` and the lowest ``below_px`` of the image are kept free for words.
    """
    known = points_m[np.isfinite(points_m).all(axis=-1)]
    if not len(known):
        known = np.array([[-0.5, -0.5, 0.0], [1.5, 0.5, 1.9]])
    low, high = np.percentile(known, 0.5, axis=0), np.percentile(known, 99.5, axis=0)
    target = (low + high) / 2
    focal = min(size) / (2 * np.tan(np.radians(_FIELD_OF_VIEW_DEG / 2)))
    probe = Camera(target + direction, target, focal, size)
    corners = np.array(
        [[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])]
    )
    local = (corners - target) @ probe.axes().T
    # Each corner must satisfy focal * |offset| / (distance + depth) <= half of the free canvas.
    half = np.array([size[0], size[1] - above_px - below_px]) / 2
    needed = margin * focal * np.abs(local[:, :2]) / half - local[:, 2:3]
    away = max(float(needed.max()), 1.5)
    return Camera(target + direction * away, target, focal, size, raised_px=(below_px - above_px) / 2)
