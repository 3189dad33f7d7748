"""Frames stand upright, whatever way the camera was held, and colours come out as they went in."""

from __future__ import annotations

import numpy as np
import pytest

from shadow_trainer import video
from shadow_trainer.video.colour import pq_table
from shadow_trainer.video.orient import Orientation, from_matrix

from . import clips

ONE = 1 << 16


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("clockwise", [0, 90, 180, 270])
def test_a_turned_film_is_shown_upright(read, tmp_path, clockwise, mirrored) -> None:
    film = read(clips.turned(tmp_path / "a.mov", clockwise=clockwise, mirrored=mirrored))
    portrait = clockwise in (90, 270)
    size = (192, 320) if portrait else (320, 192)
    assert (film.info.width, film.info.height) == size
    assert (film.info.rotation_deg, film.info.mirrored) == (clockwise, mirrored)
    assert film.shown == list(range(30))
    wanted = clips.picture(7, *size).astype(int)
    assert np.abs(film.frames[7].image - wanted).mean() < 4


@pytest.mark.parametrize("clockwise", [0, 90, 180, 270])
def test_scaled_frames_are_upright_too(tmp_path, clockwise) -> None:
    path = clips.turned(tmp_path / "a.mov", clockwise=clockwise)
    info = video.probe(path)
    small = [f.image for f in video.frames(path, info, max_side=200)]
    assert max(small[0].shape) == 200
    assert small[0].shape[0] / small[0].shape[1] == pytest.approx(info.height / info.width, rel=0.01)
    assert [clips.row_of(image) for image in small] == list(range(30))


def test_a_film_is_never_blown_up(tmp_path) -> None:
    path = clips.film(tmp_path / "a.mp4")
    frame = next(video.frames(path, video.probe(path), max_side=4000))
    assert frame.image.shape == (192, 320, 3)


@pytest.mark.parametrize(
    "a,b,c,d",
    [
        (1, 0, 0, 1),
        (0, 1, -1, 0),
        (-1, 0, 0, -1),
        (0, -1, 1, 0),
        (-1, 0, 0, 1),
        (1, 0, 0, -1),
        (0, 1, 1, 0),
        (0, -1, -1, 0),
    ],
)
def test_orientation_moves_each_pixel_as_the_matrix_says(a, b, c, d) -> None:
    image = np.random.default_rng(0).integers(0, 255, (4, 6, 3), dtype=np.uint8)
    ys, xs = np.mgrid[:4, :6]
    to_x, to_y = a * xs + c * ys, b * xs + d * ys
    to_x, to_y = to_x - to_x.min(), to_y - to_y.min()
    wanted = np.zeros((to_y.max() + 1, to_x.max() + 1, 3), np.uint8)
    wanted[to_y, to_x] = image
    orientation = from_matrix(np.array([a * ONE, b * ONE, 0, c * ONE, d * ONE, 0, 0, 0, 1 << 30], np.int32))
    np.testing.assert_array_equal(orientation.apply(image), wanted)


def test_a_slightly_turned_matrix_is_the_nearest_right_angle() -> None:
    cos, sin = int(ONE * np.cos(0.1)), int(ONE * np.sin(0.1))
    assert from_matrix(np.array([cos, sin, 0, -sin, cos, 0, 0, 0, 1 << 30])) == Orientation()
    assert from_matrix(np.zeros(9)) == Orientation()


COLOURS = np.array(
    [
        [255, 0, 0],
        [0, 255, 0],
        [0, 0, 255],
        [128, 128, 128],
        [255, 255, 255],
        [0, 0, 0],
        [200, 120, 80],
        [60, 90, 30],
    ],
    np.uint8,
)


