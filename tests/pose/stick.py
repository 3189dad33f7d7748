"""A stick figure that pitches, walks, swings a bat or stands: rough tracks for tests, in pixels."""

from __future__ import annotations

import numpy as np

from shadow_trainer.body.skeleton import INDEX

TORSO_PX = 100.0
RELEASE_S, LIFT_S = 2.2, 1.4
STANDING = {
    "nose": (0, -1.4),
    "left_shoulder": (0.3, -1.0),
    "right_shoulder": (-0.3, -1.0),
    "left_elbow": (0.4, -0.5),
    "right_elbow": (-0.4, -0.5),
    "left_wrist": (0.15, -0.6),
    "right_wrist": (-0.15, -0.6),
    "left_hip": (0.2, 0.0),
    "right_hip": (-0.2, 0.0),
    "left_knee": (0.2, 0.85),
    "right_knee": (-0.2, 0.85),
    "left_ankle": (0.2, 1.7),
    "right_ankle": (-0.2, 1.7),
}


def stand(times: np.ndarray) -> np.ndarray:
    """(n, 33, 2) of somebody who stands still."""
    points = np.zeros((len(times), 33, 2))
    for name, place in STANDING.items():
        points[:, INDEX[name]] = place
    return points * TORSO_PX + np.array([640.0, 360.0])


def pitch(times: np.ndarray, *, lift: float = 0.7, hands_together: bool = False) -> np.ndarray:
    """Leg lift at LIFT_S, the right wrist whips over the top at RELEASE_S; times in real seconds."""
    points = stand(times)
    up = lift * np.exp(-(((times - LIFT_S) / 0.28) ** 2))
    points[:, INDEX["left_knee"], 1] -= up * TORSO_PX
    points[:, INDEX["left_ankle"], 1] -= up * TORSO_PX
    angle = np.pi * (1 + np.tanh((times - RELEASE_S) / 0.06)) / 2  # from behind, over the head, to the front
    out = 1 / (1 + np.exp(-(times - 1.8) / 0.05))  # hands part at 1.8 s
    hand = np.stack([-0.3 - 1.1 * np.cos(angle), -1.0 - 1.1 * np.sin(angle)], -1)
    start = np.array(STANDING["right_wrist"])
    points[:, INDEX["right_wrist"]] += TORSO_PX * out[:, None] * (hand - start)
    if hands_together:
        points[:, INDEX["left_wrist"]] = points[:, INDEX["right_wrist"]] + 0.12 * TORSO_PX
    return points


def walk(times: np.ndarray) -> np.ndarray:
    """Somebody walking across the picture."""
    points = stand(times)
    swing = np.sin(2 * np.pi * times)[:, None] * np.array([0.4, 0.0]) * TORSO_PX
    for name, sign in (("left_wrist", 1), ("right_wrist", -1), ("left_ankle", -1), ("right_ankle", 1)):
        points[:, INDEX[name]] += sign * swing
    knee = 0.12 * TORSO_PX * np.abs(np.sin(2 * np.pi * times))
    points[:, INDEX["left_knee"], 1] -= knee
    return points + (times * 80)[:, None, None] * np.array([1.0, 0.0])
