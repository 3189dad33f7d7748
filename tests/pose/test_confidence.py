"""Confidence: a probability that falls with the heatmap's peak and where limbs lie on each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shadow_trainer.pose.confidence import KINDS, confidence, kind_of, nearness
from shadow_trainer.pose.skeleton import INDEX, LANDMARKS
from shadow_trainer.pose.weights import SIZES

from .stick import stand

STANDING = stand(np.zeros(1))
ARMS = [INDEX[f"{side}_{joint}"] for side in ("left", "right") for joint in ("elbow", "wrist")]


@pytest.mark.parametrize("network", sorted(set(SIZES.values())))
@given(peak=st.floats(-12, 11), visibility=st.floats(0, 1))
def test_a_higher_peak_never_means_less_confidence(network: str, peak: float, visibility: float) -> None:
    def at(value: float) -> np.ndarray:
        return confidence(network, np.full((1, 33), value), np.full((1, 33), visibility), STANDING)[0]

    low, high = at(peak), at(peak + 1)
    assert (high >= low).all() and low.min() >= 0 and high.max() <= 1


@pytest.mark.parametrize("network", sorted(set(SIZES.values())))
def test_a_clear_peak_is_sure_and_none_is_not(network: str) -> None:
    peaks = np.array([[4.0] * 33, [-8.0] * 33])
    sure, lost = confidence(network, peaks, np.full((2, 33), 0.9), np.repeat(STANDING, 2, axis=0))
    assert sure[ARMS].min() > 0.85 and lost.max() < 0.25


def test_hands_together_are_less_sure_than_hands_apart() -> None:
    together = STANDING.copy()
    together[:, INDEX["left_wrist"]] = together[:, INDEX["right_wrist"]]
    said = [
        confidence("heavy", np.full((1, 33), 1.0), np.full((1, 33), 0.9), points)[0, INDEX["left_wrist"]]
        for points in (STANDING, together)
    ]
    assert said[1] < said[0]


def test_nearness_is_one_on_top_and_zero_far_away() -> None:
    points = STANDING.copy()
    points[:, INDEX["left_wrist"]] = points[:, INDEX["right_wrist"]]
    points[:, INDEX["left_ankle"], 0] += 300
    near = nearness(points)[0]
    assert near[INDEX["left_wrist"]] == 1 and near[INDEX["left_ankle"]] == 0 and near[INDEX["nose"]] == 0


def test_every_landmark_is_judged_like_some_joint() -> None:
    assert all(0 <= kind_of(name) < len(KINDS) for name in LANDMARKS)
    assert kind_of("left_foot_index") == KINDS.index("ankle") and kind_of("left_index") == KINDS.index(
        "wrist"
    )