def bars(index: int, width: int, height: int) -> np.ndarray:
    return np.broadcast_to(COLOURS[np.arange(width) * 8 // width], (height, width, 3)).copy()


def read_bars(image: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    return np.array([image[height // 2, int((k + 0.5) * width / 8)] for k in range(8)], int)


@pytest.mark.parametrize("size", [(320, 192), (1280, 720), (321, 181)])
def test_colours_survive_writing_and_reading(tmp_path, size) -> None:
    with video.Writer(tmp_path / "a.mp4", *size, fps=30, crf=10) as writer:
        for _ in range(8):
            writer.write(bars(0, *size))
    info = video.probe(tmp_path / "a.mp4")
    image = next(video.frames(tmp_path / "a.mp4", info)).image
    assert np.abs(read_bars(image) - COLOURS).max() <= 4


@pytest.mark.parametrize(("matrix", "standard"), [(1, "709"), (5, "601"), (9, "2020")])
@pytest.mark.parametrize("full", [False, True])
def test_the_films_own_colour_matrix_and_range_are_used(read, tmp_path, matrix, standard, full) -> None:
    import av
    from av.video.frame import VideoFrame
    from av.video.reformatter import VideoReformatter

    # Convert with the named matrix here, so that the file's tags are true.
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=30, options={"crf": "5"})
        stream.width, stream.height, stream.pix_fmt = 320, 192, "yuv420p"
        context = stream.codec_context
        context.colorspace, context.color_range = matrix, 2 if full else 1
        convert = VideoReformatter()
        for _ in range(10):
            shot = convert.reformat(
                VideoFrame.from_ndarray(bars(0, 320, 192), "rgb24"),
                format="yuv420p",
                dst_colorspace=matrix,
                dst_color_range=2 if full else 1,
            )
            out.mux(stream.encode(shot))
        out.mux(stream.encode(None))
    assert np.abs(read_bars(read(path).frames[0].image) - COLOURS).max() <= 5, standard


def test_hdr_is_named_and_pq_is_brought_to_daylight(read, tmp_path) -> None:
    def tag(stream) -> None:
        context = stream.codec_context
        context.color_range, context.colorspace, context.color_primaries, context.color_trc = 1, 9, 9, 16

    path = clips.film(
        tmp_path / "a.mp4",
        codec="libx265",
        pixel_format="yuv420p10le",
        prepare=tag,
        codec_options={"preset": "ultrafast", "x265-params": "log-level=none"},
    )
    film = read(path)
    assert film.info.hdr == "pq"
    assert film.shown == list(range(30))
    table = pq_table().astype(int)
    assert (np.diff(table) >= 0).all()
    assert (table[0], table[255]) == (0, 255)
    assert 225 <= table[148] <= 250  # 203 nits, diffuse white, is 58 % of the code range


def test_a_phones_hlg_keeps_its_contrast(read, tmp_path) -> None:
    """HLG is made to be shown as it is: what was black stays dark and what was white bright, in film and preview."""

    def tag(stream) -> None:
        context = stream.codec_context
        context.color_range, context.colorspace, context.color_primaries, context.color_trc = 1, 9, 9, 18

    def steps(index: int, width: int, height: int) -> np.ndarray:
        return np.linspace(0, 255, width).astype(np.uint8)[None, :, None].repeat(height, 0).repeat(3, 2)

    path = clips.film(
        tmp_path / "a.mov",
        codec="libx265",
        pixel_format="yuv420p10le",
        prepare=tag,
        draw=steps,
        codec_options={"preset": "ultrafast", "x265-params": "log-level=none"},
    )
    film = read(path)
    assert film.info.hdr == "hlg" and film.info.pixel_format == "yuv420p10le"
    video.make_preview(path, film.info, tmp_path / "preview.mp4", max_side=320)
    for image in (film.frames[5].image, read(tmp_path / "preview.mp4").frames[5].image):
        grey = image[96].mean(axis=-1)
        assert grey[:6].mean() < 12 and grey[-6:].mean() > 243
        assert (np.diff(grey[::16]) > 0).all() and abs(grey[160] - 127) < 20
