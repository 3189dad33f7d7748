"""Writing the retry decision into the RQ job: whether RQ tries it again, and when."""

from __future__ import annotations

from rq import Queue
from rq.job import Job, JobStatus

from ...catalog import Catalog
from ...errors import ShadowError
from ...vocabulary import ACTIVE_STATES, State
from ..redis import rq_adapter


def apply(job: Job, state: str, *, delay_s: float = 0.0, at_front: bool = False) -> None:
    """Prepare ``job`` for RQ's failure handling, which retries while ``retries_left`` is positive.

    ``failed`` ends there. Any other state goes through the queue once more: also a job whose analysis has
    meanwhile ended, because the next attempt finds nothing to do and RQ then knows it as finished.
    """
    if state == State.FAILED:
        rq_adapter.retry_never(job)
    else:
        rq_adapter.retry_once(job, delay_s=delay_s, at_front=at_front)


def withdraw_if_ended(job: Job, catalog: Catalog) -> None:
    """Take back the next attempt that RQ has just noted, when its analysis was canceled meanwhile.

    Asked after RQ's note: a later cancel finds the note and removes it by itself.
    """
    if job.get_status(refresh=False) not in (JobStatus.SCHEDULED, JobStatus.QUEUED):
        return
    try:
        row = catalog.analyses.find(job.id)
    except ShadowError:
        return  # away: the attempt is refused when its time has come
    if row is None or row.state in ACTIVE_STATES:
        return
    queue = Queue(job.origin, connection=job.connection)
    rq_adapter.delete(job)
    # RQ looks where the status says; a cancel in the middle of RQ's own steps leaves it in the other ones.
    rq_adapter.remove_from((queue.scheduled_job_registry, queue.canceled_job_registry), job.id)
