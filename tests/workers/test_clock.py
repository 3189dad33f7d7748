"""The clock's promises: one leads, nothing waits for ever, nothing is left behind."""

from __future__ import annotations

import io
import os
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from rq import Queue
from rq.job import Job
from sqlalchemy import update

from shadow_trainer.catalog import Analysis, utcnow
from shadow_trainer.jobs.maintenance import alerts
from shadow_trainer.jobs.queue import reconcile
from shadow_trainer.jobs.queue.rq_backend import RqJobManager
from shadow_trainer.jobs.redis.leader_lock import LOCK_KEY, LOCK_S, LeaderLock, is_alive
from tests.jobs.rig import Rig
from workers.clock import Clock


@pytest.fixture
def rig(rq_rig: Rig) -> Iterator[Rig]:
    assert isinstance(rq_rig.jobs, RqJobManager)
    return rq_rig


@pytest.fixture
def clock(rig: Rig) -> Clock:
    return Clock(rig.settings, rig.jobs)


def age(rig: Rig, analysis_id: str, seconds: float = 60, **values: object) -> None:
    """Make a row look older than it is."""
    then = utcnow() - timedelta(seconds=seconds)
    query = update(Analysis).where(Analysis.id == analysis_id)
    rig.catalog.database.transact(lambda s: s.execute(query.values(updated_at=then, **values)))


def test_of_many_clocks_one_leads_and_another_takes_over(rig: Rig) -> None:
    a, b = (LeaderLock(rig.jobs.connection, name) for name in "ab")
    assert a.lead() and not b.lead() and a.lead()
    assert 0 < rig.jobs.connection.pttl(LOCK_KEY) <= LOCK_S * 1000
    rig.jobs.connection.pexpire(LOCK_KEY, 0)  # as if the lock's time had run out
    assert b.lead() and not a.lead()
    a.resign()  # not ours any more: nothing happens
    assert b.lead()
    b.resign()
    assert a.lead()


def test_a_clock_that_waits_for_another_one_is_well(rig: Rig, clock: Clock) -> None:
    assert not is_alive(rig.jobs.connection, socket.gethostname())
    assert LeaderLock(rig.jobs.connection, "another machine's").lead()
    assert not clock.pulse()
    assert is_alive(rig.jobs.connection, socket.gethostname())
    assert not is_alive(rig.jobs.connection, "another machine")


