"""Joints set by hand go where they were set, what is around follows, and nothing else of the film is touched by them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from shadow_trainer.body.series import PoseSeries
from shadow_trainer.body.skeleton import COUNT, INDEX
from shadow_trainer.pose.motion import body, hand_set
from shadow_trainer.pose.motion.camera import project_camera
from shadow_trainer.pose.motion.hand_set import HandSet
from shadow_trainer.pose.motion.repair import repair

from . import synthetic
from .conftest import solve_film

WRIST, ELBOW = INDEX["right_wrist"], INDEX["right_elbow"]


def off_px(film: synthetic.Film, series: PoseSeries, landmark: int, rows: np.ndarray | int) -> float:
    """How far the fitted joint lies from the true one in the picture."""
    truth = true_px(film)[rows, landmark]
    return float(np.linalg.norm(series.landmarks_px[rows, landmark] - truth, axis=-1).mean())


def true_px(film: synthetic.Film) -> np.ndarray:
    """(T, 33, 2) of the joints' own centers."""
    px = np.full((len(film.raw), COUNT, 2), np.nan)
    px[:, body.LANDMARK_OF_NODE] = project_camera(
        film.cam, synthetic.FOCAL, synthetic.WIDTH / 2, synthetic.HEIGHT / 2
    )
    return px


@pytest.fixture(scope="module")
def on_the_fence() -> tuple[synthetic.Film, np.ndarray]:
    """The network takes the fence for the throwing wrist for a tenth of a second around release."""
    film = synthetic.film(5)
    release = int(np.argmax(np.linalg.norm(np.gradient(film.raw.landmarks_px[:, WRIST], axis=0), axis=-1)))
    rows = np.arange(release - 3, release + 4)
    px = np.array(film.raw.landmarks_px)
    for name in ("wrist", "index", "pinky", "thumb"):
        px[rows, INDEX[f"right_{name}"]] += (70.0, 50.0)
    return replace(film, raw=film.raw.with_(landmarks_px=px)), rows


def test_a_wrist_that_is_set_lies_there_and_its_neighbours_follow(on_the_fence) -> None:
    film, rows = on_the_fence
    middle = int(rows[3])
    around = np.setdiff1d(rows, [middle])
    before = solve_film(film)
    given = HandSet.nothing(len(film.raw))
    given.px[middle, WRIST], given.sigma_px[middle, WRIST] = true_px(film)[middle, WRIST], 2.0
    after = solve_film(film, given=given)
    assert off_px(film, before, WRIST, middle) > 20
    assert off_px(film, after, WRIST, middle) < 3
    assert off_px(film, after, WRIST, around) < 0.7 * off_px(film, before, WRIST, around)
    assert after.confidence[middle, WRIST] > 0.97 > before.confidence[middle, WRIST]
    far = np.arange(len(film.raw)) < rows[0] - 40
    moved = np.linalg.norm(after.landmarks_px[far] - before.landmarks_px[far], axis=-1)
    assert np.nanmax(moved) < 3


def test_nothing_set_changes_nothing(open_side) -> None:
    film, series = open_side
    again = solve_film(film, given=HandSet.nothing(len(film.raw)))
    assert np.array_equal(again.world_m, series.world_m, equal_nan=True)


def test_a_limb_is_exchanged_against_what_was_found(open_side) -> None:
    film, series = open_side
    told = (film.raw.time_s, film.raw.landmarks_px, film.raw.confidence, film.raw.world_m)
    auto = repair(*told, series.landmarks_px)
    exchanged = np.zeros((len(film.raw), 3), bool)
    exchanged[20:32, 1] = True
    mended = repair(*told, series.landmarks_px, exchanged)
    assert np.array_equal(mended.swapped, auto.swapped ^ exchanged)
    left, right = INDEX["left_elbow"], INDEX["right_elbow"]
    assert np.array_equal(mended.px[20:32, left], auto.px[20:32, right])
    assert np.array_equal(mended.px[:20], auto.px[:20])


def test_what_cannot_be_seen_is_bridged_and_unsure() -> None:
    time_s = np.arange(9) / 60
    px = np.zeros((9, 33, 2))
    px[:, WRIST, 0] = np.arange(9) * 10.0
    px[4, WRIST] = (500.0, 300.0)
    given = HandSet.nothing(9)
    given.hidden[4, WRIST] = True
    out = hand_set.put(time_s, px, np.full((9, 33), 0.9), given, 100.0)
    assert out["px"][4, WRIST] == pytest.approx((40.0, 0.0))
    assert out["confidence"][4, WRIST] == hand_set.HIDDEN
    assert np.array_equal(out["confidence"][:, ELBOW], np.full(9, 0.9))


@pytest.mark.parametrize("landmark", [WRIST, ELBOW, INDEX["left_knee"]])
def test_the_share_of_an_error_falls_with_time_and_ends_at_the_next_joint_that_is_set(landmark: int) -> None:
    time_s = np.arange(60) / 60
    share, unknown, _ = hand_set.following(time_s, time_s[[20, 30]], landmark)
    assert share[20] == pytest.approx((1.0, 0.0), abs=1e-3) and share[30] == pytest.approx(
        (0.0, 1.0), abs=1e-3
    )
    assert unknown[[20, 30]] == pytest.approx(0.0, abs=1e-3) and unknown[0] > 0.99
    assert np.all(np.diff(share[:21, 0]) > 0) and np.all(np.diff(share[20:31, 0]) < 0)
    assert np.all((unknown >= 0) & (unknown <= 1))


def test_confidence_and_sd_say_the_same() -> None:
    sure = np.linspace(0.02, 0.98, 20)
    assert hand_set.confidence_of(hand_set.sigma_of(sure, 120.0), 120.0) == pytest.approx(sure)
