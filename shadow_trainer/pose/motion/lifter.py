"""The temporal lifter: a small network over time that turns noisy 2D and monocular 3D into a body shape.

Trained on synthetic deliveries only (``training/lifter``). Runs in numpy: depthwise convolutions over time
and two-layer mixing, residual. Weights are a few megabytes beside this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from scipy.special import erf

from . import features as F
from .body import COUNT

WEIGHTS = Path(__file__).with_name("data") / "lifter.safetensors"
KERNEL = 7
DILATIONS = (1, 2, 4, 8, 1, 2, 4, 8)


@dataclass(frozen=True)
class Lifted:
    """``shape`` (T, 21, 3) in body heights around the mid-hip, camera axes; ``sd`` (T, 21, 2) in body heights
    across and along the line of sight; ``planted`` (T, 6) probabilities; ``up`` (3,) unit vector."""

    shape: np.ndarray
    sd: np.ndarray
    planted: np.ndarray
    up: np.ndarray


@lru_cache(maxsize=2)
def weights(path: Path = WEIGHTS) -> dict[str, np.ndarray]:
    """The trained arrays as float32."""
    return {k: v.astype(np.float32) for k, v in load_file(path).items()}


def run(x: np.ndarray, w: dict[str, np.ndarray]) -> np.ndarray:
    """(T, CHANNELS) features -> (T, OUTPUTS)."""
    h = x @ w["inlet.weight"].T + w["inlet.bias"]
    for i, dilation in enumerate(DILATIONS):
        y = _depthwise(h, w[f"blocks.{i}.mix.weight"][:, 0], w[f"blocks.{i}.mix.bias"], dilation)
        y = _norm(y) * w[f"blocks.{i}.norm.weight"] + w[f"blocks.{i}.norm.bias"]
        y = _gelu(y @ w[f"blocks.{i}.up.weight"].T + w[f"blocks.{i}.up.bias"])
        h = h + y @ w[f"blocks.{i}.down.weight"].T + w[f"blocks.{i}.down.bias"]
    h = _norm(h) * w["norm.weight"] + w["norm.bias"]
    return h @ w["outlet.weight"].T + w["outlet.bias"] + x @ w["skip.weight"].T


def _depthwise(h: np.ndarray, kernel: np.ndarray, bias: np.ndarray, dilation: int) -> np.ndarray:
    reach = dilation * (KERNEL // 2)
    padded = np.pad(h, ((reach, reach), (0, 0)), mode="edge")
    t = len(h)
    return sum(padded[k * dilation : k * dilation + t] * kernel[:, k] for k in range(KERNEL)) + bias


def _norm(h: np.ndarray) -> np.ndarray:
    h = h - h.mean(-1, keepdims=True)
    return h / np.sqrt((h * h).mean(-1, keepdims=True) + 1e-5)


def _gelu(h: np.ndarray) -> np.ndarray:
    return 0.5 * h * (1 + erf(h / np.sqrt(2)))


def lift(
    time_s: np.ndarray, rays: np.ndarray, confidence: np.ndarray, shape: np.ndarray, path: Path = WEIGHTS
) -> Lifted:
    """Lift one window given at times (T,): rays (T, 21, 2) at depth 1, confidence (T, 21), shape (T, 21, 3).

    Resampled to 60 Hz for the network and back to ``time_s``. Inputs without NaN.
    """
    count = max(int(round((time_s[-1] - time_s[0]) * F.RATE_HZ)) + 1, 2)
    clock = time_s[0] + np.arange(count) / F.RATE_HZ
    inputs = F.features(
        resample(rays, time_s, clock), resample(confidence, time_s, clock), resample(shape, time_s, clock)
    )
    w = weights(path)
    # Averaged with what it says of the mirror image: better, and left-handers get exactly the same treatment.
    y = (run(inputs.x, w) + F.mirrored_outputs(run(F.mirrored_inputs(inputs.x), w))).astype(float) / 2
    k = 3 * COUNT
    solid = y[:, :k].reshape(-1, COUNT, 3) @ inputs.turn
    up = y[:, -3:].mean(0) @ inputs.turn
    sd = np.exp(np.clip(y[:, k : k + 2 * COUNT], -7, 0)).reshape(-1, COUNT, 2)
    planted = 1 / (1 + np.exp(-np.clip(y[:, -9:-3], -30, 30)))
    back = (resample(a, clock, time_s) for a in (solid, sd, planted))
    return Lifted(*back, up / np.linalg.norm(up))


def resample(values: np.ndarray, time_s: np.ndarray, at_s: np.ndarray) -> np.ndarray:
    """Linear interpolation of (T, ...) at new times; a mean over the frames between when there are many."""
    flat = values.reshape(len(values), -1)
    out = np.stack([np.interp(at_s, time_s, column) for column in flat.T], -1)
    return out.reshape(len(at_s), *values.shape[1:])
