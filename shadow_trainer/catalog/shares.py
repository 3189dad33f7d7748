"""Share links: one report for whoever has the link, until it expires or is revoked."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from ..errors import BadRequest, NotFound
from . import hashing
from .models import Analysis, ShareLink, User
from .repository import rows_changed
from .secret_links import SecretLinks
from .types import utcnow

DAYS = (7, 30, 90)
MOST_PER_ANALYSIS = 20


class Shares(SecretLinks):
    """Make, follow, list and revoke."""

    def create(self, analysis_id: str, *, days: int, by: int | None) -> tuple[ShareLink, str]:
        """A new link: its row, and the token of its address, which is known only now."""
        if days not in DAYS:
            words = ", ".join(map(str, DAYS))
            raise BadRequest(f"A link is valid for {words} days.", code="bad_share_days")
        if len(self.of(analysis_id)) >= MOST_PER_ANALYSIS:
            raise BadRequest(
                f"There are {MOST_PER_ANALYSIS} links to this report already.",
                code="too_many_shares",
                fix="Revoke one that is not needed any more.",
            )
        token, moment = hashing.new_token(""), utcnow()
        row = ShareLink(
            analysis_id=analysis_id,
            token_hash=hashing.token_hash(token),
            hint=hashing.hint_of(token, ""),
            created_by=by,
            created_at=moment,
            expires_at=moment + timedelta(days=days),
        )

        def work(session: Session) -> ShareLink:
            session.add(row)
            return row

        return self.transact(work), token

    def analysis_of(self, token: str, *, now: datetime | None = None) -> Analysis | None:
        """The analysis that a link shows; None for an unknown, revoked or expired one, for the trash, and while whoever
        made it is disabled."""
        moment = now or utcnow()
        query = (
            select(ShareLink, Analysis)
            .join(Analysis, Analysis.id == ShareLink.analysis_id)
            .outerjoin(User, User.id == ShareLink.created_by)
            .where(or_(ShareLink.created_by.is_(None), User.active))
            .where(ShareLink.token_hash == hashing.token_hash(token), ShareLink.revoked_at.is_(None))
            .where(ShareLink.expires_at > moment, Analysis.deleted_at.is_(None))
        )
        with self.read() as session:
            pair = session.execute(query).one_or_none()
        if pair is None:
            return None
        link, analysis = pair
        self._used(link, moment)
        return analysis

    def of(self, analysis_id: str, *, now: datetime | None = None) -> list[ShareLink]:
        """The links that open this analysis now, the newest first."""
        query = select(ShareLink).where(ShareLink.analysis_id == analysis_id, ShareLink.revoked_at.is_(None))
        query = query.where(ShareLink.expires_at > (now or utcnow()))
        with self.read() as session:
            return list(session.scalars(query.order_by(ShareLink.created_at.desc(), ShareLink.id.desc())))

    def revoke(self, analysis_id: str, share_id: int) -> None:
        """End one link of an analysis; NotFound when there is no such one."""
        if not self._revoke(ShareLink, ShareLink.id == share_id, ShareLink.analysis_id == analysis_id):
            raise NotFound("There is no such link.", code="no_such_share")

    def drop_ended_before(self, moment: datetime) -> int:
        """Delete the rows of links that expired or were revoked before ``moment``; how many."""
        query = delete(ShareLink).where(
            or_(ShareLink.expires_at < moment, ShareLink.revoked_at < moment),
        )
        return self.transact(lambda session: rows_changed(session, query))
