"""Everything that we do with RQ beyond its documented interface, in one place.

RQ moves jobs between lists and registries by steps of its own; settling, putting back and mending need some of them.
The names are in :data:`INTERNALS`, and the worker's overridden methods are found by themselves:
``tests/jobs/test_rq_contract.py`` compares all of them with what they were when this was written, and fails on
another RQ with the name of what changed.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import redis
from redis.client import Pipeline
from rq import Queue, worker_registration
from rq.exceptions import NoSuchJobError
from rq.executions import Execution
from rq.intermediate_queue import IntermediateQueue
from rq.job import Job, JobStatus
from rq.registry import BaseRegistry, StartedJobRegistry, clean_registries
from rq.scheduler import RQScheduler
from rq.worker import Worker

from ...catalog import utcnow
from ...vocabulary import State

# Where RQ keeps a queue's job ids, the next one first; read without a Queue because pages ask for it.
QUEUE_KEY = "rq:queue:{}"
KEYS = "rq:"
# Keys of RQ that name processes of this moment.
KEYS_OF_PROCESSES = ("rq:worker:", "rq:workers", "rq:clean_registries", "rq:scheduler-lock")
STATES = {
    JobStatus.CREATED: State.QUEUED,
    JobStatus.QUEUED: State.QUEUED,
    JobStatus.DEFERRED: State.QUEUED,
    JobStatus.READY_TO_ENQUEUE: State.QUEUED,
    JobStatus.RATE_LIMITED: State.QUEUED,
    JobStatus.SCHEDULED: State.RETRYING,
    JobStatus.STARTED: State.PROCESSING,
    JobStatus.FINISHED: State.COMPLETED,
    JobStatus.FAILED: State.FAILED,
    JobStatus.STOPPED: State.CANCELED,
    JobStatus.CANCELED: State.CANCELED,
}
INTERNALS = (
    "rq.executions.Execution.fetch",
    "rq.executions.ExecutionRegistry.delete",
    "rq.executions.ExecutionRegistry.get_execution_ids",
    "rq.intermediate_queue.IntermediateQueue.get_first_seen",
    "rq.intermediate_queue.IntermediateQueue.get_first_seen_key",
    "rq.intermediate_queue.IntermediateQueue.get_job_ids",
    "rq.intermediate_queue.IntermediateQueue.get_intermediate_queue_key",
    "rq.intermediate_queue.IntermediateQueue.set_first_seen",
    "rq.job.Job.delete",
    "rq.job.Job.retry",
    "rq.job.JobStatus",
    "rq.queue.Queue._enqueue_job",
    "rq.queue.Queue.dequeue_any",
    "rq.queue.Queue.redis_queue_namespace_prefix",
    "rq.registry.BaseRegistry.get_job_ids",
    "rq.registry.StartedJobRegistry.cleanup",
    "rq.registry.clean_registries",
    "rq.scheduler.RQScheduler.enqueue_scheduled_jobs",
    "rq.scheduler.RQScheduler.prepare_registries",
    "rq.worker.base.BaseWorker._set_connection",
    "rq.worker.base.BaseWorker.cleanup_execution",
    "rq.worker.base.BaseWorker.handle_job_failure",
    "rq.worker.base.BaseWorker.handle_job_retry",
    "rq.worker.base.BaseWorker.maintain_heartbeats",
    "rq.worker.base.BaseWorker.prepare_execution",
    "rq.worker.base.BaseWorker.work",
    "rq.worker.base.BaseWorker.serialize",
    "rq.worker_registration.clean_worker_registry",
    "rq.worker_registration.register",
)
# A hash without the job's data is no job: a write that came after the job was deleted made it.
REMOVE_REMNANT = (
    "if redis.call('hexists', KEYS[1], 'data') == 0 then return redis.call('del', KEYS[1]) end return 0"
)
# What our workers read of RQ's between its calls.
WORKER_ATTRIBUTES = (
    "_is_horse", "_ordered_queues", "_shutdown_requested_date", "_state", "_stop_requested", "_stopped_job_id",
    "death_penalty_class", "executions", "job_class", "last_cleaned_at", "log_result_lifespan", "queue_class",
    "queues", "serializer", "should_run_maintenance_tasks",
)  # fmt: skip


class KnownWorker(Worker):
    """A worker as others read it. RQ's own would have the reader's client wait as long as a worker's."""

    def _set_connection(self, connection: redis.Redis) -> redis.Redis:
        return connection


def workers(connection: redis.Redis) -> list[KnownWorker]:
    """Every worker that RQ knows; the client stays as patient as it was."""
    return KnownWorker.all(connection=connection)  # type: ignore[return-value]


def register_again(worker: Worker) -> bool:
    """Tell a Redis that was emptied of a worker that lives; whether it had forgotten it."""
    if worker.birth_date is None or worker.connection.hexists(worker.key, "birth"):
        return False
    with worker.connection.pipeline() as pipeline:
        pipeline.hset(worker.key, mapping={**worker.serialize(), "state": worker.get_state()})
        worker_registration.register(worker, pipeline)
        pipeline.execute()
    return True


def state_of(job: Job) -> State:
    """A job's status, as it was fetched, in our words."""
    return STATES[job.get_status(refresh=False)]


def fetch(connection: redis.Redis, job_id: str) -> Job | None:
    """RQ's job; None when RQ does not know it."""
    try:
        return Job.fetch(job_id, connection=connection)
    except NoSuchJobError:
        return None


def fetch_many(connection: redis.Redis, job_ids: Sequence[str]) -> list[Job | None]:
    """RQ's jobs, None for each that RQ does not know; its own raises for all where one hash has no data."""
    try:
        return Job.fetch_many(job_ids, connection=connection)
    except NoSuchJobError:
        return [fetch(connection, job_id) for job_id in job_ids]


