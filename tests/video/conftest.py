"""What the tests of videos use."""

from __future__ import annotations

from pathlib import Path

import pytest

from shadow_trainer import video

from . import clips


class Read:
    """A probed and wholly decoded video: ``info``, ``frames``, ``shown`` (frame numbers read from the frames)."""

    def __init__(self, path: Path, **options) -> None:
        self.path = path
        self.info = video.probe(path, **options)
        self.frames = list(video.frames(path, self.info))
        self.times = [frame.time_s for frame in self.frames]
        self.shown = [clips.row_of(frame.image) for frame in self.frames]


@pytest.fixture
def read() -> type[Read]:
    """``read(path)`` probes and decodes a video."""
    return Read
