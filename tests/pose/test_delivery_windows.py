"""When: every pitch gets a window that holds it; nothing else does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shadow_trainer.body.skeleton import MIRROR
from shadow_trainer.pose.tracking.delivery_windows import find_deliveries, pair

from .stick import LIFT_S, RELEASE_S, pitch, stand, walk

TIMES = np.arange(0, 5, 0.05)


@pytest.mark.parametrize("lift", [0.3, 0.5, 0.7, 1.0])
def test_a_pitch_gets_one_window_from_first_movement_to_follow_through(lift: float) -> None:
    (delivery,) = find_deliveries(TIMES, pitch(TIMES, lift=lift))
    start, end = delivery.window()
    assert start < LIFT_S - 0.6 and end > RELEASE_S + 0.4
    assert abs(delivery.burst_s - RELEASE_S) < 0.15


@settings(max_examples=25, deadline=None)
@given(st.floats(1.0, 10.0))
def test_undeclared_slow_motion_gets_the_same_window_stretched(slow: float) -> None:
    times = np.arange(0, 5 * slow, 0.05)
    (delivery,) = find_deliveries(times, pitch(times / slow))
    start, end = delivery.window()
    assert start / slow < LIFT_S - 0.6 and end / slow > RELEASE_S + 0.4
    assert (end - start) / slow < 5


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 0.5))
def test_left_and_right_confused_at_random_makes_no_difference_to_what_is_found(
    seed: int, share: float
) -> None:
    points = pitch(TIMES)
    swapped = np.random.default_rng(seed).random(len(TIMES)) < share
    points[swapped] = points[swapped][:, MIRROR]
    (delivery,) = find_deliveries(TIMES, points)
    assert abs(delivery.burst_s - RELEASE_S) < 0.2


def test_two_pitches_are_two_windows_in_order() -> None:
    times = np.arange(0, 14, 0.05)
    points = np.where((times < 7)[:, None, None], pitch(times), pitch(times - 7))
    deliveries = find_deliveries(times, points)
    assert [round(d.lift_s - LIFT_S) for d in deliveries] == [0, 7]
    assert deliveries[0].window()[1] < deliveries[1].window()[0]


@pytest.mark.parametrize("move", [stand, walk], ids=["standing", "walking"])
def test_standing_and_walking_are_no_pitch(move) -> None:  # noqa: ANN001
    assert find_deliveries(TIMES, move(TIMES)) == []


def test_a_swing_with_both_hands_on_the_bat_is_no_pitch() -> None:
    assert find_deliveries(TIMES, pitch(TIMES, hands_together=True)) == []


def test_a_lift_without_a_throw_is_no_pitch() -> None:
    times = np.arange(0, 2.0, 0.05)
    assert find_deliveries(times, pitch(times)) == []


def test_a_throw_without_legs_in_the_picture_is_still_offered() -> None:
    (delivery,) = find_deliveries(TIMES, pitch(TIMES, lift=0.0))
    assert delivery.quality < 0.3 and abs(delivery.burst_s - RELEASE_S) < 0.2


@pytest.mark.parametrize("count", [0, 1, 7])
def test_a_glimpse_is_too_little(count: int) -> None:
    assert find_deliveries(TIMES[:count], pitch(TIMES[:count])) == []


@given(st.integers(0, 2**32 - 1))
def test_pairing_undoes_any_exchange_of_names(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 40
    a = np.cumsum(rng.normal(0, 0.1, (n, 2)), 0)
    b = np.cumsum(rng.normal(0, 0.1, (n, 2)), 0) + 10
    flip = (rng.random(n) < 0.5)[:, None]
    flip[0] = False
    one, two = pair(np.where(flip, b, a), np.where(flip, a, b))
    assert np.array_equal(one, a) and np.array_equal(two, b)
