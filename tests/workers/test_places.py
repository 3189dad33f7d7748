"""Workers in several places, and many coaches: what is shared is Redis, the database and the storage, no more."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from shadow_trainer.jobs.pipeline import stages
from shadow_trainer.jobs.redis.client import address
from tests.jobs.conftest import needs_redis
from tests.jobs.rig import SOON_MISSED, Rig, small_settings
from tests.jobs.small_disk import refused, small_disk


@pytest.fixture
def rig(rq_rig: Rig) -> Rig:
    return rq_rig


@pytest.fixture
def cramped(tmp_path: Path) -> Iterator[tuple[Rig, object]]:
    """An installation whose data folder is a small disk of its own."""
    needs_redis()
    if why := refused(tmp_path / "data"):
        pytest.skip(f"no disk can be mounted here: {why}")
    real = stages.STAGES
    with (
        small_disk(tmp_path / "data", 96) as disk,
        Rig(small_settings(tmp_path / "data", retry_policies="storage_full=9@1")) as installation,
    ):
        yield installation, disk
    stages.STAGES = real


def elsewhere(rig: Rig, folder: Path, name: str) -> None:
    """A worker on another machine: a data folder of its own; Redis, database and storage are the rig's."""
    folder.mkdir()
    own, here = rig.settings, rig.data
    rig.settings = replace(
        own,
        data_dir=str(folder),
        redis_url=address(own),
        database_url=own.database_address,
        storage_url=own.storage_address,
    )
    rig.data = folder
    try:
        rig.worker(name)
    finally:
        rig.settings, rig.data = own, here


def test_a_retry_on_another_machine_starts_from_the_film_and_is_published_once(
    rig: Rig, tmp_path: Path
) -> None:
    rig.settings = replace(rig.settings, **SOON_MISSED)
    rig.clock()
    first = rig.worker("here")
    film = rig.send(do="work", seconds=20)
    rig.until_runs(film)
    child = rig.child_of(first)
    # The second attempt is short, wherever it runs.
    (rig.storage.path(f"analyses/{film}/original.mp4")).write_text(json.dumps({"do": "work"}))
    os.kill(first.pid, signal.SIGKILL)
    os.kill(child, signal.SIGKILL)
    elsewhere(rig, tmp_path / "there", "there")
    rig.until_state(film, "completed")
    assert rig.outcomes(film) == ["lost", "completed"]
    assert [a.worker for a in rig.catalog.attempts.of(film)] == ["here", "there"]
    runs = (tmp_path / "there" / "runs.log").read_text().split()
    assert runs.count("probe") == 1, "the other machine has none of the finished stages"
    assert rig.files(film).count("analysis.json") == 1
    rig.until(lambda: not list((tmp_path / "there" / "work").glob(film)), "its work folder to go")


def test_everybody_gets_sigterm_and_later_sigkill_and_no_attempt_is_spent(rig: Rig) -> None:
    """As Heroku ends a dyno: SIGTERM to every process, SIGKILL a while later to what is left."""
    workers = [rig.worker(f"w{n}") for n in range(2)]
    clock = rig.clock()
    films = [rig.send(do="work", seconds=30) for _ in range(2)]
    for film in films:
        rig.until_runs(film)
    everybody = [psutil.Process(p.pid) for p in (*workers, clock)]
    everybody += [child for p in everybody for child in p.children(recursive=True)]
    for process in everybody:
        process.terminate()
    _, left = psutil.wait_procs(everybody, timeout=rig.settings.shutdown_grace_s + 9)
    for process in left:
        process.kill()
    for film in films:
        assert rig.catalog.analyses.get(film).state == "queued"
        assert rig.outcomes(film) == ["handed_back"]
        assert not any(attempt.counted for attempt in rig.catalog.attempts.of(film))
        assert rig.jobs.status(film).attempts <= 1
        rig.jobs.cancel(film)
    assert sorted(rig.jobs.queue("pose").get_job_ids()) == []


def test_no_coach_has_more_at_once_than_allowed_and_none_starves(rig: Rig) -> None:
    rig.settings = replace(rig.settings, coach_limit=1)
    rig.jobs = rig.manager()
    coaches = {name: rig.coach(name) for name in ("fifty", "one", "two")}
    films = {"fifty": [rig.send(do="work", seconds=0.2, owner_id=coaches["fifty"]) for _ in range(8)]}
    films["one"] = [rig.send(do="work", seconds=0.2, owner_id=coaches["one"])]
    films["two"] = [rig.send(do="work", seconds=0.2, owner_id=coaches["two"]) for _ in range(2)]
    for number in range(3):
        rig.worker(f"w{number}")
    rig.clock()
    for film in (film for several in films.values() for film in several):
        rig.until_state(film, "completed")
    for several in films.values():
        spans = sorted(
            (a.started_at, a.finished_at) for film in several for a in rig.catalog.attempts.of(film)
        )
        overlaps = sum(later[0] < earlier[1] for earlier, later in zip(spans, spans[1:], strict=False))
        assert overlaps == 0
    last = max(rig.catalog.analyses.get(f).finished_at for name in ("one", "two") for f in films[name])
    assert sum(rig.catalog.analyses.get(f).finished_at < last for f in films["fifty"]) <= 4


def test_a_disk_that_is_really_full_holds_films_back_and_loses_none(cramped: tuple) -> None:
    rig, disk = cramped
    rig.clock()
    rig.worker()
    rig.until_state(rig.send(do="work"), "completed")
    film, waiting = rig.send(do="work", seconds=1.5), rig.send(do="work")
    rig.until_runs(film)
    disk.fill()
    assert disk.is_full()
    rig.until(lambda: "storage_full" in rig.logs(), "the worker to meet the full disk")
    disk.free()
    for each in (film, waiting):
        rig.until_state(each, "completed")
        assert rig.outcomes(each).count("completed") == 1
    rig.until(lambda: rig.work_left() == [] and not list(rig.data.rglob("*.part")), "nothing to be left")


def test_memory_that_really_runs_out_is_met_with_smaller_batches(rig: Rig) -> None:
    rig.worker()
    rig.clock()
    film = rig.send(do="greedy", times=9)
    rig.until_state(film, "completed")
    assert rig.outcomes(film)[-1] == "completed" and "retrying" in rig.outcomes(film)
    assert all(a.error["code"] == "out_of_memory" for a in rig.catalog.attempts.of(film)[:-1])
    assert rig.catalog.analyses.get(film).batch_limit in (1, 2, 4)
