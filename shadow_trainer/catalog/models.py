"""The tables: what is kept for ever. Redis may be emptied at any time without losing any of this.

A state changes only through :mod:`.attempts`, which guards every change by the state it starts from and
by the attempt's number; see there for who may write what.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..vocabulary import State
from .account_models import ApiToken, Athlete, LoginSession, Reference, ShareLink, User
from .base import Base
from .types import StateText, utcnow


class Analysis(Base):
    """One video and what was found in it. Its id is also the id of its job and of its folder in the storage.

    ``attempt`` is the fence: a worker may write only while the row still carries its number.
    ``budget_from`` is the attempt after which attempts count against the retry limit (moved by a requeue).
    ``heartbeat_at`` is the running attempt's lease; ``not_before`` delays a retry. ``promised_s`` is what the
    coach was told at submission, ``estimate_s`` the same before its correction by earlier promises.
    ``request_id`` is the web request that asked for it; every line of its log carries it.
    ``revision`` is the last correction of its result (:mod:`.corrections`), None after a run.
    ``deleted_at``: it lies in the trash since then; it is at its end and no list, count or worker sees it.
    ``original_deleted_at``: when retention deleted the video as it was uploaded.
    """

    __tablename__ = "analyses"
    __table_args__ = (
        Index("ix_analyses_state_created_at", "state", "created_at"),
        Index("ix_analyses_owner_id_created_at", "owner_id", "created_at"),
        Index("ix_analyses_athlete_id_created_at", "athlete_id", "created_at"),
        Index("ix_analyses_deleted_at", "deleted_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    # Where it stands
    state: Mapped[State] = mapped_column(StateText, default=State.QUEUED)
    stage: Mapped[str] = mapped_column(String(24), default="")
    progress: Mapped[float] = mapped_column(default=0.0)
    error: Mapped[dict[str, Any] | None]
    # What was asked
    title: Mapped[str] = mapped_column(String(200))
    original_key: Mapped[str] = mapped_column(String(255))
    original_name: Mapped[str] = mapped_column(String(255))
    original_bytes: Mapped[int | None] = mapped_column(BigInteger)
    options: Mapped[dict[str, Any]]
    source: Mapped[str] = mapped_column(String(16), default="upload")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    athlete_id: Mapped[int | None] = mapped_column(ForeignKey("athletes.id", ondelete="SET NULL"))
    # What the coach wrote on it: ``tags`` are words, ``recorded_on`` is the day of the video
    notes: Mapped[str] = mapped_column(Text, default="")
    tags: Mapped[list[Any]] = mapped_column(default=list)
    recorded_on: Mapped[date | None]
    # What was found: names below ``analyses/<id>/``, and a summary small enough for lists
    files: Mapped[list[Any]] = mapped_column(default=list)
    warnings: Mapped[list[Any]] = mapped_column(default=list)
    result: Mapped[dict[str, Any] | None]
    revision: Mapped[str | None] = mapped_column(String(16))
    # How it runs
    queue: Mapped[str] = mapped_column(String(32), default="pose")
    priority: Mapped[int] = mapped_column(default=0)
    attempt: Mapped[int] = mapped_column(default=0)
    budget_from: Mapped[int] = mapped_column(default=0)
    batch_limit: Mapped[int | None]
    worker: Mapped[str | None] = mapped_column(String(120))
    heartbeat_at: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    estimate_s: Mapped[float | None]
    promised_s: Mapped[float | None]
    request_id: Mapped[str | None] = mapped_column(String(64))
    # When
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow)
    queued_at: Mapped[datetime] = mapped_column(default=utcnow)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    original_deleted_at: Mapped[datetime | None]


class Attempt(Base):
    """One try of a worker at an analysis.

    ``outcome``: empty while it runs, then ``completed, failed, retrying, canceled, handed_back, crashed,
    lost`` or ``superseded``. ``counted`` tells whether it spends one of the allowed attempts.
    """

    __tablename__ = "attempts"

    analysis_id: Mapped[str] = mapped_column(ForeignKey("analyses.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    worker: Mapped[str] = mapped_column(String(120))
    stage: Mapped[str] = mapped_column(String(24), default="")
    outcome: Mapped[str] = mapped_column(String(16), default="")
    counted: Mapped[bool] = mapped_column(default=True)
    error: Mapped[dict[str, Any] | None]
    started_at: Mapped[datetime] = mapped_column(default=utcnow)
    finished_at: Mapped[datetime | None]


class Delivery(Base):
    """One pitch of a video; ``summary`` holds its key numbers."""

    __tablename__ = "deliveries"

    analysis_id: Mapped[str] = mapped_column(ForeignKey("analyses.id", ondelete="CASCADE"), primary_key=True)
    index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    start_s: Mapped[float]
    end_s: Mapped[float]
    summary: Mapped[dict[str, Any]]


class KeyValue(Base):
    """A small fact of the installation under a name: an alert that is firing, when a schedule last ran."""

    __tablename__ = "marks"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    data: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime] = mapped_column(default=utcnow)


__all__ = [
    "Analysis",
    "ApiToken",
    "Athlete",
    "Attempt",
    "Base",
    "Delivery",
    "KeyValue",
    "LoginSession",
    "Reference",
    "ShareLink",
    "User",
]
