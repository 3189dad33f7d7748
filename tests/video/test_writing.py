"""A video is written whole or not at all, plays in every browser, and shows each frame at its time."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from shadow_trainer import video
from shadow_trainer.errors import StorageFull
from shadow_trainer.video import encode
from shadow_trainer.video.preview import preview_rate

from . import clips


def write(path: Path, count: int = 20, width: int = 320, height: int = 192, fps=30) -> Path:
    with video.Writer(path, width, height, fps) as writer:
        for index in range(count):
            writer.write(clips.picture(index, width, height))
    return path


@pytest.mark.parametrize("fps", [30, 29.97, Fraction(60000, 1001), 240, 23.976, 12.5])
def test_what_is_written_is_read_back(read, tmp_path, fps) -> None:
    film = read(write(tmp_path / "a.mp4", fps=fps))
    assert film.shown == list(range(20))
    assert film.info.fps == pytest.approx(float(fps), rel=1e-5)
    np.testing.assert_allclose(film.times, np.arange(20) / float(fps), atol=1e-4)
    assert not film.info.variable_frame_rate


def test_browsers_can_play_it_while_it_loads(tmp_path) -> None:
    path = write(tmp_path / "a.mp4")
    raw = path.read_bytes()
    assert 0 < raw.index(b"moov") < raw.index(b"mdat")
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frame = next(container.decode(stream))
        assert stream.codec_context.codec.canonical_name == "h264"
        assert frame.format.name == "yuv420p"
        assert (frame.colorspace, frame.color_range, frame.color_primaries, frame.color_trc) == (1, 1, 1, 1)


def test_stepping_back_is_quick_for_a_browser(tmp_path) -> None:
    path = write(tmp_path / "a.mp4", count=60, fps=60)
    with av.open(str(path)) as container:
        keys = [packet.pts * packet.time_base for packet in container.demux(video=0) if packet.is_keyframe]
    assert keys == [0, 0.5]


def test_odd_sizes_are_padded_to_even(read, tmp_path) -> None:
    with video.Writer(tmp_path / "a.mp4", 321, 181, 30) as writer:
        for index in range(10):
            writer.write(clips.picture(index, 321, 181))
    assert (writer.width, writer.height) == (322, 182)
    film = read(tmp_path / "a.mp4")
    assert (film.info.width, film.info.height) == (322, 182)
    assert film.shown == list(range(10))


@pytest.mark.parametrize(
    "wrong", [np.zeros((192, 320), np.uint8), np.zeros((100, 320, 3), np.uint8), np.zeros((192, 320, 3))]
)
def test_a_frame_of_another_shape_is_an_error_and_leaves_nothing(tmp_path, wrong) -> None:
    with (
        pytest.raises(ValueError, match="expected uint8"),
        video.Writer(tmp_path / "a.mp4", 320, 192, 30) as writer,
    ):
        writer.write(wrong)
    assert not list(tmp_path.iterdir())


def test_an_error_while_writing_leaves_nothing_and_the_old_film_as_it_was(tmp_path) -> None:
    path = write(tmp_path / "a.mp4")
    before = path.read_bytes()
    with pytest.raises(KeyError), video.Writer(path, 320, 192, 30) as writer:
        writer.write(clips.picture(0))
        raise KeyError
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_film_without_frames_is_an_error(tmp_path) -> None:
    with pytest.raises(ValueError, match="no frame"), video.Writer(tmp_path / "a.mp4", 320, 192, 30):
        pass
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("count", [1, 200])
def test_a_full_disk_is_named_and_leaves_nothing(tmp_path, monkeypatch, count) -> None:
    """The kernel's own always-full device stands in for the temporary file."""
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    monkeypatch.setattr(encode, "temporary_name", lambda path: _to_full(path))
    with pytest.raises(StorageFull), video.Writer(tmp_path / "a.mp4", 320, 192, 30) as writer:
        noise = np.random.default_rng(0)
        for _ in range(count):
            writer.write(noise.integers(0, 255, (192, 320, 3), dtype=np.uint8))
    assert not list(tmp_path.iterdir())


def _to_full(path: Path) -> Path:
    link = path.with_name("full")
    link.symlink_to("/dev/full")
    return link


def test_a_folder_that_is_not_there_is_an_ordinary_error(tmp_path) -> None:
    with pytest.raises(FileNotFoundError), video.Writer(tmp_path / "none" / "a.mp4", 320, 192, 30):
        pass


def preview(path: Path, **options):
    info = video.probe(path)
    out = path.with_name("preview.mp4")
    return info, video.make_preview(path, info, out, **{"max_side": 1280, **options}), out


