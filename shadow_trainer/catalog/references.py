"""Saved references as rows: whose they are, what they are called, where their file is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NotRequired, TypedDict, Unpack

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..errors import BadRequest
from .models import Analysis, Reference
from .repository import Repository, rows_changed

RETIRED = "retired"
NOTE = "coach_note"


class ReferenceFacts(TypedDict):
    """What is kept of a saved reference."""

    name: str
    storage_key: str
    data: dict[str, Any]
    description: NotRequired[str]
    level: NotRequired[str | None]
    throws: NotRequired[str | None]
    source_analysis_id: NotRequired[str | None]
    source_delivery: NotRequired[int | None]


@contextmanager
def _only_one(name: str) -> Iterator[None]:
    """BadRequest when the database refuses a second reference of this name."""
    try:
        yield
    except IntegrityError as error:
        raise BadRequest(
            f"There is a reference called “{name}” already.",
            code="reference_exists",
            fix="Choose another name, or delete the old one first.",
        ) from error


class References(Repository):
    """Create, read, list, edit and delete. Whoever asks checks the owner first."""

    def create(self, *, owner_id: int | None = None, **facts: Unpack[ReferenceFacts]) -> Reference:
        """A new row for a file that is stored already; BadRequest when the owner has one of this name."""

        def work(session: Session) -> Reference:
            row = Reference(owner_id=owner_id, **facts)
            session.add(row)
            session.flush()
            return row

        with _only_one(facts["name"]):
            return self.transact(work)

    def edit(self, reference_id: int, *, name: str, note: str) -> None:
        """Another name and note; BadRequest when the owner has another one of this name."""

        def work(session: Session) -> None:
            row = session.get(Reference, reference_id, with_for_update=True)
            if row is not None:
                row.name, row.data = name, {**row.data, NOTE: note}
                session.flush()

        with _only_one(name):
            self.transact(work)

    def find(self, reference_id: int) -> Reference | None:
        """The reference, or None."""
        with self.read() as session:
            return session.get(Reference, reference_id)

    def all(self, *, owner_id: int | None = None, retired: bool = False) -> list[Reference]:
        """Saved references by name; ``owner_id`` None: everybody's; ``retired``: also those taken out of use."""
        query = select(Reference).order_by(Reference.name, Reference.id)
        if owner_id is not None:
            query = query.where(Reference.owner_id == owner_id)
        with self.read() as session:
            return [row for row in session.scalars(query) if retired or not row.data.get(RETIRED)]

    def is_used(self, option: str) -> bool:
        """Whether an analysis, in the trash or not, is compared with the reference of this option."""
        query = select(Analysis.id).where(Analysis.options["reference"].as_string() == option).limit(1)
        with self.read() as session:
            return session.scalar(query) is not None

    def retire(self, reference_id: int) -> None:
        """Out of every list, and its name is free again; analyses that are compared with it still find it."""

        def work(session: Session) -> None:
            row = session.get(Reference, reference_id, with_for_update=True)
            if row is not None and not row.data.get(RETIRED):
                row.name, row.data = f"{row.name[:100]} (deleted {row.id})", {**row.data, RETIRED: True}

        self.transact(work)

    def delete(self, reference_id: int) -> bool:
        """Delete the row; False when there was none. The file is the caller's to delete."""

        def work(session: Session) -> bool:
            return rows_changed(session, delete(Reference).where(Reference.id == reference_id)) == 1

        return self.transact(work)
