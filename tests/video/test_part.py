"""A part that is cut out is the video from there on; a turned frame is turned everywhere."""

from __future__ import annotations

import pytest

from shadow_trainer import video
from shadow_trainer.errors import BadRequest, BadVideo

from . import clips

GROUPS = {"g": "12"}
FILMS = {
    "a.mp4": {"codec_options": GROUPS},
    "open.mp4": {"codec_options": {"x264-params": "open-gop=1:keyint=12:bframes=3"}},
    "counted.avi": {"codec": "mpeg4", "codec_options": {**GROUPS, "bf": "2"}},
    "late-start.mp4": {"codec_options": GROUPS, "pts": lambda i: i + 500},
}


@pytest.mark.parametrize("name", FILMS)
def test_a_part_is_read_as_a_film_of_its_own(tmp_path, read, name) -> None:
    path = clips.film(tmp_path / name, frames=60, **FILMS[name])
    whole = read(path)
    part = read(path, start_s=0.5, end_s=1.5)
    assert part.shown == whole.shown[15:45]
    assert part.info.frame_count == 30
    assert part.info.duration_s == pytest.approx(1.0)
    assert [frame.index for frame in part.frames] == list(range(30))
    assert part.times == pytest.approx([n / 30 for n in range(30)], abs=1e-6)
    assert video.frame_times(path, part.info) == pytest.approx(part.times)
    later = list(video.frames(path, part.info, start_s=0.2, end_s=0.3))
    assert [clips.row_of(frame.image) for frame in later] == whole.shown[21:24]


def test_a_part_survives_being_written_down(tmp_path) -> None:
    path = clips.film(tmp_path / "a.mp4", frames=60)
    info = video.probe(path, start_s=0.5, end_s=1.5)
    assert video.VideoInfo.from_dict(info.as_dict()) == info


def test_a_part_of_slow_motion_is_in_seconds_of_the_file(tmp_path, read) -> None:
    path = clips.slow_motion(tmp_path / "a.mp4", frames=90)
    part = read(path, start_s=1.0, end_s=2.0)
    assert part.shown[0] == 30
    assert part.times[1] == pytest.approx(1 / part.info.capture_fps, rel=1e-3)


def test_the_browsers_copy_shows_the_part_only(tmp_path, read) -> None:
    path = clips.film(tmp_path / "a.mp4", frames=60)
    info = video.probe(path, start_s=0.5, end_s=1.5)
    facts = video.make_preview(path, info, tmp_path / "preview.mp4", max_side=320)
    assert facts["frame_count"] == 30
    assert read(tmp_path / "preview.mp4").shown == list(range(15, 45))


def test_the_whole_film_is_no_part(tmp_path) -> None:
    path = clips.film(tmp_path / "a.mp4", frames=60)
    assert video.probe(path, start_s=0.0, end_s=99.0).part is None


@pytest.mark.parametrize(("start_s", "end_s"), [(2.0, None), (9.0, 10.0), (1.5, 1.5)])
def test_a_part_outside_the_film_is_named(tmp_path, start_s, end_s) -> None:
    path = clips.film(tmp_path / "a.mp4", frames=60)
    with pytest.raises(BadRequest) as error:
        video.probe(path, start_s=start_s, end_s=end_s)
    assert error.value.code == "bad_part"


def test_a_part_with_too_few_frames_is_too_short(tmp_path) -> None:
    path = clips.film(tmp_path / "a.mp4", frames=60)
    with pytest.raises(BadVideo) as error:
        video.probe(path, start_s=1.9)
    assert error.value.code == "too_short"


def test_only_the_part_counts_against_the_longest_film(tmp_path) -> None:
    path = clips.film(tmp_path / "a.mp4", frames=60)
    limits = video.Limits(max_duration_s=1.5)
    with pytest.raises(BadVideo):
        video.probe(path, limits=limits)
    assert video.probe(path, start_s=0.5, end_s=1.5, limits=limits).frame_count == 30


@pytest.mark.parametrize("turn", [90, 180, 270])
@pytest.mark.parametrize("stored", [0, 90])
def test_a_turned_picture_is_turned_on_top_of_what_the_file_says(tmp_path, read, turn, stored) -> None:
    path = clips.film(tmp_path / "a.mp4", frames=12, rotation_ccw=stored)
    plain, turned = read(path), read(path, turn_deg=turn)
    quarter = turn in (90, 270)
    size = (plain.info.width, plain.info.height)
    assert (turned.info.width, turned.info.height) == (size[::-1] if quarter else size)
    import numpy as np

    expected = np.rot90(plain.frames[3].image, -turn // 90)
    assert np.array_equal(turned.frames[3].image, expected)
