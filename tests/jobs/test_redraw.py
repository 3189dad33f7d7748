"""Videos are drawn by whoever works when somebody asks for one; a change of the numbers ends those that were drawn."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from shadow_trainer.catalog import Analysis
from shadow_trainer.catalog.corrections import Basis, Correction
from shadow_trainer.jobs.attempt import publish
from shadow_trainer.jobs.correction import drawing_tries, redraw, videos
from shadow_trainer.jobs.pipeline.artifacts import Artifacts
from shadow_trainer.jobs.pipeline.request import AnalysisRequest
from shadow_trainer.jobs.queue import threads_backend
from shadow_trainer.jobs.queue.lost_redraws import LostRedraws
from tests.jobs.rig import Rig
from tests.render import conftest as small


@pytest.fixture(autouse=True)
def asked_by_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """The web process looks for lost redraws each minute; here only the tests do, unless they say so."""
    monkeypatch.setattr(threads_backend, "SWEEP_S", float("inf"))


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A tiny real film with its pose, as they lie in the storage."""
    folder = tmp_path_factory.mktemp("parts")
    small.write_video(folder / "original.mp4", frames=12)
    small.make_series(frames=12).save(folder / "pose.npz")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def finished(rig: Rig, parts: dict[str, bytes], revision: str | None, *drawn: str) -> str:
    """A completed analysis whose numbers are of another revision than its report; ``drawn`` are its videos."""
    analysis_id = rig.send(do="work")
    rig.until_state(analysis_id, "completed")
    document = small.make_analysis()
    document["video"] |= {"time_scale": 1.0}
    if revision:
        document["revision"] = revision
    files = {**parts, "analysis.json": json.dumps(document).encode(), "report.html": b"old"}
    files |= dict.fromkeys(drawn, b"old")
    for name, content in files.items():
        rig.storage.put(publish.key(analysis_id, name), io.BytesIO(content))
    basis = Basis.of(rig.catalog.analyses.get(analysis_id))
    added = [name for name in files if name != "original.mp4"]
    assert rig.catalog.corrections.replace_files(analysis_id, basis, lambda: None, added=added)
    return analysis_id


def stored(rig: Rig, analysis_id: str, name: str) -> bytes:
    with rig.storage.open(publish.key(analysis_id, name)) as file:
        return file.read()


def listed(rig: Rig, analysis_id: str) -> set[str]:
    return set(rig.catalog.analyses.get(analysis_id).files)


def until_drawn(rig: Rig, analysis_id: str, name: str) -> None:
    rig.until(
        lambda: videos.is_there(rig.storage, rig.catalog.analyses.get(analysis_id), name),
        f"{name} to be drawn",
    )


def test_the_report_follows_the_numbers_and_videos_of_others_go(rig: Rig, parts: dict[str, bytes]) -> None:
    analysis_id = finished(rig, parts, "second", "overlay.mp4")
    document = json.loads(stored(rig, analysis_id, "analysis.json"))
    assert redraw.is_due(rig.storage, document, analysis_id)
    rig.jobs.redraw(analysis_id, "second")
    rig.until(lambda: not redraw.is_due(rig.storage, document, analysis_id), "the report to be made")
    assert stored(rig, analysis_id, "report.html") != b"old"
    assert "overlay.mp4" not in listed(rig, analysis_id) | set(rig.files(analysis_id))
    assert rig.jobs.status(analysis_id).state == "completed"
    assert rig.outcomes(analysis_id) == ["completed"]


def test_a_video_is_drawn_when_somebody_asks(rig: Rig, parts: dict[str, bytes]) -> None:
    analysis_id = finished(rig, parts, None)
    row = rig.catalog.analyses.get(analysis_id)
    assert rig.jobs.draw(row, "overlay.mp4").state in ("queued", "processing")
    rig.jobs.draw(row, "overlay.mp4")
    until_drawn(rig, analysis_id, "overlay.mp4")
    assert b"ftyp" in stored(rig, analysis_id, "overlay.mp4")[:16]
    assert "side_by_side.mp4" not in listed(rig, analysis_id), "nobody asked for this one"
    rig.until(lambda: not rig.catalog.key_values.all(drawing_tries.PREFIX), "the count of tries to go")
    assert rig.outcomes(analysis_id) == ["completed"] and rig.jobs.status(analysis_id).state == "completed"


