"""Swaps are mended over time, honest tracks are left alone, jumps are distrusted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shadow_trainer.body.skeleton import INDEX
from shadow_trainer.pose.motion.repair import DISTRUST, GROUPS, repair

from . import synthetic

FILM = synthetic.film(5, noise_px=1.0)
TIME, PX = FILM.raw.time_s, FILM.raw.landmarks_px.astype(float)
SURE, WORLD = FILM.raw.confidence.astype(float), FILM.raw.world_m.astype(float)
GUIDE = PX + np.random.default_rng(0).normal(0, 12.0, (1, 33, 2))


def exchanged(group: tuple[str, ...], rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    left, right = (np.array([INDEX[f"{s}_{n}"] for n in group]) for s in ("left", "right"))
    px, world = PX.copy(), WORLD.copy()
    for array in (px, world):
        array[rows[:, None], left], array[rows[:, None], right] = (
            array[rows[:, None], right],
            array[rows[:, None], left],
        )
    return px, world


@settings(max_examples=12, deadline=None)
@given(st.sampled_from([1, 2]), st.integers(5, 90), st.integers(1, 14))
def test_a_swapped_stretch_comes_back(group: int, start: int, length: int) -> None:
    rows = np.arange(start, min(start + length, len(PX)))
    px, world = exchanged(GROUPS[group], rows)
    mended = repair(TIME, px, SURE, world, GUIDE)
    names = [INDEX[f"{s}_{n}"] for s in ("left", "right") for n in GROUPS[group]]
    off = np.linalg.norm(mended.px[:, names] - PX[:, names], axis=-1)
    apart = np.linalg.norm(px[:, names] - PX[:, names], axis=-1)
    # Where left and right lie together a swap can neither be seen nor matters.
    assert (off > 40).sum() <= 0.1 * (apart > 40).sum()


def test_a_clean_track_is_left_alone() -> None:
    mended = repair(TIME, PX, SURE, WORLD, GUIDE)
    assert not mended.swapped.any()
    assert np.array_equal(mended.px, PX)


def test_without_a_guide_nothing_is_swapped() -> None:
    px, world = exchanged(GROUPS[2], np.arange(20, 30))
    assert np.array_equal(repair(TIME, px, SURE, world).px, px)


def test_a_landmark_that_jumps_out_and_back_is_distrusted() -> None:
    px = PX.copy()
    px[12, INDEX["right_knee"]] += 80
    mended = repair(TIME, px, SURE, WORLD, GUIDE)
    assert mended.confidence[12, INDEX["right_knee"]] == pytest.approx(0.95 * DISTRUST, abs=0.01)
    assert mended.confidence[11, INDEX["right_knee"]] == pytest.approx(0.95, abs=0.01)


def test_unseen_landmarks_have_no_confidence() -> None:
    px = PX.copy()
    px[30:36] = np.nan
    mended = repair(TIME, px, SURE, WORLD, GUIDE)
    assert (mended.confidence[30:36] == 0).all()
    assert np.isfinite(mended.confidence).all()


def one_arm_for_both(film: synthetic.Film, wrong: str, rows: np.ndarray) -> np.ndarray:
    """The picture's landmarks when the network puts the ``wrong`` arm on the other one in these frames."""
    px, other = film.raw.landmarks_px.astype(float), "left" if wrong == "right" else "right"
    rng = np.random.default_rng(2)
    for name in GROUPS[1]:
        seen = px[rows, INDEX[f"{other}_{name}"]]
        px[rows, INDEX[f"{wrong}_{name}"]] = seen + rng.normal(0, 4.0, seen.shape)
    return px


@pytest.mark.parametrize("wrong", ["left", "right"])
def test_an_arm_put_on_the_other_at_release_is_bridged_and_makes_no_speed(wrong: str) -> None:
    film = synthetic.film(5, noise_px=1.0, throws="left" if wrong == "right" else "right")
    true, time_s = film.raw.landmarks_px.astype(float), film.raw.time_s
    release = int(np.argmin(np.abs(time_s - film.delivery.events["release"])))
    rows = np.arange(release - 3, release)
    px = one_arm_for_both(film, wrong, rows)
    mended = repair(time_s, px, SURE, film.raw.world_m.astype(float), true)
    arm = [INDEX[f"{wrong}_{name}"] for name in GROUPS[1]]
    off = np.linalg.norm(mended.px[rows][:, arm] - true[rows][:, arm], axis=-1)
    assert off.max() < 50 < np.linalg.norm(px[rows][:, arm] - true[rows][:, arm], axis=-1).min()
    assert (mended.confidence[rows][:, arm] <= DISTRUST).all()
    rest = np.setdiff1d(np.arange(33), arm)
    assert np.array_equal(mended.px[:, rest], true[:, rest])


def test_arms_that_lie_together_without_a_leap_are_left_alone() -> None:
    px = PX.copy()
    near = np.exp(-(((np.arange(len(px)) - 30) / 12.0) ** 2))[:, None]
    for name in GROUPS[1]:
        px[:, INDEX[f"right_{name}"]] += near * (px[:, INDEX[f"left_{name}"]] - px[:, INDEX[f"right_{name}"]])
    assert np.array_equal(repair(TIME, px, SURE, WORLD, px).px, px)
