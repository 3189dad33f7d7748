"""The tasks that RQ calls by dotted name. Jobs carry an id, never an object; results are plain dictionaries."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import redis
from rq import get_current_job
from rq.job import Job

from shadow_trainer import logs
from shadow_trainer.errors import ShadowError
from shadow_trainer.jobs.attempt.progress import LISTENER_S
from shadow_trainer.jobs.attempt.runner import Runner
from shadow_trainer.jobs.correction import videos
from shadow_trainer.jobs.correction.redraw import redraw
from shadow_trainer.jobs.maintenance import self_test as selftest
from shadow_trainer.jobs.queue import rq_retry
from shadow_trainer.jobs.redis import rq_adapter
from shadow_trainer.vocabulary import State

# A job without an analysis of its own has no attempts in the catalog: they are counted in the job.
MOST_REDRAWS = 3

_runner: Runner | None = None


def use(runner: Runner) -> None:
    """The runner of this process, given once by whoever starts it (the worker's child)."""
    global _runner
    _runner = runner


def run_analysis(analysis_id: str) -> dict[str, Any]:
    """One attempt at an analysis. Raises the attempt's error, so that RQ counts it as failed.

    Whether RQ tries it again was decided by the runner and is written into the job first.
    """
    job, runner = _here()
    with logs.context(job_id=job.id):
        _revive(job, runner)
        outcome = runner.run(analysis_id, job.worker_name or "", listener=Meta(job, runner))
    if outcome.failed:
        rq_retry.apply(job, outcome.state, delay_s=outcome.delay_s, at_front=outcome.at_front)
        raise outcome.error or ShadowError("The attempt failed.")
    return {"state": str(outcome.state), "attempt": outcome.number}


def redraw_analysis(analysis_id: str, revision: str) -> dict[str, Any]:
    """Report and stills of a finished analysis whose numbers changed; given up when it keeps killing workers."""
    job, runner = _here()
    tries = job.meta.get("tries", 0) + 1
    rq_adapter.save_meta(job, {**job.meta, "tries": tries})
    if tries > MOST_REDRAWS:
        return {"drawn": False}
    with logs.context(job_id=job.id, analysis_id=analysis_id):
        return {"drawn": redraw(runner.services, analysis_id, revision)}


def draw_video(analysis_id: str, name: str) -> dict[str, Any]:
    """One of the drawn videos of a finished analysis, for whoever asked for it."""
    job, runner = _here()
    with logs.context(job_id=job.id, analysis_id=analysis_id):
        return {"drawn": videos.draw(runner.services, analysis_id, name, progress=Percent(job))}


def self_test() -> dict[str, Any]:
    """See :mod:`shadow_trainer.jobs.maintenance.self_test`."""
    job, runner = _here()
    with logs.context(job_id=job.id):
        return selftest.run(runner, job.worker_name or "")


def _here() -> tuple[Job, Runner]:
    job = get_current_job()
    if _runner is None or job is None:
        raise ShadowError("Jobs run inside `python -m shadow_trainer worker` only.", code="no_runner")
    return job, _runner


def _revive(job: Job, runner: Runner) -> None:
    """A failed job that a person requeued on the queue's own dashboard gets its attempts back.

    A job that was enqueued before its analysis failed is a leftover instead, and finds nothing to do.
    """
    row = runner.services.catalog.analyses.find(job.id)
    if row is None or row.state != State.FAILED or row.finished_at is None or job.enqueued_at is None:
        return
    if job.enqueued_at > row.finished_at:
        runner.services.catalog.attempts.requeue(job.id)


class Percent:
    """How far a drawing is, in the job's meta; told at most twice a second."""

    def __init__(self, job: Job) -> None:
        self.job, self._told = job, 0.0

    def __call__(self, done: int, total: int) -> None:
        """Called with each frame."""
        if time.monotonic() - self._told > LISTENER_S:
            self._told = time.monotonic()
            percent = round(100 * done / max(total, 1), 1)
            with contextlib.suppress(redis.RedisError):  # a drawing does not fail because nobody hears of it
                rq_adapter.save_meta(self.job, {**self.job.meta, "progress": percent})


class Meta:
    """The only thing that touches ``job.meta``: stage, percent, and the attempt they belong to."""

    def __init__(self, job: Job, runner: Runner) -> None:
        self.job = job
        row = runner.services.catalog.analyses.find(job.id)
        # The claim that follows gives the next number.
        self.attempt = (row.attempt if row else 0) + 1
        self.done: tuple[int, int] = (0, 0)
        self.video_frames = 0

    def frames(self, done: int, total: int) -> None:
        """Frames (or steps) done in the stage, told with the next call."""
        self.done = (done, total)

    def video_has(self, frames: int) -> None:
        """Frames of the whole video, told with every call from now on."""
        self.video_frames = frames

    def __call__(self, stage: str, percent: float) -> None:
        """Called at most twice a second."""
        done, total = self.done
        meta = {"attempt": self.attempt, "stage": stage, "progress": percent, "done": done, "total": total}
        meta["video_frames"] = self.video_frames
        rq_adapter.save_meta(self.job, meta)
