"""What changes as a delivery goes on: a body that throws is not smoothed as one that waits, a foot that lifts is let go."""

from __future__ import annotations

import numpy as np
import pytest

from shadow_trainer.body.series import PoseSeries
from shadow_trainer.body.skeleton import INDEX
from shadow_trainer.pose.motion import body, contacts, fit

from . import synthetic

N = body.NODE
STEP_S = 1 / 60


def turning_deg_s(points: np.ndarray, left: int, right: int) -> float:
    """Peak speed of a line's heading."""
    line = points[:, left] - points[:, right]
    heading = np.degrees(np.unwrap(np.arctan2(line[:, 1], line[:, 0])))
    return float(np.gradient(heading, STEP_S).max())


def test_the_trunk_turns_about_as_fast_as_it_turned(open_side: tuple[synthetic.Film, PoseSeries]) -> None:
    film, series = open_side
    true = turning_deg_s(film.world, N["left_shoulder"], N["right_shoulder"])
    fitted = turning_deg_s(series.world_m, INDEX["left_shoulder"], INDEX["right_shoulder"])
    assert 0.9 * true < fitted < 1.1 * true


def test_the_throw_may_be_fast_and_the_glove_does_not_throw() -> None:
    time_s = np.arange(-1.2, 0.5, STEP_S)
    sigma = fit.sigma_acceleration(time_s, 0.0, "left")
    set_, throw = np.abs(time_s + 1).argmin(), np.abs(time_s + 0.05).argmin()
    glove = [N[f"left_{part}"] for part in ("elbow", "wrist", "index")]
    assert (np.delete(sigma[throw], glove) > 2 * np.delete(sigma[set_], glove)).all()
    assert sigma[throw, N["left_wrist"]] < 0.5 * sigma[throw, N["right_wrist"]]
    other = fit.sigma_acceleration(time_s, 0.0, "right")
    assert other[:, N["left_wrist"]] == pytest.approx(sigma[:, N["right_wrist"]])
    assert other[:, N["left_knee"]] == pytest.approx(sigma[:, N["left_knee"]])


def standing_until(leaves_s: float, acceleration: float = 8.0) -> tuple[np.ndarray, np.ndarray]:
    """A body that stands while its left foot leaves the ground, ever faster: times (T,), nodes (T, 21, 3), Z up."""
    time_s = np.arange(0.0, 1.2, STEP_S)
    points = np.zeros((len(time_s), body.COUNT, 3))
    away = np.maximum(time_s - leaves_s, 0.0)
    for part in ("ankle", "heel", "foot_index"):
        points[:, N[f"left_{part}"], 2] = np.minimum(0.5 * acceleration * away**2, 0.5)
    return time_s, points


def test_a_foot_that_begins_to_lift_is_not_held() -> None:
    time_s, points = standing_until(0.6)
    stands = contacts.planted(points, time_s, np.array([0.0, 0.0, 1.0]))
    assert stands[np.abs(time_s - 0.5).argmin(), :3].min() > 0.9
    assert stands[np.abs(time_s - 0.63).argmin(), :3].max() < 0.4
    assert stands[:, 3:].min() > 0.9  # the other foot


def test_a_foot_that_is_back_at_once_has_not_left() -> None:
    probability = np.array([1, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0.0])
    early = contacts.ending_earlier(probability, 2, 3)
    assert early.tolist() == [1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0]