@pytest.mark.parametrize("clockwise", [0, 90, 180, 270])
def test_a_preview_is_upright_and_shows_every_frame(read, tmp_path, clockwise) -> None:
    _, facts, out = preview(clips.turned(tmp_path / "a.mov", clockwise=clockwise))
    film = read(out)
    assert film.info.rotation_deg == 0
    assert film.shown == list(range(30))
    size = (192, 320) if clockwise in (90, 270) else (320, 192)
    assert (facts["width"], facts["height"]) == (film.info.width, film.info.height) == size
    assert (facts["fps"], facts["frame_count"]) == (30, 30)
    assert facts["size_bytes"] == out.stat().st_size
    assert np.abs(film.frames[7].image - clips.picture(7, *size).astype(int)).mean() < 6


def test_a_preview_of_odd_size_is_even_and_without_sound(read, tmp_path) -> None:
    path = clips.film(tmp_path / "a.mp4", pixel_format="yuv444p", width=321, height=193)
    _, _, out = preview(path)
    film = read(out)
    assert (film.info.width, film.info.height) == (322, 194)
    assert film.shown == list(range(30))
    _, _, out = preview(clips.with_sound(tmp_path / "b.mp4"))
    assert not video.probe(out).has_audio


@pytest.mark.parametrize("size", [(1280, 768), (1281, 769), (768, 1280)])
def test_a_preview_is_no_larger_than_asked(read, tmp_path, size) -> None:
    options = {"pixel_format": "yuv444p", "frames": 8, "codec_options": {"preset": "ultrafast"}}
    _, facts, out = preview(
        clips.film(tmp_path / "a.mp4", width=size[0], height=size[1], **options), max_side=320
    )
    assert max(facts["width"], facts["height"]) == 320
    assert read(out).shown == list(range(8))


def test_a_preview_of_10_bit_film_is_8_bit(read, tmp_path) -> None:
    _, _, out = preview(clips.film(tmp_path / "a.mp4", pixel_format="yuv420p10le"))
    film = read(out)
    assert film.info.pixel_format == "yuv420p"
    assert film.shown == list(range(30))


def test_a_preview_of_uneven_film_has_one_rate_and_the_true_times(read, tmp_path) -> None:
    path, true_s = clips.variable_rate(tmp_path / "a.mp4")
    info, facts, out = preview(path)
    film = read(out)
    assert not film.info.variable_frame_rate
    # At any time the preview shows the frame that was due, to half a tick.
    for time_s, shown in zip(film.times, film.shown, strict=True):
        assert true_s[shown] <= time_s + 0.5 / facts["fps"] + 1e-3
        if shown + 1 < len(true_s):
            assert true_s[shown + 1] >= time_s - 0.5 / facts["fps"] - 1e-3
    assert facts["duration_s"] == pytest.approx(info.duration_s, abs=0.05)


def test_a_preview_of_slow_motion_plays_slowly(read, tmp_path) -> None:
    info, facts, out = preview(clips.slow_motion(tmp_path / "a.mp4"))
    assert facts["fps"] == 30
    assert facts["time_scale"] == info.time_scale == 1 / 8
    assert read(out).shown == list(range(30))


def test_a_preview_of_a_damaged_film_shows_what_there_is(read, tmp_path) -> None:
    info, facts, out = preview(clips.truncated(tmp_path / "a.mp4", frames=90))
    assert facts["frame_count"] == info.frame_count
    assert read(out).shown == list(range(info.frame_count))


def test_a_preview_counts_its_progress_and_can_be_stopped(tmp_path) -> None:
    seen = []
    preview(clips.film(tmp_path / "a.mp4"), progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1] == (30, 30)

    class Stopped(Exception):
        pass

    calls = []

    def check() -> None:
        calls.append(1)
        if len(calls) > 5:
            raise Stopped

    (tmp_path / "preview.mp4").unlink()
    with pytest.raises(Stopped):
        preview(tmp_path / "a.mp4", check=check)
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_a_gap_of_minutes_leaves_the_preview_its_rate() -> None:
    times = np.concatenate([np.arange(60) / 60, 600 + np.arange(60) / 60])
    assert preview_rate(times) == 60
    assert preview_rate(np.arange(2000) / 1000) == 240
    assert preview_rate(np.arange(100) * 1001 / 30000) == Fraction(30000, 1001)


def test_an_uneven_clock_does_not_fill_the_preview_with_copies() -> None:
    times = np.cumsum(np.where(np.arange(200) % 3, 0.001, 0.24))
    assert preview_rate(times) * times[-1] < 5 * len(times)
