"""A frame that the camera left out is no missing end: what is there is read at its true times, and it is said."""

from __future__ import annotations

import struct
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame

from shadow_trainer import video
from tests import shared

from . import clips


def avi(path: Path, empty: set[int], frames: int = 40, codec: str = "mjpeg") -> Path:
    """An AVI whose chunks at ``empty`` rows have nothing in them: OpenDML and plain, as cameras write them."""
    clips.film(
        path, frames=frames, fps=20, codec=codec, pixel_format="yuvj420p" if codec == "mjpeg" else "yuv420p"
    )
    data = bytearray(path.read_bytes())
    start = data.index(b"movi") + 4
    end = data.index(b"idx1")
    chunks, place = [], start
    while place < end:
        size = struct.unpack("<I", data[place + 4 : place + 8])[0]
        chunks.append((bytes(data[place : place + 4]), bytes(data[place + 8 : place + 8 + size])))
        place += 8 + size + size % 2
    body, index = b"", b""
    for row, (name, content) in enumerate(c for c in chunks if c[0] == b"00dc"):
        content = b"" if row in empty else content
        index += struct.pack("<4sIII", name, 0x10, 4 + len(body), len(content))
        body += name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)
    head = bytes(data[: start - 8]) + struct.pack("<I", 4 + len(body)) + b"movi"
    out = bytearray(head + body + b"idx1" + struct.pack("<I", len(index)) + index)
    out[4:8] = struct.pack("<I", len(out) - 8)
    path.write_bytes(bytes(out))
    return path


@pytest.mark.parametrize(
    "empty",
    [set(range(9, 40, 10)), {20}, {38, 39}, {0, 5}, set(range(0, 40, 2))],
    ids=["every tenth", "one", "the last", "the first", "every other"],
)
def test_empty_chunks_of_an_avi_are_dropped_frames_and_no_missing_end(read, tmp_path, empty) -> None:
    film = read(avi(tmp_path / "a.avi", empty))
    kept = [row for row in range(40) if row not in empty]
    assert film.shown == kept
    np.testing.assert_allclose(film.times, (np.array(kept) - kept[0]) / 20, atol=1e-6)
    assert not film.info.truncated
    (said,) = film.info.warnings
    assert said["code"] == "dropped_frames" and f"{len(empty)} of 40" in said["message"]


def test_samples_without_a_byte_in_an_mp4_are_dropped_frames(tmp_path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mjpeg", rate=20)
        stream.width, stream.height, stream.pix_fmt = 320, 192, "yuvj420p"
        for row in range(40):
            shot = VideoFrame.from_ndarray(clips.picture(row), "rgb24").reformat(format="yuvj420p")
            for packet in stream.encode(shot):
                out.mux(packet)
        out.mux(stream.encode(None))
    raw = bytearray(path.read_bytes())
    sizes = raw.index(b"stsz") + 16
    for row in (10, 25, 39):
        raw[sizes + 4 * row : sizes + 4 * row + 4] = bytes(4)
    path.write_bytes(bytes(raw))
    info = video.probe(path)
    assert not info.truncated and info.frame_count == 37


def test_an_avi_whose_end_is_missing_is_still_truncated(read, tmp_path) -> None:
    path = avi(tmp_path / "a.avi", {9, 19})
    film = read(clips.cut_file(path, 0.6))
    assert film.info.truncated
    assert "truncated" in [w["code"] for w in film.info.warnings]


def test_a_reported_avi_with_empty_chunks_is_whole() -> None:
    path = shared.case("avi_empty_frames", "empty_frames.avi")
    info = video.probe(path)
    assert (info.truncated, info.frame_count) == (False, 82)
    assert video.frame_times(path, info)[-1] == pytest.approx(1.4833, abs=1e-3)
    (said,) = info.warnings
    assert said["code"] == "dropped_frames" and "8 of 90" in said["message"]
