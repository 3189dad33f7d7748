"""The terms of the fit: each adds weighted residual rows to the linearised problem.

Unknowns: points (T, 21, 3) in camera axes and metres, then globals: log bone lengths and log focal length.
``rate`` (T,) is how many sixtieths of a second a frame stands for, so that the fit does not depend on fps.
"""

from __future__ import annotations

import numpy as np

from . import body
from .lsq import Rows

FOCAL = len(body.BONES)  # index of log focal length among the globals
GLOBALS = FOCAL + 1
_BONE_NODES, _BONE_WEIGHTS, _BONE_INDEX = body.bone_rows()
_SLACK = np.array([bone.slack_m for bone in body.BONES])
_SPREAD = np.array([bone.spread for bone in body.BONES])
ROBUST_PLANTED = 4.0
ROBUST_TOGETHER = 6.0
CORRELATED_FRAMES = 5.0
_HIPS = (body.NODE["left_hip"], body.NODE["right_hip"])


def columns(frames: np.ndarray, nodes: np.ndarray) -> np.ndarray:
    """Index of the first (x) unknown of each point; broadcasts."""
    return (frames * body.COUNT + nodes) * 3


def cauchy(squared: np.ndarray, scale: float) -> np.ndarray:
    """Square root of the Cauchy weight of residuals whose squared norm is given."""
    return 1.0 / np.sqrt(1.0 + squared / scale**2)


def reprojection(rows: Rows, points, offset, focal, centre, seen, sigma, rate, scale) -> None:
    """Projected landmarks (T, 21) against ``seen`` (T, 21, 2) px with SD ``sigma`` (T, 21); robust (Cauchy) beyond
    ``scale`` SDs, one or (T, 21) of them."""
    t, n = sigma.shape
    p = points + offset
    z = np.maximum(p[..., 2], 0.3)
    xy = p[..., :2] / z[..., None]
    residual = (focal * xy + centre - seen) / sigma[..., None]
    weight = cauchy((residual**2).sum(-1), scale) * np.sqrt(rate)[:, None]
    frame, node = np.meshgrid(np.arange(t), np.arange(n), indexing="ij")
    base = columns(frame, node)
    gain = weight * focal / z / sigma
    for c in range(2):
        col = np.stack([base + c, base + 2, np.full_like(base, rows.n + FOCAL)], -1)
        val = np.stack([gain, -gain * xy[..., c], gain * xy[..., c] * z], -1)
        rows.add((residual[..., c] * weight).ravel(), col.reshape(-1, 3), val.reshape(-1, 3))


def bones(rows: Rows, points, log_length, rate) -> None:
    """Every bone keeps its length (globals)."""
    t = len(points)
    d = np.einsum("tbkc,bk->tbc", points[:, _BONE_NODES], _BONE_WEIGHTS)
    length = np.linalg.norm(d, axis=2)
    want = np.exp(log_length)[_BONE_INDEX]
    gain = np.sqrt(rate)[:, None] / _SLACK[_BONE_INDEX]
    direction = d / np.maximum(length, 1e-6)[..., None]
    base = columns(np.arange(t)[:, None, None], _BONE_NODES[None])  # (T, B, 4)
    col = base[..., None] + np.arange(3)
    val = gain[..., None, None] * _BONE_WEIGHTS[None, :, :, None] * direction[:, :, None, :]
    b = len(_BONE_INDEX)
    col = np.concatenate(
        [col.reshape(t, b, 12), np.broadcast_to(rows.n + _BONE_INDEX, (t, b))[..., None]], -1
    )
    val = np.concatenate([val.reshape(t, b, 12), -(gain * want)[..., None]], -1)
    rows.add(((length - want) * gain).ravel(), col.reshape(-1, 13), val.reshape(-1, 13))


def global_priors(
    rows: Rows, log_length, prior_log_length, log_focal, prior_log_focal, focal_spread, rate
) -> None:
    """Human proportions and an ordinary lens.

    The errors of neighbouring frames are alike, so that ``CORRELATED_FRAMES`` sixtieths of a second say no more
    about a length than one; the prior's weight grows with the video instead of every other weight shrinking.
    """
    weight = np.sqrt(max(float(rate.sum()) / CORRELATED_FRAMES, 1.0))
    count = len(log_length)
    col = (rows.n + np.arange(count + 1))[:, None]
    gain = weight * np.append(1 / _SPREAD, 1 / focal_spread)
    off = np.append(log_length - prior_log_length, log_focal - prior_log_focal)
    rows.add(off * gain, col, gain[:, None])


