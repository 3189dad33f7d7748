"""The camera of a video as the 3D and 2D landmarks tell it: weak perspective, and the view it stands for.

The series may carry the pinhole camera that its 3D solution found (``camera_focal``, ``camera_R``,
``camera_t``, frame by frame); a file from elsewhere has none, and a weak-perspective camera is fitted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..body.arrays import Floats, Indices
from ..body.series import PoseSeries
from ..body.skeleton import INDEX, JOINTS
from ..vocabulary import Hand, View

_BODY = [INDEX[name] for name in JOINTS]
LEAST_POINTS = 24
PINHOLE = ("camera_focal", "camera_R", "camera_t")
# The axis may turn this far from the ideal before a view loses its name (docs/method.md, section 5).
VIEW_WITHIN_DEG = 32.0


@dataclass(frozen=True)
class WeakPerspective:
    """px = matrix @ world + shift, with ``matrix`` (2, 3) pixels per metre and ``shift`` (2,) pixels."""

    matrix: Floats
    shift: Floats

    @property
    def scale(self) -> float:
        """Pixels per metre in the plane of the frame."""
        return float(np.linalg.norm(self.matrix) / np.sqrt(2.0))

    @property
    def axis(self) -> Floats:
        """(3,) unit vector in the world along which the camera looks."""
        right, down = self.matrix / np.linalg.norm(self.matrix, axis=1, keepdims=True)
        across = np.cross(right, down)
        axis: Floats = across / np.linalg.norm(across)
        return axis

    def project(self, world_m: Floats) -> Floats:
        """(..., 3) metres -> (..., 2) pixels."""
        return world_m @ self.matrix.T + self.shift


def fit(world_m: Floats, px: Floats, weight: Floats | None = None) -> WeakPerspective | None:
    """Weak-perspective camera of (T, 33, 3) metres seen at (T, 33, 2) pixels; None with too few points.

    An affine least-squares fit whose matrix is then made a scaled rotation's (rows equal in length and
    at right angles: the nearest by the singular values).
    """
    w, p = world_m[:, _BODY].reshape(-1, 3), px[:, _BODY].reshape(-1, 2)
    known = np.isfinite(w).all(axis=1) & np.isfinite(p).all(axis=1)
    trust = np.ones(len(w)) if weight is None else weight[:, _BODY].reshape(-1)
    known &= trust > 0
    if known.sum() < LEAST_POINTS:
        return None
    w, p, trust = w[known], p[known], np.sqrt(trust[known])[:, None]
    centre_w, centre_p = w.mean(axis=0), p.mean(axis=0)
    affine, *_ = np.linalg.lstsq((w - centre_w) * trust, (p - centre_p) * trust, rcond=None)
    u, s, vt = np.linalg.svd(affine.T, full_matrices=False)
    matrix = u @ vt * s.mean()
    return WeakPerspective(matrix, centre_p - matrix @ centre_w)


def shift_px(series: PoseSeries) -> Floats:
    """(T, 2) pixels by which the camera's own motion had moved the frame; 0 where the series does not say."""
    shift = series.extras.get("camera_shift_px")
    return np.zeros((len(series), 2)) if shift is None else np.asarray(shift, dtype=float)


def steady_px(series: PoseSeries) -> Floats:
    """(T, 33, 2) landmarks as a camera that stands still would have them."""
    return series.landmarks_px - shift_px(series)[:, None]


def looking(series: PoseSeries) -> Floats | None:
    """(3,) world direction in which the camera looks, or None when the series cannot tell."""
    if "camera_R" in series.extras:
        axes = np.asarray(series.extras["camera_R"], dtype=float)[:, 2]
        axes = axes[np.isfinite(axes).all(axis=1)]
        if len(axes):
            mean = np.median(axes, axis=0)
            direction: Floats = mean / np.linalg.norm(mean)
            return direction
    fitted = fit(series.world_m, steady_px(series))
    return None if fitted is None else fitted.axis


def view_of(series: PoseSeries, throws: Hand) -> View | None:
    """The view, from where the camera looks; None when not known.

    Open side: from third base for a right-hander (looking along +Y), from first base for a left-hander.
    """
    axis = looking(series)
    if axis is None:
        return None
    y = axis[1] if throws == Hand.RIGHT else -axis[1]
    azimuth = np.degrees(np.arctan2(y, axis[0]))  # 0 = looks to the plate, 90 = at the open side
    for view, ideal in ((View.REAR, 0.0), (View.OPEN_SIDE, 90.0), (View.FRONT, 180.0)):
        if abs((azimuth - ideal + 180.0) % 360.0 - 180.0) <= VIEW_WITHIN_DEG:
            return view
    return View.OTHER


def pixels(series: PoseSeries, world_m: Floats, rows: Indices | None = None) -> Floats | None:
    """(T, 33, 3) metres, row for row with the series, as (T, 33, 2) pixels; None when no camera is known.

    With the solution's own pinhole where the series carries it and the frame's centre can be told, else
    with one weak-perspective camera for the clip (``rows`` narrows the fit to one delivery).
    """
    part = slice(None) if rows is None else rows
    if all(name in series.extras for name in PINHOLE):
        flat = _pinhole(series, world_m)
        centre = _centre(series, part)
        if centre is not None:
            return flat + centre + shift_px(series)[:, None]
    fitted = fit(series.world_m[part], steady_px(series)[part])
    return None if fitted is None else fitted.project(world_m) + shift_px(series)[:, None]


def width_px(series: PoseSeries) -> float | None:
    """Width of the frame, whose middle the optical axis goes through; None when no camera is known."""
    if not all(name in series.extras for name in PINHOLE):
        return None
    centre = _centre(series, slice(None))
    return None if centre is None else 2.0 * float(centre[0])


def _pinhole(series: PoseSeries, world_m: Floats) -> Floats:
    """(T, 33, 2) pixels from the optical axis."""
    focal, rotation, shift = (np.asarray(series.extras[name], dtype=float) for name in PINHOLE)
    local = np.einsum("tij,tkj->tki", rotation, world_m) + shift[:, None]
    depth = np.where(local[..., 2] > 0.1, local[..., 2], np.nan)
    flat: Floats = local[..., :2] / depth[..., None] * focal[:, None, None]
    return flat


def _centre(series: PoseSeries, part: slice | Indices) -> Floats | None:
    """(2,) pixels of the optical axis, from the athlete's own landmarks."""
    gap = (steady_px(series) - _pinhole(series, series.world_m))[part][:, _BODY].reshape(-1, 2)
    gap = gap[np.isfinite(gap).all(axis=1)]
    return np.median(gap, axis=0) if len(gap) >= LEAST_POINTS else None
