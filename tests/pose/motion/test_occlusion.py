"""What the trunk hides is known to be hidden, from any side, and is no longer believed."""

from __future__ import annotations

import numpy as np
import pytest

from shadow_trainer.body.skeleton import INDEX
from shadow_trainer.pose.motion import body, occlusion
from shadow_trainer.pose.motion.repair import Mended

N = body.NODE
HAND = ("elbow", "wrist", "index")


def standing(turn_deg: float, reach_m: tuple[float, float]) -> np.ndarray:
    """One frame (1, 21, 3): somebody 6 m away who faces the camera at 0 degrees, arms hanging at the sides; turned to the right.

    The left hand is ``reach_m`` (forward of the trunk's middle, to the left of it) at the height of the belly.
    """
    p = np.zeros((body.COUNT, 3))  # x left, y down, z forward of the athlete
    for side, sign in (("left", 1.0), ("right", -1.0)):
        for name, at in {"shoulder": (0.18, 0.0), "hip": (0.1, 0.5), "elbow": (0.32, 0.28), "wrist": (0.36, 0.5),
                         "index": (0.36, 0.58), "knee": (0.1, 0.95), "ankle": (0.1, 1.4), "heel": (0.1, 1.45),
                         "foot_index": (0.1, 1.45), "ear": (0.08, -0.25)}.items():  # fmt: skip
            p[N[f"{side}_{name}"]] = [sign * at[0], at[1], 0.0]
    for name in HAND:
        p[N[f"left_{name}"]] = [reach_m[1], 0.3, reach_m[0]]
    a = np.radians(turn_deg)
    to_camera = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [np.sin(a), 0, -np.cos(a)]])
    return (p @ to_camera.T + np.array([0.0, -0.4, 6.0]))[None]


@pytest.mark.parametrize(
    ("turn_deg", "reach_m", "hidden"),
    [
        (0, (0.3, 0.0), False), (180, (0.3, 0.0), True), (180, (-0.3, 0.0), False), (0, (-0.3, 0.0), True),
        (180, (0.3, 0.45), False), (-90, (0.0, 0.3), False), (90, (0.0, 0.3), True), (90, (0.45, 0.3), False),
    ],
)  # fmt: skip
def test_a_hand_is_hidden_when_the_trunk_is_in_front_of_it(
    turn_deg: float, reach_m: tuple[float, float], hidden: bool
) -> None:
    hiding = occlusion.behind_trunk(standing(turn_deg, reach_m))[0]
    for name in HAND:
        assert (hiding[N[f"left_{name}"]] > 0.5) == hidden, name
    assert hiding[N["left_shoulder"]] == hiding[N["right_knee"]] == 0


def test_what_is_hidden_is_doubted_and_nothing_gets_surer() -> None:
    shown, away = (standing(turn, (0.3, 0.0)) for turn in (0, 180))
    for said in (0.95, 0.1):
        sure = np.full((1, 33), said)
        mended = Mended(np.zeros((1, 33, 2)), sure, np.zeros((1, 33, 3)), np.zeros((1, 3), bool))
        assert occlusion.doubt(mended, shown).confidence == pytest.approx(sure, abs=0.02)
        doubted = occlusion.doubt(mended, away).confidence[0]
        assert (doubted <= said + 1e-12).all()
        for name in ("elbow", "wrist", "index", "pinky", "thumb"):
            assert doubted[INDEX[f"left_{name}"]] == pytest.approx(min(said, occlusion.MOST_SURE), abs=0.05)
        assert doubted[INDEX["left_shoulder"]] == said