def relative_shape(rows: Rows, points, shape, sigma, rate, scale) -> None:
    """Points relative to the mid-hip against ``shape`` (T, 21, 3) with SD ``sigma`` (T, 21, 3); robust."""
    t, n = sigma.shape[:2]
    root = points[:, _HIPS].mean(1, keepdims=True)
    residual = (points - root - shape) / sigma
    weight = cauchy(residual**2, scale) * np.sqrt(rate)[:, None, None]
    frame, node, axis = np.meshgrid(np.arange(t), np.arange(n), np.arange(3), indexing="ij")
    own = columns(frame, node) + axis
    hips = [columns(frame, np.full_like(node, h)) + axis for h in _HIPS]
    gain = weight / sigma
    col = np.stack([own, *hips], -1)
    val = np.stack([gain, -gain / 2, -gain / 2], -1)
    rows.add((residual * weight).ravel(), col.reshape(-1, 3), val.reshape(-1, 3))


def smoothness(rows: Rows, points, time_s, sigma_acceleration, rate, scale) -> None:
    """Accelerations (m/s2) against zero with SD ``sigma_acceleration`` (T - 2, 21); robust, so that a throw stays one."""
    h1, h2 = np.diff(time_s)[:-1], np.diff(time_s)[1:]
    coef = np.stack([2 / (h1 * (h1 + h2)), -2 / (h1 * h2), 2 / (h2 * (h1 + h2))], -1)  # (T-2, 3)
    stack = np.stack([points[:-2], points[1:-1], points[2:]], -1)  # (T-2, 21, 3, 3)
    acceleration = (stack * coef[:, None, None]).sum(-1)
    residual = acceleration / sigma_acceleration[..., None]
    weight = cauchy((residual**2).sum(-1, keepdims=True), scale) * np.sqrt(rate[1:-1])[:, None, None]
    t, n = residual.shape[:2]
    frame, node, axis = np.meshgrid(np.arange(t), np.arange(n), np.arange(3), indexing="ij")
    col = np.stack([columns(frame + k, node) + axis for k in range(3)], -1)
    gain = np.broadcast_to(weight / sigma_acceleration[..., None], residual.shape)
    val = gain[..., None] * coef[:, None, None]
    rows.add((residual * weight).ravel(), col.reshape(-1, 3), val.reshape(-1, 3))


def planted(rows: Rows, points, time_s, nodes, probability, speed_m_s) -> None:
    """Nodes (K,) of a foot stand still between frames where ``probability`` (T, K) is high."""
    dt = np.diff(time_s)
    both = np.minimum(probability[1:], probability[:-1])  # (T-1, K)
    gain = np.sqrt(both * (dt * 60)[:, None]) / (speed_m_s * dt)[:, None]
    step = points[1:, nodes] - points[:-1, nodes]
    gain = gain * cauchy(((step / (speed_m_s * dt)[:, None, None]) ** 2).sum(-1), ROBUST_PLANTED)
    residual = step * gain[..., None]
    t, k = both.shape
    frame, node, axis = np.meshgrid(np.arange(t), nodes, np.arange(3), indexing="ij")
    col = np.stack([columns(frame, node) + axis, columns(frame + 1, node) + axis], -1)
    val = np.broadcast_to(gain[..., None], residual.shape)
    rows.add(residual.ravel(), col.reshape(-1, 2), np.stack([-val, val], -1).reshape(-1, 2))


def together(rows: Rows, points, pair, probability, reach_m, sd_m, rate) -> None:
    """Two nodes are no farther apart than ``reach_m`` with SD ``sd_m`` where ``probability`` (T,) is high."""
    a, b = pair
    d = points[:, b] - points[:, a]
    length = np.maximum(np.linalg.norm(d, axis=-1), 1e-6)
    excess = np.maximum(length - reach_m, 0.0)
    gain = np.sqrt(probability * rate) / sd_m * cauchy((excess / sd_m) ** 2, ROBUST_TOGETHER)
    slope = np.where(excess > 0, gain, 0.0)[:, None] * d / length[:, None]
    base = columns(np.arange(len(points))[:, None], np.array([a, b])[None])
    col = (base[..., None] + np.arange(3)).reshape(len(points), 6)
    rows.add(excess * gain, col, np.concatenate([-slope, slope], -1))
