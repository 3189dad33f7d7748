"""Little videos made at test time: a bright square that moves right over a dark ground, frame by frame.

Import from any test folder: ``from tests.video import clips``. Each maker writes one file and returns its path.
The frame tells its row: ``row_of(image)`` reads the frame number back from eight blocks in the top rows.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame

BITS = 10  # frame numbers up to 1023 are written into the frame
GROUND, SQUARE = (30, 60, 40), (230, 210, 60)


def picture(index: int, width: int = 320, height: int = 192) -> np.ndarray:
    """(height, width, 3) uint8 RGB: frame number as white blocks along the top, red mark at the lower left,
    blue mark at the lower right, square moving right."""
    image = np.full((height, width, 3), GROUND, np.uint8)
    block = width // BITS
    for bit in range(BITS):
        image[: height // 6, bit * block : (bit + 1) * block] = 255 if index >> bit & 1 else 0
    side = height // 4
    left = (index * 4) % (width - side)
    image[height // 3 : height // 3 + side, left : left + side] = SQUARE
    image[-height // 5 :, : width // 8] = (220, 20, 20)
    image[-height // 5 :, -width // 8 :] = (20, 20, 220)
    return image


def row_of(image: np.ndarray) -> int:
    """The frame number in an upright frame of :func:`picture`, at any size."""
    height, width = image.shape[:2]
    block = width / BITS
    y = height // 12
    return sum(int(image[y, int((bit + 0.5) * block)].mean() > 127) << bit for bit in range(BITS))


def film(
    path: Path | str,
    *,
    frames: int = 30,
    fps: float | Fraction = 30,
    width: int = 320,
    height: int = 192,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    container: str | None = None,
    rotation_ccw: int = 0,
    matrix: Iterable[int] | None = None,
    pts: Callable[[int], int] | None = None,
    time_base: Fraction | None = None,
    metadata: dict[str, str] | None = None,
    options: dict[str, str] | None = None,
    codec_options: dict[str, str] | None = None,
    sample_aspect_ratio: Fraction | None = None,
    prepare: Callable[[av.VideoStream], None] | None = None,
    draw: Callable[[int, int, int], np.ndarray] = picture,
) -> Path:
    """Write ``frames`` frames. ``pts(i)`` in units of ``time_base`` gives a variable rate; ``matrix`` (9
    integers, 16.16 fixed point) or ``rotation_ccw`` is how players must turn it."""
    path = Path(path)
    flags = {"movflags": "use_metadata_tags"} if metadata else {}
    rate = Fraction(fps).limit_denominator(100_000)
    with av.open(str(path), "w", format=container, options={**flags, **(options or {})}) as out:
        out.metadata.update(metadata or {})
        quick = {"preset": "superfast"} if codec == "libx264" else {}
        stream = out.add_stream(codec, rate=rate, options={**quick, **(codec_options or {})})
        stream.width, stream.height, stream.pix_fmt = width, height, pixel_format
        stream.codec_context.thread_count = 1
        base = time_base or 1 / rate
        stream.codec_context.time_base = base
        if sample_aspect_ratio:
            stream.codec_context.sample_aspect_ratio = sample_aspect_ratio
        if rotation_ccw:
            stream.set_display_rotation(rotation_ccw)
        if matrix is not None:
            stream.set_display_matrix(tuple(matrix))
        if prepare:
            prepare(stream)
        for index in range(frames):
            shot = VideoFrame.from_ndarray(draw(index, width, height), "rgb24")
            shot.pts, shot.time_base = (pts(index) if pts else index), base
            for packet in stream.encode(shot):
                out.mux(packet)
        for packet in stream.encode(None):
            out.mux(packet)
    return path


def turned(path: Path | str, *, clockwise: int = 90, mirrored: bool = False, **options) -> Path:
    """A video that a camera held another way would write: stored turned, with the matrix that rights it.

    Upright it shows :func:`picture` in 192 x 320 (portrait) for 90 and 270, 320 x 192 for 0 and 180.
    """

    def draw(index: int, width: int, height: int) -> np.ndarray:
        size = (height, width) if clockwise % 180 else (width, height)
        stored = np.rot90(picture(index, *size), k=clockwise // 90)
        return np.ascontiguousarray(stored[:, ::-1] if mirrored else stored)

    # Players map (x, y) to (a x + c y, b x + d y), y down: a clockwise turn, after the flip of x.
    cos, sin = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}[clockwise]
    sign = -1 if mirrored else 1
    one = 1 << 16
    matrix = [sign * cos * one, sign * sin * one, 0, -sin * one, cos * one, 0, 0, 0, 1 << 30]
    return film(path, matrix=matrix, draw=draw, **options)


def variable_rate(path: Path | str, *, frames: int = 60, seed: int = 7, **options) -> tuple[Path, np.ndarray]:
    """A video at 30 per second on average with uneven gaps (17 to 50 ms); and (T,) its true seconds."""
    ticks = np.concatenate([[0], np.cumsum(np.random.default_rng(seed).integers(17, 51, frames - 1))])
    made = film(path, frames=frames, pts=lambda i: int(ticks[i]), time_base=Fraction(1, 1000), **options)
    return made, ticks / 1000


def slow_motion(path: Path | str, *, capture_fps: float = 240, fps: float = 30, **options) -> Path:
    """Taken at ``capture_fps``, played at ``fps``, declared as Android's camera does."""
    return film(path, fps=fps, metadata={"com.android.capture.fps": f"{capture_fps:.6f}"}, **options)


