"""A clock that jumps: the rate is the usual one, each piece keeps its times, nothing goes on across a jump."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shadow_trainer import video
from shadow_trainer.video.pieces import closed, in_pieces, usual_rate
from tests import shared

from . import clips

JUMP_AT = 25


def jumping(path: Path, gap_s: float, **options) -> Path:
    """60 frames at 60 a second whose clock stands for ``gap_s`` more before frame ``JUMP_AT``."""
    extra = round(gap_s * 60)
    return clips.film(
        path,
        frames=60,
        time_base=Fraction(1, 60),
        fps=60,
        pts=lambda i: i + (extra if i >= JUMP_AT else 0),
        **options,
    )


@pytest.mark.parametrize(
    ("ending", "gap_s"), [("mp4", 20), ("mov", 60), ("mkv", 500), ("ts", 20), ("ts", 1000), ("mp4", 0.5)]
)
def test_a_gap_in_the_clock_is_a_gap_and_no_low_rate(read, tmp_path, ending, gap_s) -> None:
    film = read(jumping(tmp_path / f"a.{ending}", gap_s))
    expected = np.arange(60) / 60 + np.where(np.arange(60) >= JUMP_AT, gap_s, 0)
    np.testing.assert_allclose(film.times, expected, atol=2e-3)
    assert film.shown == list(range(60))
    assert film.info.fps == film.info.capture_fps == pytest.approx(60, rel=2e-3)
    assert not film.info.variable_frame_rate
    assert film.info.breaks == pytest.approx([expected[JUMP_AT]], abs=2e-3)
    (said,) = film.info.warnings
    assert said["code"] == "clock_jumps" and "0.40 s" in said["message"]


def restarting(path: Path, *, second_at_s: float = 0.0) -> Path:
    """Two transport streams in one file, as a camcorder or ``cat`` makes: the clock begins anew."""
    first = clips.film(path.with_name("1.ts"), frames=25, fps=60)
    start = round(second_at_s * 60)
    second = clips.film(
        path.with_name("2.ts"),
        frames=35,
        fps=60,
        time_base=Fraction(1, 60),
        pts=lambda i: start + i,
        draw=lambda i, w, h: clips.picture(25 + i, w, h),
    )
    path.write_bytes(first.read_bytes() + second.read_bytes())
    return path


@pytest.mark.parametrize("second_at_s", [0.0, 0.1, 0.3])
def test_a_transport_stream_that_restarts_goes_on(read, tmp_path, second_at_s) -> None:
    film = read(restarting(tmp_path / "a.ts", second_at_s=second_at_s))
    assert film.info.fps == pytest.approx(60, rel=2e-3)
    np.testing.assert_allclose(film.times, np.arange(60) / 60, atol=2e-3)
    assert film.shown == list(range(60))
    assert film.info.breaks == pytest.approx([25 / 60], abs=2e-3)
    assert [w["code"] for w in film.info.warnings] == ["clock_jumps"]


def test_a_part_knows_the_breaks_inside_it(tmp_path) -> None:
    path = jumping(tmp_path / "a.mp4", 20)
    assert video.probe(path, start_s=0.2).breaks == pytest.approx([JUMP_AT / 60 + 20 - 0.2])
    assert video.probe(path, start_s=20.3).breaks == ()
    part = video.probe(path, end_s=5)
    assert part.breaks == () and part.frame_count == JUMP_AT


def test_facts_with_breaks_are_read_back(tmp_path) -> None:
    info = video.probe(jumping(tmp_path / "a.mp4", 20))
    assert video.VideoInfo.from_dict(info.as_dict()) == info
    older = {name: value for name, value in info.as_dict().items() if name != "breaks"}
    assert video.VideoInfo.from_dict(older).breaks == ()


def test_frames_left_out_do_not_lower_the_rate(read, tmp_path) -> None:
    kept = [i for i in range(75) if i % 5]
    film = read(clips.film(tmp_path / "a.mp4", frames=60, fps=60, pts=lambda i: kept[i]))
    assert film.info.fps == pytest.approx(60)
    assert film.info.breaks == ()


pieces = st.lists(st.tuples(st.integers(8, 40), st.floats(1, 3000)), min_size=2, max_size=5)


@given(pieces, st.sampled_from([24.0, 30.0, 59.94, 240.0]))
def test_every_piece_keeps_its_own_times(parts, rate) -> None:
    times, start = [], 0.0
    for count, gap in parts:
        times.append(start + np.arange(count) / rate)
        start = times[-1][-1] + gap
    clock, breaks = closed(np.concatenate(times))
    assert list(breaks) == np.cumsum([len(part) for part in times])[:-1].tolist()
    np.testing.assert_allclose(clock, np.concatenate(times), atol=1e-6)
    assert usual_rate(clock) == pytest.approx(rate)


@given(pieces, st.sampled_from([24.0, 60.0]), st.data())
def test_clocks_that_go_back_keep_their_pieces(parts, rate, data) -> None:
    times = [data.draw(st.floats(0, 1e5)) + np.arange(count) / rate for count, _ in parts]
    for before, after in zip(times, times[1:], strict=False):
        if -0.2 < after[0] - before[-1] < 0.5:
            after += 5.0
    clock, breaks, mended = in_pieces(np.concatenate(times))
    assert mended == 0
    assert list(breaks) == np.cumsum([len(part) for part in times])[:-1].tolist()
    assert (np.diff(clock) > 0).all()
    for start, part in zip([0, *breaks], times, strict=True):
        np.testing.assert_allclose(np.diff(clock[start : start + len(part)]), 1 / rate, atol=1e-6)


@pytest.mark.parametrize(("name", "gap_s", "row"), [("e9_gap60.mp4", 60.0, 40), ("e5_pause.ts", 496.0, 120)])
def test_reported_films_keep_the_rate_of_their_pieces(name, gap_s, row) -> None:
    path = shared.case("film_clock_gap", name)
    info = video.probe(path)
    times = video.frame_times(path, info)
    assert info.fps == pytest.approx(60)
    assert len(info.breaks) == 1
    assert times[row] - times[row - 1] == pytest.approx(gap_s + 1 / 60, abs=1e-3)
    assert "clock_jumps" in [w["code"] for w in info.warnings]
