"""From the 21 fitted nodes to the 33 landmarks: eyes, mouth and fingers follow their nearest node."""

from __future__ import annotations

import numpy as np

from ...body.skeleton import COUNT, INDEX
from . import body

# The rest of the landmarks and the node each hangs on.
_HANGING: dict[str, str] = {
    "left_eye_inner": "nose", "left_eye": "nose", "left_eye_outer": "nose",
    "right_eye_inner": "nose", "right_eye": "nose", "right_eye_outer": "nose",
    "mouth_left": "nose", "mouth_right": "nose",
    "left_pinky": "left_index", "left_thumb": "left_index",
    "right_pinky": "right_index", "right_thumb": "right_index",
}  # fmt: skip


def all_landmarks(nodes: np.ndarray, raw: np.ndarray) -> np.ndarray:
    """(T, 21, 3) nodes and the network's own (T, 33, 3) shape, both in camera axes -> (T, 33, 3)."""
    out = np.full((len(nodes), COUNT, 3), np.nan)
    out[:, body.LANDMARK_OF_NODE] = nodes
    for name, parent in _HANGING.items():
        out[:, INDEX[name]] = nodes[:, body.NODE[parent]] + raw[:, INDEX[name]] - raw[:, INDEX[parent]]
    return out
