"""The day of a video: what cameras write, in which zone, and when it is not believed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from shadow_trainer.video import probe
from shadow_trainer.video.filmed_on import filmed_on
from tests.video import clips

TODAY = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def in_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine stands where a pitch at eight in the evening is after midnight in UTC."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    "metadata, day",
    [
        ({"com.apple.quicktime.creationdate": "2026-05-12T20:14:05-0400"}, "2026-05-12"),
        ({"com.apple.quicktime.creationdate": "2026-05-12T23:50:00+09:00"}, "2026-05-12"),
        ({"creation_time": "2026-05-13T00:14:05.000000Z"}, "2026-05-12"),
        ({"creation_time": "2026-05-13T12:00:00.000000Z"}, "2026-05-13"),
        ({"date": "2026-05-12"}, "2026-05-12"),
        # A clock that was never set goes before nothing that can be believed.
        ({"com.apple.quicktime.creationdate": "1904-01-01T00:00:00Z", "date": "2026-05-12"}, "2026-05-12"),
        ({"creation_time": "1970-01-01T00:00:00.000000Z"}, None),
        ({"creation_time": "2031-05-13T00:00:00.000000Z"}, None),
        ({"creation_time": "0000-00-00"}, None),
        ({"creation_time": "yesterday"}, None),
        ({}, None),
    ],
)
def test_the_day_is_the_one_at_the_camera(metadata: dict[str, str], day: str | None) -> None:
    assert filmed_on(metadata, TODAY) == (date.fromisoformat(day) if day else None)


def test_a_file_tells_its_day(tmp_path: Path) -> None:
    made = clips.film(tmp_path / "a.mov", frames=12, metadata={"creation_time": "2025-05-13T00:14:05Z"})
    assert probe(made).filmed_on == "2025-05-12"
    assert probe(clips.film(tmp_path / "b.mp4", frames=12)).filmed_on == ""
