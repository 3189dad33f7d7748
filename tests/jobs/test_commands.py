"""The operator's commands: what waits, what is dead, and what to do about it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from shadow_trainer.cli.queue import queue
from shadow_trainer.settings import ROOT
from tests.jobs.rig import Rig


@pytest.fixture
def rig(rq_rig: Rig, monkeypatch: pytest.MonkeyPatch) -> Rig:
    for name in ("SHADOW_USE_RQ", "REDIS_URL", "DATABASE_URL", "SHADOW_STORAGE_URL"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("SHADOW_DATA_DIR", str(rq_rig.data))
    return rq_rig


def call(*arguments: str) -> str:
    done = CliRunner().invoke(queue, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_queue_is_listed(rig: Rig) -> None:
    film = rig.send(do="work")
    said = call("list")
    assert film in said and "#1" in said and "queued 1" in said


def test_dead_letters_are_listed_requeued_and_deleted(rig: Rig) -> None:
    error = {"code": "unavailable", "message": "Redis was away.", "fix": "Wait."}
    film, bad = rig.add(do="work"), rig.add(do="bad")
    for _ in range(4):
        rig.catalog.attempts.postpone(film, rig.catalog.attempts.claim(film, "w").number, error, delay_s=0)
    rig.catalog.attempts.fail(film, rig.catalog.attempts.claim(film, "w").number, error)
    rig.catalog.attempts.fail(
        bad, rig.catalog.attempts.claim(bad, "w").number, {**error, "code": "not_a_video"}
    )
    said = call("dead")
    assert f"{film}  5 attempts" in said and "unavailable: Redis was away." in said
    assert bad not in said and f"{bad}  permanent" in call("failed")
    said = call("requeue", "--all")
    assert f"{film}  queued\n" in said and "1 was left out" in said
    assert call("cancel", film) == f"{film}  canceled\n"
    assert call("delete", "--yes", film, bad).count("deleted") == 2
    assert rig.catalog.analyses.page() == [] and rig.files(film) == []


def test_several_workers_come_and_go_together(rig: Rig) -> None:
    environ = {**os.environ, "SHADOW_SHUTDOWN_GRACE_S": "1", "SHADOW_WORKER_READY_TIMEOUT_S": "5"}
    command = [sys.executable, "-m", "shadow_trainer", "workers", "up", "-n", "2"]
    with (rig.data / "up.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)
    try:
        rig.wait_workers(2)
        # One that is killed is started again.
        victim = _workers_of(process.pid)[0]
        os.kill(victim, signal.SIGKILL)
        rig.until(lambda: len(set(_workers_of(process.pid)) - {victim}) == 2, "the second start")
    finally:
        process.terminate()
        process.wait(30)
    assert process.returncode == 0
    rig.until(lambda: not _any_left(rig.data), "every worker to end", 10)


def _workers_of(pid: int) -> list[int]:
    import psutil

    workers = []
    for child in psutil.Process(pid).children():
        # One that has just been killed is still there for a moment, without a command line.
        with contextlib.suppress(psutil.NoSuchProcess):
            if "worker" in child.cmdline():
                workers.append(child.pid)
    return workers


def _any_left(data: Path) -> bool:
    import psutil

    for process in psutil.process_iter(["cmdline", "environ"]):
        if (process.info["environ"] or {}).get("SHADOW_DATA_DIR") == str(data):
            words = " ".join(process.info["cmdline"] or [])
            if "shadow_trainer worker" in words or "worker_child" in words:
                return True
    return False
