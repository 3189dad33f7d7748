"""Every video a phone, camera or editor writes is read whole: every frame, in order, at its true time."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from shadow_trainer import video

from . import clips

QUIET = {"preset": "ultrafast", "x265-params": "log-level=none"}
FORMATS = {
    "h264.mp4": {},
    "h264.mov": {},
    "h264-10bit.mp4": {"pixel_format": "yuv420p10le"},
    "h264-444-odd.mp4": {"pixel_format": "yuv444p", "width": 321, "height": 193},
    "hevc.mp4": {"codec": "libx265", "codec_options": QUIET},
    "hevc-10bit.mov": {"codec": "libx265", "pixel_format": "yuv420p10le", "codec_options": QUIET},
    "vp9.webm": {"codec": "libvpx-vp9", "codec_options": {"deadline": "realtime", "cpu-used": "8"}},
    "vp8-hidden-frames.webm": {
        "codec": "libvpx",
        "codec_options": {"auto-alt-ref": "1", "lag-in-frames": "16", "cpu-used": "4"},
    },
    "prores.mov": {"codec": "prores_ks", "pixel_format": "yuv422p10le"},
    "mjpeg-full-range.avi": {"codec": "mjpeg", "pixel_format": "yuvj420p"},
    "mjpeg.mov": {"codec": "mjpeg", "pixel_format": "yuvj420p"},
    "mpeg4-b-frames.avi": {"codec": "mpeg4", "codec_options": {"bf": "2"}},
    "h264-b-frames.avi": {},
    "h264.mkv": {},
    "h264.ts": {},
    "h264.flv": {},
    "mpeg2.mpg": {"codec": "mpeg2video"},
    "mpeg4.3gp": {"codec": "mpeg4"},
    "fragments.mp4": {"options": {"movflags": "frag_keyframe+empty_moov"}},
    "wrong-ending.jpg": {"container": "mp4"},
    "ball ⚾ with a name ' \"; of many words.mp4": {},
    "concat:http:a.mp4": {},
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_frame_is_read_in_order(read, tmp_path, name) -> None:
    film = read(clips.film(tmp_path / name, **FORMATS[name]))

    assert film.shown == list(range(30))
    assert [frame.index for frame in film.frames] == list(range(30))
    assert film.info.frame_count == 30
    assert film.info.frame_count_exact
    np.testing.assert_allclose(film.times, np.arange(30) / 30, atol=0.0011)  # Matroska knows milliseconds
    assert film.info.fps == pytest.approx(30, rel=1e-3)
    assert not film.info.variable_frame_rate
    assert not film.info.truncated
    assert not film.info.warnings
    height, width = film.frames[0].image.shape[:2]
    assert (film.info.width, film.info.height) == (width, height)


def test_29_97_stays_29_97(read, tmp_path) -> None:
    film = read(clips.film(tmp_path / "a.mp4", fps=Fraction(30000, 1001)))
    assert film.info.fps == pytest.approx(30000 / 1001, abs=1e-9)


def test_sound_is_noticed_and_not_counted(read, tmp_path) -> None:
    film = read(clips.with_sound(tmp_path / "a.mp4"))
    assert film.info.has_audio
    assert film.shown == list(range(30))


def test_pixels_that_are_not_square_are_made_so(read, tmp_path) -> None:
    film = read(clips.film(tmp_path / "a.mp4", sample_aspect_ratio=Fraction(4, 3)))
    assert (film.info.width, film.info.height) == (427, 192)
    assert film.frames[0].image.shape == (192, 427, 3)


def test_the_size_may_change_inside_a_film(read, tmp_path) -> None:
    first = clips.film(tmp_path / "a.ts", frames=10)
    second = clips.film(tmp_path / "b.ts", frames=10, width=640, height=384, pts=lambda i: i + 10)
    joined = tmp_path / "c.ts"
    joined.write_bytes(first.read_bytes() + second.read_bytes())
    film = read(joined)
    assert {frame.image.shape for frame in film.frames} == {(192, 320, 3)}
    assert film.shown == [*range(10), *range(10)]


def test_info_survives_json(read, tmp_path) -> None:
    import json

    info = read(clips.truncated(tmp_path / "a.mp4", frames=60)).info
    assert video.VideoInfo.from_dict(json.loads(json.dumps(info.as_dict()))) == info


def test_the_sample_clips_are_what_they_are(samples) -> None:
    info = video.probe(samples / "sample_lefty.mp4")
    assert (info.width, info.height, info.fps, info.frame_count) == (1280, 720, 60.0, 262)


def test_an_interlaced_film_is_read_with_a_warning(read, tmp_path) -> None:
    options = {"x264-params": "interlaced=1"}
    film = read(clips.film(tmp_path / "a.mp4", codec_options=options))
    assert film.shown == list(range(30))
    assert [w["code"] for w in film.info.warnings] == ["interlaced"]
