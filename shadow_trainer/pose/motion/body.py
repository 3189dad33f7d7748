"""The body that is fitted: 21 nodes, the bones between them and human proportions.

Nodes are joint centres (shoulder to ankle) and points on the skin (nose, ears, index knuckles, heels, toes).
Proportions are shares of body height after Winter and Drillis-Contini, as in docs/method.md, section 7.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...body.skeleton import INDEX, JOINTS, mirrored_name

NODES: tuple[str, ...] = (
    *JOINTS,
    "nose", "left_ear", "right_ear",
    "left_index", "right_index",
    "left_heel", "right_heel",
    "left_foot_index", "right_foot_index",
)  # fmt: skip
NODE: dict[str, int] = {name: i for i, name in enumerate(NODES)}
LANDMARK_OF_NODE = np.array([INDEX[name] for name in NODES])
MIRROR_NODE = np.array([NODE[mirrored_name(name)] for name in NODES])
COUNT = len(NODES)

DEFAULT_HEIGHT_M = 1.85  # an average adult pitcher; used, and said so, when no height was given


@dataclass(frozen=True)
class Bone:
    """A constant length: ``size`` body heights (prior), ``spread`` its SD in log units, kept to ``slack_m``.

    ``ends`` are pairs of (nodes averaged at one end, nodes averaged at the other), left and right together.
    """

    name: str
    ends: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    size: float
    spread: float
    slack_m: float


def _both(a: str, b: str) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    return tuple(((f"{s}_{a}",), (f"{s}_{b}",)) for s in ("left", "right"))


_SHOULDERS = ("left_shoulder", "right_shoulder")
_HIPS = ("left_hip", "right_hip")
_EARS = ("left_ear", "right_ear")

BONES: tuple[Bone, ...] = (
    Bone("hip_width", (((_HIPS[0],), (_HIPS[1],)),), 0.100, 0.05, 0.004),
    Bone("shoulder_width", (((_SHOULDERS[0],), (_SHOULDERS[1],)),), 0.200, 0.05, 0.020),
    Bone("trunk", ((_HIPS, _SHOULDERS),), 0.272, 0.04, 0.015),
    # Each shoulder is about as far from the mid-hip as the other. Shoulder blades move on the ribs, by 0.05 H in one
    # delivery, and joints that are told from outside slide.
    Bone("trunk_side", ((_HIPS, (_SHOULDERS[0],)), (_HIPS, (_SHOULDERS[1],))), 0.290, 0.04, 0.030),
    Bone("upper_arm", _both("shoulder", "elbow"), 0.176, 0.04, 0.009),
    Bone("forearm", _both("elbow", "wrist"), 0.142, 0.04, 0.005),
    Bone("thigh", _both("hip", "knee"), 0.260, 0.04, 0.009),
    Bone("shank", _both("knee", "ankle"), 0.256, 0.04, 0.005),
    Bone("hand", _both("wrist", "index"), 0.085, 0.12, 0.010),
    Bone("ankle_heel", _both("ankle", "heel"), 0.045, 0.20, 0.006),
    Bone("ankle_toe", _both("ankle", "foot_index"), 0.105, 0.15, 0.008),
    Bone("foot", _both("heel", "foot_index"), 0.135, 0.10, 0.006),
    Bone("neck", ((_SHOULDERS, _EARS),), 0.125, 0.15, 0.015),
    Bone("head_width", (((_EARS[0],), (_EARS[1],)),), 0.085, 0.10, 0.006),
    Bone("face", ((("nose",), (_EARS[0],)), (("nose",), (_EARS[1],))), 0.075, 0.12, 0.006),
)
BONE: dict[str, int] = {bone.name: i for i, bone in enumerate(BONES)}


def bone_rows() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All bones as rows: nodes (B, 4), weights (B, 4) of their sum, bone index (B,)."""
    nodes, weights, index = [], [], []
    for i, bone in enumerate(BONES):
        for a, b in bone.ends:
            row = [(NODE[n], -1 / len(a)) for n in a] + [(NODE[n], 1 / len(b)) for n in b]
            row += [(row[0][0], 0.0)] * (4 - len(row))
            nodes.append([n for n, _ in row])
            weights.append([w for _, w in row])
            index.append(i)
    return np.array(nodes), np.array(weights), np.array(index)


def prior_lengths(height_m: float) -> np.ndarray:
    """Expected bone lengths (B,) in metres."""
    return np.array([bone.size for bone in BONES]) * height_m


def lengths_of(points: np.ndarray) -> np.ndarray:
    """Median length (B,) of every bone over (T, 21, 3) points; left and right pooled."""
    nodes, weights, index = bone_rows()
    d = np.einsum("tbkc,bk->tbc", points[:, nodes], weights)
    length = np.linalg.norm(d, axis=2)
    return np.array([np.nanmedian(length[:, index == i]) for i in range(len(BONES))])
