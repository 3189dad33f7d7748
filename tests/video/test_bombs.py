"""Small files that unpack to much: what they cost is bounded, whatever they claim."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction

import av
import numpy as np
import pytest

from shadow_trainer import video
from shadow_trainer.errors import BadVideo
from shadow_trainer.settings import ROOT

from . import clips

WIDTH, HEIGHT, FRAMES = 1920, 1080, 80
MOST_MB = 400


def black(index: int, width: int, height: int) -> np.ndarray:
    return np.zeros((height, width, 3), np.uint8)


def test_a_tiny_film_of_large_pictures_never_holds_them_all(tmp_path) -> None:
    """Some kilobytes that decode to half a gigabyte: one frame after the other goes through."""
    path = clips.film(tmp_path / "a.mp4", frames=FRAMES, width=WIDTH, height=HEIGHT, draw=black)
    assert path.stat().st_size < WIDTH * HEIGHT * 3 * FRAMES / 5_000
    code = f"""
from shadow_trainer import video
from tests.video.memory import peak_mb
info = video.probe({str(path)!r})
assert sum(1 for _ in video.frames({str(path)!r}, info)) == {FRAMES}
print(peak_mb())
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < MOST_MB


def test_too_many_frames_are_counted_and_not_decoded(tmp_path, monkeypatch) -> None:
    from shadow_trainer.video import decode

    path = clips.film(tmp_path / "a.mp4", frames=300, width=64, height=64)
    monkeypatch.setattr(decode, "frames", None)
    with pytest.raises(BadVideo) as refused:
        video.probe(path, limits=video.Limits(max_frames=200))
    assert refused.value.code == "too_many_frames"


def test_a_gap_of_minutes_is_not_filled_with_pictures(tmp_path) -> None:
    """A browser copy at a constant rate would have to repeat frames for nineteen minutes."""
    gap = clips.film(
        tmp_path / "a.mp4", frames=40, time_base=Fraction(1, 30), pts=lambda i: i if i < 20 else 34_000 + i
    )
    info = video.probe(gap)
    facts = video.make_preview(gap, info, tmp_path / "preview.mp4", max_side=320)
    assert facts["frame_count"] == 34_040
    with av.open(str(tmp_path / "preview.mp4")) as copy:
        assert sum(packet.size > 0 for packet in copy.demux(video=0)) < 60


def test_sound_is_never_decoded() -> None:
    """An audio bomb has nobody to go off for: no line of ours asks a sound stream for anything."""
    for path in (ROOT / "shadow_trainer" / "video").glob("*.py"):
        for line in path.read_text().splitlines():
            if "streams.audio" in line:
                assert "bool(" in line or line.strip().startswith("if "), f"{path.name}: {line}"
            assert "AudioResampler" not in line and "decode(audio" not in line
