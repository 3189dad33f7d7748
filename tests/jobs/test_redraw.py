"""After the numbers of an analysis changed, its films are drawn again by whoever works."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from shadow_trainer.jobs import publish, redraw
from tests.jobs.rig import Rig
from tests.render import conftest as small


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A tiny real film with its pose, as they lie in the storage."""
    folder = tmp_path_factory.mktemp("parts")
    small.write_film(folder / "original.mp4", frames=12)
    small.make_series(frames=12).save(folder / "pose.npz")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def finished(rig: Rig, parts: dict[str, bytes], revision: str) -> str:
    """A completed analysis whose numbers are of another revision than its films."""
    analysis_id = rig.send(do="work")
    rig.until_state(analysis_id, "completed")
    document = small.make_analysis()
    document["video"] |= {"time_scale": 1.0}
    document["revision"] = revision
    files = {**parts, "analysis.json": json.dumps(document).encode()}
    for name, content in files.items():
        rig.storage.put(publish.key(analysis_id, name), io.BytesIO(content))
    return analysis_id


def stored(rig: Rig, analysis_id: str, name: str) -> bytes:
    with rig.storage.open(publish.key(analysis_id, name)) as file:
        return file.read()


def test_films_follow_the_numbers(rig: Rig, parts: dict[str, bytes]) -> None:
    analysis_id = finished(rig, parts, "second")
    document = json.loads(stored(rig, analysis_id, "analysis.json"))
    before = stored(rig, analysis_id, "overlay.mp4")
    assert redraw.is_due(rig.storage, document, analysis_id)
    rig.jobs.redraw(analysis_id, "second")
    rig.until(lambda: not redraw.is_due(rig.storage, document, analysis_id), "the films to be drawn")
    assert stored(rig, analysis_id, "overlay.mp4") != before
    assert b"ftyp" in stored(rig, analysis_id, "overlay.mp4")[:16]
    assert rig.jobs.status(analysis_id).state == "completed"
    assert rig.outcomes(analysis_id) == ["completed"]


def test_a_drawing_that_was_overtaken_publishes_nothing(
    rig: Rig, parts: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    analysis_id = finished(rig, parts, "second")
    before = stored(rig, analysis_id, "overlay.mp4")
    assert not redraw.redraw(rig.settings, rig.catalog, rig.storage, analysis_id, "first")
    real = redraw.draw

    def slow(work: Path, *rest: object) -> None:
        real(work, *rest)
        newer = json.loads(stored(rig, analysis_id, "analysis.json")) | {"revision": "third"}
        rig.storage.put(publish.key(analysis_id, "analysis.json"), io.BytesIO(json.dumps(newer).encode()))

    monkeypatch.setattr(redraw, "draw", slow)
    assert not redraw.redraw(rig.settings, rig.catalog, rig.storage, analysis_id, "second")
    assert stored(rig, analysis_id, "overlay.mp4") == before
    assert redraw.drawn(rig.storage, analysis_id) is None


def test_without_the_film_the_old_pictures_stay(rig: Rig, parts: dict[str, bytes]) -> None:
    analysis_id = finished(rig, parts, "second")
    before = stored(rig, analysis_id, "overlay.mp4")
    rig.storage.delete(rig.catalog.get(analysis_id).original_key)
    with pytest.raises(redraw.NotFound, match="no longer kept"):
        redraw.redraw(rig.settings, rig.catalog, rig.storage, analysis_id, "second")
    assert stored(rig, analysis_id, "overlay.mp4") == before
