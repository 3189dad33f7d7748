"""Key values: small facts under a name that outlive Redis and every process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from .models import KeyValue
from .repository import Repository
from .types import utcnow

# What the video of an analysis was that came with a key of its sender (web/services/idempotency.py).
SENT = "sent:"


class KeyValues(Repository):
    """Get, set and delete them."""

    def all(self, prefix: str = "") -> dict[str, dict[str, Any]]:
        """Every one whose name begins with ``prefix``."""
        query = (
            select(KeyValue).where(KeyValue.name.startswith(prefix, autoescape=True)).order_by(KeyValue.name)
        )
        with self.read() as session:
            return {row.name: row.data for row in session.scalars(query)}

    def put(self, name: str, data: Mapping[str, Any]) -> None:
        """Set one."""

        def work(session: Session) -> None:
            session.merge(KeyValue(name=name, data=dict(data), updated_at=utcnow()))

        self.transact(work)

    def delete(self, name: str) -> bool:
        """Delete one; False when there was none."""

        def work(session: Session) -> bool:
            row = session.get(KeyValue, name)
            if row is not None:
                session.delete(row)
            return row is not None

        return self.transact(work)
