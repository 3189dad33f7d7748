"""What joints can do: soft bounds of the fit, far outside of which no body moves.

Ranges after the AAOS (elbow flexion 150, knee flexion 135 and hyperextension 10, hip flexion 120, shoulder
extension 60 degrees; Norkin and White, Measurement of Joint Motion, appendix B), with what trained people reach
passively beyond them. Points alone do not tell an elbow that is bent backwards from an upper arm that is turned half
around, so the elbow has no bound on that side. A knee's front is where its foot points while that stands flat on
the ground; a foot in the air may point anywhere.
"""

from __future__ import annotations

import numpy as np

from . import body
from .lsq import Rows
from .terms import columns

FOLD_DEG = 158.0  # flexion of elbow and knee: flesh on flesh
BACK_DEG = 10.0  # hyperextension of the knee
ASIDE_DEG = 12.0  # a knee this far behind the foot's side may still be turned out, not bent backwards
BEHIND_DEG = 80.0  # of an upper arm behind the line of the shoulders, whose blades draw back with it
SD_M = 0.006
_SIDES = ("left", "right")
_CHAINS = [
    (body.NODE[f"{s}_{a}"], body.NODE[f"{s}_{b}"], body.BONE[upper], body.BONE[lower])
    for s in _SIDES
    for a, b, upper, lower in (
        ("shoulder", "wrist", "upper_arm", "forearm"), ("hip", "ankle", "thigh", "shank")
    )
]  # fmt: skip
HIPS, SHOULDERS = ([body.NODE[f"{s}_{n}"] for s in _SIDES] for n in ("hip", "shoulder"))
_LEGS = [[body.NODE[f"{s}_{n}"] for n in ("hip", "knee", "ankle", "heel", "foot_index")] for s in _SIDES]
_ARMS = [[body.NODE[f"{s}_{n}"] for n in ("shoulder", "elbow")] for s in _SIDES]


def add(
    rows: Rows, points: np.ndarray, log_length: np.ndarray, planted: np.ndarray, rate: np.ndarray
) -> None:
    """All bounds on (T, 21, 3) points as residual rows; nothing inside of them costs anything.

    ``planted`` (T, 6): probability that ankle, heel and toe of the left, then the right foot stand still.
    """
    gain = np.sqrt(rate) / SD_M
    for first, last, upper, lower in _CHAINS:
        _fold(rows, points, (first, last), np.exp(log_length[[upper, lower]]), gain)
    for leg, flat in zip(_LEGS, (planted[:, 1:3], planted[:, 4:6]), strict=True):
        lengths = np.exp(log_length[[body.BONE["thigh"], body.BONE["shank"]]])
        _knee_back(rows, points, leg, lengths, gain * np.sqrt(flat.min(1)))
    for arm in _ARMS:
        _arm_behind(rows, points, arm, np.exp(log_length[body.BONE["upper_arm"]]), gain)


def _fold(rows, points, ends, lengths, gain) -> None:
    """The ends of a limb come no nearer to each other than folded as far as flesh lets it."""
    a, b = lengths
    least = np.sqrt(a * a + b * b + 2 * a * b * np.cos(np.radians(FOLD_DEG)))
    d = points[:, ends[1]] - points[:, ends[0]]
    length = np.maximum(np.linalg.norm(d, axis=-1), 1e-6)
    _bound(rows, least - length, ends, (d / length[:, None], -d / length[:, None]), gain)


def _knee_back(rows, points, leg, lengths, gain) -> None:
    """The knee is not bent away from where its standing foot points."""
    hip, knee, ankle, heel, toe = (points[:, n] for n in leg)
    a, b = lengths
    way, share = ankle - hip, a / (a + b)
    bent = knee - (1 - share) * hip - share * ankle
    front = _unit(_square_to(toe - heel, way)) + np.sin(np.radians(ASIDE_DEG)) * _unit(bent)
    most = a * b / (a + b) * np.sin(np.radians(BACK_DEG))
    slopes = ((1 - share) * front, -front, share * front)
    _bound(rows, -(bent * front).sum(-1) - most, leg[:3], slopes, gain)


def _arm_behind(rows, points, arm, length, gain) -> None:
    """An upper arm does not point straight back from the chest."""
    back = -_forward(points, *SHOULDERS)
    reach = ((points[:, arm[1]] - points[:, arm[0]]) * back).sum(-1)
    _bound(rows, reach - length * np.sin(np.radians(BEHIND_DEG)), arm, (-back, back), gain)


def _forward(points, left, right) -> np.ndarray:
    """The way (T, 3) a pair of hips or shoulders faces; right-handed axes."""
    up = points[:, SHOULDERS].mean(1) - points[:, HIPS].mean(1)
    return _unit(np.cross(points[:, left] - points[:, right], up))


def _square_to(v, way) -> np.ndarray:
    return v - (v * way).sum(-1, keepdims=True) * way / np.maximum((way**2).sum(-1, keepdims=True), 1e-6)


def _bound(rows, excess, nodes, slopes, gain) -> None:
    """Residual ``max(excess, 0)`` (T,) with its derivative ``slopes`` (each (T, 3)) at ``nodes``."""
    out = np.where(excess > 0, gain, 0.0)
    frames = np.arange(len(excess))[:, None]
    base = columns(frames, np.array(nodes)[None])
    col = (base[..., None] + np.arange(3)).reshape(len(excess), -1)
    val = np.concatenate([slope * out[:, None] for slope in slopes], -1)
    rows.add(np.maximum(excess, 0.0) * gain, col, val)


def _unit(v: np.ndarray) -> np.ndarray:
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)
