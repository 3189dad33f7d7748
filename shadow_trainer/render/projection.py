"""From the world into the video, through the camera that the 3D solution found for each frame."""

from __future__ import annotations

import numpy as np

from ..body.series import PoseSeries
from ..pitching.camera import shift_px

CAMERA = ("camera_focal", "camera_R", "camera_t")


def video_pixels(series: PoseSeries, world_m: np.ndarray, video_size: tuple[int, int]) -> np.ndarray | None:
    """(T, K, 3) world metres, row for row with the series, as (T, K, 2) pixels of the upright video.

    The camera is a pinhole with its axis through the middle of the image: x_cam = R x + t, x right,
    y down, z away; its own motion comes on top. NaN where the camera is not known or the point lies behind it; None when the series has
    no camera at all.
    """
    if not all(name in series.extras for name in CAMERA):
        return None
    focal, rotation, shift = (np.asarray(series.extras[name], dtype=float) for name in CAMERA)
    local = np.einsum("tij,tkj->tki", rotation, np.asarray(world_m, dtype=float)) + shift[:, None]
    depth = np.where(local[..., 2] > 0.1, local[..., 2], np.nan)
    flat = local[..., :2] / depth[..., None] * focal[:, None, None]
    pixels: np.ndarray = flat + shift_px(series)[:, None] + np.asarray(video_size, dtype=float) / 2
    return pixels
