"""The network's landmarks are points on the body's surface, not joint centres: the constant way between.

The elbow's slides toward the shoulder as the arm hangs. Each offset is fixed in the body: along the limb (toward the joint before it, or up the trunk), lateral (away
from the body's middle) and forward, in body heights, the same for left and right. Fitted on rendered clips with
exact joints by ``benchmarks/fit_offsets.py``; leaving each clip out changes no value by more than 0.0045 (elbow; 0.0022 elsewhere).
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import numpy as np

from .body import COUNT, NODE

DATA = Path(__file__).with_name("data") / "offsets.json"
PROXIMAL = {"elbow": "shoulder", "wrist": "elbow", "knee": "hip", "ankle": "knee"}
PARTS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle", "ear")
_ON_SHOULDER_LINE = ("shoulder", "elbow", "wrist", "ear")


@lru_cache(maxsize=1)
def fitted() -> dict[str, tuple[float, float, float]]:
    """Offset by part: (along, lateral, forward) in body heights."""
    data = json.loads(DATA.read_text(encoding="utf-8"))
    return {part: tuple(values) for part, values in data["offsets_h"].items()}


def _unit(v: np.ndarray) -> np.ndarray:
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)


def frames(points: np.ndarray) -> dict[int, np.ndarray]:
    """Body-fixed axes by node: (T, 3, 3) with columns along, lateral, forward; points (T, 21, 3), right-handed."""
    hips = points[:, NODE["left_hip"]] - points[:, NODE["right_hip"]]
    shoulders = points[:, NODE["left_shoulder"]] - points[:, NODE["right_shoulder"]]
    up = points[:, [0, 1]].mean(1) - points[:, [6, 7]].mean(1)
    out = {}
    for side, sign in (("left", 1.0), ("right", -1.0)):
        for part in PARTS:
            node = NODE[f"{side}_{part}"]
            along = up
            if part in PROXIMAL:
                along = points[:, NODE[f"{side}_{PROXIMAL[part]}"]] - points[:, node]
            along = _unit(along)
            line = sign * (shoulders if part in _ON_SHOULDER_LINE else hips)
            lateral = _unit(line - (line * along).sum(-1, keepdims=True) * along)
            out[node] = np.stack([along, lateral, sign * np.cross(lateral, along)], -1)
    return out


def landmark_offsets(points: np.ndarray, height_m: float) -> np.ndarray:
    """(T, 21, 3) metres from each joint centre to the network's landmark, in the axes of ``points``."""
    out = np.zeros((len(points), COUNT, 3))
    values = fitted()
    for node, axes in frames(points).items():
        part = _PART_OF_NODE[node]
        if part in values:
            out[:, node] = axes @ (np.array(values[part]) * height_m)
        if part == "elbow":
            up = _unit(points[:, [0, 1]].mean(1) - points[:, [6, 7]].mean(1))
            hanging = (axes[..., 0] * up).sum(-1, keepdims=True)
            out[:, node] += axes[..., 0] * hanging * values["elbow_hanging"][0] * height_m
    return out


_PART_OF_NODE = {NODE[f"{s}_{p}"]: p for s in ("left", "right") for p in PARTS}
