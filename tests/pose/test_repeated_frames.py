"""Frames that only repeat the one before are noticed, and the motion is solved without them."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from shadow_trainer.body.skeleton import INDEX
from shadow_trainer.pitching.clock import repeated_share
from shadow_trainer.pose.raw_track import RawTrack
from shadow_trainer.pose.repeated_frames import Changes, find_means, find_repeated
from shadow_trainer.video import frames, probe

from .motion import synthetic
from .motion.conftest import solve_film

REGION = np.array([64.0, 48.0, 60.0, 0.0])


def moving(count: int, every: int, noise: float, seed: int = 1) -> np.ndarray:
    """Changes (n,) of a video in which someone moves and each ``every``-th frame repeats the one before."""
    rng = np.random.default_rng(seed)
    change = 3.0 + 2.0 * np.sin(np.arange(count) / 7.0) ** 2 + rng.normal(0, 0.3, count)
    change[every - 1 :: every] = np.abs(rng.normal(0, noise, len(change[every - 1 :: every])))
    change[0] = np.nan
    return change


@pytest.mark.parametrize("times", [2, 3, 4, 5])
def test_of_pictures_that_stand_for_several_frames_the_first_is_new(times: int) -> None:
    """Slow motion by standing pictures, 12 or 15 a second in 60, a cadence of video."""
    rng = np.random.default_rng(times)
    change = np.abs(rng.normal(0, 0.05, 90))
    change[::times] = rng.uniform(3, 8, len(change[::times]))
    assert np.array_equal(find_repeated(change), np.arange(90) % times != 0)


@pytest.mark.parametrize("every", [2, 3, 5])
def test_repeated_frames_of_a_compressed_video_are_noticed(every: int) -> None:
    repeated = find_repeated(moving(90, every, 0.1))
    expected = np.arange(90) % every == every - 1
    assert np.array_equal(repeated[1:], expected[1:])


@pytest.mark.parametrize(
    ("given", "stored"), [(100, 120), (24, 30), (25, 30), (50, 60), (24, 60), (25, 60), (30, 60)]
)
def test_the_rhythm_of_a_converted_video_goes_on_where_nobody_moves(given: int, stored: int) -> None:
    """The set and the leg lift are slow: of their repeats nothing but the rhythm tells."""
    rng = np.random.default_rng(given)
    new = np.diff(np.floor(np.arange(300) * given / stored), prepend=-1) > 0
    motion = 0.3 + 5.0 / (1.0 + np.exp((150 - np.arange(300)) / 15.0))
    change = np.where(new, motion, 0.04) + rng.uniform(0, 0.05, 300)
    repeated = find_repeated(change)
    assert np.array_equal(repeated[4:], ~new[4:])
    assert repeated_share(repeated, stored) == pytest.approx(1 - given / stored)


def test_repeats_without_a_rhythm_are_those_that_are_seen() -> None:
    rng = np.random.default_rng(5)
    new = rng.random(200) > 0.15
    change = np.where(new, 5.0, 0.05)
    change[:60] = 0.05
    assert np.array_equal(find_repeated(change)[70:-8], ~new[70:-8])
    assert not find_repeated(change)[:50].any()


def test_somebody_who_stands_still_repeats_nothing() -> None:
    still = np.abs(np.random.default_rng(2).normal(0.1, 0.05, 60))
    assert not find_repeated(still).any()


def test_an_ordinary_video_repeats_nothing() -> None:
    change = np.random.default_rng(3).uniform(1.0, 6.0, 120)
    assert not find_repeated(change).any() and not find_repeated(change[:1]).any()


def test_how_much_the_athletes_square_changes_is_what_counts() -> None:
    rng = np.random.default_rng(4)
    first = rng.integers(0, 255, (96, 128, 3)).astype(np.uint8)
    elsewhere, here = first.copy(), first.copy()
    elsewhere[:, 110:] = 0
    here[40:56, 60:70] = 0
    changes = Changes()
    assert np.isnan(changes.step(first, REGION))
    assert changes.step(first, REGION) == 0.0
    assert changes.step(elsewhere, REGION) == 0.0
    assert changes.step(here, REGION) > 1.0


def off_means(pictures: list[np.ndarray]) -> np.ndarray:
    """(n,) of each picture how far it is from the mean of its neighbors, as :class:`Changes` tells it one later."""
    changes, off = Changes(), []
    for picture in pictures:
        changes.step(picture, REGION)
        off.append(changes.off_mean)
    return np.append(off[1:], np.nan)


def walker(steps: np.ndarray, noise: float, seed: int = 6) -> list[np.ndarray]:
    """Pictures of a bright body with two limbs before a textured wall, at these places, with the noise of compression."""
    rng = np.random.default_rng(seed)
    wall = rng.integers(40, 90, (96, 128)).astype(np.float32)
    pictures = []
    for x in steps:
        picture = wall.copy()
        left = 30 + int(x)
        picture[20:70, left : left + 10] = 210
        picture[30:36, left : left + 24] = 170
        pictures.append(np.repeat(picture[..., None], 3, axis=-1))
    return [np.clip(p + rng.normal(0, noise, p.shape[:2])[..., None], 0, 255) for p in pictures]


def doubled(pictures: list[np.ndarray], noise: float) -> list[np.ndarray]:
    """The mean of both neighbors put between any two pictures."""
    rng, out = np.random.default_rng(7), []
    for first, second in zip(pictures, pictures[1:], strict=False):
        mean = 0.5 * (first + second) + rng.normal(0, noise, first.shape[:2])[..., None]
        out += [first, mean]
    return [np.clip(p, 0, 255).astype(np.uint8) for p in out]


STRIDES = np.cumsum(np.tile([2, 3, 5, 4, 3], 6) * 0.6)


@pytest.mark.parametrize("noise", [0.0, 2.0, 5.0])
@pytest.mark.parametrize("first", [0, 1])
def test_of_a_video_that_was_doubled_by_means_every_other_frame_is_no_measurement(
    noise: float, first: int
) -> None:
    pictures = doubled(walker(STRIDES, noise), noise)[first:]
    means = find_means(off_means(pictures))
    assert np.array_equal(np.flatnonzero(means) % 2, np.full(means.sum(), 1 - first))
    assert repeated_share(means, 120.0) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("noise", [0.0, 5.0])
@pytest.mark.parametrize("speed", [0.25, 1.0, 2.5])
def test_a_video_as_it_was_taken_has_no_means(noise: float, speed: float) -> None:
    steps = np.arange(60) * speed % 60
    pictures = [np.clip(p, 0, 255).astype(np.uint8) for p in walker(steps, noise)]
    assert not find_means(off_means(pictures)).any()


def test_frames_that_repeat_are_no_means() -> None:
    pictures = [np.clip(p, 0, 255).astype(np.uint8) for p in walker(np.repeat(STRIDES, 2), 0.0)]
    assert not find_means(off_means(pictures)).any()


def test_where_nothing_moves_nothing_is_told_of_means() -> None:
    assert not find_means(np.full(40, np.nan)).any() and not find_means(np.full(40, 0.01)).any()


@pytest.mark.parametrize("name", ["sample_lefty.mp4", "sample_righty_rear.mp4"])
def test_the_samples_have_no_means_until_they_are_doubled(samples, name) -> None:  # noqa: ANN001
    taken = [frame.image for frame in frames(samples / name, probe(samples / name))][60:150]
    square = np.array([taken[0].shape[1] / 2, taken[0].shape[0] / 2, taken[0].shape[0], 0.0])

    def found(pictures: list[np.ndarray]) -> np.ndarray:
        changes, off = Changes(), []
        for picture in pictures:
            changes.step(picture, square)
            off.append(changes.off_mean)
        return find_means(np.append(off[1:], np.nan))

    both = [
        p for a, b in zip(taken, taken[1:], strict=False) for p in (a, cv2.addWeighted(a, 0.5, b, 0.5, 0))
    ]
    assert not found(taken).any()
    assert np.array_equal(found(both), np.arange(len(both)) % 2 == 1)


def repeating(film: synthetic.Film, every: int) -> RawTrack:
    """The video's track as of a video in which each ``every``-th frame shows the one before."""
    shown = np.arange(len(film.raw))
    shown[every - 1 :: every] -= 1
    raw = film.raw
    return replace(
        raw,
        landmarks_px=raw.landmarks_px[shown],
        world_m=raw.world_m[shown],
        repeated=shown != np.arange(len(raw)),
    )


