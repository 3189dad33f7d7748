"""The migration: legacy mode, RQ, and back, with films queued and running at each switch. Nothing is lost."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from shadow_trainer.jobs.pipeline import stages
from tests.jobs.conftest import needs_redis
from tests.jobs.forked import Forked
from tests.jobs.rig import SOON_MISSED, Rig, small_settings


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """Redis runs all the time; which back end works is up to the test."""
    needs_redis()
    real = stages.STAGES
    with Rig(small_settings(tmp_path / "data", **SOON_MISSED)) as installation:
        yield installation
    stages.STAGES = real


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
