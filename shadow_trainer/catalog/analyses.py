"""Analyses as rows: create, read, list, search, delete.

Their state changes in :mod:`.attempts`, their result is corrected in :mod:`.corrections`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NotRequired, TypedDict, Unpack

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from .. import logs
from ..errors import NotFound
from .models import Analysis, Delivery
from .repository import Repository, rows_changed
from .search import Filter, WantedOf
from .types import utcnow

LIST_MAX = 500


class NewAnalysis(TypedDict):
    """Arguments of :meth:`Analyses.create` without the owner."""

    title: str
    original_name: str
    original_key: str
    options: Mapping[str, Any]
    analysis_id: NotRequired[str | None]
    original_bytes: NotRequired[int | None]
    athlete_id: NotRequired[int | None]
    recorded_on: NotRequired[date | None]
    notes: NotRequired[str]
    tags: NotRequired[Iterable[str]]
    source: NotRequired[str]
    queue: NotRequired[str]
    priority: NotRequired[int]


class Annotations(TypedDict, total=False):
    """What a coach writes on an analysis."""

    title: str
    notes: str
    tags: list[str]
    recorded_on: date | None
    athlete_id: int | None


def new_id() -> str:
    """A fresh analysis id: 32 hexadecimal characters."""
    return uuid.uuid4().hex


class Analyses(Repository):
    """Reading and writing of analyses that do not touch the state."""

    def create(
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
        notes: str = "",
        tags: Iterable[str] = (),
        source: str = "upload",
        queue: str = "pose",
        priority: int = 0,
    ) -> Analysis:
        """A new analysis in state ``queued``. Store the video first, then create, then ``jobs.submit(id)``.

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
                notes=notes,
                tags=list(tags),
                source=source,
                queue=queue,
                priority=priority,
                request_id=logs.current().get("request_id"),
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

    def deliveries(self, analysis_id: str) -> list[Delivery]:
        """The deliveries found, in order of the video."""
        with self.read() as session:
            query = select(Delivery).where(Delivery.analysis_id == analysis_id).order_by(Delivery.index)
            return list(session.scalars(query))

    def deliveries_of(
        self, analysis_ids: Iterable[str], *, owner_id: int | None = None
    ) -> dict[str, list[Delivery]]:
        """Analysis' id -> its deliveries in order of the video, for several analyses at once."""
        query = select(Delivery).where(Delivery.analysis_id.in_(list(analysis_ids)))
        if owner_id is not None:
            query = query.join(Analysis).where(Analysis.owner_id == owner_id)
        by_analysis: dict[str, list[Delivery]] = {}
        with self.read() as session:
            for row in session.scalars(query.order_by(Delivery.analysis_id, Delivery.index)):
                by_analysis.setdefault(row.analysis_id, []).append(row)
        return by_analysis

    def page(self, *, limit: int = 50, offset: int = 0, **wanted: Unpack[WantedOf]) -> list[Analysis]:
        """Analyses, the newest first; ``wanted`` as for :class:`.search.Filter`."""
        query = Filter(**wanted).apply(select(Analysis))
        query = query.order_by(Analysis.created_at.desc(), Analysis.id)
        with self.read() as session:
            return list(session.scalars(query.limit(min(limit, LIST_MAX)).offset(offset)))

    def count(self, **wanted: Unpack[WantedOf]) -> int:
        """How many :meth:`page` would find without a limit."""
        query = Filter(**wanted).apply(select(func.count(Analysis.id)))
        with self.read() as session:
            return session.scalar(query) or 0

    def tags_in_use(self, **wanted: Unpack[WantedOf]) -> list[str]:
        """Every tag of the analyses that are ``wanted``, by name."""
        query = Filter(**wanted).apply(select(Analysis.tags))
        with self.read() as session:
            return sorted({tag for tags in session.scalars(query) for tag in tags or ()})

    def ids_in_state(self, states: Iterable[str]) -> list[str]:
        """Ids of all analyses in these states, the oldest first; what is in the trash is in none of ``ACTIVE``."""
        query = select(Analysis.id).where(Analysis.state.in_(tuple(states))).order_by(Analysis.created_at)
        with self.read() as session:
            return list(session.scalars(query))

    def known_ids(self, ids: Iterable[str]) -> set[str]:
        """Which of these ids have a row."""
        wanted, known = list(ids), set()
        with self.read() as session:
            for start in range(0, len(wanted), LIST_MAX):
                part = wanted[start : start + LIST_MAX]
                known |= set(session.scalars(select(Analysis.id).where(Analysis.id.in_(part))))
        return known

    def rename(self, analysis_id: str, title: str) -> None:
        """Give an analysis another title."""
        self._change(analysis_id, title=title[:200])

    def annotate(self, analysis_id: str, **values: Unpack[Annotations]) -> None:
        """What a coach writes on it: ``title, notes, tags, recorded_on, athlete_id``."""
        if unknown := set(values) - set(Annotations.__annotations__):
            raise ValueError(f"an analysis has no {', '.join(sorted(unknown))}")
        self._change(analysis_id, **values)

    def set_options(self, analysis_id: str, options: Mapping[str, Any]) -> None:
        """Other options for the next run."""
        self._change(analysis_id, options=dict(options))

    def originals_deleted(self, analysis_ids: Iterable[str], moment: datetime) -> None:
        """Remember that the videos as they were uploaded are gone from the storage."""
        query = update(Analysis).where(Analysis.id.in_(list(analysis_ids)))
        self.transact(lambda session: session.execute(query.values(original_deleted_at=moment)))

    def delete(self, analysis_id: str) -> bool:
        """Delete the row with its attempts and deliveries; False when there was none."""

        def work(session: Session) -> bool:
            return rows_changed(session, delete(Analysis).where(Analysis.id == analysis_id)) == 1

        return self.transact(work)

    def _change(self, analysis_id: str, **values: Any) -> None:
        def work(session: Session) -> bool:
            query = update(Analysis).where(Analysis.id == analysis_id)
            return rows_changed(session, query.values(**values, updated_at=utcnow())) == 1

        if not self.transact(work):
            raise NotFound(f"There is no analysis {analysis_id!r}.")