def jerk(series, rows: np.ndarray) -> float:  # noqa: ANN001
    """How unevenly the throwing wrist goes from frame to frame: the mean change of its step, metres."""
    wrist = series.world_m[rows, INDEX["right_wrist"]]
    return float(np.linalg.norm(np.diff(wrist, n=2, axis=0), axis=-1).mean())


def test_the_hand_does_not_stop_where_a_frame_is_repeated() -> None:
    film = synthetic.film(3, rate_hz=30.0)
    raw = repeating(film, 4)
    told = solve_film(replace(film, raw=raw))
    untold = solve_film(replace(film, raw=raw.with_(repeated=np.zeros(len(raw), bool))))
    whole = solve_film(film)
    rows = np.arange(5, len(raw) - 5)
    assert jerk(told, rows) < 1.25 * jerk(whole, rows) < jerk(untold, rows)


def test_what_a_repeated_frame_shows_is_where_it_is_shown() -> None:
    film = synthetic.film(3, rate_hz=30.0)
    series = solve_film(replace(film, raw=repeating(film, 4)))
    again = np.flatnonzero(series.extras["repeated"])
    assert len(again) > 8 and not series.measured[again].any()
    assert np.array_equal(series.landmarks_px[again], series.landmarks_px[again - 1])


def test_where_every_other_frame_of_sixty_is_a_repeat_thirty_are_measured() -> None:
    film = synthetic.film(3, rate_hz=60.0)
    raw = repeating(film, 2)
    told, whole = solve_film(replace(film, raw=raw)), solve_film(film)
    untold = solve_film(replace(film, raw=raw.with_(repeated=np.zeros(len(raw), bool))))
    rows = np.arange(8, len(raw) - 8)
    assert not told.measured[raw.repeated].any()
    assert jerk(told, rows) < 0.8 * jerk(untold, rows)
    wrist = INDEX["right_wrist"]
    off = [np.linalg.norm(s.world_m - whole.world_m, axis=-1)[rows, wrist].mean() for s in (told, untold)]
    assert off[0] < off[1]


def test_a_track_keeps_which_frames_are_repeated(tmp_path) -> None:  # noqa: ANN001
    track = RawTrack.empty(np.arange(4.0))
    track.repeated[2] = True
    track.save(tmp_path / "landmarks.npz")
    assert RawTrack.load(tmp_path / "landmarks.npz").repeated.tolist() == [False, False, True, False]


def test_where_nearly_every_other_frame_is_a_repeat_none_is_dropped() -> None:
    film = synthetic.film(3, rate_hz=30.0)
    series = solve_film(replace(film, raw=repeating(film, 2)))
    assert series.extras["repeated"].mean() > 0.4 and series.measured.mean() > 0.9
