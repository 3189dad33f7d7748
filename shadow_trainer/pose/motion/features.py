"""What the temporal lifter reads and writes; shared by training and use.

Everything is turned so that the window's central ray is the z axis, and scaled by the athlete's size in the
frame, so that the lifter sees the same numbers from any place and lens.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .body import COUNT, MIRROR_NODE, NODE

RATE_HZ = 60.0
TORSO = [NODE[n] for n in ("left_shoulder", "right_shoulder", "left_hip", "right_hip")]
HIPS = [NODE["left_hip"], NODE["right_hip"]]
CHANNELS = COUNT * 2 + 2 + COUNT + COUNT * 3 + 4
# Outputs: shape (21 x 3), log SD in the frame's plane and in depth (21 x 2), planted logits (6), up (3).
OUTPUTS = COUNT * 3 + COUNT * 2 + 6 + 3


@dataclass(frozen=True)
class Features:
    """``x`` (T, CHANNELS) and the rotation (3, 3) from camera axes to the axes of the central ray."""

    x: np.ndarray
    turn: np.ndarray


def rotation_to_axis(ray: np.ndarray) -> np.ndarray:
    """(3, 3) rotation that takes the viewing ray (x, y) (at depth 1) to the z axis without rolling."""
    z = np.append(ray, 1.0)
    z /= np.linalg.norm(z)
    x = np.cross([0.0, 1.0, 0.0], z)
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(z, x), z])


def turned(rays: np.ndarray, rotation: np.ndarray) -> np.ndarray:
    """Rays (..., 2) at depth 1 after a rotation of the camera."""
    p = np.concatenate([rays, np.ones_like(rays[..., :1])], -1) @ rotation.T
    return p[..., :2] / p[..., 2:]


def features(rays: np.ndarray, confidence: np.ndarray, shape: np.ndarray) -> Features:
    """Input of the lifter at ``RATE_HZ``: rays (T, 21, 2) without NaN, confidence (T, 21), shape (T, 21, 3)."""
    turn = rotation_to_axis(np.median(rays[:, TORSO].mean(1), axis=0))
    flat = turned(rays, turn)
    spread = np.sqrt(((flat - flat.mean(1, keepdims=True)) ** 2).sum(-1).mean(1))
    scale = max(float(np.median(spread)), 1e-4)
    flat = flat / scale
    root = flat[:, TORSO].mean(1)
    solid = (shape - shape[:, HIPS].mean(1, keepdims=True)) @ turn.T
    size = np.sqrt(((solid - solid.mean(1, keepdims=True)) ** 2).sum(-1).mean(1))
    solid = solid / max(float(np.median(size)), 1e-4)
    ray = turn[2, :2] / turn[2, 2]
    constant = np.broadcast_to([np.log(scale) + 2.5, ray[0] / 0.3, ray[1] / 0.3, 1.0], (len(rays), 4))
    parts = [
        (flat - root[:, None]).reshape(len(rays), -1), root, confidence - 0.5, solid.reshape(len(rays), -1), constant
    ]  # fmt: skip
    return Features(np.concatenate(parts, -1).astype(np.float32), turn)


def mirrored_inputs(x: np.ndarray) -> np.ndarray:
    """Features (..., CHANNELS) of the same athlete seen in a mirror: left and right exchanged, x negated."""
    n, lead = COUNT, x.shape[:-1]
    flat, root, sure, solid, rest = np.split(x, np.cumsum([2 * n, 2, n, 3 * n]), axis=-1)
    return np.concatenate(
        [
            _flip(flat.reshape(*lead, n, 2)).reshape(*lead, -1),
            root * np.array([-1, 1], x.dtype),
            sure[..., MIRROR_NODE],
            _flip(solid.reshape(*lead, n, 3)).reshape(*lead, -1),
            rest * np.array([1, -1, 1, 1], x.dtype),
        ],
        axis=-1,
    )


def mirrored_outputs(y: np.ndarray) -> np.ndarray:
    """Outputs (..., OUTPUTS) turned into those of the mirror image."""
    n, lead = COUNT, y.shape[:-1]
    solid, sd, planted, up = np.split(y, np.cumsum([3 * n, 2 * n, 6]), axis=-1)
    return np.concatenate(
        [
            _flip(solid.reshape(*lead, n, 3)).reshape(*lead, -1),
            sd.reshape(*lead, n, 2)[..., MIRROR_NODE, :].reshape(*lead, -1),
            planted[..., [3, 4, 5, 0, 1, 2]],
            up * np.array([-1, 1, 1], y.dtype),
        ],
        axis=-1,
    )


def _flip(points: np.ndarray) -> np.ndarray:
    out = points[..., MIRROR_NODE, :].copy()
    out[..., 0] *= -1
    return out