def test_asked_for_after_a_correction_it_shows_the_new_numbers(rig: Rig, parts: dict[str, bytes]) -> None:
    """Whether or not the report was made again by then."""
    analysis_id = finished(rig, parts, "second", "overlay.mp4", "side_by_side.mp4")
    row = rig.catalog.analyses.get(analysis_id)
    assert not videos.is_there(rig.storage, row, "overlay.mp4")
    rig.jobs.draw(row, "overlay.mp4")
    until_drawn(rig, analysis_id, "overlay.mp4")
    assert redraw.drawn(rig.storage, analysis_id) == "second" and b"ftyp" in stored(
        rig, analysis_id, "overlay.mp4"
    )
    assert "side_by_side.mp4" not in listed(rig, analysis_id)
    # The redraw that the correction had asked for comes late: it takes nothing away.
    assert redraw.redraw(rig.jobs.services, analysis_id, "second")
    assert "overlay.mp4" in listed(rig, analysis_id)


def test_a_video_that_went_while_its_row_was_held_is_not_there(rig: Rig, parts: dict[str, bytes]) -> None:
    analysis_id = finished(rig, parts, "second", "overlay.mp4")
    before = rig.catalog.analyses.get(analysis_id)
    assert redraw.redraw(rig.jobs.services, analysis_id, "second")
    assert "overlay.mp4" in before.files and not videos.is_there(rig.storage, before, "overlay.mp4")


def test_another_run_ends_the_videos_of_the_one_before(rig: Rig, parts: dict[str, bytes]) -> None:
    analysis_id = finished(rig, parts, None, "overlay.mp4")
    rig.storage.put(publish.key(analysis_id, "original.mp4"), io.BytesIO(b'{"do": "work"}'))
    rig.jobs.retry(analysis_id)
    rig.until_state(analysis_id, "completed")
    rig.until(lambda: "overlay.mp4" not in rig.files(analysis_id), "the old video to go")
    assert "overlay.mp4" not in listed(rig, analysis_id)


