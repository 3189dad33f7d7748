"""A jump into the video lands on the same frames, with the same rows and times, as reading from the start."""

from __future__ import annotations

import numpy as np
import pytest

from shadow_trainer import video

from . import clips

SHORT_GROUPS = {"g": "12"}
QUIET = {"preset": "ultrafast", "x265-params": "log-level=none:keyint=12:min-keyint=12"}
FILMS = {
    "closed.mp4": {"codec_options": SHORT_GROUPS},
    "open.mp4": {"codec_options": {"x264-params": "open-gop=1:keyint=12:bframes=3"}},
    "one-key-frame.mp4": {},
    "open-hevc.mp4": {"codec": "libx265", "codec_options": QUIET},
    "a.mkv": {"codec_options": SHORT_GROUPS},
    "a.webm": {
        "codec": "libvpx-vp9",
        "codec_options": {**SHORT_GROUPS, "deadline": "realtime", "cpu-used": "8"},
    },
    "a.ts": {"codec_options": SHORT_GROUPS},
    "a.avi": {"codec": "mpeg4", "codec_options": {**SHORT_GROUPS, "bf": "2"}},
    "a.mpg": {"codec": "mpeg2video", "codec_options": {"g": "12", "bf": "2"}},
    "a.flv": {"codec_options": SHORT_GROUPS},
    "late-start.mp4": {"codec_options": SHORT_GROUPS, "pts": lambda i: i + 500},
    "edit-list.mp4": {"codec_options": SHORT_GROUPS, "pts": lambda i: i - 15},
}


@pytest.mark.parametrize("name", FILMS)
def test_a_span_is_the_same_as_that_part_of_the_whole(tmp_path, name) -> None:
    path = clips.film(tmp_path / name, frames=60, **FILMS[name])
    info = video.probe(path)
    whole = [(f.index, f.time_s, clips.row_of(f.image)) for f in video.frames(path, info)]
    count = len(whole)
    assert count == info.frame_count
    times = video.frame_times(path, info)
    for first, last in [(0, 5), (11, 13), (12, 14), (13, 30), (25, 26), (count - 1, count)]:
        end_s = times[last] if last < count else None
        part = list(video.frames(path, info, start_s=times[first], end_s=end_s))
        assert [(f.index, f.time_s, clips.row_of(f.image)) for f in part] == whole[first:last]


def test_a_span_of_slow_motion_is_in_real_seconds(tmp_path) -> None:
    path = clips.slow_motion(tmp_path / "a.mp4", frames=60)
    part = list(video.frames(path, video.probe(path), start_s=0.1, end_s=0.15))
    assert [f.index for f in part] == list(range(24, 36))
    assert [clips.row_of(f.image) for f in part] == list(range(24, 36))


def test_steps_count_from_the_first_frame_of_the_span(tmp_path) -> None:
    path = clips.film(tmp_path / "a.mp4", frames=40)
    info = video.probe(path)
    assert [f.index for f in video.frames(path, info, step=10)] == [0, 10, 20, 30]
    frames = list(video.frames(path, info, start_s=0.1, step=10))
    assert [f.index for f in frames] == [3, 13, 23, 33]
    assert [clips.row_of(f.image) for f in frames] == [3, 13, 23, 33]
    with pytest.raises(ValueError):
        next(video.frames(path, info, step=0))


@pytest.mark.parametrize(("start_s", "end_s"), [(99, None), (0.5, 0.5), (0.6, 0.2), (-5, 0)])
def test_an_empty_span_is_empty(tmp_path, start_s, end_s) -> None:
    path = clips.film(tmp_path / "a.mp4")
    assert not list(video.frames(path, video.probe(path), start_s=start_s, end_s=end_s))


def test_uneven_clocks_can_be_jumped_into(tmp_path) -> None:
    path, true_s = clips.variable_rate(tmp_path / "a.mp4", codec_options=SHORT_GROUPS)
    part = list(video.frames(path, video.probe(path), start_s=1.0, end_s=1.5))
    wanted = np.flatnonzero((true_s >= 1.0) & (true_s < 1.5)).tolist()
    assert [f.index for f in part] == wanted
    assert [clips.row_of(f.image) for f in part] == wanted


def test_more_decoding_threads_give_the_same_frames(tmp_path) -> None:
    path = clips.film(tmp_path / "a.mp4", frames=40)
    info = video.probe(path)
    rows = [clips.row_of(f.image) for f in video.frames(path, info, start_s=0.5, thread_count=4)]
    assert rows == list(range(15, 40))
