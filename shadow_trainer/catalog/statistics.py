"""Numbers over many analyses: counts by state, durations for estimates, what waits and since when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import case, func, select

from ..vocabulary import ACTIVE_STATES, State
from .models import Analysis, Attempt
from .repository import Repository

# An estimate is corrected by the median of at least so many comparisons with the truth, within these bounds.
BIAS_SAMPLE, BIAS_LEAST, BIAS_MOST = 5, 0.5, 4.0
BULK = "batch"  # the queue of videos that nobody waits for
EXAMPLE = "example"  # the source of a copy that nobody computed
SAMPLE = 30  # durations that make an estimate; older ones belong to another machine or release


class Statistics(Repository):
    """Read-only sums."""

    def counts(self) -> dict[str, int]:
        """Analyses by state, without the trash; states without any are missing."""
        with self.read() as session:
            query = select(Analysis.state, func.count(Analysis.id)).where(Analysis.deleted_at.is_(None))
            query = query.group_by(Analysis.state)
            return {state: number for state, number in session.execute(query)}

    def number_waiting(self, owner_id: int | None = None) -> int:
        """How many wait to be started; with ``owner_id``, of one coach's."""
        query = select(func.count(Analysis.id)).where(Analysis.state == State.QUEUED)
        if owner_id is not None:
            query = query.where(Analysis.owner_id == owner_id)
        with self.read() as session:
            return session.scalar(query) or 0

    def failures(self) -> list[tuple[str, int, int]]:
        """Every failed analysis without the trash: (code of its error, attempts it spent, how many of this kind)."""
        code, spent = Analysis.error["code"].as_string(), Analysis.attempt - Analysis.budget_from
        query = select(code, spent, func.count(Analysis.id)).group_by(code, spent)
        query = query.where(Analysis.state == State.FAILED, Analysis.deleted_at.is_(None))
        with self.read() as session:
            return [(name or "", attempts, number) for name, attempts, number in session.execute(query)]

    def oldest_waiting(self) -> datetime | None:
        """When the longest waiting analysis was queued."""
        with self.read() as session:
            query = select(func.min(Analysis.queued_at)).where(Analysis.state == State.QUEUED)
            return session.scalar(query)

    def waiting_ids(self, *, now: datetime | None = None, without: Collection[str] = ()) -> list[str]:
        """What may start now, in the order in which it should: bulk last, priority, then age.

        With ``now``, retries whose time has not come are left out; so are the queues ``without``.
        """
        query = select(Analysis.id).where(Analysis.state.in_((State.QUEUED, State.RETRYING)))
        if without:
            query = query.where(Analysis.queue.not_in(without))
        if now is not None:
            query = query.where((Analysis.not_before.is_(None)) | (Analysis.not_before <= now))
        query = query.order_by(
            case((Analysis.queue == BULK, 1), else_=0),
            Analysis.priority.desc(),
            Analysis.queued_at,
            Analysis.id,
        )
        with self.read() as session:
            return list(session.scalars(query))

    def active(self) -> list[Analysis]:
        """Every analysis that is not at its end, the oldest first."""
        with self.read() as session:
            query = select(Analysis).where(Analysis.state.in_(ACTIVE_STATES)).order_by(Analysis.created_at)
            return list(session.scalars(query))

    def corrected(self, *, limit: int) -> list[Analysis]:
        """Finished analyses that were corrected after their run, the latest first; not those without the original."""
        query = select(Analysis).where(
            Analysis.state == State.COMPLETED,
            Analysis.revision.is_not(None),
            Analysis.original_deleted_at.is_(None),
            Analysis.deleted_at.is_(None),
        )
        with self.read() as session:
            return list(session.scalars(query.order_by(Analysis.updated_at.desc()).limit(limit)))

    def measured(self, *, limit: int | None = None) -> list[Analysis]:
        """Finished analyses that somebody's video gave, the latest first; not the example."""
        query = select(Analysis).where(
            Analysis.state == State.COMPLETED, Analysis.deleted_at.is_(None), Analysis.source != EXAMPLE
        )
        with self.read() as session:
            return list(session.scalars(query.order_by(Analysis.updated_at.desc()).limit(limit)))

    def held_ids(self, per_owner: int) -> set[str]:
        """Waiting analyses whose owner already has ``per_owner`` others before them (0: nobody is held).

        They enter the queue when one of the others has ended, so that a coach with fifty videos does not
        stand before a coach with one. Analyses without an owner are never held.
        """
        if per_owner == 0:
            return set()
        rank = {State.PROCESSING: 0, State.RETRYING: 1, State.QUEUED: 2}
        ahead: Counter[int | None] = Counter()
        held = set()
        rows = [row for row in self.active() if row.owner_id is not None]
        for row in sorted(rows, key=lambda r: (rank[r.state], -r.priority, r.queued_at, r.id)):
            if row.state == State.QUEUED and ahead[row.owner_id] >= per_owner:
                held.add(row.id)
            ahead[row.owner_id] += 1
        return held

    def processing(self) -> list[Analysis]:
        """Every analysis that a worker holds."""
        with self.read() as session:
            return list(session.scalars(select(Analysis).where(Analysis.state == State.PROCESSING)))

    def typical_seconds(self, model_size: str | None = None) -> float | None:
        """Median working time of recent completed attempts (of one model size when there are any), or None."""
        query = (
            select(Attempt.started_at, Attempt.finished_at, Analysis.options)
            .join(Analysis, Analysis.id == Attempt.analysis_id)
            .where(Attempt.outcome == State.COMPLETED, Attempt.finished_at.is_not(None))
            .where(Analysis.source != EXAMPLE)
            .order_by(Attempt.finished_at.desc())
            .limit(SAMPLE)
        )
        with self.read() as session:
            rows = session.execute(query).all()
        same = [row for row in rows if row[2].get("model_size") == model_size]
        spans = [(end - start).total_seconds() for start, end, _ in (same or rows)]
        return median(spans) if spans else None

    def recent_results(self) -> list[tuple[str, dict[str, Any]]]:
        """``(model size, result)`` of the analyses that were completed last, the newest first."""
        query = select(Analysis.options, Analysis.result).where(Analysis.state == State.COMPLETED)
        query = query.order_by(Analysis.finished_at.desc()).limit(SAMPLE)
        with self.read() as session:
            rows = session.execute(query).all()
        return [(str(options.get("model_size") or ""), result or {}) for options, result in rows]

    def estimate_bias(self) -> float:
        """By how much recent estimates were too short (2.0: it took twice as long); 1.0 when not known."""
        query = (
            select(Analysis.queued_at, Analysis.finished_at, Analysis.estimate_s)
            .where(Analysis.state == State.COMPLETED, Analysis.estimate_s > 0)
            .order_by(Analysis.finished_at.desc())
            .limit(SAMPLE)
        )
        with self.read() as session:
            rows = session.execute(query).all()
        ratios = [
            (end - start).total_seconds() / estimate for start, end, estimate in rows if end and estimate
        ]
        return min(max(median(ratios), BIAS_LEAST), BIAS_MOST) if len(ratios) >= BIAS_SAMPLE else 1.0

    def last_start(self) -> datetime | None:
        """When any attempt was started last."""
        with self.read() as session:
            return session.scalar(select(func.max(Attempt.started_at)))

    def recent_outcomes(self, limit: int) -> list[str]:
        """Outcomes of the attempts that ended last."""
        query = select(Attempt.outcome).where(Attempt.finished_at.is_not(None))
        with self.read() as session:
            return list(session.scalars(query.order_by(Attempt.finished_at.desc()).limit(limit)))

    def ended_before(self, moment: datetime, states: Iterable[str], *, limit: int | None) -> list[Analysis]:
        """Analyses in these states that ended before ``moment``, the oldest first."""
        query = select(Analysis).where(Analysis.state.in_(tuple(states)), Analysis.finished_at < moment)
        with self.read() as session:
            return list(session.scalars(query.order_by(Analysis.finished_at).limit(limit)))

    def originals_before(self, moment: datetime, states: Iterable[str], *, limit: int) -> list[Analysis]:
        """Those that ended before ``moment`` and whose original nobody has deleted, the oldest first."""
        query = select(Analysis).where(Analysis.state.in_(tuple(states)), Analysis.finished_at < moment)
        query = query.where(Analysis.original_deleted_at.is_(None)).order_by(Analysis.finished_at)
        with self.read() as session:
            return list(session.scalars(query.limit(limit)))

    def counts_by_queue(self) -> dict[tuple[str, str], int]:
        """Analyses by ``(queue, state)``."""
        query = select(Analysis.queue, Analysis.state, func.count(Analysis.id))
        query = query.where(Analysis.deleted_at.is_(None))
        with self.read() as session:
            rows = session.execute(query.group_by(Analysis.queue, Analysis.state))
            return {(queue, state): number for queue, state, number in rows}
