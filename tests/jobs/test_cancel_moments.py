"""Cancel at the awkward moments: between queue and start, and around the transaction that publishes."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
from rq import Queue
from rq.executions import Execution
from sqlalchemy import event

from shadow_trainer.catalog.attempts import Attempts
from shadow_trainer.jobs.attempt import publish, settlement
from shadow_trainer.jobs.attempt.runner import Runner
from shadow_trainer.jobs.queue import reconcile
from shadow_trainer.storage import INCOMING
from tests.jobs import fakes
from tests.jobs.rig import Rig
from workers import tasks, worker_child
from workers.work_horse import WorkHorse

KEPT = ["original.mp4", "people/0.jpg", "preview.mp4"]  # what the coach could see before


def runner(rig: Rig) -> Runner:
    """What a worker's child has, in this process."""
    return Runner(rig.jobs.services, fakes.Engines(rig.settings), fakes.run)


def test_an_attempt_that_lost_its_right_leaves_the_finished_stages_to_the_next(rq_rig: Rig) -> None:
    film, ended = rq_rig.send(do="hold"), []
    attempt = threading.Thread(target=lambda: ended.append(runner(rq_rig).run(film, "w1").state))
    attempt.start()
    rq_rig.until_runs(film)
    assert rq_rig.catalog.attempts.hand_back(film, 1)
    attempt.join(20)
    assert ended == ["elsewhere"] and rq_rig.work_left() == [film]
    rq_rig.let_go(film)
    assert runner(rq_rig).run(film, "w2").state == "completed"
    assert rq_rig.ran(film) == ["probe", "pose", "pose", "render"]


def test_between_the_queue_and_the_start(rq_rig: Rig) -> None:
    """The worker has taken the job and its child has not begun: it stands still."""
    worker = rq_rig.worker()
    rq_rig.until_state(rq_rig.send(do="work"), "completed")
    # Completed in the catalog is a moment before the child has told its parent.
    rq_rig.until(lambda: [w.state for w in rq_rig.jobs.workers()] == ["idle"], "the worker to be idle")
    child, queue = rq_rig.child_of(worker), rq_rig.jobs.queue("pose")
    os.kill(child, signal.SIGSTOP)
    film = rq_rig.send(do="work")
    rq_rig.until(lambda: film in queue.intermediate_queue.get_job_ids(), "the worker to take it")
    assert rq_rig.jobs.cancel(film).state == "canceled"
    with contextlib.suppress(ProcessLookupError):  # its parent may have ended it, as it ends a running one
        os.kill(child, signal.SIGCONT)
    rq_rig.until_state(rq_rig.send(do="work"), "completed")
    assert rq_rig.ran(film) == [] and rq_rig.outcomes(film) == []
    assert rq_rig.jobs.status(film).state == "canceled" and rq_rig.files(film) == ["original.mp4"]
    assert queue.intermediate_queue.get_job_ids() == queue.get_job_ids() == []


