"""JobStatus: what page and API say about a job, with a queue position and an estimate that is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...catalog import Analysis, utcnow
from ...vocabulary import ACTIVE_STATES, State
from ..attempt import time_left
from ..attempt.states import FETCH, PUBLISH, WORDS, stage_words

# Below this percentage, time so far says nothing about the time to come.
MEASURABLE_PERCENT = 5.0


@dataclass(frozen=True)
class JobStatus:
    """One job as seen now. ``progress`` 0..100; ``queue_position`` 1 is next; ``eta_s`` seconds to the end."""

    job_id: str
    state: State
    stage: str
    progress: float
    message: str
    queue_position: int | None
    eta_s: float | None
    attempts: int
    error: dict[str, str] | None
    created_at: datetime
    updated_at: datetime
    frames_done: int | None = None
    frames_total: int | None = None

    @property
    def finished(self) -> bool:
        """Whether it will not change by itself any more."""
        return self.state not in ACTIVE_STATES

    def as_dict(self) -> dict[str, Any]:
        """The API's words: ``status`` for the state, times in ISO 8601."""
        return {
            "job_id": self.job_id,
            "status": self.state,
            "stage": self.stage,
            "progress": self.progress,
            "message": self.message,
            "queue_position": self.queue_position,
            "eta_s": self.eta_s,
            "attempts": self.attempts,
            "error": self.error,
            "created_at": self.created_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
            "frames_done": self.frames_done,
            "frames_total": self.frames_total,
        }


@dataclass(frozen=True)
class Live:
    """What the back end knows beyond the catalog; None where it knows nothing."""

    state: State | None = None
    stage: str | None = None
    progress: float | None = None
    position: int | None = None
    done: int | None = None
    total: int | None = None
    frames: int | None = None


def build(
    row: Analysis,
    live: Live,
    *,
    typical_s: float | None = None,
    workers: int = 1,
    past: Sequence[time_left.Past] = (),
) -> JobStatus:
    """The status from the catalog's row and the back end's knowledge.

    ``typical_s``: median duration of such an analysis; ``workers``: how many share the queue; ``past``: runs of this
    installation with such a model.
    """
    state = combine(row.state, live.state)
    stage, progress = row.stage, row.progress
    if state == State.PROCESSING and live.progress is not None and live.progress >= row.progress:
        stage, progress = live.stage or stage, live.progress
    position = live.position if state in (State.QUEUED, State.RETRYING) else None
    return JobStatus(
        job_id=row.id,
        state=state,
        stage=stage if state in ACTIVE_STATES else "",
        progress=progress,
        message=message(row, state, stage, position),
        queue_position=position,
        eta_s=_left(live, stage, past)
        if state == State.PROCESSING and past
        else estimate(row, state, progress, position, typical_s, workers),
        attempts=row.attempt - row.budget_from,
        error=row.error if state in (State.FAILED, State.RETRYING) else None,
        created_at=row.created_at,
        updated_at=row.updated_at,
        frames_done=live.done if state == State.PROCESSING and live.total else None,
        frames_total=live.total or None if state == State.PROCESSING else None,
    )


def _left(live: Live, stage: str, past: Sequence[time_left.Past]) -> float | None:
    """Seconds that the stages which are left take here."""
    from ..pipeline.stages import table

    stages = [row.name for row in table()]
    if stage == PUBLISH:
        return 0.0
    at = live if live.stage == stage else Live()
    now = time_left.Now(stage or stages[0], at.done or 0, at.total or 0, live.frames or 0)
    left = time_left.remaining_s(past, stages, time_left.Now(stages[0]) if stage == FETCH else now)
    return None if left is None else round(left, 1)


def whole(past: Sequence[time_left.Past]) -> float | None:
    """Seconds that all stages take here; None without a past."""
    from ..pipeline.stages import table

    stages = [row.name for row in table()]
    return time_left.remaining_s(past, stages, time_left.Now(stages[0]))


def combine(catalog: State, live: State | None) -> State:
    """One state of two opinions: an end is an end; while it runs, the back end knows better.

    A job that was stopped on the queue's own dashboard is canceled although the row does not know it yet.
    Another end that the row does not know has no results: the clock enqueues it again, and the row's word
    stands.
    """
    if catalog in ACTIVE_STATES and live == State.CANCELED:
        return State.CANCELED
    if catalog not in ACTIVE_STATES or live is None or live not in ACTIVE_STATES:
        return catalog
    if live == State.QUEUED and catalog == State.RETRYING:
        return State.RETRYING
    return live


def message(row: Analysis, state: State, stage: str, position: int | None) -> str:
    """One sentence for the coach."""
    if state == State.QUEUED and position:
        return "Next in line" if position == 1 else f"{ordinal(position)} in line"
    if state == State.PROCESSING:
        return stage_words(stage) or "Starting"
    if state == State.FAILED and row.error:
        return str(row.error.get("message", WORDS[State.FAILED]))
    return WORDS[state]


def ordinal(number: int) -> str:
    """``1st``, ``2nd``, ``11th``."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def estimate(
    row: Analysis,
    state: State,
    progress: float,
    position: int | None,
    typical_s: float | None,
    workers: int,
) -> float | None:
    """Seconds until it is done: from past durations, or from its own pace; None when neither is known."""
    if state == State.PROCESSING:
        if typical_s is not None:
            return round(typical_s * (1 - progress / 100), 1)
        if row.started_at is not None and progress >= MEASURABLE_PERCENT:
            elapsed = (utcnow() - row.started_at).total_seconds()
            return round(elapsed * (100 - progress) / progress, 1)
        return None
    if state not in ACTIVE_STATES or typical_s is None:
        return None
    rounds = ((position or 1) - 1) / max(workers, 1) + 1
    pause = max(0.0, (row.not_before - utcnow()).total_seconds()) if row.not_before else 0.0
    return round(pause + rounds * typical_s, 1)
