"""One worker leaks nothing: its child's memory, files and threads stay where they were over many jobs.

The number of jobs is small in `make test`; `make chaos` asks for 200 by SHADOW_LEAK_JOBS.
"""

from __future__ import annotations

import os
from dataclasses import replace

import psutil

from tests.jobs.rig import Rig

JOBS = int(os.environ.get("SHADOW_LEAK_JOBS", "24"))
WARM_UP = 8
GROWTH_MB = 12.0


def test_one_worker_leaks_nothing(rq_rig: Rig) -> None:
    rig = rq_rig
    rig.settings = replace(rig.settings, worker_max_jobs=0)
    worker = rig.worker()
    parent = psutil.Process(worker.pid)
    run(rig, WARM_UP)
    child = psutil.Process(rig.child_of(worker))
    before = facts(parent), facts(child)
    run(rig, JOBS)
    assert rig.child_of(worker) == child.pid
    after = facts(parent), facts(child)
    print(f"{JOBS} jobs: parent {before[0]} -> {after[0]}, child {before[1]} -> {after[1]}")
    for (memory, files, threads), (memory_now, files_now, threads_now) in zip(before, after, strict=True):
        assert memory_now - memory < GROWTH_MB
        assert files_now <= files + 2
        assert threads_now <= threads + 1
    # The last film is completed a moment before its folder goes.
    rig.until(lambda: rig.work_left() == [] and not list(rig.data.rglob("*.part")), "nothing to be left")


def run(rig: Rig, number: int) -> None:
    films = [rig.send(do="work", seconds=0.02) for _ in range(number)]
    rig.until(
        lambda: all(rig.catalog.analyses.get(film).state == "completed" for film in films),
        f"{number} films",
        60 + number,
    )


def facts(process: psutil.Process) -> tuple[float, int, int]:
    """Resident megabytes, open files, threads."""
    return round(process.memory_info().rss / 1e6, 1), process.num_fds(), process.num_threads()
