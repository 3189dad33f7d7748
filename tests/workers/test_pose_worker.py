"""The warm worker's promises, each shown by doing the worst to a real worker process."""

from __future__ import annotations

import contextlib
import os
import signal
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from redis import ConnectionError, TimeoutError
from redis.client import PubSubWorkerThread
from rq.command import send_stop_job_command
from rq.job import Job

from shadow_trainer.jobs.queue import reconcile, self_test_record
from shadow_trainer.jobs.queue.rq_backend import QUEUES
from tests.jobs.rig import SOON_MISSED, Rig, small_settings
from workers import pose_worker, presence


@pytest.fixture
def rig(rq_rig: Rig) -> Rig:
    return rq_rig


def restart_with(rig: Rig, **changes: object) -> None:
    """Use other settings for processes started from now on."""
    rig.settings = replace(rig.settings, **changes)


def test_the_child_stays_between_jobs(rig: Rig) -> None:
    worker = rig.worker()
    child = rig.child_of(worker)
    for _ in range(3):
        rig.until_state(rig.send(do="work"), "completed")
    assert rig.child_of(worker) == child


def test_every_queue_is_served_in_order_and_nothing_stays_between_queue_and_worker(rig: Rig) -> None:
    bulk = [rig.send(do="work", seconds=0.2, queue="batch") for _ in range(3)]
    rig.jobs.request_self_test()
    film = rig.send(do="work")
    rig.worker()
    for each in (film, *bulk):
        rig.until_state(each, "completed")
    rig.until(lambda: (self_test_record.last(rig.catalog) or {}).get("ok"), "the self-test")
    ended = {each: rig.catalog.analyses.get(each).finished_at for each in (film, *bulk)}
    assert min(ended, key=ended.get) == film  # sent last, but a coach waits for it
    for name in QUEUES:
        queue = rig.jobs.queue(name)
        assert queue.get_job_ids() == queue.intermediate_queue.get_job_ids() == []


def test_a_film_wakes_an_idle_worker_at_once(rig: Rig) -> None:
    rig.worker()
    rig.until_state(rig.send(do="work"), "completed")
    waits = []
    for _ in range(5):
        row = rig.catalog.analyses.get(film := rig.send(do="work"))
        rig.until_state(film, "completed")
        waits.append((rig.catalog.analyses.get(film).started_at - row.queued_at).total_seconds())
    print(f"from submission to start: {sorted(waits)[2] * 1000:.0f} ms")
    assert sorted(waits)[2] < 0.5


def test_a_worker_that_dies_between_queue_and_job_loses_none_of_any_queue(rig: Rig) -> None:
    """The moment at which RQ loses a job when a worker listens to several queues."""
    films = [rig.send(do="work", queue=name) for name in ("pose", "batch")]
    for name in ("pose", "batch"):
        queue = rig.jobs.queue(name)
        rig.jobs.connection.lmove(queue.key, queue.intermediate_queue_key)
    rig.clock()
    rig.worker()
    for film in films:
        rig.until_state(film, "completed")


def test_nothing_is_taken_before_the_child_is_ready(rig: Rig) -> None:
    (rig.data / "unready").touch()
    rig.worker()
    rig.wait_workers()
    film = rig.send(do="work")
    rig.until(lambda: rig.logs().count("no_weights") > 1, "the child to complain twice")
    assert rig.jobs.status(film).state == "queued"
    (rig.data / "unready").unlink()
    rig.until_state(film, "completed")


def test_a_child_that_dies_is_replaced_and_the_job_goes_on(rig: Rig) -> None:
    rig.clock()
    rig.worker()
    film = rig.send(do="crash", times=1)
    rig.until_state(film, "completed")
    assert rig.outcomes(film) == ["crashed", "completed"]
    # Stages that were finished are not repeated, and fewer frames are taken at once.
    assert rig.ran(film) == ["probe", "pose", "pose", "render"]
    assert rig.catalog.analyses.get(film).batch_limit == 4


def test_a_film_that_kills_every_worker_becomes_a_dead_letter(rig: Rig) -> None:
    rig.clock()
    rig.worker()
    film = rig.send(do="crash", times=99)
    assert rig.until_state(film, "failed").error["code"] == "worker_crashed"
    assert rig.outcomes(film) == ["crashed"] * 3
    rig.until_state(rig.send(do="work"), "completed")
    [letter] = rig.jobs.dead_letters()
    assert letter.job_id == film and not letter.permanent


def test_an_idle_child_that_dies_costs_nothing(rig: Rig) -> None:
    worker = rig.worker()
    rig.until_state(rig.send(do="work"), "completed")
    os.kill(rig.child_of(worker), signal.SIGKILL)
    rig.clock()
    film = rig.send(do="work")
    rig.until_state(film, "completed")


