"""Athletes: the pitchers whose videos belong together. ``owner_id`` None in a list means: whoever owns them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack, cast

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from ..errors import BadRequest, NotFound
from .models import Analysis, Athlete
from .repository import Repository, rows_changed
from .search import Filter, WantedOf


class AthleteFacts(TypedDict, total=False):
    """What is kept of an athlete."""

    name: str
    throws: str | None
    height_m: float | None
    level: str | None
    birth_year: int | None
    notes: str
    archived: bool


class Athletes(Repository):
    """Create, read, list and change. Whoever asks checks the owner first."""

    def create(self, *, owner_id: int | None = None, **facts: Unpack[AthleteFacts]) -> Athlete:
        """A new athlete; BadRequest without a name."""
        row = Athlete(owner_id=owner_id, **_checked({"name": "", **facts}))

        def work(session: Session) -> Athlete:
            session.add(row)
            return row

        return self.transact(work)

    def find(self, athlete_id: int) -> Athlete | None:
        """The athlete, or None."""
        with self.read() as session:
            return session.get(Athlete, athlete_id)

    def all(self, *, owner_id: int | None = None, archived: bool | None = False) -> list[Athlete]:
        """Athletes by name; ``archived`` None: both kinds."""
        query = select(Athlete).order_by(Athlete.name, Athlete.id)
        if owner_id is not None:
            query = query.where(Athlete.owner_id == owner_id)
        if archived is not None:
            query = query.where(Athlete.archived == archived)
        with self.read() as session:
            return list(session.scalars(query))

    def change(self, athlete_id: int, **facts: Unpack[AthleteFacts]) -> Athlete:
        """Other facts; NotFound when there is no such athlete."""
        values = _checked(facts)

        def work(session: Session) -> Athlete:
            row = session.get(Athlete, athlete_id, with_for_update=True)
            if row is None:
                raise NotFound("There is no such athlete.", code="no_such_athlete")
            for name, value in values.items():
                setattr(row, name, value)
            return row

        return self.transact(work)

    def delete(self, athlete_id: int) -> bool:
        """Delete the athlete; their analyses stay and belong to nobody. False when there was none."""

        def work(session: Session) -> bool:
            mine = update(Analysis).where(Analysis.athlete_id == athlete_id)
            session.execute(mine.values(athlete_id=None))
            return rows_changed(session, delete(Athlete).where(Athlete.id == athlete_id)) == 1

        return self.transact(work)

    def merge(self, athlete_id: int, into_id: int) -> None:
        """Two entries of one pitcher become one: the videos go to ``into_id``, which keeps its facts and
        takes over those that it lacks. NotFound when one of them is gone, BadRequest for one with itself.
        """
        if athlete_id == into_id:
            raise BadRequest("An athlete cannot be merged with themselves.", code="same_athlete")

        def work(session: Session) -> None:
            from_row, into = (session.get(Athlete, number) for number in (athlete_id, into_id))
            if from_row is None or into is None:
                raise NotFound("There is no such athlete.", code="no_such_athlete")
            for name in ("throws", "height_m", "level", "birth_year"):
                if getattr(into, name) is None:
                    setattr(into, name, getattr(from_row, name))
            into.notes = "\n".join(text for text in (into.notes, from_row.notes) if text)
            moved = update(Analysis).where(Analysis.athlete_id == athlete_id)
            session.execute(moved.values(athlete_id=into_id))
            session.delete(from_row)

        self.transact(work)

    def sessions_of(self, **wanted: Unpack[WantedOf]) -> dict[int | None, tuple[int, datetime]]:
        """Athlete's id -> ``(analyses, the newest one's time)``; ``wanted`` as for :class:`.search.Filter`."""
        columns = select(Analysis.athlete_id, func.count(Analysis.id), func.max(Analysis.created_at))
        query = Filter(**wanted).apply(cast("Select[Any]", columns)).group_by(Analysis.athlete_id)
        with self.read() as session:
            return {athlete_id: (count, newest) for athlete_id, count, newest in session.execute(query)}


def _checked(facts: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := set(facts) - set(AthleteFacts.__annotations__):
        raise ValueError(f"an athlete has no {', '.join(sorted(unknown))}")
    if "name" not in facts:
        return dict(facts)
    name = " ".join(str(facts["name"]).split())[:120]
    if not name:
        raise BadRequest("An athlete needs a name.", code="no_athlete_name", fix="Write a name.")
    return {**facts, "name": name}