def test_an_alert_that_nobody_takes_keeps_the_clock_from_nothing(
    rig: Rig, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A webhook that does not answer takes seconds for each alert; the leader's lock lasts ten."""
    sending, answered = threading.Event(), threading.Event()

    def watch(_: object) -> None:
        sending.set()
        assert answered.wait(20)

    monkeypatch.setattr(alerts, "watch", watch)
    clock._due["watch"] = 0.0
    for _ in range(2):
        assert clock.pulse() and not answered.is_set()
    assert sending.wait(10)
    answered.set()


def test_what_the_catalog_knows_and_redis_does_not_is_enqueued(rig: Rig, clock: Clock) -> None:
    fresh, old = rig.add(do="work"), rig.add(do="work")
    age(rig, old)
    clock.pulse()
    assert Queue("pose", connection=rig.jobs.connection).get_job_ids() == [old]
    age(rig, fresh)
    clock.mend()
    clock.mend()
    assert set(Queue("pose", connection=rig.jobs.connection).get_job_ids()) == {old, fresh}


def test_an_emptied_redis_loses_nothing(rig: Rig, clock: Clock) -> None:
    films = [rig.send(do="work") for _ in range(5)]
    rig.jobs.connection.flushall()
    for film in films:
        assert rig.jobs.status(film).state == "queued"
        age(rig, film)
    clock.pulse()
    queue = Queue("pose", connection=rig.jobs.connection)
    assert sorted(queue.get_job_ids()) == sorted(films)


def test_a_job_in_no_registry_is_found(rig: Rig, clock: Clock) -> None:
    """What a worker on two queues leaves when it dies between dequeue and start."""
    film = rig.send(do="work")
    rig.jobs.connection.delete("rq:queue:pose")
    assert Job.fetch(film, connection=rig.jobs.connection).get_status() == "queued"
    age(rig, film)
    clock.mend()
    assert Queue("pose", connection=rig.jobs.connection).get_job_ids() == [film]


def test_a_job_lost_between_queue_and_worker_is_put_back(
    rig: Rig, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = rig.send(do="work")
    queue = Queue("pose", connection=rig.jobs.connection)
    rig.jobs.connection.lmove(queue.key, queue.intermediate_queue_key)
    clock.mend()
    assert queue.get_job_ids() == []
    monkeypatch.setattr(reconcile, "IN_BETWEEN_S", 0.0)
    clock.mend()
    assert queue.get_job_ids() == [film]
    assert queue.intermediate_queue.get_job_ids() == []


def test_a_silent_attempt_without_a_job_is_lost_and_tried_again(rig: Rig, clock: Clock) -> None:
    film = rig.add(do="work")
    rig.catalog.attempts.claim(film, "gone")
    age(rig, film)
    clock.mend()
    assert rig.jobs.status(film).state == "processing"  # its lease still holds
    age(rig, film, heartbeat_at=utcnow() - timedelta(seconds=60))
    clock.mend()
    assert rig.outcomes(film) == ["lost"]
    assert rig.jobs.status(film).state == "retrying"
    assert Queue("pose", connection=rig.jobs.connection).get_job_ids() == [film]


def test_a_live_attempt_is_left_alone_when_only_its_parent_is_slow(rig: Rig, clock: Clock) -> None:
    film = rig.send(do="work")
    rig.catalog.attempts.claim(film, "w1")
    connection = rig.jobs.connection
    connection.delete("rq:queue:pose")
    connection.hset(f"rq:job:{film}", mapping={"status": "started", "worker_name": "w1"})
    connection.zadd("rq:wip:pose", {f"{film}:execution": time.time() - 5})
    clock.mend()
    assert rig.outcomes(film) == [""] and rig.catalog.attempts.is_current(film, 1)
    age(rig, film, heartbeat_at=utcnow() - timedelta(seconds=60))
    connection.hset(f"rq:job:{film}", mapping={"status": "started", "worker_name": "w1"})
    connection.delete("rq:queue:pose")
    connection.zadd("rq:wip:pose", {f"{film}:execution": time.time() - 5})
    clock.mend()
    assert rig.outcomes(film) == ["lost"]
    assert rig.jobs.queue("pose").get_job_ids() == [film]


def test_what_a_registry_calls_failed_and_the_catalog_does_not_goes_on(rig: Rig, clock: Clock) -> None:
    film = rig.send(do="work")
    job = Job.fetch(film, connection=rig.jobs.connection)
    rig.jobs.queue("pose").remove(job)
    job.set_status("failed")
    job.failed_job_registry.add(job, exc_string="?")
    age(rig, film)
    clock.mend()
    assert rig.jobs.queue("pose").get_job_ids() == [film]


def test_a_retry_waits_for_its_time(rig: Rig, clock: Clock) -> None:
    film = rig.add(do="work")
    rig.catalog.attempts.claim(film, "w")
    rig.catalog.attempts.postpone(film, 1, {"code": "x", "message": "x", "fix": "x"}, delay_s=3600)
    age(rig, film)
    clock.mend()
    assert rig.jobs.queue("pose").get_job_ids() == []
    age(rig, film, not_before=utcnow())
    clock.mend()
    assert rig.jobs.queue("pose").get_job_ids() == [film]


def test_scheduled_retries_are_enqueued_when_due(rig: Rig, clock: Clock) -> None:
    film = rig.add(do="work")
    queue = rig.jobs.queue("pose")
    queue.enqueue_at(utcnow() - timedelta(seconds=2), "workers.tasks.run_analysis", film, job_id=film)
    later = rig.add(do="work")
    queue.enqueue_at(utcnow() + timedelta(hours=1), "workers.tasks.run_analysis", later, job_id=later)
    clock.pulse()
    assert queue.get_job_ids() == [film]


def test_files_and_jobs_that_nobody_owns_are_swept(rig: Rig, clock: Clock) -> None:
    film, done = rig.send(do="work"), rig.add(do="work")
    rig.catalog.attempts.cancel(done)
    for name in (film, done, "0" * 32):
        (rig.data / "work" / name).mkdir(parents=True)
    orphan, fresh = "analyses/" + "a" * 32 + "/original.mp4", "analyses/" + "b" * 32 + "/original.mp4"
    for key in (orphan, fresh):
        rig.storage.put(key, io.BytesIO(b"x"))
    os.utime(rig.storage.path(orphan), (1, 1))
    rig.jobs.connection.zadd("rq:failed:pose", {"c" * 32: time.time() + 1000})
    clock.forget()
    clock.calendar()
    assert rig.work_left() == [film]
    assert not rig.storage.exists(orphan) and rig.storage.exists(fresh)
    assert rig.storage.exists(f"analyses/{film}/original.mp4")
    assert rig.jobs.connection.zcard("rq:failed:pose") == 0


def test_a_clock_survives_a_restart_of_redis(rig: Rig) -> None:
    from shadow_trainer.jobs.redis import embedded

    process = rig.clock()
    rig.until(lambda: "this clock leads" in rig.logs(), "a leading clock")
    rig.redis.kill()
    rig.until_missed_by(process)
    rig.redis = embedded.start(rig.settings)
    film = rig.add(do="work")
    age(rig, film)
    rig.until(lambda: rig.jobs.queue("pose").get_job_ids() == [film], "the clock to go on")
    assert process.poll() is None
    process.terminate()
    assert process.wait(10) == 0
