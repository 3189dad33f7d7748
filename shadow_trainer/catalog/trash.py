"""The trash: analyses that were deleted and can still be had back.

What lies there has ended: no worker takes it, no list, count or link shows it, and it cannot be queued.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..vocabulary import ACTIVE_STATES, State
from .attempt_ends import end_without_result
from .models import Analysis
from .repository import Repository
from .types import utcnow


class Trash(Repository):
    """Put in, take out, look."""

    def put(self, analysis_id: str) -> Analysis | None:
        """Put an analysis into the trash, canceling it when it runs; None for an unknown id."""

        def work(session: Session) -> Analysis | None:
            row = session.get(Analysis, analysis_id, with_for_update=True)
            if row is not None:
                if row.state in ACTIVE_STATES:
                    end_without_result(session, row, State.CANCELED, "canceled", None, counted=False)
                row.deleted_at = row.deleted_at or utcnow()
            return row

        return self.transact(work)

    def restore(self, analysis_id: str) -> bool:
        """Take it out again, in the state in which it ended; False when it does not lie there."""

        def work(session: Session) -> bool:
            row = session.get(Analysis, analysis_id, with_for_update=True)
            if row is None or row.deleted_at is None:
                return False
            row.deleted_at = None
            return True

        return self.transact(work)

    def put_before(self, moment: datetime, *, limit: int) -> list[Analysis]:
        """What was put there before ``moment``, the oldest first."""
        query = select(Analysis).where(Analysis.deleted_at < moment).order_by(Analysis.deleted_at)
        with self.read() as session:
            return list(session.scalars(query.limit(limit)))