def retry_never(job: Job) -> None:
    """Have RQ's failure handling end the job."""
    job.retries_left = 0


def retry_once(job: Job, *, delay_s: float, at_front: bool) -> None:
    """Have RQ's failure handling try the job again, whatever it was enqueued with."""
    job.retries_left = 1
    job.retry_intervals = [math.ceil(delay_s)]
    job.enqueue_at_front_on_retry = at_front


def put_back(queue: Queue, job: Job, pipeline: Pipeline) -> None:
    """Put a taken job to the front of its queue, as if it had never been taken."""
    job.started_at = job.ended_at = None
    job.worker_name = None
    queue._enqueue_job(job, pipeline=pipeline, at_front=True)


def delete(job: Job) -> None:
    """Delete a job, also one whose registry still names an execution that has run out.

    An execution of a worker that vanished outlives its own hash by a minute in the lists that name it, and so long RQ's
    own deletion raises ValueError.
    """
    try:
        job.delete()
    except ValueError:
        started = StartedJobRegistry(job.origin, connection=job.connection)
        for execution_id in job.execution_registry.get_execution_ids():
            execution = Execution(execution_id, job.id, job.connection)
            if not job.connection.exists(execution.key):
                job.connection.zrem(job.execution_registry.key, execution_id)
                job.connection.zrem(started.key, execution.composite_key)
        job.delete()


def remove_remnant(connection: redis.Redis, job_id: str) -> bool:
    """Delete what a late heartbeat or note has left of a deleted job; whether there was something.

    RQ cannot fetch such a hash, and it enqueues no job of that id while the hash exists. One step, because the job
    may be enqueued anew at this moment.
    """
    return bool(connection.eval(REMOVE_REMNANT, 1, Job.key_for(job_id)))


def remove_from(registries: Iterable[BaseRegistry], job_id: str) -> None:
    """Strike a job from registries where its status would not be looked for."""
    for registry in registries:
        registry.connection.zrem(registry.key, job_id)


def ids_in(registry: BaseRegistry) -> list[str]:
    """Job ids of a registry as they stand; RQ would clean it first."""
    return list(registry.get_job_ids(cleanup=False))


def mend_registries(queue: Queue, handlers: Sequence[Callable[..., bool]]) -> None:
    """Take out of the registries what ran out; ``handlers`` hear of each job whose worker vanished."""
    clean_registries(queue, list(handlers))
    worker_registration.clean_worker_registry(queue)


def taken_ids(queue: Queue) -> list[str]:
    """Jobs that a worker has taken and not yet begun."""
    return list(IntermediateQueue(queue.key, connection=queue.connection).get_job_ids())


def rescue_taken(queue: Queue, older_than_s: float) -> list[str]:
    """Put back jobs that were taken by a worker that died before it could register them; their ids."""
    between, rescued = IntermediateQueue(queue.key, connection=queue.connection), []
    started = set(ids_in(queue.started_job_registry))
    for job_id in between.get_job_ids():
        if job_id in started or between.set_first_seen(job_id):
            continue
        seen = between.get_first_seen(job_id)
        if seen is None or (utcnow() - seen).total_seconds() < older_than_s:
            continue
        with queue.connection.pipeline() as pipeline:
            pipeline.lrem(between.key, 1, job_id)
            if Job.exists(job_id, queue.connection):
                pipeline.lpush(queue.key, job_id)
            pipeline.delete(between.get_first_seen_key(job_id))
            pipeline.execute()
        rescued.append(job_id)
    return rescued


def scheduler(queues: Sequence[str], connection: redis.Redis) -> RQScheduler:
    """RQ's scheduler without its process and its lock, which would outlive a killed clock by a minute."""
    made = RQScheduler(queues, connection=connection, logging_level=logging.WARNING)
    made._connection = connection  # type: ignore[assignment]
    made.prepare_registries(queues)
    return made


def enqueue_due(scheduler: RQScheduler) -> None:
    """Put into their queues the jobs whose time has come; one that is no job any more holds up no other."""
    try:
        scheduler.enqueue_scheduled_jobs()  # type: ignore[no-untyped-call]
    except NoSuchJobError:
        for registry in scheduler._scheduled_job_registries:
            for job_id in ids_in(registry):
                remove_remnant(scheduler.connection, job_id)
        scheduler.enqueue_scheduled_jobs()  # type: ignore[no-untyped-call]


def save_meta(job: Job, meta: dict[str, Any]) -> None:
    """Write a job's notes."""
    job.meta = meta
    job.save_meta()  # type: ignore[no-untyped-call]


def become_work_horse(worker: Worker) -> None:
    """Tell a worker that it performs jobs in another's name."""
    worker._is_horse = True
    worker.log_result_lifespan = False


def begin_execution(worker: Worker, job: Job, execution_id: str) -> Execution:
    """The execution that another process registered for ``job``, as this worker's own."""
    execution = Execution.fetch(execution_id, job.id, worker.connection)
    execution._job = job
    worker.executions = {execution_id: execution}
    return execution


def end_executions(worker: Worker) -> None:
    """Forget what this worker performed."""
    worker.executions = {}


def overridden(kind: type[Worker]) -> dict[str, Any]:
    """What a worker of ours replaces of RQ's: name -> RQ's own."""
    ours = [ancestor for ancestor in kind.__mro__ if not ancestor.__module__.startswith("rq.")]
    base = next(ancestor for ancestor in kind.__mro__ if ancestor.__module__.startswith("rq."))
    names = {name for ancestor in ours for name in vars(ancestor) if ancestor is not object}
    return {name: getattr(base, name) for name in names if hasattr(base, name) and name[:2] != "__"}
