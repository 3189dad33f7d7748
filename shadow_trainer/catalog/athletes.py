"""Athletes: the pitchers whose films belong together. ``owner_id`` None in a list means: whoever owns them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..errors import BadRequest, NotFound
from .database import Database
from .models import Athlete

FIELDS = {"name", "throws", "height_m", "level", "birth_year", "notes", "archived"}


class Athletes(Database):
    """Create, read, list and change. Whoever asks checks the owner first."""

    def create_athlete(self, *, name: str, owner_id: int | None = None, **fields: Any) -> Athlete:
        """A new athlete; BadRequest without a name."""
        row = Athlete(owner_id=owner_id, **_checked({"name": name, **fields}))

        def work(session: Session) -> Athlete:
            session.add(row)
            return row

        return self.transact(work)

    def find_athlete(self, athlete_id: int) -> Athlete | None:
        """The athlete, or None."""
        with self.read() as session:
            return session.get(Athlete, athlete_id)

    def list_athletes(self, *, owner_id: int | None = None, archived: bool | None = False) -> list[Athlete]:
        """Athletes by name; ``archived`` None: both kinds."""
        query = select(Athlete).order_by(Athlete.name, Athlete.id)
        if owner_id is not None:
            query = query.where(Athlete.owner_id == owner_id)
        if archived is not None:
            query = query.where(Athlete.archived == archived)
        with self.read() as session:
            return list(session.scalars(query))

    def change_athlete(self, athlete_id: int, **fields: Any) -> Athlete:
        """Other facts; NotFound when there is no such athlete."""
        values = _checked(fields)

        def work(session: Session) -> Athlete:
            row = session.get(Athlete, athlete_id, with_for_update=True)
            if row is None:
                raise NotFound("There is no such athlete.", code="no_such_athlete")
            for name, value in values.items():
                setattr(row, name, value)
            return row

        return self.transact(work)


def _checked(fields: dict[str, Any]) -> dict[str, Any]:
    if unknown := set(fields) - FIELDS:
        raise ValueError(f"an athlete has no {', '.join(sorted(unknown))}")
    if "name" in fields:
        name = " ".join(str(fields["name"]).split())[:120]
        if not name:
            raise BadRequest("An athlete needs a name.", code="no_athlete_name", fix="Write a name.")
        fields = {**fields, "name": name}
    return fields
