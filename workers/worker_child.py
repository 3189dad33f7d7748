"""The worker's persistent child: loads the model once, then runs one job after another.

Started by :mod:`workers.child_process` as ``python -m workers.worker_child FD``. Standard input: a header line, then
one line ``job execution`` for each job. FD: one byte back each time, see :mod:`workers.child_process`. The end of
standard input means that the parent is gone (or wants an end), and ends this process at once.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import signal
import sys
import threading
from importlib import import_module
from typing import Any

from rq import Queue
from rq.job import Job

from shadow_trainer import logs
from shadow_trainer.catalog import Catalog
from shadow_trainer.catalog.database import ATTEMPT_PATIENCE_S
from shadow_trainer.errors import ShadowError
from shadow_trainer.jobs.attempt.runner import Runner
from shadow_trainer.jobs.queue import rq_retry
from shadow_trainer.jobs.redis import rq_adapter
from shadow_trainer.jobs.redis.client import connect
from shadow_trainer.services import open_services
from shadow_trainer.settings import Settings
from workers import tasks
from workers.child_process import DONE, FAILED, READY, REPLACE_ME
from workers.work_horse import WorkHorse

log = logging.getLogger("workers.worker_child")


def main() -> None:
    """Get ready, say so, work until standard input ends."""
    answers = int(sys.argv[1])
    # The platform may signal every process (Heroku), a terminal the group: the parent decides what ends.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    header = json.loads(sys.stdin.readline() or "{}")
    if not header:
        return
    settings = Settings(**header["settings"])
    logs.setup(settings, "worker")
    # Videos take seconds of every processor; a page on the same machine must not wait for that.
    os.nice(settings.worker_nice)
    jobs = _read_jobs()
    try:
        runner = _runner(settings, header["test_overrides"])
        runner.engines.warm()
    except ShadowError as error:
        os.write(answers, FAILED + f"{error.code}: {error.message} {error.fix}".encode()[:4000])
        return
    tasks.use(runner)
    connection = connect(settings, "worker")
    work_horse = WorkHorse(header["queue"], header["worker"], connection, settings.worker_silence_s)
    os.write(answers, READY)
    while True:
        job_id, execution_id = jobs.get()
        clean = perform(work_horse, runner.services.catalog, job_id, execution_id)
        os.write(answers, DONE if clean else REPLACE_ME)


def perform(work_horse: WorkHorse, catalog: Catalog, job_id: str, execution_id: str) -> bool:
    """Run one job as RQ does; False when this process had better be replaced afterwards."""
    job: Job | None = None
    try:
        job = Job.fetch(job_id, connection=work_horse.connection)
        execution = rq_adapter.begin_execution(work_horse, job, execution_id)
        work_horse.perform_job(job, Queue(job.origin, connection=work_horse.connection), execution)
        rq_retry.withdraw_if_ended(job, catalog)
    except Exception:
        # Redis went away in the middle of the bookkeeping: the clock finds the job and sets it right.
        log.exception("the end of job %s could not be written", job_id)
        return False
    finally:
        rq_adapter.end_executions(work_horse)
    return not work_horse.timed_out


def _runner(settings: Settings, test_overrides: dict[str, str]) -> Runner:
    """The real parts, unless a test override names a replacement ``module:attribute``."""
    from shadow_trainer.jobs.pipeline.engines import Engines

    engines = (
        _named(test_overrides["engines"])(settings) if "engines" in test_overrides else Engines(settings)
    )
    pipeline = _named(test_overrides["pipeline"]) if "pipeline" in test_overrides else None
    services = open_services(settings)
    services.catalog.database.patience_s = ATTEMPT_PATIENCE_S
    return Runner(services, engines, pipeline)


def _named(name: str) -> Any:
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)


def _read_jobs() -> queue.Queue[tuple[str, str]]:
    """Read standard input in a thread, so that its end is noticed while a job runs."""
    jobs: queue.Queue[tuple[str, str]] = queue.Queue()

    def read() -> None:
        for line in sys.stdin:
            job_id, execution_id = line.split()
            jobs.put((job_id, execution_id))
        # No farewell: the parent is dead or has decided. Nothing half-written can be mistaken for whole.
        os._exit(0)

    threading.Thread(target=read, name="stdin", daemon=True).start()
    return jobs


if __name__ == "__main__":
    main()
