"""A perspective camera that stands still: intrinsics, projection, and which way is up in its frame.

Camera axes: x right, y down, z away. World: x_cam = R x_world + t.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# The main camera of a phone records with a focal length near 0.8 of the frame's longer side (65 degrees across,
# less when video stabilisation crops), its 2x lens with near 1.6. One prior in log focal length spans both.
PRIOR_FOCAL = 1.12  # of the frame's longer side: the geometric mean, 48 degrees across
PRIOR_FOCAL_SPREAD = 0.22  # SD of its logarithm


@dataclass(frozen=True)
class Camera:
    """Focal length and principal point in pixels; ``R`` (3, 3), ``t`` (3,) from world to camera axes."""

    focal: float
    cx: float
    cy: float
    R: np.ndarray
    t: np.ndarray

    @property
    def K(self) -> np.ndarray:
        """(3, 3) intrinsic matrix."""
        return np.array([[self.focal, 0.0, self.cx], [0.0, self.focal, self.cy], [0.0, 0.0, 1.0]])


def default_focal(width: int, height: int) -> float:
    """The focal length in pixels expected of a phone when nothing is known."""
    return PRIOR_FOCAL * max(width, height)


def project(points_m: np.ndarray, camera: Camera) -> np.ndarray:
    """World points (..., 3) in metres -> pixels (..., 2); NaN behind the camera."""
    p = points_m @ camera.R.T + camera.t
    return project_camera(p, camera.focal, camera.cx, camera.cy)


def project_camera(points: np.ndarray, focal: float, cx: float, cy: float) -> np.ndarray:
    """Points (..., 3) in camera axes -> pixels (..., 2); NaN behind the camera."""
    z = np.where(points[..., 2] > 0.05, points[..., 2], np.nan)
    return focal * points[..., :2] / z[..., None] + np.array([cx, cy])


def up_from_pitch(pitch: float, roll: float) -> np.ndarray:
    """Unit up vector in camera axes of a camera pitched down by ``pitch`` and rolled by ``roll`` radians."""
    return np.array([np.sin(roll) * np.cos(pitch), -np.cos(roll) * np.cos(pitch), -np.sin(pitch)])


def level_rotation(up: np.ndarray) -> np.ndarray:
    """(3, 3) from camera axes to a level frame: Z up, Y the horizontal part of the viewing direction, X right."""
    z = up / np.linalg.norm(up)
    y = np.array([0.0, 0.0, 1.0]) - z[2] * z
    y /= np.linalg.norm(y)
    return np.stack([np.cross(y, z), y, z])
