"""Marks: small facts under a name that outlive Redis and every process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from .models import Mark
from .repository import Repository
from .types import utcnow


class KeyValues(Repository):
    """Get, set and clear marks."""

    def all(self, prefix: str = "") -> dict[str, dict[str, Any]]:
        """Every mark whose name begins with ``prefix``."""
        query = select(Mark).where(Mark.name.startswith(prefix, autoescape=True)).order_by(Mark.name)
        with self.read() as session:
            return {mark.name: mark.data for mark in session.scalars(query)}

    def put(self, name: str, data: Mapping[str, Any]) -> None:
        """Set a mark."""

        def work(session: Session) -> None:
            session.merge(Mark(name=name, data=dict(data), updated_at=utcnow()))

        self.transact(work)

    def delete(self, name: str) -> bool:
        """Clear a mark; False when there was none."""

        def work(session: Session) -> bool:
            found = session.get(Mark, name)
            if found is not None:
                session.delete(found)
            return found is not None

        return self.transact(work)
