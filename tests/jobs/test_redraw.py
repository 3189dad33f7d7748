"""After the numbers of an analysis changed, its films are drawn again by whoever works."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from shadow_trainer.catalog.corrections import Basis, Correction
from shadow_trainer.jobs.attempt import publish
from shadow_trainer.jobs.correction import redraw
from shadow_trainer.jobs.pipeline.artifacts import Artifacts
from shadow_trainer.jobs.pipeline.request import AnalysisRequest
from tests.jobs.rig import Rig
from tests.render import conftest as small


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A tiny real film with its pose, as they lie in the storage."""
    folder = tmp_path_factory.mktemp("parts")
    small.write_video(folder / "original.mp4", frames=12)
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


def correct(rig: Rig, analysis_id: str) -> None:
    """Another correction is published."""
    row = rig.catalog.analyses.get(analysis_id)
    correction = Correction("third", {}, [], row.options, [], [], [])
    rig.catalog.corrections.publish(analysis_id, Basis.of(row), correction, lambda: None)


def correct_as_before(rig: Rig, analysis_id: str) -> None:
    """The release before published one, which told the row nothing of its revision."""
    newer = json.loads(stored(rig, analysis_id, "analysis.json")) | {"revision": "third"}
    rig.storage.put(publish.key(analysis_id, "analysis.json"), io.BytesIO(json.dumps(newer).encode()))


def run_again(rig: Rig, analysis_id: str) -> None:
    """A new run is published."""
    assert rig.catalog.attempts.requeue(analysis_id)
    number = rig.catalog.attempts.claim(analysis_id, "another").number
    files = rig.catalog.analyses.get(analysis_id).files
    rig.catalog.attempts.publish(analysis_id, number, files=files, result={}, warnings=[], deliveries=[])


@pytest.mark.parametrize("overtake", [correct, correct_as_before, run_again])
def test_a_drawing_that_was_overtaken_publishes_nothing(
    rig: Rig, parts: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, overtake: Callable[[Rig, str], None]
) -> None:
    analysis_id = finished(rig, parts, "second")
    before = stored(rig, analysis_id, "overlay.mp4")
    assert not redraw.redraw(rig.jobs.services, analysis_id, "first")
    real = Artifacts.report

    def slow(artifacts: Artifacts, out: Path) -> list[str]:
        names = real(artifacts, out)
        overtake(rig, analysis_id)
        return names

    monkeypatch.setattr(Artifacts, "report", slow)
    assert not redraw.redraw(rig.jobs.services, analysis_id, "second")
    assert stored(rig, analysis_id, "overlay.mp4") == before
    assert redraw.drawn(rig.storage, analysis_id) is None


def test_without_the_film_the_old_pictures_stay(rig: Rig, parts: dict[str, bytes]) -> None:
    analysis_id = finished(rig, parts, "second")
    before = stored(rig, analysis_id, "overlay.mp4")
    rig.storage.delete(rig.catalog.analyses.get(analysis_id).original_key)
    with pytest.raises(redraw.NotFound, match="no longer kept"):
        redraw.redraw(rig.jobs.services, analysis_id, "second")
    assert stored(rig, analysis_id, "overlay.mp4") == before


def test_what_was_cut_and_turned_stays_cut_and_turned(parts: dict[str, bytes], tmp_path: Path) -> None:
    film = small.write_video(tmp_path / "long.mp4", frames=60)
    (tmp_path / "pose.npz").write_bytes(parts["pose.npz"])
    document = small.make_analysis()
    document["video"] |= {"time_scale": 1.0}
    (tmp_path / "analysis.json").write_text(json.dumps(document))

    def fetch(name: str) -> Path | None:
        return tmp_path / name if (tmp_path / name).is_file() else None

    request = AnalysisRequest(start_s=0.2, end_s=1.5, turn_deg=90)
    info = redraw.prepare(film, request, fetch, lambda: None).info
    assert (info.width, info.height) == small.SIZE[::-1]
    assert info.frame_count == 39
