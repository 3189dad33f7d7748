"""A picture that stands: a hold is cut out and takes no time, a stall leaves a gap, a still body is neither."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shadow_trainer import video
from shadow_trainer.video.held_pictures import Changes, Stills
from tests import shared

from . import clips

FPS = 30
NONE = Stills()


def moving(
    step: int, width: int = 320, height: int = 192, *, drawn: float = 0.0, spot: bool = False
) -> np.ndarray:
    """A body that goes its way over a ground with texture; ``drawn`` is how far a pen has come on it."""
    ground = np.random.default_rng(1).integers(40, 90, (height, width, 1), np.uint8).repeat(3, 2)
    left = round(20 + step * 5) % (width - 60)
    ground[60:150, left : left + 40] = (220, 200, 150)
    if drawn:
        ground[20:24, 30 : 30 + int(drawn * 250)] = (255, 0, 0)
    if spot:
        ground[:, :60] //= 2
    return ground


def film(path: Path, steps: list[float], look=lambda row: {}, **options) -> Path:  # noqa: ANN001
    """One frame for each step of the body's way."""
    draw = lambda row, width, height: moving(steps[row], width, height, **look(row))  # noqa: E731
    return clips.film(path, frames=len(steps), fps=FPS, draw=draw, **options)


def stills(path: Path) -> Stills:
    info, changes = video.probe(path), Changes()
    for row, _, frame in video.decode.raw_frames(path, info):
        changes.step(row, frame)
    return changes.find(video.frame_times(path, info))


HOLD = [*range(40), *[39] * 60, *range(40, 80)]
PEN = lambda row: {"drawn": min(max(row - 45, 0) / 40, 1.0) if row < 100 else 0.0}  # noqa: E731
SPOT = lambda row: {"spot": 60 <= row < 100}  # noqa: E731


@pytest.mark.parametrize("look", [lambda row: {}, PEN, SPOT], ids=["bare", "drawn on", "lit by a spot"])
@pytest.mark.parametrize("ending", ["mp4", "mkv", "avi"])
def test_a_hold_is_found_and_cut_out(tmp_path, ending, look) -> None:
    path = film(tmp_path / f"a.{ending}", HOLD, look)
    seen = stills(path)
    ((start, end),) = seen.held
    assert (start, end) == pytest.approx((40 / FPS, 100 / FPS), abs=2e-3) and not seen.stalled

    info = video.cut_out(path, video.probe(path), seen)
    assert (info.frame_count, info.duration_s) == (80, pytest.approx(80 / FPS, abs=2e-3))
    np.testing.assert_allclose(video.frame_times(path, info), np.arange(80) / FPS, atol=2e-3)
    frames = list(video.frames(path, info))
    assert [frame.index for frame in frames] == list(range(80))
    middle = [int(np.argmax(frame.image[100, :, 0] > 150)) for frame in frames]
    assert np.abs(np.array(middle) - [(20 + 5 * step) % 260 for step in range(80)]).max() <= 3
    late = list(video.frames(path, info, start_s=50 / FPS))
    assert late[0].index == 50 and late[0].time_s == pytest.approx(50 / FPS, abs=2e-3)
    (said,) = [w for w in info.warnings if w["code"] == "picture_held"]
    assert "1.33 to 3.33 s" in said["message"]
    assert video.VideoInfo.from_dict(info.as_dict()) == info
    facts = video.make_preview(path, info, tmp_path / "q.mp4", max_side=320)
    assert facts["frame_count"] == 80


def test_two_holds_and_a_part_of_them(tmp_path) -> None:
    path = film(tmp_path / "a.mp4", [*range(20), *[19] * 20, *range(20, 50), *[49] * 30, *range(50, 70)])
    seen = stills(path)
    assert len(seen.held) == 2
    info = video.cut_out(path, video.probe(path), seen)
    np.testing.assert_allclose(video.frame_times(path, info), np.arange(70) / FPS, atol=1e-6)


def test_a_recording_that_stalls_has_a_gap(tmp_path) -> None:
    path = film(tmp_path / "a.mp4", [*range(40), *[39] * 30, *range(70, 100)])
    seen = stills(path)
    assert seen.stalled == (pytest.approx((40 / FPS, 70 / FPS)),) and not seen.held
    info = video.cut_out(path, video.probe(path), seen)
    assert video.frame_times(path, info)[40] == pytest.approx(70 / FPS)
    assert info.breaks == pytest.approx([70 / FPS])
    assert [w["code"] for w in info.warnings] == ["picture_stalled"]


SLOW = np.cumsum(np.concatenate([np.ones(20), np.cos(np.linspace(0, np.pi, 80)) / 2 + 0.5, np.zeros(30)]))
SLOW = np.concatenate([SLOW, SLOW[-1] + np.cumsum(np.linspace(0, 1, 40))])


@pytest.mark.parametrize(
    "steps",
    [
        list(range(100)),
        [0] * 50 + list(range(50)),
        list(range(50)) + [49] * 50,
        list(SLOW),
        [i // 2 for i in range(120)],
        [i // 4 for i in range(160)],
    ],
    ids=[
        "moving",
        "still first",
        "still last",
        "stops softly",
        "every frame twice",
        "every frame four times",
    ],
)
def test_what_is_no_hold_stays_whole(tmp_path, steps) -> None:
    assert stills(film(tmp_path / "a.mp4", steps)) == NONE


def test_a_body_that_stands_in_a_live_picture_is_no_hold(tmp_path, samples) -> None:
    """The sample stands still for a second before it begins."""
    assert stills(samples / "sample_lefty.mp4") == NONE


def test_a_reported_film_that_was_stopped_to_draw_on_is_one_pitch_long() -> None:
    path = shared.case("film_pause", "p7_freeze.mp4")
    info, changes = video.probe(path), Changes()
    for row, _, frame in video.decode.raw_frames(path, info):
        changes.step(row, frame)
    ((start, end),) = changes.find(video.frame_times(path, info)).held
    assert (start, end) == pytest.approx((120 / 60, 240 / 60), abs=0.02)
    info = video.cut_out(path, replace(info), Stills(((start, end),)))
    assert info.frame_count == 230
