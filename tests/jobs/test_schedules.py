"""The calendar's promises: what is due runs once, whoever asks; one that breaks keeps nobody waiting."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from shadow_trainer.catalog import utcnow
from shadow_trainer.jobs.attempt import workdir
from shadow_trainer.jobs.maintenance import retention, schedules
from shadow_trainer.jobs.maintenance.schedules import DAY, SCHEDULES, Schedule
from shadow_trainer.jobs.queue.manager import JobManager
from tests.jobs.rig import small_settings
from tests.jobs.test_watch import change, manager_with


@pytest.fixture
def manager(tmp_path: Path) -> JobManager:
    return manager_with(small_settings(tmp_path, use_rq=False, backup_keep=2))


def test_a_new_installation_makes_a_copy_at_once_and_tests_itself_a_day_later(manager: JobManager) -> None:
    ran = schedules.run_due(manager)
    assert "backup" in ran and "self_test" not in ran
    assert len(list((manager.settings.data_path / "backups").glob("*.tar"))) == 1
    assert schedules.run_due(manager) == []
    later = utcnow() + timedelta(hours=25)
    assert set(schedules.run_due(manager, later)) == {s.name for s in SCHEDULES}


def test_what_runs_by_the_minute_does_not_wait_for_what_runs_by_the_day(manager: JobManager) -> None:
    schedules.run_due(manager)
    ran = schedules.run_due(manager, utcnow() + timedelta(seconds=61))
    assert ran == ["work_folders", "disk_guard"]


def test_one_that_breaks_is_written_down_and_tried_again_without_stopping_the_others(
    manager: JobManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    def broken(_: JobManager) -> None:
        ran.append("broken")
        raise OSError("the tape is full")

    table = (Schedule("broken", DAY, broken, "x"), Schedule("other", DAY, lambda _: ran.append("other"), "y"))
    monkeypatch.setattr(schedules, "SCHEDULES", table)
    schedules.run_due(manager)
    assert ran == ["broken", "other"]
    row = schedules.overview(manager)[0]
    assert row["error"] == "OSError: the tape is full" and row["name"] == "broken"
    schedules.run_due(manager, utcnow() + timedelta(minutes=5))
    assert ran == ["broken", "other"]
    schedules.run_due(manager, utcnow() + timedelta(minutes=11))
    assert ran == ["broken", "other", "broken"]


def test_one_that_is_under_way_is_not_begun_by_another_clock(
    manager: JobManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []

    def slow(other: JobManager) -> None:
        begun.append(1)
        schedules.run_due(other)  # what a second clock does meanwhile

    monkeypatch.setattr(schedules, "SCHEDULES", (Schedule("slow", DAY, slow, "x"),))
    schedules.run_due(manager)
    assert begun == [1]


def test_half_uploaded_files_go_when_nobody_writes_to_them_any_more(manager: JobManager) -> None:
    folder = workdir.uploads(manager.settings)
    old, young = folder / "upload-old.part", folder / "upload-young.part"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (1, 1))
    assert retention.sweep(manager) == 1
    assert not old.exists() and young.exists()


def test_leftovers_go_early_while_the_disk_is_short(manager: JobManager) -> None:
    path = workdir.uploads(manager.settings) / "upload-a.part"
    path.write_bytes(b"half")
    half_an_hour_ago = utcnow().timestamp() - 1800
    os.utime(path, (half_an_hour_ago, half_an_hour_ago))
    retention.guard_disk(manager)
    assert path.exists()
    change(manager, min_free_disk_mb=10**9)
    assert "removed 1 leftovers" in retention.guard_disk(manager)
    assert not path.exists()


def test_the_folder_of_a_running_self_test_is_left_alone(manager: JobManager) -> None:
    root = workdir.root(manager.settings)
    running, left = root / "self-test-a", root / "self-test-b"
    for path in (running, left):
        path.mkdir(parents=True)
    os.utime(left, (1, 1))
    workdir.sweep_ended(manager)
    assert running.exists() and not left.exists()
