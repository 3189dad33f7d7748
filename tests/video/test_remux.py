"""What browsers play as it is and what can be stepped through is copied; everything else is encoded."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from shadow_trainer import video

from . import clips

NEAR = {"g": "30"}
# What makes a video one to be encoded, by itself.
OTHERWISE: dict[str, dict[str, Any]] = {
    "far key frames": {"codec_options": {"g": "250"}, "frames": 60},
    "lying on its side": {"rotation_ccw": 90},
    "another codec": {"codec": "mpeg4"},
    "colours that few decoders know": {"pixel_format": "yuv444p"},
    "a variable rate": {"pts": lambda i: 20 * i + (8 if i % 3 == 0 else 0), "time_base": Fraction(1, 600)},
    "too large": {"width": 640, "height": 384},
    "pixels that are not square": {"sample_aspect_ratio": Fraction(4, 3)},
}


def packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def previewed(path: Path, folder: Path) -> tuple[dict[str, Any], Path]:
    out = folder / "preview.mp4"
    return video.make_preview(path, video.probe(path), out, max_side=400), out


@pytest.mark.parametrize("fps", [30, Fraction(30000, 1001), 60, 240])
@pytest.mark.parametrize("between", ["0", "3"])
def test_it_is_copied_frame_by_frame(read: Any, tmp_path: Path, fps: Fraction, between: str) -> None:
    path = clips.film(tmp_path / "a.mp4", frames=40, fps=fps, codec_options={**NEAR, "bf": between})
    facts, out = previewed(path, tmp_path)
    assert packets(out) == packets(path)
    film = read(out)
    assert film.shown == list(range(40)) and film.info.fps == pytest.approx(float(fps), rel=1e-4)
    assert film.times == pytest.approx([row / float(fps) for row in range(40)], abs=1e-4)
    assert (facts["frame_count"], facts["width"], facts["fps"]) == (40, 320, pytest.approx(float(fps)))
    raw = out.read_bytes()
    assert raw.index(b"moov") < raw.index(b"mdat"), "it plays while it loads"


@pytest.mark.parametrize("why", OTHERWISE)
def test_anything_else_is_encoded(tmp_path: Path, why: str) -> None:
    path = clips.film(tmp_path / "a.mp4", **{"codec_options": NEAR, **OTHERWISE[why]})
    _, out = previewed(path, tmp_path)
    assert packets(out) != packets(path)
    with av.open(str(out)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt if hasattr(stream, "pix_fmt") else "yuv420p") == (
            "h264",
            "yuv420p",
        )


def test_where_it_was_taken_does_not_come_along(tmp_path: Path) -> None:
    told = {"location": "+12.3456-065.4321/", "comment": "zebra"}
    path = clips.film(tmp_path / "a.mp4", codec_options=NEAR, metadata=told)
    assert b"12.3456" in path.read_bytes()
    _, out = previewed(path, tmp_path)
    assert packets(out) == packets(path)
    assert b"12.3456" not in out.read_bytes() and b"zebra" not in out.read_bytes()


def test_a_part_of_a_video_is_encoded(tmp_path: Path) -> None:
    path = clips.film(tmp_path / "a.mp4", frames=40, codec_options=NEAR)
    info = video.probe(path, start_s=0.5)
    facts = video.make_preview(path, info, tmp_path / "preview.mp4", max_side=400)
    assert facts["frame_count"] == 25
