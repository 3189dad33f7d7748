"""Release filmed along the throw: the frame shows when the arm falls, and the solved hand comes late in depth."""

from __future__ import annotations

import numpy as np
import pytest

from shadow_trainer import pitching
from shadow_trainer.body.series import PoseSeries
from shadow_trainer.body.skeleton import INDEX
from shadow_trainer.pitching.events import arm

from . import bodies

HAND = [INDEX[f"right_{part}"] for part in ("wrist", "index", "pinky", "thumb")]
LATE_S = 0.03


def release(one: PoseSeries) -> float:
    (delivery,) = pitching.analyse(one, throws="right", reference=None)["deliveries"]
    return float(delivery["events"]["release"]["time_s"])


def late(one: PoseSeries) -> PoseSeries:
    """A solution whose throwing hand comes late: less than a frame of 30 a second, so that burst and frame agree."""
    world = one.world_m.copy()
    for landmark in HAND:
        for axis in range(3):
            world[:, landmark, axis] = np.interp(
                one.time_s - LATE_S, one.time_s, one.world_m[:, landmark, axis]
            )
    return one.with_(world_m=world)


@pytest.mark.parametrize("view", ["rear", "front"])
def test_where_the_solved_hand_is_late_the_falling_arm_in_the_frame_decides(view: str) -> None:
    true = release(bodies.sampled(bodies.pitch(), 2))
    seen = release(late(bodies.filmed(bodies.sampled(bodies.pitch(), 8), view)))
    assert seen == pytest.approx(true, abs=0.015)


def test_the_more_frames_the_more_the_burst_is_believed() -> None:
    trust = [arm._trust_in_fall(fps) for fps in (15.0, 30.0, 60.0, 120.0, 240.0)]
    assert trust == sorted(trust, reverse=True)
    assert all(0.0 < share < 1.0 for share in trust)


def test_an_arm_that_fell_when_it_took_the_ball_back_has_not_thrown_it() -> None:
    """A submarine pitcher's hand comes from below: the only fall that the frame shows is the arm swing's."""
    one = bodies.filmed(bodies.sampled(bodies.pitch(), 8), "rear")
    true = release(one)
    px = one.landmarks_px.copy()
    shoulder = px[:, INDEX["right_shoulder"], 1]
    drop = np.interp(one.time_s - true, [-0.2, -0.15, -0.1], [-120.0, 0.0, 90.0])
    near = one.time_s > true - 0.5
    for landmark in HAND:
        px[near, landmark, 1] = (shoulder + drop)[near]
    assert release(one.with_(landmarks_px=px)) > true - 0.06