def test_between_the_queue_and_the_death_of_the_worker_that_took_it(
    rq_rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    film, queue = rq_rig.send(do="work"), rq_rig.jobs.queue("pose")
    rq_rig.jobs.connection.lmove(queue.key, queue.intermediate_queue_key)
    assert rq_rig.jobs.cancel(film).state == "canceled"
    monkeypatch.setattr(reconcile, "IN_BETWEEN_S", 0.0)
    for _ in range(2):
        reconcile.mend_queue(rq_rig.jobs, queue)
    # Whoever takes what was put back finds nothing to do.
    assert runner(rq_rig).run(film, "w").state == "done"
    assert rq_rig.jobs.status(film).state == "canceled" and rq_rig.ran(film) == []
    assert queue.intermediate_queue.get_job_ids() == []


@pytest.mark.parametrize("moment", ["before the queue's first word", "between its words"])
def test_between_the_catalogs_and_the_queues_word_for_the_next_attempt(
    rq_rig: Rig, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Canceled as it goes to ``retrying``: no list of the queue keeps it until its time would have come."""
    film, first = rq_rig.send(do="full"), moment.startswith("before")  # tried again after a minute
    place, name = (settlement, "settle") if first else (Queue, "schedule_job")
    real = getattr(place, name)

    def canceled_then(*arguments: Any, **more: Any) -> Any:
        if not first:
            rq_rig.jobs.cancel(film)
        end = real(*arguments, **more)
        if first:
            assert end.state == "retrying" and rq_rig.jobs.cancel(film).state == "canceled"
        return end

    monkeypatch.setattr(place, name, canceled_then)
    monkeypatch.setattr(tasks, "_runner", runner(rq_rig))
    connection, queue = rq_rig.jobs.connection, rq_rig.jobs.queue("pose")
    work_horse, job = WorkHorse("pose", "w1", connection, 10.0), queue.fetch_job(film)
    with connection.pipeline() as pipeline:
        pipeline.lmove(queue.key, queue.intermediate_queue_key)
        execution = Execution.create(job, 60, pipeline=pipeline, worker_name="w1")
        pipeline.execute()
    worker_child.perform(work_horse, rq_rig.catalog, film, execution.id)
    assert rq_rig.jobs.status(film).state == "canceled" and rq_rig.outcomes(film) == ["retrying"]
    assert [
        key
        for key in connection.keys("rq:*")
        if connection.type(key) == b"zset" and connection.zscore(key, film)
    ] == []
    assert queue.get_job_ids() == queue.intermediate_queue.get_job_ids() == []


def test_after_the_files_and_before_the_rows(rq_rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files are stored where nobody sees them: they go again, and no row says anything else."""
    film, real = rq_rig.send(do="work"), Attempts.publish

    def canceled_first(self: Attempts, *arguments: Any, **more: Any) -> bool:
        assert waiting(rq_rig) and rq_rig.files(film) == KEPT
        rq_rig.jobs.cancel(film)
        return real(self, *arguments, **more)

    monkeypatch.setattr(Attempts, "publish", canceled_first)
    assert runner(rq_rig).run(film, "w").state == "canceled"
    assert rq_rig.files(film) == KEPT and waiting(rq_rig) == []
    assert rq_rig.catalog.analyses.deliveries(film) == []
    assert rq_rig.outcomes(film) == ["canceled"] and rq_rig.work_left() == []


@pytest.mark.parametrize("name", ["preview.mp4", "analysis.json"])
def test_an_attempt_that_was_overtaken_while_it_stored_a_file_replaces_none(
    rq_rig: Rig, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Thought dead, it wakes up after its successor has published: what the coach sees stays the successor's."""
    film, put = rq_rig.send(do="work"), rq_rig.storage.put
    files = ["analysis.json", "overlay.mp4", "people/0.jpg", "preview.mp4"]

    def overtaken(key: str, source: Path, **how: Any) -> int:
        if key.endswith(f"/{name}"):
            monkeypatch.setattr(rq_rig.storage, "put", put)
            assert rq_rig.catalog.attempts.hand_back(film, 1)
            number = rq_rig.catalog.attempts.claim(film, "w2").number
            for file in files:
                put(publish.key(film, file), io.BytesIO(b"of the successor"))
            assert rq_rig.catalog.attempts.publish(
                film, number, files=files, result={}, warnings=[], deliveries=[]
            )
        return put(key, source, **how)

    monkeypatch.setattr(rq_rig.storage, "put", overtaken)
    assert runner(rq_rig).run(film, "w1").state == "elsewhere"
    seen = {file: rq_rig.storage.open(publish.key(film, file)).read() for file in files}
    assert seen == dict.fromkeys(files, b"of the successor") and waiting(rq_rig) == []


def waiting(rig: Rig) -> list[str]:
    """Stored files that nobody sees yet."""
    return list(rig.storage.list(INCOMING))


def test_inside_the_publishing_transaction(rq_rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits for the transaction, comes too late, and breaks nothing: no file goes, no worker is stopped."""
    film, said = rq_rig.send(do="work"), []
    real, writes = Attempts.publish, rq_rig.catalog.database._write
    late = threading.Thread(target=lambda: said.append(rq_rig.jobs.cancel(film).state))
    stopped: list[str] = []
    monkeypatch.setattr(rq_rig.jobs, "_stop", stopped.append)
    asked = threading.Event()

    def before_commit(_: object) -> None:
        late.start()
        assert asked.wait(10)

    def publishing(self: Attempts, *arguments: Any, **more: Any) -> bool:
        event.listen(writes, "before_commit", before_commit, once=True)
        return real(self, *arguments, **more)

    def stop(self: Attempts, analysis_id: str) -> Any:
        asked.set()  # from here on it wants the write lock that the publisher holds
        return real_stop(self, analysis_id)

    real_stop = Attempts.stop
    monkeypatch.setattr(Attempts, "publish", publishing)
    monkeypatch.setattr(Attempts, "stop", stop)
    assert runner(rq_rig).run(film, "w").state == "completed"
    late.join(20)
    assert said == ["completed"] and stopped == []
    assert {"analysis.json", "preview.mp4"} <= set(rq_rig.files(film))
    assert rq_rig.outcomes(film) == ["completed"] and len(rq_rig.catalog.analyses.deliveries(film)) == 1
