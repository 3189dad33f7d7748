"""Which points of an arm the body itself hides from the camera: there the network guesses, and seldom says so.

On rendered clips a third of the elbows and wrists behind the trunk lie within a tenth of the torso of the truth, and
an eighth of the elbows behind their own upper arm, of which the network calls itself 0.8 sure where it takes a part of
the forearm for them. The trunk is an elliptic cylinder from hips to shoulders.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...body.skeleton import INDEX
from .body import COUNT, NODE
from .repair import Mended

# Half of the trunk's breadth beside the shoulder joints' own, and its half depth (m): chest depth is 0.13 of body
# height in adult men (Winter; NASA Man-Systems Integration Standards).
FLESH_M, HALF_DEPTH_M = 0.02, 0.11
TOUCHING_M = 0.06  # a limb's own thickness: its point is seen when it is no deeper in or behind the trunk
EDGE = 0.12  # softness of the silhouette, in half breadths
MOST_SURE = 0.3  # of a point behind the trunk
# An upper arm that points away from the camera hides its elbow: cosine of its angle to the line of sight, its
# softness, and what is left of the elbow's confidence.
END_ON, END_ON_EDGE, END_ON_SURE = 0.72, 0.06, 0.15
_NODE_OF = {"elbow": "elbow", "wrist": "wrist", "index": "index", "pinky": "index", "thumb": "index"}
# Landmark -> the node that it is judged by.
LIKE = {INDEX[f"{s}_{a}"]: NODE[f"{s}_{b}"] for s in ("left", "right") for a, b in _NODE_OF.items()}
POINTS = sorted(set(LIKE.values()))


def behind_trunk(points: np.ndarray) -> np.ndarray:
    """Probability (T, 21) that a point of (T, 21, 3), camera axes in metres, is hidden by the trunk; arms only."""
    hips, neck = points[:, [6, 7]].mean(1), points[:, [0, 1]].mean(1)
    up = neck - hips
    long = np.linalg.norm(up, axis=-1, keepdims=True)
    up = up / np.maximum(long, 1e-6)
    across = points[:, 0] - points[:, 1]
    across = across - (across * up).sum(-1, keepdims=True) * up
    wide = np.linalg.norm(across, axis=-1, keepdims=True)
    across = across / np.maximum(wide, 1e-6)
    half = np.maximum(0.5 * wide, 0.12) + FLESH_M
    scale = np.stack([across / half, np.cross(across, up) / HALF_DEPTH_M, up / np.maximum(long, 1e-6)], 1)
    arms = points[:, POINTS]
    far = np.linalg.norm(arms, axis=-1, keepdims=True)
    tip = arms * np.maximum(1 - TOUCHING_M / np.maximum(far, 1e-6), 0.0)  # the limb's near side
    start = np.einsum("tij,tj->ti", scale, -hips)[:, None]
    way = np.einsum("tij,tnj->tni", scale, tip - hips[:, None]) - start
    flat = way[..., :2]
    nearest = -(start[..., :2] * flat).sum(-1) / np.maximum((flat**2).sum(-1), 1e-9)
    at = start + np.clip(nearest, 0, 1)[..., None] * way
    inside = _soft((1 - np.linalg.norm(at[..., :2], axis=-1)) / EDGE)
    inside = inside * _soft((at[..., 2] + 0.05) / 0.05) * _soft((1.05 - at[..., 2]) / 0.05)
    out = np.zeros((len(points), COUNT))
    out[:, POINTS] = inside
    return out


def behind_own_arm(points: np.ndarray) -> np.ndarray:
    """Probability (T, 21) that an elbow of (T, 21, 3) is hidden by its own upper arm; elbows only."""
    out = np.zeros((len(points), COUNT))
    for side in ("left", "right"):
        shoulder, elbow = NODE[f"{side}_shoulder"], NODE[f"{side}_elbow"]
        arm, sight = points[:, elbow] - points[:, shoulder], points[:, shoulder]
        long = np.linalg.norm(arm, axis=-1) * np.linalg.norm(sight, axis=-1)
        away = (arm * sight).sum(-1) / np.maximum(long, 1e-9)
        out[:, elbow] = _soft((away - END_ON) / END_ON_EDGE)
    return out


def doubt(mended: Mended, points: np.ndarray) -> Mended:
    """``mended`` with the confidence of what the body of ``points`` (T, 21, 3) hides no higher than it should be."""
    confidence = mended.confidence.copy()
    for hiding, most in ((behind_trunk(points), MOST_SURE), (behind_own_arm(points), END_ON_SURE)):
        for landmark, node in LIKE.items():
            said, hidden = confidence[:, landmark], hiding[:, node]
            confidence[:, landmark] = (1 - hidden) * said + hidden * np.minimum(said, most)
    return replace(mended, confidence=confidence)


def _soft(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(x, -40, 40)))
