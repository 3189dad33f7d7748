"""RQ and the thread pool side by side, by kind of job: the phases of a migration between them.

``SHADOW_USE_RQ=batch`` has bulk work on the queue, and coaches' videos in the web process as before. An analysis'
queue is its kind; reports and videos that are drawn are ``batch``, alerts, schedules and self-test ``maintenance``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import redis

from ...catalog import Analysis
from ...services import Services
from ...settings import QUEUES
from . import overview
from .chores import Chores
from .manager import Drawing, JobManager
from .rq_backend import RqJobManager
from .status import Live
from .threads_backend import MAINTENANCE, ThreadJobManager

BATCH = "batch"


class BothJobManager(JobManager):
    """See :class:`.manager.JobManager`."""

    kind = "rq+threads"
    connection: redis.Redis

    def __init__(
        self,
        services: Services,
        *,
        chores: Chores | None = None,
        pipeline: Callable[..., dict[str, Any]] | None = None,
        engines: Any = None,
    ) -> None:
        super().__init__(services)
        self.rq = RqJobManager(services)
        self.connection = self.rq.connection
        self.threads = ThreadJobManager(
            services, chores=chores, pipeline=pipeline, engines=engines, whole=self
        )

    def of(self, queue: str) -> JobManager:
        """The one that works this kind of job."""
        return self.rq if self.settings.in_rq(queue) else self.threads

    def redraw(self, analysis_id: str, revision: str) -> None:
        """See :class:`.manager.JobManager`."""
        self.of(BATCH).redraw(analysis_id, revision)

    def is_redrawing(self, row: Analysis) -> bool:
        """See :class:`.manager.JobManager`."""
        return self.of(BATCH).is_redrawing(row)

    def worker_count(self) -> int:
        """RQ's workers: the pool is there whenever this process is, and cannot be missed."""
        return self.rq.worker_count()

    def request_self_test(self) -> bool:
        """See :class:`.manager.JobManager`."""
        return self.of(MAINTENANCE).request_self_test()

    def workers(self) -> list[overview.WorkerFacts]:
        """Every worker that RQ knows, and what the pool holds."""
        pool = [each for each in self.threads.workers() if each.name.startswith(overview.THREADS)]
        return [*self.rq.workers(), *pool]

    def other_jobs(self) -> list[overview.OtherJob]:
        """Of both."""
        return [*self.rq.other_jobs(), *self.threads.other_jobs()]

    def queues(self) -> list[overview.QueueFacts]:
        """By queue, with the length of RQ's own list where the jobs are RQ's."""
        lengths = {each.name: each.in_redis for each in self.rq.queues() if each.in_redis is not None}
        ours = {name: length for name, length in lengths.items() if self.settings.in_rq(name)}
        return overview.queues(self.catalog, QUEUES, ours)

    def ready(self) -> dict[str, str]:
        """What RQ needs; the pool needs nothing."""
        return self.rq.ready()

    def close(self) -> None:
        """The pool's threads."""
        self.threads.close()

    def _enqueue(self, row: Analysis, *, at_front: bool = False) -> None:
        self.of(row.queue)._enqueue(row, at_front=at_front)

    def _live(self, row: Analysis) -> Live:
        return self.of(row.queue)._live(row)

    def _servers(self, queue: str) -> int:
        return self.of(queue)._servers(queue)

    def _draw(self, analysis_id: str, name: str) -> Drawing:
        return self.of(BATCH)._draw(analysis_id, name)

    def _stop(self, analysis_id: str) -> None:
        # Before a switch it may have been enqueued elsewhere than it would be now.
        self.rq._stop(analysis_id)
        self.threads._stop(analysis_id)

    def _forget(self, analysis_id: str) -> None:
        self.rq._forget(analysis_id)
        self.threads._forget(analysis_id)
