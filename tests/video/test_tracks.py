"""Which of several picture tracks is the video: the one that moves, whatever is larger or comes first."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame

from shadow_trainer import video
from tests import shared

from . import clips

Pictures = Callable[[int], np.ndarray]


def tracks(path: Path, *wanted: tuple[tuple[int, int], str, list[int], Pictures]) -> Path:
    """A file with a track for each ``((width, height), codec, times in sixtieths, picture of a row)``."""
    with av.open(str(path), "w") as out:
        made = []
        for (width, height), codec, times, draw in wanted:
            stream = out.add_stream(codec, rate=60)
            stream.width, stream.height = width, height
            stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
            stream.codec_context.time_base = Fraction(1, 60)
            made.append((stream, times, draw))
        packets = []
        for stream, times, draw in made:
            for row, time in enumerate(times):
                shot = VideoFrame.from_ndarray(draw(row), "rgb24").reformat(format=stream.pix_fmt)
                shot.pts, shot.time_base = time, Fraction(1, 60)
                packets += stream.encode(shot)
            packets += stream.encode(None)
        for packet in sorted(packets, key=lambda p: p.dts * p.time_base):
            out.mux(packet)
    return path


def moving(row: int) -> np.ndarray:
    return clips.picture(row)


def still(width: int = 640, height: int = 384) -> Pictures:
    return lambda row: clips.picture(7, width, height)


LARGE, SMALL = (640, 384), (320, 192)
FILM = (SMALL, "libx264", list(range(60)), moving)
STILLS = {
    "one JPEG": (LARGE, "mjpeg", [0], still()),
    "a JPEG each half second": (LARGE, "mjpeg", [0, 30], still()),
    "the same JPEG sixty times": (LARGE, "mjpeg", list(range(60)), still()),
    "one key frame": (LARGE, "libx264", [0], still()),
    "a preview of few frames": (
        LARGE,
        "libx264",
        list(range(0, 60, 6)),
        lambda i: clips.picture(6 * i, *LARGE),
    ),
}


@pytest.mark.parametrize("first", [True, False], ids=["still first", "still second"])
@pytest.mark.parametrize("ending", ["mp4", "mkv", "mov"])
@pytest.mark.parametrize("name", STILLS)
def test_the_track_that_moves_is_the_video(read, tmp_path, name, ending, first) -> None:
    order = (STILLS[name], FILM) if first else (FILM, STILLS[name])
    film = read(tracks(tmp_path / f"a.{ending}", *order))
    assert (film.info.width, film.info.height, film.info.frame_count) == (*SMALL, 60)
    assert film.shown == list(range(60))


@pytest.mark.parametrize(("ending", "width"), [("mp4", SMALL[0]), ("mkv", LARGE[0])])
def test_of_two_that_move_the_one_that_players_show_is_the_video_else_the_larger(
    tmp_path, ending, width
) -> None:
    """MP4 marks its first track as the one to show, Matroska both."""
    large = (LARGE, "libx264", list(range(60)), lambda i: clips.picture(i, *LARGE))
    assert video.probe(tracks(tmp_path / f"a.{ending}", FILM, large)).width == width


def test_a_reported_film_with_a_large_still_is_read() -> None:
    info = video.probe(shared.case("film_still_track", "v7_still_track.mp4"))
    assert (info.width, info.height, info.frame_count, info.fps) == (1280, 720, 230, 60)
