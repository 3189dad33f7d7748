"""The migration: legacy mode, RQ, and back, with films queued and running at each switch. Nothing is lost."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from shadow_trainer.errors import SetupError
from shadow_trainer.jobs.queue.both_backends import BothJobManager
from shadow_trainer.settings import load
from tests.jobs.conftest import needs_redis
from tests.jobs.forked import Forked
from tests.jobs.rig import SOON_MISSED, Rig, small_settings


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """Redis runs all the time; which back end works is up to the test."""
    needs_redis()
    with Rig(small_settings(tmp_path / "data", **SOON_MISSED)) as installation:
        yield installation


def legacy(rig: Rig) -> Forked:
    """A web process in legacy mode, as a process of its own so that it can be killed."""
    settings, rig.settings = rig.settings, replace(rig.settings, use_rq=False)
    try:
        return rig._start("legacy", {})
    finally:
        rig.settings = settings


def films(rig: Rig) -> list[str]:
    """One that is running when the switch comes, and some that wait."""
    running = rig.add(do="hold")
    return [running, *(rig.add(do="work", seconds=0.1) for _ in range(3))]


def check_once(rig: Rig, ids: list[str]) -> None:
    for film in ids:
        rig.until_state(film, "completed")
        assert rig.outcomes(film).count("completed") == 1
        assert rig.ran(film).count("probe") == 1, "a finished stage was done twice"
        assert rig.ran(film).count("render") == 1, "a video was done twice"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_from_legacy_to_rq_and_back(rig: Rig, how: signal.Signals) -> None:
    # Legacy mode works ...
    web = legacy(rig)
    first = films(rig)
    rig.until_runs(first[0])
    # ... the switch comes with one running and three waiting ...
    web.send_signal(how)
    web.wait(15)
    rig.let_go(first[0])
    worker, clock = rig.worker(), rig.clock()
    check_once(rig, first)
    # ... and the roll-back the same.
    second = films(rig)
    for film in second:
        rig.jobs.submit(film)
    rig.until_runs(second[0])
    child = rig.child_of(worker)
    for process in (worker, clock):
        process.send_signal(how)
        process.wait(15)
    assert child
    rig.let_go(second[0])
    legacy(rig)
    check_once(rig, second)


def test_both_at_the_same_time_do_nothing_twice(rig: Rig) -> None:
    ids = [rig.add(do="work", seconds=0.3) for _ in range(8)]
    for film in ids:
        rig.jobs.submit(film)
    legacy(rig)
    rig.worker()
    rig.clock()
    check_once(rig, ids)
    workers = {rig.catalog.attempts.of(film)[0].worker.split("@")[0] for film in ids}
    print(f"worked: {workers}")
    assert all(rig.outcomes(film) == ["completed"] for film in ids)


def test_many_web_processes_share_one_legacy_pool(rig: Rig) -> None:
    webs = [legacy(rig) for _ in range(2)]
    ids = [rig.add(do="work", seconds=0.5) for _ in range(4)]
    rig.until_state(ids[0], "completed")
    # The one that works dies; the other takes over.
    rig.until_runs(ids[1])
    leader = rig.catalog.attempts.of(ids[0])[0].worker
    for web in webs:
        if f".{web.pid}." in leader:
            web.kill()
    check_once(rig, ids)


def worked(rig: Rig, film: str) -> str:
    """Which back end completed it."""
    rig.until_state(film, "completed")
    [attempt] = rig.catalog.attempts.of(film)
    return "threads" if attempt.worker.startswith("threads@") else "rq"


def test_one_kind_of_job_at_a_time_goes_over_to_the_queue(rig: Rig) -> None:
    """Bulk work first; the clock and a worker that take everything leave the other kinds to the web process."""
    rig.jobs.close()
    rig.settings = replace(rig.settings, use_rq="batch")
    rig.jobs = web = rig.manager()
    assert isinstance(web, BothJobManager) and web.kind == "rq+threads"
    rig.worker()
    rig.clock()
    rig.wait_workers()
    films = {queue: [rig.send(do="work", queue=queue) for _ in range(3)] for queue in ("pose", "batch")}
    # What was only written down, as by a web process that died before it could submit, is found by its own kind.
    for queue, ids in films.items():
        ids.append(rig.add(do="work", queue=queue))
    assert {worked(rig, film) for film in films["pose"]} == {"threads"}
    assert {worked(rig, film) for film in films["batch"]} == {"rq"}
    assert web.stats()["job_manager_type"] == "rq+threads" and web.stats()["rq_enabled"] is True
    assert all(not problem for problem in web.ready().values())
    # Each kind is canceled, listed and counted where it is.
    held = [rig.send(do="hold", queue=queue) for queue in ("pose", "batch")]
    for film in held:
        rig.until_runs(film)
    assert {facts.name.startswith("threads@") for facts in web.workers() if facts.job_id} == {True, False}
    waiting = [rig.send(do="work", queue=queue) for queue in ("pose", "batch")]
    assert [web.status(film).queue_position for film in waiting] == [1, 1]
    for film in held:
        assert web.cancel(film).state == "canceled"
    assert [worked(rig, film) for film in waiting] == ["threads", "rq"]
    # The next phase takes the rest over while it waits: nothing is lost or done twice.
    blocker, late = rig.send(do="hold"), rig.send(do="work")
    rig.until_runs(blocker)
    web.close()
    rig.settings = replace(rig.settings, use_rq=True)
    rig.jobs = rig.manager()
    rig.let_go(blocker)
    rig.clock()
    for film in (blocker, late):
        rig.jobs.submit(film)
        rig.until_state(film, "completed")
        assert rig.outcomes(film).count("completed") == 1 and rig.ran(film).count("render") == 1


@pytest.mark.parametrize(
    ("text", "on_rq"),
    [
        ("true", "pose batch maintenance"),
        ("false", ""),
        ("pose", "pose"),
        (" Batch , pose", "pose batch"),
        ("maintenance,batch,pose", "pose batch maintenance"),
    ],
)
def test_the_switch_names_the_kinds_of_jobs_that_are_on_the_queue(text: str, on_rq: str) -> None:
    settings = load({"SHADOW_USE_RQ": text})
    assert [kind for kind in ("pose", "batch", "maintenance") if settings.in_rq(kind)] == on_rq.split()
    assert bool(settings.use_rq) == bool(on_rq)


@pytest.mark.parametrize("text", ["pose,render", ",", "maybe"])
def test_a_kind_that_there_is_not_is_said_with_those_that_there_are(text: str) -> None:
    with pytest.raises(SetupError, match="some of pose,batch,maintenance"):
        load({"SHADOW_USE_RQ": text})
