"""How an attempt ends in the rows: the attempt is closed, the analysis comes to its end or back to an earlier result."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from ..vocabulary import State
from . import counters
from .models import Analysis, Attempt
from .types import utcnow

OPTIONS = "options"  # of a result: those with which it was made


def close(
    session: Session,
    row: Analysis,
    outcome: str,
    moment: datetime,
    *,
    counted: bool,
    error: Mapping[str, str] | None = None,
) -> datetime:
    """End the running attempt of ``row`` (if there is one) and give up its lease; when the attempt began."""
    attempt = session.get(Attempt, (row.id, row.attempt))
    if attempt is not None and not attempt.outcome:
        attempt.outcome, attempt.finished_at, attempt.counted = outcome, moment, counted
        attempt.error = dict(error) if error else None
        counters.add(session, {f"attempts:{outcome}": 1})
    row.worker, row.heartbeat_at, row.updated_at = None, None, moment
    return attempt.started_at if attempt is not None else moment


def finish(
    session: Session,
    row: Analysis,
    state: State,
    outcome: str,
    error: Mapping[str, str] | None,
    *,
    counted: bool = True,
) -> datetime:
    """Bring ``row`` to a terminal state and close its running attempt."""
    moment = utcnow()
    started_at = close(session, row, outcome, moment, counted=counted, error=error)
    row.state, row.error, row.not_before = state, dict(error) if error else None, None
    row.finished_at = moment
    return started_at


def end_without_result(
    session: Session,
    row: Analysis,
    state: State,
    outcome: str,
    error: Mapping[str, str] | None,
    *,
    counted: bool = True,
) -> None:
    """Bring ``row`` to ``state``, or back to the result that it has from an earlier run.

    The attempt number goes on: whoever still works at the run that ended here publishes nothing.
    """
    finish(session, row, state, outcome, error, counted=counted)
    if row.result is None:
        return
    row.state, row.stage, row.progress = State.COMPLETED, "", 100.0
    row.attempt += 1
    row.budget_from = row.attempt - 1
    row.options = row.result.get(OPTIONS, row.options)


def completed(row: Analysis, started_at: datetime) -> dict[str, float]:
    """What a completed analysis adds to the counters."""
    end = row.finished_at or utcnow()
    added = counters.spread("run", seconds(started_at, end))
    for stage, took in ((row.result or {}).get("timings_s") or {}).items():
        added |= {f"stage:{stage}:sum": float(took), f"stage:{stage}:count": 1.0}
    if row.promised_s:
        truth = seconds(row.queued_at, end)
        added |= counters.spread("promise", truth / row.promised_s, counters.RATIOS)
        added["promise_error:sum"] = abs(truth - row.promised_s)
    return added


def seconds(start: datetime, end: datetime) -> float:
    """From one to the other, never less than none."""
    return max(0.0, (end - start).total_seconds())
