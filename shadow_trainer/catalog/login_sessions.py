"""Logins: one row for each browser that somebody logged in with, so that it can be listed and ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ..errors import NotFound
from . import hashing
from .models import LoginSession
from .secret_links import SecretLinks
from .types import utcnow

# Ended, or not used for so long, a row says nothing any more. Longer than any cookie lives after a logout.
KEPT = timedelta(days=60)


@dataclass(frozen=True)
class Device:
    """Where a login came from, as the owner of the account may recognise it."""

    address: str
    agent: str


class LoginSessions(SecretLinks):
    """Begin, look up, list and end."""

    def begin(self, user_id: int, device: Device, *, token: str = "") -> str:
        """A new login; its token, which only the browser keeps."""
        made = token or hashing.new_token("")
        self.transact(lambda session: self._add(session, user_id, made, device))
        return made

    def note_begun(self, user_id: int, token: str, device: Device) -> None:
        """Write down a login that could not be written when it began."""
        self.note(lambda session: self._add(session, user_id, token, device))

    def _add(self, session: Session, user_id: int, token: str, device: Device) -> None:
        moment = utcnow()
        old = (LoginSession.revoked_at < moment - KEPT) | (LoginSession.last_used_at < moment - KEPT)
        session.execute(delete(LoginSession).where(LoginSession.user_id == user_id, old))
        session.add(
            LoginSession(
                user_id=user_id,
                token_hash=hashing.token_hash(token),
                address=device.address[:64],
                agent=device.agent[:200],
                last_used_at=moment,
            )
        )

    def find(self, token: str) -> LoginSession | None:
        """The login of this token, also one that ended; its use is noted while it lasts."""
        query = select(LoginSession).where(LoginSession.token_hash == hashing.token_hash(token))
        with self.read() as session:
            row = session.scalar(query)
        if row is not None and row.revoked_at is None:
            self._used(row, utcnow())
        return row

    def of(self, user_id: int) -> list[LoginSession]:
        """A user's logins that have not ended, the last used first."""
        query = select(LoginSession).where(LoginSession.user_id == user_id, LoginSession.revoked_at.is_(None))
        with self.read() as session:
            return list(
                session.scalars(query.order_by(LoginSession.last_used_at.desc(), LoginSession.id.desc()))
            )

    def end(self, token: str) -> None:
        """End the login of this token; nothing when there is none."""
        self._revoke(LoginSession, LoginSession.token_hash == hashing.token_hash(token))

    def revoke(self, user_id: int, session_id: int) -> None:
        """End one of a user's logins; NotFound when there is no such one."""
        if not self._revoke(LoginSession, LoginSession.id == session_id, LoginSession.user_id == user_id):
            raise NotFound("There is no such session.", code="no_such_session")
