"""How far a landmark can be trusted: the probability that it lies within 10 % of the torso's length.

The networks' own visibility hardly tells (area under the ROC curve 0.61 on rendered deliveries); the
height of the heatmap's peak does (0.81), and so does a limb that lies on its other side's (hands together in
the glove). The map from these to a probability is a logistic function for each network and kind of joint,
fitted by ``benchmarks/fit_confidence.py`` to rendered clips with exact truth, also blurred, dark, small and
half hidden, and stored as data.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np

from .heatmap import sigmoid
from .skeleton import COUNT, INDEX, LANDMARKS, MIRROR

DATA = Path(__file__).with_name("data") / "confidence.json"
KINDS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
# Landmarks without a truth of their own are judged like the nearest joint that has one.
_LIKE = {"pinky": "wrist", "index": "wrist", "thumb": "wrist", "heel": "ankle", "foot": "ankle"}
VISIBILITY_LIMIT = 6.0
NEAR_H = 0.6


def kind_of(landmark: str) -> int:
    """Index into KINDS of the joint that a landmark is judged like; the face is judged like a shoulder."""
    for part in landmark.split("_"):
        part = _LIKE.get(part, part)
        if "foot" in landmark:
            return KINDS.index("ankle")
        if part in KINDS:
            return KINDS.index(part)
    return KINDS.index("shoulder")


_KIND = np.array([kind_of(name) for name in LANDMARKS])


def features(peak: np.ndarray, visibility: np.ndarray, near: np.ndarray) -> np.ndarray:
    """(..., 5): one, the peak's logit, how far it is below 2, the visibility's logit, minus the nearness."""
    odds = np.log(np.maximum(visibility, 1e-9) / np.maximum(1 - visibility, 1e-9))
    visible = np.clip(odds, -VISIBILITY_LIMIT, VISIBILITY_LIMIT)
    return np.stack([np.ones_like(peak), peak, np.minimum(peak - 2, 0), visible, -near], -1)


def nearness(points: np.ndarray) -> np.ndarray:
    """(N, 33): 1 where a landmark lies on its other side's, 0 from NEAR_H torso lengths on; points (N, 33, 2)."""
    middle = [points[:, [INDEX[f"left_{j}"], INDEX[f"right_{j}"]]].mean(1) for j in ("shoulder", "hip")]
    torso = np.linalg.norm(middle[0] - middle[1], axis=-1)
    # Seen from above or leaning to the camera the torso looks short; the body's extent keeps it honest.
    torso = np.maximum(torso, 0.15 * np.ptp(points, axis=1).max(-1))
    distance = np.linalg.norm(points - points[:, MIRROR], axis=-1) / np.maximum(torso, 1e-6)[:, None]
    return np.where(np.arange(COUNT) == MIRROR, 0.0, np.maximum(1 - distance / NEAR_H, 0))


def confidence(network: str, peak: np.ndarray, visibility: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Calibrated confidence (N, 33) from a network's heatmap peaks and visibility (N, >=33) and points (N, >=33, 2)."""
    weights = _weights(network)[_KIND]  # (33, 5)
    x = features(peak[:, :COUNT], visibility[:, :COUNT], nearness(points[:, :COUNT, :2]))
    return sigmoid((x * weights).sum(-1))


@cache
def _weights(network: str) -> np.ndarray:
    """(6, 5) weights of one network, rows as KINDS."""
    stored = json.loads(DATA.read_text(encoding="utf-8"))
    return np.array([stored["weights"][network][kind] for kind in KINDS])