def audio_only(path: Path | str, *, seconds: float = 0.5) -> Path:
    """A tone in an MP4 (or what the name's ending says) without a frame."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream(
            "aac" if str(path).endswith((".mp4", ".m4a", ".mov")) else "pcm_s16le", rate=16000
        )
        stream.layout = "mono"
        _tone(out, stream, seconds)
    return Path(path)


def with_sound(path: Path | str, *, frames: int = 30, fps: int = 30) -> Path:
    """A video with an AAC track."""
    with av.open(str(path), "w") as out:
        shown = out.add_stream("libx264", rate=fps, options={"preset": "superfast"})
        shown.width, shown.height, shown.pix_fmt = 320, 192, "yuv420p"
        heard = out.add_stream("aac", rate=16000, layout="mono")
        for index in range(frames):
            out.mux(shown.encode(VideoFrame.from_ndarray(picture(index), "rgb24")))
        out.mux(shown.encode(None))
        _tone(out, heard, frames / fps)
    return Path(path)


def _tone(out, stream, seconds: float) -> None:
    for start in range(0, int(16000 * seconds), 1024):
        wave = (8000 * np.sin(np.arange(start, start + 1024) / 8)).astype(np.int16)[None]
        sound = av.AudioFrame.from_ndarray(wave, format="s16", layout="mono")
        sound.sample_rate, sound.pts, sound.time_base = 16000, start, Fraction(1, 16000)
        out.mux(stream.encode(sound))
    out.mux(stream.encode(None))


def truncated(path: Path | str, *, keep: float = 0.6, **options) -> Path:
    """A video whose index stands at the front and whose end was cut off: plays up to there."""
    options.setdefault("codec_options", {"g": "10"})
    made = film(path, options={"movflags": "+faststart"}, **options)
    return cut_file(made, keep)


def without_index(path: Path | str, *, keep: float = 0.6, **options) -> Path:
    """A video whose index stood at the end and was cut off: cannot be played."""
    return cut_file(film(path, **options), keep)


def cut_file(path: Path, keep: float) -> Path:
    """Cut a file in place to this share of its bytes."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    return path


def encrypted(path: Path | str, **options) -> Path:
    """A video under common encryption; nobody has the key."""
    key = {
        "encryption_scheme": "cenc-aes-ctr",
        "encryption_key": "76a6c65c5ea762046bd749a2e632ccbb",
        "encryption_kid": "a7e61c373e219033c21091fa607bf3b8",
    }
    return film(path, options=key, **options)


def patch_box(path: Path, kind: bytes, offset: int, fmt: str, *values: int) -> Path:
    """Overwrite numbers at ``offset`` behind the four letters of the first such MP4 box."""
    data = bytearray(path.read_bytes())
    place = data.index(kind) + 4 + offset
    data[place : place + struct.calcsize(fmt)] = struct.pack(fmt, *values)
    path.write_bytes(data)
    return path


def excerpt(source: Path, path: Path, *, frames: int, start: int = 0) -> Path:
    """``frames`` frames of a real video from frame ``start`` on, encoded anew at its own rate."""
    with av.open(str(source)) as film_in, av.open(str(path), "w") as film_out:
        stream_in = film_in.streams.video[0]
        rate = stream_in.average_rate
        stream = film_out.add_stream("libx264", rate=rate, options={"crf": "18"})
        stream.width, stream.height, stream.pix_fmt = stream_in.width, stream_in.height, "yuv420p"
        for index, picture_in in enumerate(film_in.decode(stream_in)):
            if start <= index < start + frames:
                picture_in.pts, picture_in.time_base = index - start, 1 / Fraction(rate)
                film_out.mux(stream.encode(picture_in))
        film_out.mux(stream.encode())
    return path
