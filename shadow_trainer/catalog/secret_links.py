"""What API tokens and share links have in common: rows with a secret that are used, and revoked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, update

from .repository import Repository, rows_changed
from .types import utcnow

# Writing down every use would make each call of a program a write to the database.
USED_EVERY = timedelta(minutes=1)


class SecretLinks(Repository):
    """Notes the use of a row, and ends it."""

    def _used(self, row: Any, moment: datetime) -> None:
        """Write down that ``row`` was used, unless that was written a moment ago."""
        if row.last_used_at is not None and moment - row.last_used_at <= USED_EVERY:
            return
        kind = type(row)
        query = update(kind).where(kind.id == row.id).values(last_used_at=moment)
        self.note(lambda session: session.execute(query))

    def _revoke(self, kind: Any, *which: ColumnElement[bool]) -> bool:
        """End the row of this kind that fits and is not revoked; False when there is none."""
        query = update(kind).where(*which, kind.revoked_at.is_(None)).values(revoked_at=utcnow())
        return bool(self.transact(lambda session: rows_changed(session, query)))
