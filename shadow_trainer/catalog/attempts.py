"""Every change of an analysis' state, each one transaction guarded by what it starts from.

    queued --claim--> processing --publish--> completed
      ^                 |  |  |
      |  hand_back      |  |  +--fail--> failed
      +-----------------+  +--postpone--> retrying --claim--> processing
    any of queued, processing, retrying --cancel--> canceled
    a run that ends without a result, over an earlier result: --> completed, with that one
    failed, canceled, completed --requeue--> queued

The fence: ``claim`` gives the attempt a new number, and everything an attempt writes is refused once the
row carries another number or another state. A worker that was thought dead and wakes up can therefore
neither publish a second time nor overwrite the progress of its successor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from .. import logs
from ..vocabulary import ACTIVE_STATES, ENDED_STATES, State
from . import counters
from .attempt_ends import OPTIONS, close, completed, end_without_result, finish, seconds
from .database import Database
from .models import Analysis, Attempt, Delivery
from .repository import Repository, rows_changed
from .types import utcnow

# Of the time after which a silent worker counts as gone: how long an attempt's lease is, and how often it is
# renewed. The lease ends before the queue's own entry does, so that who finds the one finds the other.
LEASE_PART, RENEW_PART = 0.8, 0.2


def _none() -> None:
    """There are no files to replace."""


@dataclass(frozen=True)
class Claim:
    """What a claim gave: the row and the attempt's number, or the reason why there is nothing to do.

    ``refused``: ``gone`` (deleted), ``done`` (terminal), ``elsewhere`` (another attempt is alive), or empty.
    ``spent``: attempts that count against the retry limit, this one included.
    """

    analysis: Analysis | None
    number: int = 0
    spent: int = 0
    refused: str = ""

    @property
    def analysis_id(self) -> str:
        """The id of what was claimed; ValueError when it was gone."""
        if self.analysis is None:
            raise ValueError("nothing was claimed")
        return self.analysis.id


class Attempts(Repository):
    """The attempts at an analysis, and the state machine that they drive."""

    def __init__(self, database: Database, *, silence_s: float) -> None:
        """A worker that was silent for ``silence_s`` seconds counts as gone."""
        super().__init__(database)
        self.silence_s = silence_s

    @property
    def lease_s(self) -> float:
        """After so long without a renewal another worker may take an attempt over."""
        return self.silence_s * LEASE_PART

    @property
    def renew_s(self) -> float:
        """How often a running attempt renews its lease."""
        return self.silence_s * RENEW_PART

    def lease_alive(self, row: Analysis, moment: datetime) -> bool:
        """Whether the running attempt has given a sign of life lately, or could not have written one."""
        if row.heartbeat_at is None:
            return False
        lease = timedelta(seconds=self.lease_s)
        if moment - row.heartbeat_at < lease:
            return True
        # One that had died before is not excused by it, however often the machine stands still.
        held_up_since = self.database.held_up_since(self.lease_s)
        return held_up_since is not None and row.heartbeat_at >= held_up_since - 2 * lease

    def of(self, analysis_id: str) -> list[Attempt]:
        """Every attempt at an analysis, the oldest first."""
        with self.read() as session:
            query = select(Attempt).where(Attempt.analysis_id == analysis_id).order_by(Attempt.number)
            return list(session.scalars(query))

    def claim(self, analysis_id: str, worker: str, *, now: datetime | None = None) -> Claim:
        """Begin an attempt for ``worker``. An attempt whose lease ran out is closed as ``lost``."""
        moment = now or utcnow()

        def work(session: Session) -> Claim:
            row = session.get(Analysis, analysis_id, with_for_update=True)
            if row is None:
                return Claim(None, refused="gone")
            if row.state in ENDED_STATES:
                return Claim(row, refused="done")
            if row.state == State.PROCESSING:
                if self.lease_alive(row, moment) and row.worker != worker:
                    return Claim(row, refused="elsewhere")
                close(session, row, "lost", moment, counted=True)
            row.attempt += 1
            row.state, row.worker, row.heartbeat_at = State.PROCESSING, worker, moment
            row.error, row.not_before, row.updated_at = None, None, moment
            first = row.started_at is None
            row.started_at = row.started_at or moment
            session.add(Attempt(analysis_id=row.id, number=row.attempt, worker=worker, started_at=moment))
            session.flush()
            claim = Claim(row, row.attempt, spent(session, row))
            if first:
                counters.add(session, counters.spread("wait", seconds(row.queued_at, moment)))
            return claim

        return self.transact(work)

    def beat(self, analysis_id: str, number: int) -> bool:
        """Renew the lease; False when the attempt is no longer the one that counts."""
        return self._fenced(analysis_id, number, heartbeat_at=utcnow())

    def advance(self, analysis_id: str, number: int, stage: str, progress: float) -> bool:
        """Write stage and percent (0..100) and renew the lease; False as for :meth:`beat`."""

        def work(session: Session) -> bool:
            moment = utcnow()
            values = {"stage": stage, "progress": progress, "heartbeat_at": moment, "updated_at": moment}
            if not _write(session, analysis_id, number, values):
                return False
            query = update(Attempt).where(Attempt.analysis_id == analysis_id, Attempt.number == number)
            session.execute(query.values(stage=stage))
            return True

        # Whoever computes does not wait for this: the next one comes in a moment.
        return self.database.transact(work, patience_s=0.0)

    def add_files(
        self, analysis_id: str, number: int, names: Iterable[str], replace_files: Callable[[], None] = _none
    ) -> bool:
        """Files that are shown before the rest exists (the browser's copy of the video); else as :meth:`publish`."""
        new = set(names)

        def work(session: Session) -> bool:
            row = session.get(Analysis, analysis_id, with_for_update=True)
            if row is None or (row.state, row.attempt) != (State.PROCESSING, number):
                return False
            replace_files()
            row.files = sorted({*row.files, *new})
            return True

        return self.transact(work)

    def is_current(self, analysis_id: str, number: int) -> bool:
        """Whether this attempt may go on: not canceled, deleted or superseded."""
        with self.read() as session:
            query = select(Analysis.state, Analysis.attempt).where(Analysis.id == analysis_id)
            current = session.execute(query).one_or_none()
        return current is not None and tuple(current) == (State.PROCESSING, number)

    def publish(
        self,
        analysis_id: str,
        number: int,
        *,
        files: Iterable[str],
        result: Mapping[str, Any],
        warnings: Iterable[Any],
        deliveries: Iterable[Mapping[str, Any]],
        replace_files: Callable[[], None] = _none,
    ) -> bool:
        """Make the result the analysis' result, in one transaction; False when the attempt lost its right.

        ``deliveries`` are ``{index, start_s, end_s, summary}``. ``replace_files`` runs while the row is locked,
        perhaps twice. Doing all of it again after an unclear commit finds it done and says True.
        """
        names, rows, notes = sorted(set(files)), list(deliveries), list(warnings)

        def work(session: Session) -> bool:
            row = session.get(Analysis, analysis_id, with_for_update=True)
            if row is None or row.attempt != number or row.state not in (State.PROCESSING, State.COMPLETED):
                return False
            if row.state == State.COMPLETED:
                return True
            replace_files()
            session.execute(delete(Delivery).where(Delivery.analysis_id == analysis_id))
            session.add_all(Delivery(analysis_id=analysis_id, **values) for values in rows)
            row.files, row.warnings, row.revision = names, notes, None
            row.result = {**result, OPTIONS: dict(row.options)}
            row.recorded_on = row.recorded_on or _day_of(result)
            row.stage, row.progress = "", 100.0
            started_at = finish(session, row, State.COMPLETED, "completed", None)
            counters.add(session, completed(row, started_at))
            return True

        return self.transact(work)

    def fail(
        self,
        analysis_id: str,
        number: int,
        error: Mapping[str, str],
        *,
        outcome: str = "failed",
        warnings: Iterable[Any] | None = None,
    ) -> bool:
        """End in ``failed`` with ``{code, message, fix}``; False when the attempt lost its right."""

        def work(session: Session) -> bool:
            row = _mine(session, analysis_id, number)
            if row is None:
                return False
            if warnings is not None:
                row.warnings = list(warnings)
            end_without_result(session, row, State.FAILED, outcome, error)
            return True

        return self.transact(work)

    def postpone(
        self,
        analysis_id: str,
        number: int,
        error: Mapping[str, str],
        *,
        delay_s: float,
        outcome: str = "retrying",
        batch_limit: int | None = None,
    ) -> bool:
        """End the attempt and wait ``delay_s`` for the next one; False when it lost its right."""

        def work(session: Session) -> bool:
            row = _mine(session, analysis_id, number)
            if row is None:
                return False
            moment = utcnow()
            close(session, row, outcome, moment, counted=True, error=error)
            row.state, row.error = State.RETRYING, dict(error)
            row.not_before = moment + timedelta(seconds=delay_s)
            row.batch_limit = batch_limit if batch_limit is not None else row.batch_limit
            return True

        return self.transact(work)

    def hand_back(self, analysis_id: str, number: int) -> bool:
        """The worker stops: back to ``queued`` without spending an attempt."""

        def work(session: Session) -> bool:
            row = _mine(session, analysis_id, number)
            if row is None:
                return False
            close(session, row, "handed_back", utcnow(), counted=False)
            row.state = State.QUEUED
            return True

        return self.transact(work)

    def close(self, analysis_id: str, number: int, outcome: str) -> None:
        """Write how an attempt ended that no longer owns its analysis (canceled, superseded)."""

        def work(session: Session) -> None:
            attempt = session.get(Attempt, (analysis_id, number))
            if attempt is not None and not attempt.outcome:
                attempt.outcome, attempt.finished_at, attempt.counted = outcome, utcnow(), False
                counters.add(session, {f"attempts:{outcome}": 1})

        self.transact(work)

    def cancel(self, analysis_id: str) -> Analysis | None:
        """End in ``canceled`` whatever it was doing; a terminal analysis stays as it is. None: unknown id."""
        return self.stop(analysis_id)[0]

    def stop(self, analysis_id: str) -> tuple[Analysis | None, bool]:
        """The same, and whether there was something to stop."""

        def work(session: Session) -> tuple[Analysis | None, bool]:
            row = session.get(Analysis, analysis_id, with_for_update=True)
            runs = row is not None and row.state in ACTIVE_STATES
            if row is not None and runs:
                end_without_result(session, row, State.CANCELED, "canceled", None, counted=False)
            return row, runs

        return self.transact(work)

    def requeue(self, analysis_id: str, *, queue: str | None = None) -> bool:
        """From a terminal state back to ``queued``, all attempts restored; False when active or in the trash."""

        def work(session: Session) -> bool:
            row = session.get(Analysis, analysis_id, with_for_update=True)
            if row is None or row.state not in ENDED_STATES or row.deleted_at is not None:
                return False
            moment = utcnow()
            row.state, row.stage, row.progress, row.error = State.QUEUED, "", 0.0, None
            row.budget_from, row.not_before, row.worker = row.attempt, None, None
            row.queued_at = row.updated_at = moment
            row.started_at = row.finished_at = None
            row.queue = queue or row.queue
            row.request_id = logs.current().get("request_id") or row.request_id
            return True

        return self.transact(work)

    def set_estimate(self, analysis_id: str, estimate_s: float, promised_s: float) -> None:
        """Keep what was promised at submission, so that promise and truth can be compared."""

        def work(session: Session) -> None:
            query = update(Analysis).where(Analysis.id == analysis_id)
            session.execute(query.values(estimate_s=estimate_s, promised_s=promised_s))

        self.transact(work)

    def _fenced(self, analysis_id: str, number: int, **values: Any) -> bool:
        return self.transact(lambda session: _write(session, analysis_id, number, values))


def spent(session: Session, row: Analysis) -> int:
    """Attempts of this row that count against the limit since the last requeue."""
    query = select(Attempt.number).where(
        Attempt.analysis_id == row.id, Attempt.number > row.budget_from, Attempt.counted
    )
    return len(session.scalars(query).all())


def _write(session: Session, analysis_id: str, number: int, values: Mapping[str, Any]) -> bool:
    query = update(Analysis).where(
        Analysis.id == analysis_id, Analysis.attempt == number, Analysis.state == State.PROCESSING
    )
    return rows_changed(session, query.values(**values)) == 1


def _mine(session: Session, analysis_id: str, number: int) -> Analysis | None:
    row = session.get(Analysis, analysis_id, with_for_update=True)
    if row is None or (row.state, row.attempt) != (State.PROCESSING, number):
        return None
    return row


def _day_of(result: Mapping[str, Any]) -> date | None:
    """The day that the camera wrote into the video; what a coach said goes before it."""
    day = (result.get("video") or {}).get("filmed_on")
    return date.fromisoformat(day) if day else None
