"""The one interface to the queue, and what both back ends share. Imports neither torch, cv2 nor av.

jobs = make_manager(services)   # see :mod:`.open`
jobs.submit(analysis_id)        # the analysis is in the catalog, its video in the storage
jobs.status(analysis_id)        # JobStatus; NotFound for an unknown id
"""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from ...catalog import Analysis, Catalog
from ...catalog.analyses import LIST_MAX
from ...catalog.key_values import SENT
from ...errors import Conflict, NotFound
from ...services import Services
from ...settings import Settings
from ...storage import Storage
from ...vocabulary import ACTIVE_STATES, State
from ..attempt import example, publish, retry_policy, time_left, workdir
from ..correction import drawing_tries
from . import overview, self_test_record, status
from .status import JobStatus, Live
from .ttl_cache import TtlCache

if TYPE_CHECKING:
    import redis

RECENT_S = 2.0
T = TypeVar("T")


@dataclass(frozen=True)
class DeadLetter:
    """A job that failed: ``permanent`` ones would fail again, the others are out of attempts and wait for a person."""

    job_id: str
    title: str
    error: dict[str, str]
    attempts: int
    failed_at: datetime | None
    permanent: bool


@dataclass(frozen=True)
class Drawing:
    """Where the drawing of a video stands: ``queued`` or ``processing``, and 0..100."""

    state: State
    progress: float = 0.0


# The interface has a method that is called `list`, which inside the class would be meant.
Statuses = list[JobStatus]
DeadLetters = list[DeadLetter]
Workers = list[overview.WorkerFacts]
Queues = list[overview.QueueFacts]
OtherJobs = list[overview.OtherJob]


