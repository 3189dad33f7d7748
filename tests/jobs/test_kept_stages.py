"""Running a finished analysis again repeats only what another option changes: its first stages were kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shadow_trainer.jobs.attempt import kept_stages, publish
from shadow_trainer.storage import Storage, open_storage

FILES = {
    "probe": {"probe.json": "{}"},
    "preview": {"preview.json": '{"fps": 60}', "out/preview.mp4": "film"},
    "scan": {"scan.json": '{"people": []}', "out/people.json": "{}", "out/people/0.jpg": "jpeg"},
    "pose": {"landmarks.npz": "points", "landmarks.json": "{}"},
    "motion": {"motion.npz": "motion", "out/track.npz": "points", "out/track.json": "{}"},
}


def content(work: Path) -> dict[str, bytes]:
    """Every file of a work folder with what is in it."""
    return {p.relative_to(work).as_posix(): p.read_bytes() for p in sorted(work.rglob("*")) if p.is_file()}


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A work folder as the pipeline leaves it."""
    folder = tmp_path / "work"
    for stage, files in FILES.items():
        for name, text in {**files, f"receipts/{stage}.json": json.dumps({"files": list(files)})}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
    return folder


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    """A folder as the storage."""
    return open_storage(str(tmp_path / "storage"))


def published(storage: Storage, work: Path) -> list[str]:
    kept_stages.keep(work)
    names = list(publish.finished_files(work / publish.OUT))
    for name in names:
        storage.put(publish.key("a", name), work / publish.OUT / name)
    return names


def test_the_first_stages_and_the_tracks_come_back_and_the_rest_is_done_again(
    storage: Storage, work: Path, tmp_path: Path
) -> None:
    names, again = published(storage, work), tmp_path / "again"
    again.mkdir()
    kept_stages.restore(storage, "a", names, again)
    before = content(work)
    again_files = content(again)
    assert {name for name in again_files if name.startswith("receipts")} == {
        f"receipts/{stage}.json" for stage in kept_stages.STAGES
    }
    wanted = [name for stage in kept_stages.STAGES for name in FILES[stage]]
    assert {name: again_files[name] for name in again_files} == {name: before[name] for name in again_files}
    assert set(wanted) | set(kept_stages.TRACKS) <= set(again_files)
    assert not {"landmarks.npz", "motion.npz"} & set(again_files)


def test_a_folder_in_which_work_has_begun_is_left_as_it_is(storage: Storage, work: Path) -> None:
    names, before = published(storage, work), content(work)
    kept_stages.restore(storage, "a", names, work)
    assert content(work) == before


def test_what_is_broken_or_gone_costs_time_and_no_result(
    storage: Storage, work: Path, tmp_path: Path
) -> None:
    names = published(storage, work)
    (tmp_path / "broken").write_text("no archive")
    storage.put(publish.key("a", kept_stages.NAME), tmp_path / "broken")
    for folder, files in (("broken_archive", names), ("nothing_kept", ["preview.mp4"])):
        (tmp_path / folder).mkdir()
        kept_stages.restore(storage, "a", files, tmp_path / folder)
        assert not (tmp_path / folder / "receipts").exists()
    storage.delete(publish.key("a", kept_stages.NAME))
    (tmp_path / "gone").mkdir()
    kept_stages.restore(storage, "a", names, tmp_path / "gone")
    assert content(tmp_path / "gone") == {}