def test_killing_worker_and_child_is_repaired_by_the_clock(rig: Rig) -> None:
    rig.clock()
    worker = rig.worker("w1")
    film = rig.send(do="work", seconds=60)
    rig.until_runs(film)
    child = rig.child_of(worker)
    worker.kill()
    os.kill(child, signal.SIGKILL)
    rig.worker("w2")
    rig.until_runs(film, times=2)
    assert rig.outcomes(film) == ["lost", ""]
    assert rig.ran(film).count("probe") == 1


def test_the_child_leaves_when_its_parent_is_killed(rig: Rig) -> None:
    worker = rig.worker()
    film = rig.send(do="work", seconds=60)
    rig.until_runs(film)
    child = rig.child_of(worker)
    worker.kill()
    rig.until(lambda: not psutil.pid_exists(child) or _zombie(child), "the child to leave")


def _zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("to_the_child_too", [False, True])
def test_sigterm_lets_a_short_job_finish(rig: Rig, to_the_child_too: bool) -> None:
    restart_with(rig, shutdown_grace_s=10.0)
    worker = rig.worker()
    film = rig.send(do="hold")
    rig.until_runs(film)
    child = rig.child_of(worker)
    worker.terminate()
    if to_the_child_too:  # the platform signals every process
        os.kill(child, signal.SIGTERM)
    rig.until(lambda: "stopping: the running job" in rig.logs(), "the worker to hear it")
    rig.let_go(film)
    assert worker.wait(15) == 0
    assert rig.jobs.status(film).state == "completed"
    assert rig.outcomes(film) == ["completed"]
    assert _zombie(child)


def test_sigterm_hands_a_long_job_back_without_spending_an_attempt(rig: Rig) -> None:
    worker = rig.worker("w1")
    film, waiting = rig.send(do="hold"), rig.send(do="work")
    rig.until_runs(film)
    worker.terminate()
    assert worker.wait(15) == 0
    rig.let_go(film)
    assert rig.jobs.status(film).state == "queued"
    # It is before the one that waited.
    rig.until(
        lambda: [rig.jobs.status(f).queue_position for f in (film, waiting)] == [1, 2], "the order of both"
    )
    rig.worker("w2")
    rig.until_state(film, "completed")
    attempts = rig.catalog.attempts.of(film)
    assert [(a.outcome, a.counted) for a in attempts] == [("handed_back", False), ("completed", True)]
    assert rig.ran(film) == ["probe", "pose", "pose", "render"]
    rig.until_state(waiting, "completed")


def test_an_idle_worker_stops_at_once_and_leaves_nothing(rig: Rig) -> None:
    worker = rig.worker()
    child = rig.child_of(worker)
    rig.until_state(rig.send(do="work"), "completed")
    worker.terminate()
    assert worker.wait(10) == 0
    assert _zombie(child)
    assert rig.jobs.worker_count() == 0


def test_a_time_limit_ends_python_that_never_checks_and_replaces_the_child(rig: Rig) -> None:
    restart_with(rig, job_timeout_s=2)
    rig.jobs = rig.manager(job_timeout_s=2)
    worker = rig.worker()
    child = rig.child_of(worker)
    film = rig.send(do="sleepy", times=9)
    status = rig.until_state(film, "failed")
    assert status.error["code"] == "timeout" and rig.outcomes(film) == ["failed"]
    rig.until(lambda: _zombie(child), "the child to be replaced", 10)
    rig.until_state(rig.send(do="work"), "completed")


def test_a_child_that_hangs_in_native_code_is_killed_after_the_limit(rig: Rig) -> None:
    restart_with(rig, job_timeout_s=2)
    rig.jobs = rig.manager(job_timeout_s=2)
    rig.worker()
    film = rig.send(do="hang", times=9)
    rig.until_runs(film)
    assert rig.until_state(film, "failed").error["code"] == "timeout"
    rig.until_state(rig.send(do="work"), "completed")


def test_the_child_is_replaced_after_its_jobs(rig: Rig) -> None:
    restart_with(rig, worker_max_jobs=2)
    worker = rig.worker()
    first = rig.child_of(worker)
    for _ in range(2):
        rig.until_state(rig.send(do="work"), "completed")
    rig.until_state(rig.send(do="work"), "completed")
    assert rig.child_of(worker) != first


def test_the_child_is_replaced_when_it_is_too_large(rig: Rig) -> None:
    restart_with(rig, worker_max_memory_mb=1)
    worker = rig.worker()
    first = rig.child_of(worker)
    rig.until_state(rig.send(do="work"), "completed")
    rig.until_state(rig.send(do="work"), "completed")
    assert rig.child_of(worker) != first


def test_a_stop_from_the_queues_own_dashboard_cancels_the_analysis(rig: Rig) -> None:
    rig.worker()
    film = rig.send(do="work", seconds=60)
    rig.until_runs(film)
    send_stop_job_command(rig.jobs.connection, film)
    rig.until_state(film, "canceled")
    assert rig.files(film) == ["original.mp4", "preview.mp4"]
    rig.until(lambda: rig.work_left() == [], "the work folder to go")
    assert rig.jobs.dead_letters() == []