class JobManager(ABC):
    """submit, status, cancel, retry, delete, list, stats: the same words for both back ends."""

    kind = ""
    # How this process asks Redis; None where there is none. Whoever shares it learns at once that Redis is silent.
    connection: redis.Redis | None = None

    def __init__(self, services: Services) -> None:
        self.services = services
        self._kept = TtlCache()

    @property
    def settings(self) -> Settings:
        """The settings of this process."""
        return self.services.settings

    @property
    def catalog(self) -> Catalog:
        """Its catalog."""
        return self.services.catalog

    @property
    def storage(self) -> Storage:
        """Its storage."""
        return self.services.storage

    # What a back end knows and does

    @abstractmethod
    def _enqueue(self, row: Analysis, *, at_front: bool = False) -> None:
        """Hand a queued analysis to whoever works. Doing it twice is harmless."""

    @abstractmethod
    def _live(self, row: Analysis) -> Live:
        """What is known beyond the row."""

    @abstractmethod
    def _stop(self, analysis_id: str) -> None:
        """Stop a job that is waiting or running; the catalog already says so."""

    @abstractmethod
    def _forget(self, analysis_id: str) -> None:
        """Drop what the back end remembers."""

    @abstractmethod
    def redraw(self, analysis_id: str, revision: str) -> None:
        """Have the report file and the stills made again for the numbers of ``revision``, when there is time (see
        :mod:`shadow_trainer.jobs.correction.redraw`).

        It is no attempt at the analysis, which stays completed; one that is lost leaves a file of the numbers before.
        """

    def is_redrawing(self, row: Analysis) -> bool:
        """Whether the redraw of this revision waits or runs."""
        return False

    @abstractmethod
    def _draw(self, analysis_id: str, name: str) -> Drawing:
        """Enqueue the drawing of a video, unless it waits or runs already, and say where it stands."""

    @abstractmethod
    def worker_count(self) -> int:
        """Workers that are alive."""

    @abstractmethod
    def request_self_test(self) -> bool:
        """Have a worker make the self-test when it has nothing else to do.

        False: one waits or runs already, or the queue is away.
        """

    # The interface

    def submit(self, analysis_id: str, *, at_front: bool = False) -> JobStatus:
        """Enqueue an analysis that the catalog calls queued. Again: nothing happens."""
        row = self.catalog.analyses.get(analysis_id)
        if row.state in (State.QUEUED, State.RETRYING) and not self._is_held(row):
            self._enqueue(row, at_front=at_front or row.priority > 0)
        job = self._status(row)
        if job.eta_s is not None and job.eta_s > 0:
            # Kept as it was before correction: compared with the truth, it gives the next ones their correction.
            self.catalog.attempts.set_estimate(analysis_id, job.eta_s / self._bias(), job.eta_s)
        return job

    def status(self, analysis_id: str) -> JobStatus:
        """The job as it is now; NotFound for an unknown id. Answers also when the queue is away."""
        return self._status(self.catalog.analyses.get(analysis_id))

    def status_of(self, row: Analysis) -> JobStatus:
        """The same for a row that was read just now."""
        return self._status(row)

    def draw(self, row: Analysis, name: str) -> Drawing:
        """Have one of the drawn videos of a finished analysis made, when there is time, and say where it stands.

        Again: it goes on, and what was lost is begun again. It is no attempt at the analysis. Raises the errors of
        :func:`shadow_trainer.jobs.correction.videos.check_possible`.
        """
        from ..correction import videos  # numpy, which the clock and a waiting worker do without

        videos.check_possible(self.services, row, name)
        return self._draw(row.id, name)

    def complete_example(self, analysis_id: str, facts: dict[str, Any]) -> None:
        """Finish a copy of the example without a worker; one that a worker took meanwhile is computed."""
        example.complete(self.services, analysis_id, facts)

    def cancel(self, analysis_id: str) -> JobStatus:
        """Stop it, whatever it is doing; at its end it stays as it is. NotFound for an unknown id."""
        self.catalog.analyses.get(analysis_id)
        row, stopped = self.catalog.attempts.stop(analysis_id)
        if row is None:
            raise NotFound(f"There is no analysis {analysis_id!r}.")
        # Published in the meantime: then there is nothing to stop, and its worker may be at the next video.
        if stopped:
            self._stopped(row)
        return self.status(analysis_id)

    def _stopped(self, row: Analysis) -> None:
        self._stop(row.id)
        publish.free(self.storage, row, row.id)
        workdir.discard(self.settings, row.id)

    def retry(self, analysis_id: str, *, at_front: bool = False, queue: str | None = None) -> JobStatus:
        """Run a failed, canceled or completed analysis again with all attempts; Conflict while it runs.

        ``queue``: another one than before (``batch`` for what nobody waits for).
        """
        row = self.catalog.analyses.get(analysis_id)
        if not self.catalog.attempts.requeue(analysis_id, queue=queue):
            raise Conflict(f"The analysis is {row.state}; it can be run again when it has ended.")
        self._forget(analysis_id)
        return self.submit(analysis_id, at_front=at_front)

    def delete(self, analysis_id: str, *, purge: bool = False) -> None:
        """Stop the analysis and put it into the trash, where its files stay; NotFound for an unknown id.

        ``purge``: for good instead, with its job and its files, also from the trash.
        """
        if purge:
            self._purge(analysis_id)
        else:
            self._trash(analysis_id)

    def restore(self, analysis_id: str) -> None:
        """Take it out of the trash, as it was (canceled when it was running); NotFound when it is not there."""
        if not self.catalog.trash.restore(analysis_id):
            raise NotFound(f"There is no analysis {analysis_id!r} in the trash.")

    def _trash(self, analysis_id: str) -> None:
        before = self.catalog.analyses.get(analysis_id).state
        row = self.catalog.trash.put(analysis_id)
        if row is not None and before in ACTIVE_STATES:
            self._stopped(row)
        self._forget(analysis_id)

    def _purge(self, analysis_id: str) -> None:
        row = self.catalog.analyses.get(analysis_id)
        if row.state in ACTIVE_STATES:
            self.catalog.attempts.cancel(analysis_id)
            self._stop(analysis_id)
        self.catalog.analyses.delete(analysis_id)
        drawing_tries.forget(self.catalog, analysis_id)
        self.catalog.key_values.delete(SENT + analysis_id)
        self._forget(analysis_id)
        self.storage.delete_prefix(publish.prefix(analysis_id))
        self.storage.delete(row.original_key)
        workdir.discard(self.settings, analysis_id)

    def list(self, states: Iterable[str] = ACTIVE_STATES, *, limit: int = LIST_MAX) -> Statuses:
        """Jobs in these states, the newest first."""
        return [self._status(row) for row in self.catalog.analyses.page(states=states, limit=limit)]

    def stats(self) -> dict[str, Any]:
        """Counts by state, active jobs, workers, the oldest waiting, the kind of manager."""
        counts = {name: 0 for name in tuple(State)} | self.catalog.statistics.counts()
        return counts | {
            "job_manager_type": self.kind,
            "rq_enabled": bool(self.settings.use_rq),
            "active_jobs": sum(counts[name] for name in ACTIVE_STATES),
            "workers": self.worker_count(),
            "oldest_waiting_at": self.catalog.statistics.oldest_waiting(),
            "free_disk_bytes": _free_disk(self.settings),
        }

    def dead_letters(self, *, limit: int = 100) -> DeadLetters:
        """What is out of attempts and waits for a person, the newest first: run again, it may succeed."""
        return [letter for letter in self._failures() if not letter.permanent][:limit]

    def cannot_succeed(self, *, limit: int = 100) -> DeadLetters:
        """Failed analyses that would fail again, such as of a bad video: an answer to the coach, no dead letters."""
        return [letter for letter in self._failures() if letter.permanent][:limit]

    def _failures(self) -> DeadLetters:
        rows = self.catalog.analyses.page(states=[State.FAILED], limit=LIST_MAX)
        return [self._dead_letter(row) for row in rows]

    def is_hopeless(self, row: Analysis) -> bool:
        """Whether a failed analysis was given up because another attempt at the same video cannot succeed."""
        return self._dead_letter(row).permanent

    def out_of_attempts(self) -> int:
        """How many dead letters there are."""
        kinds = self.catalog.statistics.failures()
        return sum(number for code, spent, number in kinds if not self._is_permanent(code, spent))

    def workers(self) -> Workers:
        """Who works, and at what. Empty when the queue does not answer."""
        return overview.thread_workers(self.catalog)

    def other_jobs(self) -> OtherJobs:
        """Jobs that wait or run and are no analyses: redraws, drawn videos, the self-test."""
        return []

    def queues(self) -> Queues:
        """What waits, runs and failed, by queue."""
        return overview.queues(self.catalog, (), {})

    def ready(self) -> dict[str, str]:
        """Each dependency and, unless it is empty, what is wrong with it."""
        missing = "" if self.worker_count() else "No worker is running."
        return {"workers": missing, "self_test": self_test_record.problem(self.catalog)}

    def close(self) -> None:  # noqa: B027 - RQ's manager starts nothing
        """Stop what this process started."""

    def _is_held(self, row: Analysis) -> bool:
        """Whether it waits in the catalog because its coach has enough videos in the queue."""
        return row.owner_id is not None and row.id in self.catalog.statistics.held_ids(
            self.settings.coach_limit
        )

    def _status(self, row: Analysis) -> JobStatus:
        if row.state not in ACTIVE_STATES:
            return status.build(row, Live())
        size = row.options.get("model_size")
        typical = self._recent(f"typical {size}", lambda: self.catalog.statistics.typical_seconds(size))
        workers = 1
        if row.state in (State.QUEUED, State.RETRYING):
            workers = self._servers(row.queue)
            if typical is not None:
                typical *= self._bias()
        results = self.catalog.statistics.recent_results
        past = self._recent(f"past {size}", lambda: time_left.of_results(results(), str(size or "")))
        typical = typical if typical is not None else status.whole(past)
        return status.build(row, self._live(row), typical_s=typical, workers=workers, past=past)

    def _servers(self, queue: str) -> int:
        """How many workers share the videos of this queue, as of a moment ago."""
        return self._recent("workers", self.worker_count)

    def _bias(self) -> float:
        return self._recent("bias", self.catalog.statistics.estimate_bias)

    def _recent(self, name: str, ask: Callable[[], T]) -> T:
        return self._kept.get(name, ask, RECENT_S)

    def _dead_letter(self, row: Analysis) -> DeadLetter:
        spent, error = row.attempt - row.budget_from, row.error or {}
        permanent = self._is_permanent(error.get("code", ""), spent)
        return DeadLetter(row.id, row.title, error, spent, row.finished_at, permanent)

    def _is_permanent(self, code: str, spent: int) -> bool:
        # Given up although attempts were left: trying again would not have helped.
        return spent <= retry_policy.policy_for(code, self.settings).attempts


def _free_disk(settings: Settings) -> int:
    settings.data_path.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(settings.data_path).free


__all__ = ["DeadLetter", "Drawing", "JobManager", "JobStatus"]
