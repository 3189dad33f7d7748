"""RQ's work horse inside the persistent child: the stock ``perform_job``, marked as a work horse."""

from __future__ import annotations

import math

import redis
from rq.job import Job
from rq.queue import Queue
from rq.timeouts import JobTimeoutException
from rq.worker import Worker

from shadow_trainer.jobs.redis import rq_adapter


class WorkHorse(Worker):
    """Performs jobs in the name of its parent; remembers whether the last one ran out of time."""

    def __init__(self, queues: str, name: str, connection: redis.Redis, silence_s: float) -> None:
        super().__init__(
            [Queue(queue, connection=connection) for queue in queues.split(",")],
            name,
            connection=connection,
            prepare_for_work=False,
        )
        self._silence_s = silence_s
        rq_adapter.become_work_horse(self)
        self.timed_out = False

    def get_heartbeat_ttl(self, job: Job, working_time: float = 0.0) -> int:
        """How long a running job's entry in the started registry outlives its worker's last heartbeat.

        Short: what a dead worker leaves must be found soon.
        """
        return math.ceil(self._silence_s)

    def prepare_job_execution(self, job: Job, remove_from_intermediate_queue: bool = False) -> None:
        """The parent takes jobs of every queue by way of its intermediate list (RQ: of a single one only)."""
        super().prepare_job_execution(job, remove_from_intermediate_queue=True)

    def perform_job(self, job: Job, queue: Queue, execution: object) -> bool:
        """As RQ does."""
        self.timed_out = False
        return super().perform_job(job, queue, execution)  # type: ignore[arg-type]

    def handle_exception(self, job: Job, *exc_info: object) -> None:
        """Our runner has logged the error already, in better words than a traceback."""
        kind = exc_info[0]
        self.timed_out = isinstance(kind, type) and issubclass(kind, JobTimeoutException)
        if getattr(exc_info[1], "code", "") == "timeout":
            self.timed_out = True