def test_a_cancel_from_the_queues_own_dashboard_is_noticed_by_the_clock(rig: Rig) -> None:
    film = rig.send(do="work")
    Job.fetch(film, connection=rig.jobs.connection).cancel()
    rig.clock()
    rig.until_state(film, "canceled")


def test_a_requeue_from_the_queues_own_dashboard_restores_the_attempts(rig: Rig) -> None:
    rig.worker()
    rig.clock()
    film = rig.send(do="flaky", times=3)
    rig.until_state(film, "failed")
    rig.until(lambda: film in rig.jobs.queue("pose").failed_job_registry, "the queue to know it, too")
    Job.fetch(film, connection=rig.jobs.connection).requeue()
    rig.until_state(film, "completed")
    assert rig.outcomes(film) == ["retrying", "retrying", "failed", "completed"]


def test_redis_may_restart_while_a_job_runs(rig: Rig) -> None:
    from shadow_trainer.jobs.redis import embedded

    clock, worker = rig.clock(), rig.worker()
    film, waiting = rig.send(do="hold"), rig.send(do="work")
    rig.until_runs(film)
    rig.redis.kill()
    assert rig.jobs.status(film).state == "processing"
    rig.until_missed_by(clock, worker)
    rig.redis = embedded.start(rig.settings)
    rig.let_go(film)
    rig.until_state(film, "completed")
    rig.until_state(waiting, "completed")
    assert rig.outcomes(film) == ["completed"]
    assert rig.ran(film).count("render") == 1


def test_a_redis_that_was_emptied_hears_of_its_workers_again(rig: Rig) -> None:
    restart_with(rig, worker_silence_s=2.0)
    rig.worker("busy"), rig.worker("idle", "batch")
    rig.wait_workers(2)
    film = rig.send(do="hold")
    rig.until_runs(film)
    rig.jobs.connection.flushall()
    rig.until(lambda: rig.jobs.worker_count() == 2, "both workers to be known again")
    rig.clock()
    known = {worker.name: worker for worker in rig.jobs.workers()}
    assert known["idle"].queues == ("batch",) and known["busy"].since is not None
    rig.let_go(film)
    rig.until_state(film, "completed")


def test_a_worker_hears_commands_again_after_a_redis_that_was_silent(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "COMMANDS_PAUSE_S", 0.0)
    worker = pose_worker.PoseWorker(rig.settings, "pose", name="w")
    heard = []

    class Channel:
        def get_message(self, **_: object) -> None:
            heard.append(len(heard))
            if len(heard) < 3:
                raise (TimeoutError("silent"), ConnectionError("gone"))[len(heard) - 1]
            thread.stop()

        def close(self) -> None:
            pass

    thread = PubSubWorkerThread(Channel(), 0, exception_handler=worker._pubsub_exception_handler)
    thread.run()
    assert heard == [0, 1, 2]


def test_whoever_is_told_to_end_while_redis_is_away_ends_soon_and_loses_nothing(rig: Rig) -> None:
    from shadow_trainer.jobs.redis import embedded

    restart_with(rig, **SOON_MISSED)
    busy = rig.worker("busy")
    film = rig.send(do="hold")
    rig.until_runs(film)
    idle, clock = rig.worker("idle"), rig.clock()
    rig.until(lambda: {w.state for w in rig.jobs.workers()} == {"busy", "idle"}, "the other worker")
    rig.until(lambda: "this clock leads" in rig.logs(), "the clock")
    rig.redis.kill()
    rig.until_missed_by(busy, idle, clock)
    for process in (busy, idle, clock):
        process.terminate()
    assert [process.wait(30) for process in (busy, idle, clock)] == [0, 0, 0]  # it would look for a minute
    assert rig.jobs.status(film).state == "queued" and rig.outcomes(film) == ["handed_back"]
    rig.redis = embedded.start(rig.settings)
    queue = rig.jobs.queue("pose")

    def mended() -> bool:
        with contextlib.suppress(ConnectionError):  # for a second the client takes Redis to be still away
            reconcile.mend_queue(rig.jobs, queue)  # as the clock does
            return queue.get_job_ids() == [film]
        return False

    rig.until(mended, "the video to wait in the queue again")
    assert rig.outcomes(film) == ["handed_back"]


def test_every_connection_option_reaches_the_child(tmp_path: Path) -> None:
    from shadow_trainer.jobs.redis.client import connect

    address = "rediss://:secret@localhost:6390/3?ssl_cert_reqs=none&ssl_check_hostname=false"
    settings = small_settings(tmp_path, redis_url=address)
    kwargs = connect(settings, "worker").connection_pool.connection_kwargs
    # The child builds its client with the same function from the same settings; nothing is copied over.
    assert (kwargs["host"], kwargs["port"], kwargs["db"]) == ("localhost", 6390, 3)
    assert kwargs["password"] == "secret" and kwargs["ssl_cert_reqs"] == "none"
    assert kwargs["retry"].get_retries() == 30
