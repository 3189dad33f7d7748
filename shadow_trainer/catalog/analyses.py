"""Analyses as rows: create, read, list, search, delete. Changes of state are in :mod:`.lifecycle`."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from ..errors import NotFound
from .database import Database
from .models import Analysis, Attempt, Delivery
from .types import utcnow

LIST_MAX = 500


def new_id() -> str:
    """A fresh analysis id: 32 hexadecimal characters."""
    return uuid.uuid4().hex


class Analyses(Database):
    """Reading and writing of analyses that do not touch the state."""

    def create_analysis(
        self,
        *,
        title: str,
        original_name: str,
        original_key: str,
        options: Mapping[str, Any],
        analysis_id: str | None = None,
        original_bytes: int | None = None,
        owner_id: int | None = None,
        athlete_id: int | None = None,
        recorded_on: date | None = None,
        source: str = "upload",
        queue: str = "pose",
        priority: int = 0,
    ) -> Analysis:
        """A new analysis in state ``queued``. Store the film first, then create, then ``jobs.submit(id)``.

        Should the process die before the submit, the clock submits it. ``options`` is
        ``AnalysisRequest.as_dict()``. The same ``analysis_id`` again returns the row that exists.
        """
        row_id = analysis_id or new_id()

        def work(session: Session) -> Analysis:
            if (existing := session.get(Analysis, row_id)) is not None:
                return existing
            row = Analysis(
                id=row_id,
                title=title[:200],
                original_name=original_name[:255],
                original_key=original_key,
                original_bytes=original_bytes,
                options=dict(options),
                owner_id=owner_id,
                athlete_id=athlete_id,
                recorded_on=recorded_on,
                source=source,
                queue=queue,
                priority=priority,
            )
            session.add(row)
            return row

        return self.transact(work)

    def find(self, analysis_id: str) -> Analysis | None:
        """The analysis, or None."""
        with self.read() as session:
            return session.get(Analysis, analysis_id)

    def get(self, analysis_id: str) -> Analysis:
        """The analysis; NotFound when there is none."""
        row = self.find(analysis_id)
        if row is None:
            raise NotFound(f"There is no analysis {analysis_id!r}.")
        return row

    def attempts(self, analysis_id: str) -> list[Attempt]:
        """Every attempt, the oldest first."""
        with self.read() as session:
            query = select(Attempt).where(Attempt.analysis_id == analysis_id).order_by(Attempt.number)
            return list(session.scalars(query))

    def deliveries(self, analysis_id: str) -> list[Delivery]:
        """The deliveries found, in order of the film."""
        with self.read() as session:
            query = select(Delivery).where(Delivery.analysis_id == analysis_id).order_by(Delivery.index)
            return list(session.scalars(query))

    def list_analyses(
        self,
        *,
        states: Iterable[str] = (),
        search: str = "",
        owner_id: int | None = None,
        athlete_id: int | None = None,
        trashed: bool = False,
        limit: int = 50,
        offset: int = 0,
    ) -> list[Analysis]:
        """Analyses, the newest first. ``search`` looks into title and file name, ignoring case.

        ``owner_id`` None: of whichever owner; ``trashed``: those in the trash instead of the others.
        """
        query = _filtered(select(Analysis), states, search, owner_id, athlete_id, trashed)
        query = query.order_by(Analysis.created_at.desc(), Analysis.id)
        with self.read() as session:
            return list(session.scalars(query.limit(min(limit, LIST_MAX)).offset(offset)))

    def count_analyses(
        self,
        *,
        states: Iterable[str] = (),
        search: str = "",
        owner_id: int | None = None,
        athlete_id: int | None = None,
        trashed: bool = False,
    ) -> int:
        """How many :meth:`list_analyses` would find without a limit."""
        query = _filtered(select(func.count(Analysis.id)), states, search, owner_id, athlete_id, trashed)
        with self.read() as session:
            return session.scalar(query) or 0

    def ids_in_state(self, states: Iterable[str]) -> list[str]:
        """Ids of all analyses in these states, the oldest first; what is in the trash is in none of ``ACTIVE``."""
        query = select(Analysis.id).where(Analysis.state.in_(tuple(states))).order_by(Analysis.created_at)
        with self.read() as session:
            return list(session.scalars(query))

    def known_ids(self, ids: Iterable[str]) -> set[str]:
        """Which of these ids have a row."""
        wanted, found = list(ids), set()
        with self.read() as session:
            for start in range(0, len(wanted), LIST_MAX):
                part = wanted[start : start + LIST_MAX]
                found |= set(session.scalars(select(Analysis.id).where(Analysis.id.in_(part))))
        return found

    def rename(self, analysis_id: str, title: str) -> None:
        """Give an analysis another title."""
        self._change(analysis_id, title=title[:200])

    def set_options(self, analysis_id: str, options: Mapping[str, Any]) -> None:
        """Other options for the next run."""
        self._change(analysis_id, options=dict(options))

    def replace_result(
        self,
        analysis_id: str,
        result: Mapping[str, Any],
        deliveries: Iterable[Mapping[str, Any]],
        **columns: Any,
    ) -> None:
        """Another summary and other deliveries of a completed analysis that was measured again.

        ``columns`` are further columns that changed with it: options, warnings, files.
        """
        rows = list(deliveries)

        def work(session: Session) -> bool:
            row = session.get(Analysis, analysis_id, with_for_update=True)
            if row is None or row.state != "completed":
                return False
            session.execute(delete(Delivery).where(Delivery.analysis_id == analysis_id))
            session.add_all(Delivery(analysis_id=analysis_id, **values) for values in rows)
            row.result, row.updated_at = dict(result), utcnow()
            for name, value in columns.items():
                setattr(row, name, value)
            return True

        if not self.transact(work):
            raise NotFound(f"There is no completed analysis {analysis_id!r}.")

    def delete_analysis(self, analysis_id: str) -> bool:
        """Delete the row with its attempts and deliveries; False when there was none."""

        def work(session: Session) -> bool:
            result = session.execute(delete(Analysis).where(Analysis.id == analysis_id))
            return result.rowcount == 1

        return self.transact(work)

    def _change(self, analysis_id: str, **values: Any) -> None:
        def work(session: Session) -> bool:
            query = update(Analysis).where(Analysis.id == analysis_id)
            return session.execute(query.values(**values, updated_at=utcnow())).rowcount == 1

        if not self.transact(work):
            raise NotFound(f"There is no analysis {analysis_id!r}.")


def _filtered(
    query: Select[Any],
    states: Iterable[str],
    search: str,
    owner_id: int | None,
    athlete_id: int | None,
    trashed: bool,
) -> Select[Any]:
    query = query.where(Analysis.deleted_at.is_not(None) if trashed else Analysis.deleted_at.is_(None))
    if wanted := tuple(states):
        query = query.where(Analysis.state.in_(wanted))
    if search.strip():
        query = query.where(or_(*_like(search.strip())))
    if owner_id is not None:
        query = query.where(Analysis.owner_id == owner_id)
    if athlete_id is not None:
        query = query.where(Analysis.athlete_id == athlete_id)
    return query


def _like(text: str) -> Iterable[ColumnElement[bool]]:
    # icontains with autoescape: a coach's "50%" is text, not a pattern.
    return (
        Analysis.title.icontains(text, autoescape=True),
        Analysis.original_name.icontains(text, autoescape=True),
    )
