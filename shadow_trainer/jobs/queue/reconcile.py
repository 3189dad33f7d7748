"""Repairs of the queue, done by the clock every few seconds and by idle workers now and then.

The catalog is the truth. What it calls queued, retrying or processing and what RQ does not have is enqueued
again; what RQ calls stopped by a person is canceled in the catalog; what nobody owns is deleted.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from rq import Queue
from rq.job import Job

from ...catalog import Analysis, utcnow
from ...errors import ShadowError
from ...services import Services
from ...vocabulary import ACTIVE_STATES, State
from ..attempt import retry_policy, settlement
from ..redis import rq_adapter
from . import rq_retry, self_test_record
from .rq_backend import RqJobManager

log = logging.getLogger(__name__)

# A row must be this old before its absence in Redis means anything: its submit may still be under way.
STRAY_S = 5.0
# Between leaving the queue and being registered as started, a job is in neither; milliseconds in practice.
IN_BETWEEN_S = 5.0


def mend_queue(services: Services, queue: Queue) -> None:
    """Registries, workers' registrations and the intermediate list of one queue."""
    rq_adapter.mend_registries(queue, [Abandoned(services)])
    for job_id in rq_adapter.rescue_taken(queue, IN_BETWEEN_S):
        log.warning("put %s back: the worker that took it died at once", job_id)


class Abandoned:
    """RQ's exception handler for a job whose worker vanished: settle the attempt, decide about the next."""

    def __init__(self, services: Services) -> None:
        self.services = services

    def __call__(self, job: Job, *_: object) -> bool:
        """RQ reads ``retries_left`` after this."""
        if job.id == self_test_record.JOB_ID:  # the next one comes by the calendar
            rq_retry.apply(job, State.FAILED)
            return True
        error = retry_policy.Lost("The worker that had this video vanished.")
        try:
            end = settlement.crashed(self.services, job.id, job.worker_name or "", error, only_if_silent=True)
        except ShadowError as away:
            log.warning("the catalog does not answer, %s goes through the queue again: %s", job.id, away)
            end = settlement.End(State.RETRYING)
        rq_retry.apply(job, end.state, delay_s=end.delay_s, at_front=True)
        return True


@dataclass(frozen=True)
class Known:
    """Ids that the lists and registries of RQ hold at one moment."""

    waiting: frozenset[str]
    scheduled: frozenset[str]
    started: frozenset[str]

    @classmethod
    def of(cls, manager: RqJobManager, names: Iterable[str]) -> Known:
        """Read them for these queues."""
        waiting: set[str] = set()
        scheduled: set[str] = set()
        started: set[str] = set()
        for name in names:
            queue = manager.queue(name)
            waiting |= set(queue.get_job_ids()) | set(rq_adapter.taken_ids(queue))
            scheduled |= set(rq_adapter.ids_in(queue.scheduled_job_registry))
            started |= set(rq_adapter.ids_in(queue.started_job_registry))
        return cls(frozenset(waiting), frozenset(scheduled), frozenset(started))

    def has(self, job_id: str, state: State) -> bool:
        """Whether a job in this state is where jobs of this state are."""
        places = {State.QUEUED: self.waiting | self.started, State.RETRYING: self.scheduled | self.waiting}
        return job_id in places.get(state, self.started)


def reconcile(manager: RqJobManager) -> int:
    """Compare every active analysis with RQ and mend what differs; how many were mended."""
    held = manager.catalog.statistics.held_ids(manager.settings.coach_limit)
    rows = [
        row
        for row in manager.catalog.statistics.active()
        # What is not RQ's is the web process' to start again.
        if manager.settings.in_rq(row.queue) and _age(row.updated_at) > STRAY_S and row.id not in held
    ]
    if not rows:
        return 0
    known = Known.of(manager, {row.queue for row in rows})
    jobs = rq_adapter.fetch_many(manager.connection, [row.id for row in rows])
    return sum(_mend(manager, row, job, known) for row, job in zip(rows, jobs, strict=True))


def _mend(manager: RqJobManager, row: Analysis, job: Job | None, known: Known) -> bool:
    state = rq_adapter.state_of(job) if job is not None else None
    if state in ACTIVE_STATES and known.has(row.id, state):
        return False
    if state == State.CANCELED:
        log.info("%s was stopped on the queue's dashboard", row.id)
        settlement.stopped(manager.services, row.id)
        return True
    if row.state == State.PROCESSING:
        return _mend_processing(manager, row)
    if row.not_before is not None and row.not_before > utcnow():
        return False
    now = manager.catalog.analyses.find(row.id)
    if now is None or (now.state, now.updated_at) != (row.state, row.updated_at):
        return False  # it went on while we looked
    log.info("enqueuing %s: the catalog calls it %s, the queue %s", row.id, row.state, state or "nothing")
    manager._forget(row.id)
    # What has been tried or has a right to hurry goes first; a video whose turn has come queues up.
    manager._enqueue(row, at_front=row.attempt > row.budget_from or row.priority > 0)
    return True


def _mend_processing(manager: RqJobManager, row: Analysis) -> bool:
    """RQ knows of no running job: if the attempt is silent, too, it is lost."""
    if manager.catalog.attempts.lease_alive(row, utcnow()):
        return False
    error = retry_policy.Lost("The worker that had this video vanished.")
    end = settlement.crashed(manager.services, row.id, row.worker or "", error)
    if end.state == State.RETRYING:
        manager._forget(row.id)
        manager._enqueue(row, at_front=True)
    return True


def forget_ended(manager: RqJobManager, names: Iterable[str]) -> int:
    """Remove jobs at their end whose analysis is gone, and canceled ones after a while; how many.

    Failed jobs stay: they are the dead letters. RQ itself forgets finished ones, but never canceled ones.
    """
    removed = 0
    for name in names:
        queue = manager.queue(name)
        ids: set[str] = set()
        registries = (queue.failed_job_registry, queue.canceled_job_registry, queue.finished_job_registry)
        for registry in registries:
            ids |= set(rq_adapter.ids_in(registry))
        old = utcnow() - timedelta(seconds=manager.settings.result_ttl_s)
        canceled = {
            row.id for row in manager.catalog.statistics.ended_before(old, [State.CANCELED], limit=None)
        }
        for job_id in ids - (manager.catalog.analyses.known_ids(ids) - canceled):
            manager._forget(job_id)
            rq_adapter.remove_from(registries, job_id)
            removed += 1
    return removed


def _age(moment: datetime) -> float:
    return (utcnow() - moment).total_seconds()
