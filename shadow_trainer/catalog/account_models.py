"""The tables of who may come in and of what belongs to them: users, tokens, links, athletes, references.

``owner_id`` NULL: made in single-user mode; with accounts only admins see it, until it is adopted
(``python -m shadow_trainer user adopt NAME``). A token or link is kept as its hash and shown once.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base
from .types import utcnow


class User(Base):
    """A person who may log in. ``role`` is ``coach`` or ``admin``; ``name`` is lower case.

    ``session_epoch`` is part of every session: counting it up ends all of them.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    display_name: Mapped[str] = mapped_column(String(120), default="")
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(16), default="coach")
    active: Mapped[bool] = mapped_column(default=True)
    session_epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    last_login_at: Mapped[datetime | None]


class ApiToken(Base):
    """A program's key to one user's things. ``hint``: its first characters, to tell it from others."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hint: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    last_used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class LoginSession(Base):
    """A browser that somebody is logged in with. ``address`` and ``agent`` are what it said of itself at the login."""

    __tablename__ = "login_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    address: Mapped[str] = mapped_column(String(64), default="")
    agent: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class ShareLink(Base):
    """A link that shows one report to whoever has it, until it expires or is revoked."""

    __tablename__ = "share_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    analysis_id: Mapped[str] = mapped_column(ForeignKey("analyses.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hint: Mapped[str] = mapped_column(String(12))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class Athlete(Base):
    """A pitcher whose videos belong together. ``level`` is one of the levels of an analysis' options."""

    __tablename__ = "athletes"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    throws: Mapped[str | None] = mapped_column(String(8))
    height_m: Mapped[float | None]
    level: Mapped[str | None] = mapped_column(String(16))
    birth_year: Mapped[int | None]
    notes: Mapped[str] = mapped_column(Text, default="")
    archived: Mapped[bool] = mapped_column(default=False)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class Reference(Base):
    """A delivery to compare with: the shadow. Its name is unique among those of its owner.

    ``storage_key`` is its file; ``data`` holds facts for lists and where it came from.
    """

    __tablename__ = "reference_deliveries"
    # NULLs differ from each other in a unique index, so no owner counts as owner 0 (users begin at 1).
    # As text: a condition of one dialect would load that dialect into every process.
    __table_args__ = (
        Index("uq_reference_deliveries_owner_name", text("coalesce(owner_id, 0)"), "name", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any]]
    storage_key: Mapped[str] = mapped_column(String(255), default="")
    level: Mapped[str | None] = mapped_column(String(16))
    throws: Mapped[str | None] = mapped_column(String(8))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    # The pitch it was saved from, when it came from an analysis of ours.
    source_analysis_id: Mapped[str | None] = mapped_column(
        ForeignKey("analyses.id", ondelete="SET NULL"), index=True
    )
    source_delivery: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