def test_a_drawing_that_fails_each_time_is_given_up_until_the_numbers_change(
    rig: Rig, parts: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    analysis_id = finished(rig, parts, None)

    def broken(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Artifacts, "videos", broken)
    for _ in range(drawing_tries.MOST):
        videos.check_possible(rig.jobs.services, rig.catalog.analyses.get(analysis_id), "overlay.mp4")
        with pytest.raises(MemoryError):
            videos.draw(rig.jobs.services, analysis_id, "overlay.mp4")
    assert not videos.draw(rig.jobs.services, analysis_id, "overlay.mp4")
    with pytest.raises(videos.NotDrawn):
        rig.jobs.draw(rig.catalog.analyses.get(analysis_id), "overlay.mp4")
    correct(rig, analysis_id)
    videos.check_possible(rig.jobs.services, rig.catalog.analyses.get(analysis_id), "overlay.mp4")
    rig.jobs.delete(analysis_id, purge=True)
    assert rig.catalog.key_values.all(drawing_tries.PREFIX) == {}


def correct(rig: Rig, analysis_id: str) -> None:
    """Another correction is published."""
    row = rig.catalog.analyses.get(analysis_id)
    correction = Correction("third", row.result, [], row.options, [], [], [])
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
    analysis_id = finished(rig, parts, "second", "overlay.mp4")
    assert not redraw.redraw(rig.jobs.services, analysis_id, "first")
    real = Artifacts.report

    def slow(artifacts: Artifacts, out: Path) -> list[str]:
        names = real(artifacts, out)
        overtake(rig, analysis_id)
        return names

    monkeypatch.setattr(Artifacts, "report", slow)
    assert not redraw.redraw(rig.jobs.services, analysis_id, "second")
    assert (stored(rig, analysis_id, "overlay.mp4"), stored(rig, analysis_id, "report.html")) == (
        b"old",
        b"old",
    )
    assert redraw.drawn(rig.storage, analysis_id) is None


@pytest.mark.parametrize("overtake", [correct, correct_as_before, run_again])
def test_a_video_that_was_overtaken_is_not_published(
    rig: Rig, parts: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, overtake: Callable[[Rig, str], None]
) -> None:
    analysis_id = finished(rig, parts, None)
    real = Artifacts.videos

    def slow(artifacts: Artifacts, out: Path, **more: Any) -> tuple[str, ...]:
        names = real(artifacts, out, **more)
        overtake(rig, analysis_id)
        return names

    monkeypatch.setattr(Artifacts, "videos", slow)
    assert not videos.draw(rig.jobs.services, analysis_id, "overlay.mp4")
    assert "overlay.mp4" not in listed(rig, analysis_id) | set(rig.files(analysis_id))


def test_without_the_film_the_old_pictures_stay(rig: Rig, parts: dict[str, bytes]) -> None:
    analysis_id = finished(rig, parts, "second", "overlay.mp4")
    rig.storage.delete(rig.catalog.analyses.get(analysis_id).original_key)
    with pytest.raises(redraw.NotFound, match="no longer kept"):
        redraw.redraw(rig.jobs.services, analysis_id, "second")
    row = rig.catalog.analyses.get(analysis_id)
    with pytest.raises(redraw.NotFound, match="no longer kept"):
        rig.jobs.draw(row, "side_by_side.mp4")
    assert (
        videos.is_there(rig.storage, row, "overlay.mp4") and stored(rig, analysis_id, "overlay.mp4") == b"old"
    )


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


def test_a_redraw_that_was_lost_with_redis_is_asked_for_again_and_only_then(
    rig: Rig, parts: dict[str, bytes]
) -> None:
    film = finished(rig, parts, "r2", "overlay.mp4")
    rig.catalog.database.transact(
        lambda session: session.execute(update(Analysis).where(Analysis.id == film).values(revision="r2"))
    )
    lost = LostRedraws(rig.jobs)
    assert lost.ask_again() >= 1
    rig.until(lambda: redraw.drawn(rig.storage, film) == "r2", "the report to be made again")
    assert stored(rig, film, "report.html") != b"old"
    asked: list[str] = []
    rig.jobs.redraw, was = lambda analysis_id, revision: asked.append(analysis_id), rig.jobs.redraw
    try:
        lost.ask_again()
        LostRedraws(rig.jobs).ask_again()
    finally:
        rig.jobs.redraw = was
    assert film not in asked


def test_without_a_clock_the_web_process_finds_a_lost_redraw(
    rig: Rig, parts: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    if rig.settings.use_rq:
        pytest.skip("the clock finds it there")
    film = finished(rig, parts, "r2")
    rig.catalog.database.transact(
        lambda session: session.execute(update(Analysis).where(Analysis.id == film).values(revision="r2"))
    )
    monkeypatch.setattr(threads_backend, "SWEEP_S", 0.0)
    rig.until(lambda: redraw.drawn(rig.storage, film) == "r2", "the report to be made again")


def test_a_redraw_that_breaks_each_time_is_given_up(
    rig: Rig, parts: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    film = finished(rig, parts, "r2")
    rig.catalog.database.transact(
        lambda session: session.execute(update(Analysis).where(Analysis.id == film).values(revision="r2"))
    )
    asked: list[str] = []
    monkeypatch.setattr(rig.jobs, "redraw", lambda analysis_id, revision: asked.append(analysis_id))
    for _ in range(drawing_tries.MOST + 2):
        LostRedraws(rig.jobs).ask_again()
    assert asked.count(film) == drawing_tries.MOST
