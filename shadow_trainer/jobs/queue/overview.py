"""The workers and the waiting jobs for the admin's page: from RQ where there is one, else from the catalog."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ...catalog import Catalog
from ...vocabulary import State
from . import self_test_record

if TYPE_CHECKING:
    import redis


THREADS = "threads@"  # how the name of a pool inside a web process begins


@dataclass(frozen=True)
class WorkerFacts:
    """One worker. ``job_id``: the analysis that it holds now; ``None`` is not known."""

    name: str
    state: str
    queues: tuple[str, ...]
    job_id: str | None
    heartbeat_at: datetime | None
    since: datetime | None = None
    done: int | None = None
    failed: int | None = None


@dataclass(frozen=True)
class QueueFacts:
    """One queue as the catalog sees it. ``in_redis``: jobs that RQ has in its line; None without Redis."""

    name: str
    waiting: int
    retrying: int
    running: int
    failed: int
    in_redis: int | None = None


@dataclass(frozen=True)
class OtherJob:
    """A job of the queue that is no analysis: a redraw, a drawn video, the self-test."""

    job_id: str
    words: str
    queue: str
    state: str
    since: datetime | None


def redraw_id(analysis_id: str, revision: str) -> str:
    """The job that makes the report of these numbers again."""
    return f"redraw-{analysis_id}-{revision}"


def video_id(analysis_id: str, name: str) -> str:
    """The job that draws a video."""
    return f"video-{analysis_id}-{name.partition('.')[0]}"


def redraw_words(analysis_id: str) -> str:
    """What the redraw of a report is called in lists."""
    return f"report of analysis {analysis_id}"


def video_words(analysis_id: str, name: str) -> str:
    """What the drawing of a video is called in lists."""
    return f"{name} of analysis {analysis_id}"


def redraw_job(analysis_id: str, revision: str, state: State) -> OtherJob:
    """A redraw in a pool."""
    return OtherJob(redraw_id(analysis_id, revision), redraw_words(analysis_id), "batch", state, None)


def video_job(analysis_id: str, name: str, state: State) -> OtherJob:
    """The drawing of a video in a pool."""
    return OtherJob(video_id(analysis_id, name), video_words(analysis_id, name), "batch", state, None)


def self_test_job(state: State) -> OtherJob:
    """The self-test in a pool."""
    return OtherJob(self_test_record.JOB_ID, self_test_record.WORDS, "maintenance", state, None)


def rq_workers(connection: redis.Redis) -> list[WorkerFacts]:
    """Every worker that RQ knows, by name."""
    from ..redis import rq_adapter

    return sorted((_of_rq(worker) for worker in rq_adapter.workers(connection)), key=lambda w: w.name)


def _of_rq(worker: Any) -> WorkerFacts:
    return WorkerFacts(
        name=worker.name,
        state=str(getattr(worker.get_state(), "value", worker.get_state())),
        queues=tuple(worker.queue_names()),
        job_id=worker.get_current_job_id(),
        heartbeat_at=worker.last_heartbeat,
        since=worker.birth_date,
        done=worker.successful_job_count,
        failed=worker.failed_job_count,
    )


def thread_workers(catalog: Catalog) -> list[WorkerFacts]:
    """In legacy mode: who holds an analysis."""
    return [
        WorkerFacts(row.worker or "?", "busy", (row.queue,), row.id, row.heartbeat_at, row.started_at)
        for row in catalog.statistics.processing()
    ]


def queues(catalog: Catalog, names: tuple[str, ...], in_redis: dict[str, int]) -> list[QueueFacts]:
    """The queues of these names, and any other that an analysis is in."""
    counts = catalog.statistics.counts_by_queue()
    known = dict.fromkeys([*names, *(name for name, _ in counts)])
    return [
        QueueFacts(
            name,
            waiting=counts.get((name, State.QUEUED), 0),
            retrying=counts.get((name, State.RETRYING), 0),
            running=counts.get((name, State.PROCESSING), 0),
            failed=counts.get((name, State.FAILED), 0),
            in_redis=in_redis.get(name),
        )
        for name in known
    ]
