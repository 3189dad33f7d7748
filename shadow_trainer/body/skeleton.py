"""The BlazePose skeleton as data: landmark names, bones, sides and the mirror map.

Order and names are those of Google's BlazePose topology (33 landmarks, MediaPipe Pose). Importing
this module costs nothing but numpy: no torch, no cv2, so that ``pitching`` and the web may use it.
"""

from __future__ import annotations

import numpy as np

from .arrays import Floats

LANDMARKS: tuple[str, ...] = (
    "nose",
    "left_eye_inner", "left_eye", "left_eye_outer",
    "right_eye_inner", "right_eye", "right_eye_outer",
    "left_ear", "right_ear",
    "mouth_left", "mouth_right",
    "left_shoulder", "right_shoulder",
    "left_elbow", "right_elbow",
    "left_wrist", "right_wrist",
    "left_pinky", "right_pinky",
    "left_index", "right_index",
    "left_thumb", "right_thumb",
    "left_hip", "right_hip",
    "left_knee", "right_knee",
    "left_ankle", "right_ankle",
    "left_heel", "right_heel",
    "left_foot_index", "right_foot_index",
)  # fmt: skip
INDEX: dict[str, int] = {name: i for i, name in enumerate(LANDMARKS)}
COUNT = len(LANDMARKS)

# The twelve joints that carry the delivery, and every bone we draw (pairs of landmark names).
JOINTS: tuple[str, ...] = tuple(
    f"{side}_{joint}"
    for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
    for side in ("left", "right")
)
BONES: tuple[tuple[str, str], ...] = (
    ("left_shoulder", "right_shoulder"), ("left_hip", "right_hip"),
    ("left_shoulder", "left_hip"), ("right_shoulder", "right_hip"),
    ("left_shoulder", "left_elbow"), ("left_elbow", "left_wrist"), ("left_wrist", "left_index"),
    ("right_shoulder", "right_elbow"), ("right_elbow", "right_wrist"), ("right_wrist", "right_index"),
    ("left_hip", "left_knee"), ("left_knee", "left_ankle"),
    ("left_ankle", "left_heel"), ("left_heel", "left_foot_index"), ("left_ankle", "left_foot_index"),
    ("right_hip", "right_knee"), ("right_knee", "right_ankle"),
    ("right_ankle", "right_heel"), ("right_heel", "right_foot_index"), ("right_ankle", "right_foot_index"),
    ("left_ear", "nose"), ("right_ear", "nose"),
)  # fmt: skip


def mirrored_name(name: str) -> str:
    """The landmark on the other side of the body: ``left_knee`` -> ``right_knee``, ``nose`` -> ``nose``."""
    if "left" in name:
        return name.replace("left", "right")
    return name.replace("right", "left")


# MIRROR[i] is the index of the landmark that takes place i when left and right are exchanged.
MIRROR: Floats = np.array([INDEX[mirrored_name(name)] for name in LANDMARKS])


def side_of(name: str) -> str:
    """``left``, ``right`` or ``centre``."""
    if "left" in name:
        return "left"
    return "right" if "right" in name else "centre"
