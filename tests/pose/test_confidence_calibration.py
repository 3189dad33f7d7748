"""Confidence: a probability that falls with the heatmap's peak."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shadow_trainer.body.skeleton import INDEX, LANDMARKS
from shadow_trainer.pose.confidence_calibration import KINDS, confidence, kind_of
from shadow_trainer.pose.weights import SIZES

ARMS = [INDEX[f"{side}_{joint}"] for side in ("left", "right") for joint in ("elbow", "wrist")]


@pytest.mark.parametrize("network", sorted(set(SIZES.values())))
@given(peak=st.floats(-12, 11), visibility=st.floats(0, 1))
def test_a_higher_peak_never_means_less_confidence(network: str, peak: float, visibility: float) -> None:
    def at(value: float) -> np.ndarray:
        return confidence(network, np.full((1, 33), value), np.full((1, 33), visibility))[0]

    low, high = at(peak), at(peak + 1)
    assert (high >= low).all() and low.min() >= 0 and high.max() <= 1


@pytest.mark.parametrize("network", sorted(set(SIZES.values())))
def test_a_clear_peak_is_sure_and_none_is_not(network: str) -> None:
    peaks = np.array([[4.0] * 33, [-8.0] * 33])
    sure, lost = confidence(network, peaks, np.full((2, 33), 0.9))
    assert sure[ARMS].min() > 0.85 and lost.max() < 0.25


def test_every_landmark_is_judged_like_some_joint() -> None:
    assert all(0 <= kind_of(name) < len(KINDS) for name in LANDMARKS)
    assert kind_of("left_foot_index") == KINDS.index("ankle") and kind_of("left_index") == KINDS.index(
        "wrist"
    )
