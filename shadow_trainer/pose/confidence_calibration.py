"""How far a landmark can be trusted: the probability that it lies within 10 % of the torso's length.

The networks' own visibility hardly tells (area under the ROC curve 0.61 on rendered deliveries); the
height of the heatmap's peak does (0.81). The map from peak and visibility to a probability is a logistic
function for each network and kind of joint, fitted by ``benchmarks/fit_confidence.py`` to rendered clips with
exact truth, also blurred, dark, small and half hidden, and stored as data.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np

from ..body.skeleton import COUNT, LANDMARKS
from .heatmap_refine import sigmoid

DATA = Path(__file__).with_name("data") / "confidence.json"
KINDS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
# Landmarks without a truth of their own are judged like the nearest joint that has one.
_LIKE = {"pinky": "wrist", "index": "wrist", "thumb": "wrist", "heel": "ankle", "foot": "ankle"}
VISIBILITY_LIMIT = 6.0


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


def features(peak: np.ndarray, visibility: np.ndarray) -> np.ndarray:
    """(..., 4): one, the peak's logit, how far it is below 2, and the visibility's logit."""
    visible = np.clip(
        np.log(np.maximum(visibility, 1e-9) / np.maximum(1 - visibility, 1e-9)),
        -VISIBILITY_LIMIT,
        VISIBILITY_LIMIT,
    )
    return np.stack([np.ones_like(peak), peak, np.minimum(peak - 2, 0), visible], -1)


def confidence(network: str, peak: np.ndarray, visibility: np.ndarray) -> np.ndarray:
    """Calibrated confidence (N, 33) from heatmap peaks (N, >=33) and visibility (N, >=33) of a network."""
    weights = _weights(network)[_KIND]  # (33, 4)
    return sigmoid((features(peak[:, :COUNT], visibility[:, :COUNT]) * weights).sum(-1))


@cache
def _weights(network: str) -> np.ndarray:
    """(6, 4) weights of one network, rows as KINDS."""
    stored = json.loads(DATA.read_text(encoding="utf-8"))
    return np.array([stored["weights"][network][kind] for kind in KINDS])
