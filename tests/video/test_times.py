"""Time is the stream's own, from the first frame, real seconds, and it only ever goes forward."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shadow_trainer import video
from shadow_trainer.errors import BadRequest, BadVideo
from shadow_trainer.video.pieces import mend_times

from . import clips


@pytest.mark.parametrize("ending", ["mp4", "mkv", "mov"])
def test_a_variable_rate_keeps_its_true_times(read, tmp_path, ending) -> None:
    path, true_s = clips.variable_rate(tmp_path / f"a.{ending}")
    film = read(path)
    np.testing.assert_allclose(film.times, true_s, atol=1e-3)
    assert film.info.variable_frame_rate
    assert film.shown == list(range(60))
    # Frame number / rate would have been far off.
    assert np.abs(np.arange(60) / film.info.fps - true_s).max() > 0.02


@settings(max_examples=12, deadline=None)
@given(gaps=st.lists(st.integers(1, 90), min_size=8, max_size=24))
def test_any_uneven_clock_is_read_back(tmp_path_factory, gaps) -> None:
    ticks = np.cumsum([0, *gaps])
    path = tmp_path_factory.mktemp("clock") / "a.mkv"
    clips.film(
        path,
        frames=len(ticks),
        pts=lambda i: int(ticks[i]),
        time_base=clips.Fraction(1, 1000),
        width=160,
        height=96,
    )
    limits = video.Limits(max_fps=1e9, min_fps=0)
    times = video.frame_times(path, video.probe(path, limits=limits))
    np.testing.assert_allclose(times, ticks / 1000, atol=1e-9)


@pytest.mark.parametrize("seconds", [7, -0.5])
def test_time_starts_at_the_first_frame(read, tmp_path, seconds) -> None:
    # A negative start is an edit list in MP4: what lies before zero is not shown.
    film = read(clips.film(tmp_path / "a.mp4", pts=lambda i: i + int(seconds * 30)))
    shown = list(range(30)) if seconds > 0 else list(range(15, 30))
    assert film.shown == shown
    assert film.times[0] == 0
    assert film.info.frame_count == len(shown)
    assert not film.info.truncated


def test_declared_slow_motion_is_scaled_to_real_time(read, tmp_path) -> None:
    film = read(clips.slow_motion(tmp_path / "a.mp4", capture_fps=240, fps=30))
    assert film.info.fps == 30
    assert film.info.capture_fps == 240
    assert film.info.time_scale == 1 / 8
    np.testing.assert_allclose(film.times, np.arange(30) / 240, atol=1e-9)
    np.testing.assert_allclose(video.frame_times(film.path, film.info), film.times)


def test_a_person_knows_better_than_the_file(read, tmp_path) -> None:
    film = read(clips.slow_motion(tmp_path / "a.mp4", capture_fps=240), capture_fps=120)
    assert film.info.capture_fps == 120
    assert film.times[-1] == pytest.approx(29 / 120)


@pytest.mark.parametrize(
    ("tag", "fps"),
    [
        ("240.000000", 240),
        ("30.000000", 24),
        ("60.0", 30),
        ("nonsense", 30),
        ("-5", 30),
        ("inf", 30),
        ("nan", 30),
    ],
)
def test_a_declared_rate_that_is_no_slow_motion_changes_nothing(read, tmp_path, tag, fps) -> None:
    film = read(clips.film(tmp_path / "a.mp4", fps=fps, metadata={"com.android.capture.fps": tag}))
    assert film.info.time_scale == 1
    assert film.info.capture_fps == pytest.approx(fps)


def test_apples_slow_motion_has_real_times_already(read, tmp_path) -> None:
    tag = {"com.apple.quicktime.full-frame-rate-playback-intent": "0"}
    film = read(clips.film(tmp_path / "a.mov", fps=240, metadata=tag))
    assert film.info.time_scale == 1
    assert film.times[-1] == pytest.approx(29 / 240)


def test_dropped_frames_do_not_change_the_scale_of_slow_motion(read, tmp_path) -> None:
    ticks = [i + (i > 10) * 3 for i in range(30)]
    film = read(clips.slow_motion(tmp_path / "a.mp4", pts=lambda i: ticks[i]))
    assert film.info.time_scale == pytest.approx(1 / 8)
    assert film.times[-1] == pytest.approx(32 / 240)


def test_29_97_given_as_30_is_the_same_rate(read, tmp_path) -> None:
    film = read(clips.film(tmp_path / "a.mp4", fps=29.97), capture_fps=30)
    assert film.info.time_scale == 1


def test_speeded_up_film_is_said_to_be_so(read, tmp_path) -> None:
    film = read(clips.film(tmp_path / "a.mp4"), capture_fps=10)
    assert [w["code"] for w in film.info.warnings] == ["capture_rate_below_file_rate"]


@pytest.mark.parametrize("rate", [0, -30, float("nan"), float("inf")])
def test_a_capture_rate_must_be_a_positive_number(tmp_path, rate) -> None:
    with pytest.raises(BadRequest):
        video.probe(clips.film(tmp_path / "a.mp4"), capture_fps=rate)


def test_repeated_times_are_mended_and_told(read, tmp_path) -> None:
    path = clips.film(tmp_path / "a.mkv", pts=lambda i: 9 if i == 10 else i, codec_options={"bf": "0"})
    film = read(path)
    assert film.shown == list(range(30))
    assert [w["code"] for w in film.info.warnings] == ["bad_timestamps"]
    assert (np.diff(film.times) > 0).all()
    np.testing.assert_allclose(film.times, np.arange(30) / 30, atol=0.02)


def test_a_film_without_times_is_refused_unless_its_rate_is_given(read, tmp_path) -> None:
    path = clips.film(tmp_path / "a.mp4", codec_options={"bf": "0"})
    clips.patch_box(path, b"stts", 12, ">I", 0)  # every frame lasts no time
    with pytest.raises(BadVideo) as refused:
        video.probe(path)
    assert refused.value.code == "no_times"

    film = read(path, capture_fps=60)
    np.testing.assert_allclose(film.times, np.arange(30) / 60)


times = st.lists(st.one_of(st.floats(-1e4, 1e4), st.just(float("nan"))), max_size=60)


@given(times)
def test_mended_times_only_go_forward(values) -> None:
    clock, mended = mend_times(np.array(values, dtype=float))
    assert len(clock) == len(values)
    assert 0 <= mended <= len(values)
    if mended < len(values):
        assert clock[0] == 0
        assert (np.diff(clock) >= 0).all()


@given(st.lists(st.integers(1, 100), min_size=4, max_size=60), st.data())
def test_one_bad_time_moves_no_other(gaps, data) -> None:
    true = np.cumsum([0, *gaps]).astype(float)
    row = data.draw(st.integers(2, len(true) - 1))
    broken = true.copy()
    broken[row] = data.draw(st.sampled_from([float("nan"), -500.0]))
    times, mended = mend_times(broken)
    assert mended == 1
    others = np.arange(len(true)) != row
    np.testing.assert_allclose(times[others], true[others])
    assert (np.diff(times) > 0).all()
