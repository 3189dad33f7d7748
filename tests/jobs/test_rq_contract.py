"""Another RQ is noticed by the name of what changed in it, not by jobs that get lost."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest
import redis
from rq import Queue
from rq.job import JobStatus

from shadow_trainer.jobs.redis import rq_adapter
from tests.import_graph import ROOT, tracked
from tests.jobs import rq_contract
from tests.jobs.rig import Rig
from workers.pose_worker import PoseWorker
from workers.work_horse import WorkHorse

LOOK = (
    "RQ {version} (before: {before}): {name} {what}. Read it again beside shadow_trainer/jobs/redis/rq_adapter.py, "
    "workers/pose_worker.py and workers/work_horse.py, then write it down: python -m tests.jobs.rq_contract"
)


def changes(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """A sentence for each part that is not as it was."""
    sentences = []
    for name in sorted((set(before) | set(now)) - {"rq"}):
        old, new = before.get(name, {}), now.get(name, {"is": "no longer asked for"})
        for key in sorted(set(old) | set(new)):
            if old.get(key) != new.get(key):
                what = f"has another {key}: {old.get(key)} -> {new.get(key)}"
                sentences.append(LOOK.format(version=now["rq"], before=before["rq"], name=name, what=what))
    return sentences


def test_every_part_of_rq_that_we_rely_on_is_as_it_was() -> None:
    before = json.loads(rq_contract.WRITTEN.read_text(encoding="utf-8"))
    assert changes(before, rq_contract.now()) == []


def test_a_change_is_told_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    before = rq_contract.now()

    def _enqueue_job(self: Queue, job: object, at_front: bool = False) -> None:
        """Without a pipeline."""

    monkeypatch.setattr(Queue, "_enqueue_job", _enqueue_job)
    monkeypatch.delattr("rq.registry.clean_registries")
    told = "\n".join(changes(before, rq_contract.now()))
    assert "rq.queue.Queue._enqueue_job has another signature" in told
    assert "rq.registry.clean_registries has another is: None -> gone" in told


def test_workers_have_what_ours_read_of_them(rq_rig: Rig) -> None:
    worker = PoseWorker(rq_rig.settings)
    work_horse = WorkHorse(
        "pose", "name", redis.Redis.from_url(f"unix://{rq_rig.data}/redis/redis.sock"), 10.0
    )
    for kind in (worker, work_horse):
        missing = [name for name in rq_adapter.WORKER_ATTRIBUTES if not hasattr(kind, name)]
        assert not missing, f"RQ's worker has no {', '.join(missing)} any more"


def test_every_status_of_rq_has_a_word_of_ours() -> None:
    assert set(rq_adapter.STATES) == set(JobStatus)


def test_the_keys_that_are_read_without_rq_are_its_own(rq_rig: Rig) -> None:
    connection = rq_rig.jobs.connection
    queue = Queue("pose", connection=connection)
    assert queue.key == rq_adapter.QUEUE_KEY.format("pose")
    queue.enqueue_call("workers.tasks.self_test", job_id="one")
    assert all(key.decode().startswith(rq_adapter.KEYS) for key in connection.scan_iter())


def test_only_the_adapter_and_the_workers_know_rqs_modules() -> None:
    """``rq``, ``rq.job``, ``rq.worker`` and its errors are its interface; the rest is the adapter's."""
    public = {"rq", "rq.job", "rq.worker", "rq.exceptions", "rq.command", "rq.queue", "rq.timeouts"}
    of_workers = {"rq.executions", "rq.utils", "rq.worker.base"}
    wrong = []
    for path in tracked("shadow_trainer/*.py", "workers/*.py"):
        name = path.relative_to(ROOT).as_posix()
        allowed = public | (of_workers if name.startswith("workers/") else set())
        if path != Path(rq_adapter.__file__):
            wrong += [f"{name}: {module}" for module in rq_modules(path) if module not in allowed]
    assert not wrong


def rq_modules(path: Path) -> list[str]:
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    named = [
        node.module for node in tree if isinstance(node, ast.ImportFrom) and not node.level and node.module
    ]
    return [module for module in named if module.split(".")[0] == "rq"]
