"""A closer look at doubtful arms: what it changes, what it leaves alone, and what two looks are worth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shadow_trainer.body.skeleton import COUNT
from shadow_trainer.pose import roi, second_pass
from shadow_trainer.pose.confidence_calibration import confidence
from shadow_trainer.pose.engine import AUXILIARY, CROP_PX, Engine

confidences = st.floats(0.01, 1.0)


def one(value: float) -> np.ndarray:
    return np.array([[value]])


@given(confidences, confidences, st.floats(1, 100), st.floats(5, 50))
def test_two_looks_meet_nearer_to_the_one_of_more_confidence(
    a: float, b: float, apart: float, scale: float
) -> None:
    here, there = np.zeros((1, 1, 2)), np.full((1, 1, 2), [apart, 0.0])
    point, trust = second_pass.blend(here, one(a), there, one(b), np.array([scale]))
    assert 0 <= point[0, 0, 0] <= apart and point[0, 0, 1] == 0
    assert (point[0, 0, 0] <= apart / 2 + 1e-9) == (a >= b) or a == pytest.approx(b)
    assert trust[0, 0] <= max(a, b) + 1e-9
    # What was seen twice in one place is believed as before; what was seen in two is not.
    agreed = second_pass.blend(here, one(a), here, one(b), np.array([scale]))[1][0, 0]
    assert agreed >= min(a, b) - 1e-9
    assert trust[0, 0] == pytest.approx(agreed * np.exp(-((apart / scale) ** 2)))


@pytest.fixture(scope="module")
def rows(engine: Engine, pictures: list[np.ndarray]) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
    """Three frames of the delivery and what one look measures in them; only in the second is an arm doubtful."""
    images = pictures[3:6]
    height, width = images[0].shape[:2]
    regions = np.tile([width / 2, height / 2, 1.1 * height, 0.0], (3, 1))
    for _ in range(2):
        out = engine.landmarks(roi.crops(images, regions, CROP_PX))
        hip, above = (roi.to_frame(out.points[:, [i], :2], regions, CROP_PX)[:, 0] for i in AUXILIARY)
        regions = roi.from_points(hip, above)
    assert (out.flag > 0.9).all()
    believed = confidence(engine.network, out.peak, out.visibility)
    believed[:, second_pass.JUDGED] = 0.9
    believed[1, second_pass.JUDGED[2]] = second_pass.DOUBTFUL - 0.05
    px = roi.to_frame(out.points[:, :COUNT, :2], regions, CROP_PX)
    return images, {"roi": regions, "landmarks_px": px, "confidence": believed, "pose_flag": out.flag}


@pytest.mark.model
def test_only_the_arms_of_frames_with_a_doubtful_arm_are_looked_at_again(
    engine: Engine, rows: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_pass, "NETWORKS", (engine.network,))
    images, before = rows
    after = second_pass.look_closer(engine, images, before, 32)
    moved = np.linalg.norm(after["landmarks_px"] - before["landmarks_px"], axis=-1)
    body = np.setdiff1d(np.arange(COUNT), second_pass.ARMS)
    assert not moved[[0, 2]].any() and not moved[:, body].any()
    assert (moved[1, second_pass.ARMS] > 0).all()
    # Both looks see the same arms: none is moved farther than a forearm.
    assert moved[1, second_pass.ARMS].max() < 0.2 * before["roi"][1, 2]
    assert np.array_equal(after["confidence"][:, body], before["confidence"][:, body])
    assert before["confidence"][1, second_pass.JUDGED[2]] == pytest.approx(second_pass.DOUBTFUL - 0.05)


@pytest.mark.model
def test_the_small_networks_look_once(engine: Engine, rows: tuple) -> None:
    images, before = rows
    assert second_pass.look_closer(engine, images, before, 32) is before


def test_at_most_half_of_the_frames_are_looked_at_again_and_those_of_least_confidence() -> None:
    least = np.array([0.49, 0.1, 0.2, 0.05, 0.48, 0.9, 0.01, 0.25])
    believed = np.full((8, COUNT), 0.9)
    believed[:, second_pass.JUDGED[1]] = least
    flag = np.ones(8)
    flag[6] = 0.2  # nobody is there
    assert second_pass.doubtful({"confidence": believed, "pose_flag": flag}, 8).tolist() == [1, 2, 3, 7]
    # Groups that are looked at together choose as each does alone.
    twice = {"confidence": np.tile(believed, (2, 1)), "pose_flag": np.tile(flag, 2)}
    assert second_pass.doubtful(twice, 8).tolist() == [1, 2, 3, 7, 9, 10, 11, 15]
    believed[:4, second_pass.JUDGED[1]] = 0.9
    assert second_pass.doubtful({"confidence": believed, "pose_flag": flag}, 8).tolist() == [4, 7]
