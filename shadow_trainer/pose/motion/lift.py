"""A first 3D guess: the network's hip-centred shape put in front of the camera where the frame shows it."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from . import body

MIN_CONFIDENCE = 0.05


def fill(values: np.ndarray, time_s: np.ndarray) -> np.ndarray:
    """Linear interpolation over NaN along time of (T, ...); the ends are held; all NaN stays NaN."""
    flat = values.reshape(len(values), -1).copy()
    for column in flat.T:
        ok = np.isfinite(column)
        if ok.any() and not ok.all():
            column[:] = np.interp(time_s, time_s[ok], column[ok])
    return flat.reshape(values.shape)


def root_positions(
    shape: np.ndarray,
    seen: np.ndarray,
    weight: np.ndarray,
    focal: float,
    centre: np.ndarray,
    time_s: np.ndarray,
) -> np.ndarray:
    """Where the shape's origin stands, (T, 3) in camera axes: least squares of the frame, then smoothed.

    ``shape`` (T, N, 3) hip-centred camera axes, ``seen`` (T, N, 2) px, ``weight`` (T, N) of trust.
    """
    ray = (seen - centre) / focal
    w = np.where(np.isfinite(ray).all(-1), weight, 0.0)
    ray = np.nan_to_num(ray)
    t, n = w.shape
    a = np.zeros((t, n, 2, 3))
    a[:, :, 0, 0] = a[:, :, 1, 1] = 1.0
    a[:, :, :, 2] = -ray
    b = ray * shape[..., 2:] - shape[..., :2]
    ata = np.einsum("tn,tnki,tnkj->tij", w, a, a)
    atb = np.einsum("tn,tnki,tnk->ti", w, a, b)
    known = w.sum(1) > 1.0
    root = np.full((t, 3), np.nan)
    root[known] = np.linalg.solve(ata[known] + 1e-9 * np.eye(3), atb[known][..., None])[..., 0]
    root = fill(root, time_s)
    step = float(np.median(np.diff(time_s))) if t > 1 else 1.0
    root[:, 2] = gaussian_filter1d(root[:, 2], min(0.12 / step, t / 4), mode="nearest")
    hips = [body.NODE["left_hip"], body.NODE["right_hip"]]
    middle = np.where(
        (w[:, hips] > MIN_CONFIDENCE).all(1)[:, None], ray[:, hips].mean(1), root[:, :2] / root[:, 2:]
    )
    return np.column_stack([middle * root[:, 2:], root[:, 2]])
