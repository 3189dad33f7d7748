"""The queue on RQ and Redis. Jobs carry nothing but the analysis id; everything else is in the catalog.

Redis being away stops no request: the catalog knows what is queued, and the clock enqueues it when Redis is
back. Retries are decided by :mod:`shadow_trainer.jobs.attempt.retry_policy`, so jobs are enqueued without RQ's own.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

import redis
from rq import Queue
from rq.command import send_stop_job_command
from rq.exceptions import DuplicateJobError, InvalidJobOperation, NoSuchJobError
from rq.job import Job

from ...catalog import Analysis, utcnow
from ...services import Services
from ...settings import QUEUES
from ...vocabulary import State
from ..redis import rq_adapter
from ..redis.client import AWAY, LOST, connect
from . import overview, self_test_record
from .manager import Drawing, JobManager
from .position import Service, Waiting
from .status import Live

log = logging.getLogger(__name__)

TASK = "workers.tasks.run_analysis"
REDRAW_TASK = "workers.tasks.redraw_analysis"
VIDEO_TASK = "workers.tasks.draw_video"
VIDEO_QUEUES = ("pose", "batch")
# A page may show a queue position that is this old.
WAITING_S = 1.0
# A worker that has not been heard of for this long does not count as alive.
WORKER_SILENCE_S = 60.0
# Written and forgotten again, to see whether Redis takes anything.
READY_KEY, READY_KEPT_S = "shadow:ready", 60
PENDING = {State.QUEUED, State.RETRYING, State.PROCESSING}


class RqJobManager(JobManager):
    """See :class:`.manager.JobManager`."""

    kind = "rq"
    connection: redis.Redis

    def __init__(self, services: Services, *, connection: redis.Redis | None = None) -> None:
        super().__init__(services)
        self.connection = connection if connection is not None else connect(services.settings)

    def queue(self, name: str) -> Queue:
        """One of our queues."""
        return Queue(name, connection=self.connection)

    def worker_count(self) -> int:
        """Workers heard of within the last minute, on any queue."""
        return len(self._service().orders)

    def _service(self) -> Service:
        """What those workers serve; none while Redis is away."""
        try:
            workers = rq_adapter.workers(self.connection)
        except AWAY:
            return Service(())
        moment = utcnow()
        alive = [
            w for w in workers if w.last_heartbeat and _age_s(w.last_heartbeat, moment) < WORKER_SILENCE_S
        ]
        return Service(tuple(tuple(worker.queue_names()) for worker in alive))

    def _servers(self, queue: str) -> int:
        return self._recent("service", self._service).workers(queue)

    def workers(self) -> list[overview.WorkerFacts]:
        """Every worker that RQ knows."""
        try:
            return overview.rq_workers(self.connection)
        except AWAY:
            return []

    def other_jobs(self) -> list[overview.OtherJob]:
        """See :class:`.manager.JobManager`; the running ones first, then in the order of the line."""
        try:
            return [each for name in QUEUES for each in self._others_in(name)]
        except AWAY:
            return []

    def _others_in(self, name: str) -> list[overview.OtherJob]:
        queue = self.queue(name)
        ids = dict.fromkeys([*rq_adapter.ids_in(queue.started_job_registry), *queue.get_job_ids()])
        known = self.catalog.analyses.known_ids(ids)
        others = rq_adapter.fetch_many(self.connection, [each for each in ids if each not in known])
        return [
            overview.OtherJob(
                job.id,
                job.description or job.id,
                name,
                rq_adapter.state_of(job),
                job.started_at or job.enqueued_at,
            )
            for job in others
            if job is not None
        ]

    def queues(self) -> list[overview.QueueFacts]:
        """By queue, with the length of RQ's own list."""
        try:
            lengths = {name: self.queue(name).count for name in QUEUES}
        except AWAY:
            lengths = {}
        return overview.queues(self.catalog, QUEUES, lengths)

    def ready(self) -> dict[str, str]:
        """Redis, whether it takes what is written, its eviction policy, and the workers."""
        try:
            policy = self.connection.config_get("maxmemory-policy").get("maxmemory-policy", "noeviction")
        except LOST as error:
            return {"redis": f"Redis does not answer ({type(error).__name__}).", "workers": "Not known."}
        except redis.ResponseError:  # hosted services forbid CONFIG
            policy = "noeviction"
        wrong = f"Redis evicts jobs when memory is short ({policy}); set maxmemory-policy noeviction."
        return {
            "redis": "",
            "redis_writes": self._refuses_writes(),
            "eviction": "" if policy == "noeviction" else wrong,
            **super().ready(),
        }

    def _refuses_writes(self) -> str:
        """Why Redis takes nothing, although it answers: its memory or disk is full, or it is a replica."""
        try:
            self.connection.set(READY_KEY, utcnow().isoformat(), ex=READY_KEPT_S)
        except LOST as error:
            return f"Redis does not answer ({type(error).__name__})."
        except redis.ResponseError as error:
            return f"Redis answers, and refuses what is written: {str(error)[:160]}"
        return ""

    def redraw(self, analysis_id: str, revision: str) -> None:
        """Behind the videos that coaches wait for."""
        options = {"timeout": self.settings.job_timeout_s, "result_ttl": self.settings.result_ttl_s}
        job_id = overview.redraw_id(analysis_id, revision)
        description = overview.redraw_words(analysis_id)
        self._put(
            "batch", REDRAW_TASK, job_id, args=(analysis_id, revision), description=description, **options
        )

    def is_redrawing(self, row: Analysis) -> bool:
        """See :class:`.manager.JobManager`."""
        job = self.fetch(overview.redraw_id(row.id, str(row.revision)))
        return job is not None and rq_adapter.state_of(job) in PENDING

    def _draw(self, analysis_id: str, name: str) -> Drawing:
        """Behind the videos that coaches wait for; a drawing that waits or runs already is enough."""
        job_id, description = overview.video_id(analysis_id, name), overview.video_words(analysis_id, name)
        options = {"timeout": self.settings.job_timeout_s, "result_ttl": self.settings.result_ttl_s}
        self._put("batch", VIDEO_TASK, job_id, args=(analysis_id, name), description=description, **options)
        try:
            job = self.fetch(job_id)
        except AWAY:
            job = None
        if job is None or rq_adapter.state_of(job) != State.PROCESSING:
            return Drawing(State.QUEUED)
        return Drawing(State.PROCESSING, float(job.meta.get("progress", 0.0)))

    def fetch(self, analysis_id: str) -> Job | None:
        """RQ's job, or None when RQ does not know it."""
        return rq_adapter.fetch(self.connection, analysis_id)

    def ids_in_registry(self, queue: str, registry: str) -> list[str]:
        """Job ids that wait (``queued``) or stand in another registry of a queue; none of an unknown one."""
        of_queue = self.queue(queue)
        if registry == "queued":
            return of_queue.get_job_ids()
        place = getattr(of_queue, f"{registry}_job_registry", None)
        return rq_adapter.ids_in(place) if place is not None else []

    def request_self_test(self) -> bool:
        """See :class:`.manager.JobManager`; one that waits or runs already is enough."""
        options = {
            "timeout": self_test_record.TIMEOUT_S,
            "result_ttl": 0,
            "description": self_test_record.WORDS,
        }
        return self._put("maintenance", self_test_record.TASK, self_test_record.JOB_ID, **options)

    def _enqueue(self, row: Analysis, *, at_front: bool = False) -> None:
        self._put(
            row.queue,
            TASK,
            row.id,
            args=(row.id,),
            timeout=self.settings.job_timeout_s,
            result_ttl=self.settings.result_ttl_s,
            description=f"analysis {row.id}",
            at_front=at_front,
        )

    def _put(self, queue: str, task: str, job_id: str, **options: Any) -> bool:
        """Enqueue unless the same job waits or runs; one at its end makes room. Whether it was enqueued."""
        try:
            for _ in range(2):
                try:
                    self.queue(queue).enqueue_call(task, job_id=job_id, unique=True, **options)
                    return True
                except DuplicateJobError:
                    job = self.fetch(job_id)
                    if job is not None and rq_adapter.state_of(job) in PENDING:
                        return False
                    self._forget(job_id)
        except AWAY as error:
            log.warning("Redis is away (%s); %s is enqueued when it is back", type(error).__name__, job_id)
            return False
        # One that cannot be enqueued now must not keep the clock from the others.
        log.error("the former job of %s does not go from Redis; the clock tries again", job_id)
        return False

    def _live(self, row: Analysis) -> Live:
        try:
            waiting = self._kept.get(
                "waiting", lambda: Waiting.read(self.connection, VIDEO_QUEUES), WAITING_S
            )
            place = waiting.place(row.id, row.queue)
            if place is not None and row.state in (State.QUEUED, State.RETRYING):
                # Most who ask wait in a list: for them nothing more is read.
                return Live(state=row.state, position=self._before(row.queue, waiting) + place + 1)
            return self._live_job(row, waiting)
        except AWAY:
            return Live()

    def _live_job(self, row: Analysis, waiting: Waiting) -> Live:
        """What RQ's own job says, now."""
        job = self.fetch(row.id)
        if job is None:
            ids = self._waiting_ids() if row.state == State.QUEUED else []
            return Live(position=ids.index(row.id) + 1 if row.id in ids else None)
        state = rq_adapter.state_of(job)
        place = self.queue(job.origin).get_job_position(row.id) if state == State.QUEUED else None
        if state == State.QUEUED and row.attempt > row.budget_from and row.state == State.RETRYING:
            state = State.RETRYING
        meta: dict[str, Any] = job.meta if job.meta.get("attempt") == row.attempt else {}
        return Live(
            state=state,
            stage=meta.get("stage"),
            progress=meta.get("progress"),
            position=None if place is None else self._before(job.origin, waiting) + place + 1,
            done=meta.get("done"),
            total=meta.get("total"),
            frames=meta.get("video_frames"),
        )

    def _waiting_ids(self) -> list[str]:
        """What waits of the kinds that are RQ's."""
        elsewhere = [name for name in QUEUES if not self.settings.in_rq(name)]
        return self.catalog.statistics.waiting_ids(without=elsewhere)

    def _before(self, queue: str, waiting: Waiting) -> int:
        """Videos of other queues that go before every video of this one."""
        service: Service = self._recent("service", self._service)
        return waiting.length(service.before(queue, VIDEO_QUEUES))

    def _stop(self, analysis_id: str) -> None:
        try:
            job = self.fetch(analysis_id)
            if job is None:
                return
            state = rq_adapter.state_of(job)
            if state == State.PROCESSING:
                send_stop_job_command(self.connection, analysis_id)
            elif state in PENDING:
                job.cancel()
        except (InvalidJobOperation, NoSuchJobError):
            return  # it ended in the meantime
        except AWAY as error:
            # The running attempt notices by itself, because it asks the catalog.
            log.warning("Redis is away (%s); %s stops a little later", type(error).__name__, analysis_id)

    def _forget(self, analysis_id: str) -> None:
        try:
            if (job := self.fetch(analysis_id)) is not None:
                rq_adapter.delete(job)
            # The worker that runs it may write between our reading and our deleting, and after both.
            if rq_adapter.remove_remnant(self.connection, analysis_id):
                log.info("what was left of the job %s is removed from Redis", analysis_id)
        except (*AWAY, ValueError) as error:  # ValueError: another execution ran out meanwhile
            log.warning("the job %s could not be removed from Redis: %s", analysis_id, error)


def _age_s(heard_at: datetime, moment: datetime) -> float:
    return (moment - heard_at).total_seconds()
