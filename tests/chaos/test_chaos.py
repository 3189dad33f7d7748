"""Nothing is ever lost: films go through while everything around them breaks.

The quick form is part of `make test`; `make chaos` sets SHADOW_CHAOS_FILMS and SHADOW_CHAOS_SECONDS for the
long one. The seed is printed; give it as SHADOW_CHAOS_SEED to repeat a run.
"""

from __future__ import annotations

import contextlib
import os
import random
import statistics
import time
from pathlib import Path

import psutil

from shadow_trainer.jobs.attempt import workdir
from shadow_trainer.jobs.maintenance import retention
from shadow_trainer.jobs.queue.rq_backend import QUEUES
from shadow_trainer.settings import Settings
from shadow_trainer.vocabulary import ENDED_STATES, State
from tests.chaos.monkey import Monkey, Supervisor
from tests.jobs.conftest import needs_redis
from tests.jobs.rig import SOON_MISSED, Rig, small_settings
from tests.jobs.small_disk import Disk, refused, small_disk

FILMS = int(os.environ.get("SHADOW_CHAOS_FILMS", "12"))
SECONDS = float(os.environ.get("SHADOW_CHAOS_SECONDS", "6"))
LONG = FILMS > 50
STANDSTILL_S = 120.0


def test_nothing_is_lost_and_nothing_is_done_twice(tmp_path: Path) -> None:
    needs_redis()
    seed = int(os.environ.get("SHADOW_CHAOS_SEED", random.SystemRandom().randrange(10**6)))
    print(f"seed {seed}, {FILMS} films, {SECONDS:g} s of chaos")
    data = tmp_path / "data"
    settings = small_settings(
        data,
        retry_attempts=6,
        shutdown_grace_s=0.5,
        retry_policies="worker_lost=12@0/front; storage_full=20@1",
        job_timeout_s=20,
        **({} if LONG else SOON_MISSED),
    )
    with contextlib.ExitStack() as stack:
        disk = None
        if why := refused(data):
            print(f"the full disk is told to the stages only: no disk can be mounted here ({why})")
        else:
            disk = stack.enter_context(small_disk(data, 256))
        _break_everything(settings, seed, disk)
        # Nothing of it is left: no process, no socket.
        assert [path for path in data.rglob("*") if path.is_socket()] == []
        assert [line for line in _command_lines() if str(data) in line] == []


def _break_everything(settings: Settings, seed: int, disk: Disk | None) -> None:
    dice = random.Random(seed)
    with Rig(settings) as rig:
        supervisor = Supervisor(rig, workers=3 if LONG else 2, clocks=2)
        films = [rig.send(do="work", seconds=dice.uniform(0.05, 1.5 if LONG else 1.0)) for _ in range(FILMS)]
        times = {"pause_s": 1.0, "stopped_s": 12.0} if LONG else {"pause_s": 0.3, "stopped_s": 2.0}
        monkey = Monkey(rig, supervisor, seed, disk=disk, **times)
        began = time.monotonic()
        rig.until(lambda: State.COMPLETED in rig.catalog.statistics.counts(), "the first video")
        monkey.run(SECONDS)
        (rig.data / "disk_full").unlink(missing_ok=True)
        calm = time.monotonic()
        _wait_for_the_end(rig, supervisor, films, seed)
        print(f"broke {sum(monkey.done.values())} times: {dict(monkey.done)}")
        print(f"all at their end {time.monotonic() - calm:.1f} s after the last fault")
        print(f"whole run {time.monotonic() - began:.1f} s")
        _tell_recoveries(rig, monkey)
        _check_films(rig, films, seed)
        _check_places(rig)
        supervisor.names = []
        for process in supervisor.running.values():
            process.terminate()
        rig.until(lambda: not supervisor.left_over(), "every process to end", 30)


def _wait_for_the_end(rig: Rig, supervisor: Supervisor, films: list[str], seed: int) -> None:
    """Until every video is at its end. Stuck is what stands still, however slow the machine is."""
    left, moved = len(films), time.monotonic()
    while waiting := [film for film in films if rig.catalog.analyses.get(film).state not in ENDED_STATES]:
        if len(waiting) < left:
            left, moved = len(waiting), time.monotonic()
        if time.monotonic() - moved > STANDSTILL_S:
            stuck = [rig.jobs.status(film) for film in waiting]
            raise AssertionError(f"seed {seed}: stuck: {stuck}\n{rig.logs()[-8000:]}")
        supervisor.tend()
        time.sleep(0.3)


def _tell_recoveries(rig: Rig, monkey: Monkey) -> None:
    """From the SIGKILL of a worker and its child to the next attempt at what they had, whatever broke next."""
    took = []
    for film, at in monkey.killed:
        later = [a.started_at for a in rig.catalog.attempts.of(film) if a.started_at > at]
        took += [(min(later) - at).total_seconds()] if later else []
    if took:
        shown = f"median {statistics.median(took):.1f} s, longest {max(took):.1f} s"
        print(f"{len(took)} films of killed workers ran again: {shown}")


def _check_films(rig: Rig, films: list[str], seed: int) -> None:
    states = {film: rig.catalog.analyses.get(film).state for film in films}
    assert set(states.values()) <= {State.COMPLETED, State.FAILED}, f"seed {seed}: {states}"
    for film, state in states.items():
        row, outcomes = rig.catalog.analyses.get(film), rig.outcomes(film)
        assert outcomes.count("completed") == (state == State.COMPLETED), f"seed {seed}: {film} {outcomes}"
        assert "" not in outcomes, f"seed {seed}: an attempt without an end: {film} {outcomes}"
        if state == State.COMPLETED:
            assert rig.files(film) == sorted([*row.files, "original.mp4"])
            assert len(rig.catalog.analyses.deliveries(film)) == 1
        else:
            assert row.error and row.error["code"] and len(outcomes) > rig.settings.retry_attempts
    lost = sum(outcome not in ("completed",) for film in films for outcome in rig.outcomes(film))
    print(
        f"{list(states.values()).count(State.COMPLETED)} completed, {list(states.values()).count(State.FAILED)} failed"
    )
    print(f"{lost} attempts did not get through")


def _check_places(rig: Rig) -> None:
    """No work folder, no temporary file, no entry that says something still runs."""
    rig.until(lambda: rig.work_left() == [] or not _sweep(rig), "the work folders to go", 20)
    _sweep(rig)
    assert rig.work_left() == []
    assert list(rig.data.rglob("*.part")) == []
    for name in QUEUES:
        queue = rig.jobs.queue(name)
        rig.until(
            lambda q=queue: (
                not (
                    q.get_job_ids()
                    or q.started_job_registry.get_job_ids(cleanup=False)
                    or q.intermediate_queue.get_job_ids()
                )
            ),
            f"the queue {name} and its registries to be empty",
            60,
        )


def _sweep(rig: Rig) -> int:
    return workdir.sweep_ended(rig.jobs) + retention.sweep(rig.jobs, 0.0)


def _command_lines() -> list[str]:
    return [" ".join(p.info["cmdline"] or []) for p in psutil.process_iter(["cmdline"])]
