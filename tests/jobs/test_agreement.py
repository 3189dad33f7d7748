"""What /status says and what RQ's job and registries say are the same, in every state and after every fault."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from rq.exceptions import NoSuchJobError
from rq.executions import Execution
from rq.job import Job, JobStatus

from shadow_trainer import create_app
from shadow_trainer.catalog import utcnow
from shadow_trainer.jobs.queue import reconcile as reconciling
from shadow_trainer.jobs.queue.threads_backend import ThreadJobManager
from shadow_trainer.jobs.redis import rq_adapter
from shadow_trainer.vocabulary import State
from tests.jobs.rig import SOON_MISSED, Rig, small_settings

REGISTRIES = {
    State.QUEUED: "queued",
    State.RETRYING: "scheduled",
    State.PROCESSING: "started",
    State.COMPLETED: "finished",
    State.FAILED: "failed",
}


def agrees(rig: Rig, film: str) -> bool:
    """Whether status, RQ's job, its registry and the row say the same."""
    said = rig.jobs.status(film).state
    try:
        job = Job.fetch(film, connection=rig.jobs.connection)
    except NoSuchJobError:
        # RQ knows it no more: the catalog alone is asked, and at an end.
        return said == rig.catalog.analyses.get(film).state == State.CANCELED
    place = REGISTRIES.get(said)
    there = place is None or film in rig.jobs.ids_in_registry(job.origin, place)
    return rq_adapter.state_of(job) == said == rig.catalog.analyses.get(film).state and there


def test_status_and_the_queue_agree_in_every_state_and_after_every_fault(rq_rig: Rig) -> None:
    rig = rq_rig
    rig.settings = replace(rig.settings, **SOON_MISSED)
    films = {name: rig.send(do=name) for name in ("work", "bad", "full")}
    films["canceled"] = rig.send(do="work")
    films["hold"], films["waiting"] = rig.send(do="hold"), rig.send(do="work")
    rig.jobs.cancel(films["canceled"])
    assert all(agrees(rig, film) for film in films.values()), "while all of them wait"
    first, _ = rig.worker("one"), rig.clock()
    wanted = {
        "work": "completed", "bad": "failed", "full": "retrying", "canceled": "canceled", "hold": "processing",
        "waiting": "queued",
    }  # fmt: skip
    for name, film in films.items():
        rig.until_state(film, wanted[name])
    rig.until(lambda: all(agrees(rig, film) for film in films.values()), "all to agree")
    active = [films["hold"], films["waiting"]]
    # Redis loses everything; what runs goes on, and what waits is enqueued again.
    rig.jobs.connection.delete(
        *[f"rq:queue:{name}" for name in ("pose", "batch")], f"rq:job:{films['waiting']}"
    )
    rig.until(lambda: agrees(rig, films["waiting"]), "the film that waits to be in the queue again")
    # The worker and its child are killed: another one takes over.
    child = rig.child_of(first)
    os.kill(first.pid, signal.SIGKILL)
    os.kill(child, signal.SIGKILL)
    rig.worker("two")
    rig.until_runs(films["hold"], times=2)
    rig.until(lambda: all(agrees(rig, film) for film in active), "both to agree again")
    rig.let_go(films["hold"])
    rig.until(lambda: all(rig.jobs.status(film).state == "completed" for film in active), "both to end")
    rig.until(lambda: all(agrees(rig, film) for film in active), "both to agree at the end")


def test_jobs_that_are_no_analyses_are_shown(rq_rig: Rig) -> None:
    rig, film = rq_rig, rq_rig.send(do="work")
    assert rig.jobs.other_jobs() == []
    rig.jobs.redraw(film, "r1")
    assert rig.jobs.request_self_test()
    others = {other.words: (other.queue, other.state) for other in rig.jobs.other_jobs()}
    assert others == {
        f"report of analysis {film}": ("batch", "queued"),
        "self-test": ("maintenance", "queued"),
    }
    settings = replace(rig.settings, secret_key="agree" * 10)
    app = create_app(settings, catalog=rig.catalog, storage=rig.storage, jobs=rig.jobs)
    page = app.test_client().get("/admin").text
    assert f"report of analysis {film}" in page and "Besides analyses" in page


def test_jobs_that_are_no_analyses_are_shown_of_a_pool_too(tmp_path: Path) -> None:
    gate, settings = threading.Event(), small_settings(tmp_path / "data", use_rq=False)
    with Rig(settings) as rig:
        pool = rig.jobs
        assert isinstance(pool, ThreadJobManager)
        pool._pool.submit(gate.wait)  # its only thread
        try:
            pool.redraw("a" * 32, "r1")
            pool.redraw("a" * 32, "r1")
            assert pool.request_self_test() and not pool.request_self_test(), "one is enough"
            shown = {other.words: (other.queue, other.state) for other in pool.other_jobs()}
        finally:
            gate.set()
        assert shown == {
            f"report of analysis {'a' * 32}": ("batch", "queued"),
            "self-test": ("maintenance", "queued"),
        }
        rig.until(lambda: pool.other_jobs() == [], "both to end")


@pytest.mark.parametrize("late", [{"last_heartbeat": "2026-01-01"}, {"meta": "{}"}, {"status": "scheduled"}])
def test_what_a_late_write_leaves_of_a_deleted_job_stops_no_video(
    rq_rig: Rig, monkeypatch: pytest.MonkeyPatch, late: dict[str, str]
) -> None:
    rig, film = rq_rig, rq_rig.send(do="work")
    job = Job.fetch(film, connection=rig.jobs.connection)
    job.delete()
    rig.jobs.connection.hset(job.key, mapping=late)
    monkeypatch.setattr(reconciling, "STRAY_S", -1.0)
    assert reconciling.reconcile(rig.jobs) == 1
    assert agrees(rig, film) and rig.jobs.status(film).state == "queued"


def test_an_execution_that_ran_out_keeps_no_video_from_its_next_attempt(
    rq_rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its worker vanished: the hash of the execution is gone, the lists name it for a minute more."""
    rig, film = rq_rig, rq_rig.send(do="work")
    other = rig.send(do="work")
    connection, job = rig.jobs.connection, Job.fetch(film, connection=rq_rig.jobs.connection)
    with connection.pipeline() as pipeline:
        execution = Execution.create(job, 60, pipeline=pipeline)
        pipeline.execute()
    connection.delete(execution.key)
    job.set_status(JobStatus.FINISHED)
    connection.delete("rq:queue:pose")
    monkeypatch.setattr(reconciling, "STRAY_S", -1.0)
    assert reconciling.reconcile(rig.jobs) == 2
    assert agrees(rig, film) and agrees(rig, other)
    assert film not in rig.jobs.ids_in_registry("pose", "started")


def test_what_a_late_write_leaves_of_a_scheduled_job_holds_up_no_other(rq_rig: Rig) -> None:
    rig, films = rq_rig, [rq_rig.send(do="work") for _ in range(2)]
    queue, connection = rig.jobs.queue("pose"), rig.jobs.connection
    for film in films:
        Job.fetch(film, connection=connection).delete()
        job = queue.enqueue_at(utcnow() - timedelta(seconds=1), "tests.jobs.fakes:run", job_id=film)
    job.delete()
    connection.zadd(queue.scheduled_job_registry.key, {job.id: 1})
    connection.hset(job.key, "last_heartbeat", "2026-01-01")
    rq_adapter.enqueue_due(rq_adapter.scheduler(["pose"], connection))
    assert queue.get_job_ids() == films[:1] and queue.scheduled_job_registry.get_job_ids() == []
