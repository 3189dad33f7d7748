"""The first tables: users, athletes, references, analyses, attempts, deliveries."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from shadow_trainer.catalog.types import UtcDateTime

revision = "0001"
down_revision = None

TABLES = ("deliveries", "attempts", "analyses", "athletes", "users", "reference_deliveries")


def upgrade() -> None:
    """Create them in the order of their foreign keys."""
    _people()
    _references()
    _analyses()
    _attempts()
    _deliveries()


def downgrade() -> None:
    """Drop them in the opposite order."""
    for name in TABLES:
        op.drop_table(name)


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, UtcDateTime(), nullable=nullable)


def _json(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(none_as_null=True), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _measure(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Double(), nullable=nullable)


def _foreign(table: str, column: str, target: str, on_delete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=on_delete)


def _people() -> None:
    op.create_table(
        "users",
        _number("id"),
        _text("name", 80),
        _text("password_hash", 255),
        _text("role", 16),
        _time("created_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("name", name=op.f("uq_users_name")),
    )
    op.create_table(
        "athletes",
        _number("id"),
        _text("name", 120),
        _text("throws", 8, nullable=True),
        _measure("height_m", nullable=True),
        _number("owner_id", nullable=True),
        _time("created_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_athletes")),
        _foreign("athletes", "owner_id", "users", "SET NULL"),
    )


def _references() -> None:
    op.create_table(
        "reference_deliveries",
        _number("id"),
        _text("name", 120),
        sa.Column("description", sa.Text(), nullable=False),
        _json("data"),
        _time("created_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_deliveries")),
        sa.UniqueConstraint("name", name=op.f("uq_reference_deliveries_name")),
    )


def _analyses() -> None:
    op.create_table(
        "analyses",
        _text("id", 32),
        _text("state", 16),
        _text("stage", 24),
        _measure("progress"),
        _json("error", nullable=True),
        _text("title", 200),
        _text("original_key", 255),
        _text("original_name", 255),
        sa.Column("original_bytes", sa.BigInteger(), nullable=True),
        _json("options"),
        _text("source", 16),
        _number("owner_id", nullable=True),
        _number("athlete_id", nullable=True),
        _json("files"),
        _json("warnings"),
        _json("result", nullable=True),
        _text("queue", 32),
        *(_number(name) for name in ("priority", "attempt", "budget_from")),
        _number("batch_limit", nullable=True),
        _text("worker", 120, nullable=True),
        _time("heartbeat_at", nullable=True),
        _time("not_before", nullable=True),
        _measure("estimate_s", nullable=True),
        *(_time(name) for name in ("created_at", "updated_at", "queued_at")),
        *(_time(name, nullable=True) for name in ("started_at", "finished_at")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analyses")),
        _foreign("analyses", "owner_id", "users", "SET NULL"),
        _foreign("analyses", "athlete_id", "athletes", "SET NULL"),
    )
    op.create_index("ix_analyses_state_created_at", "analyses", ["state", "created_at"])
    op.create_index("ix_analyses_owner_id_created_at", "analyses", ["owner_id", "created_at"])


def _attempts() -> None:
    op.create_table(
        "attempts",
        _text("analysis_id", 32),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        _text("worker", 120),
        _text("stage", 24),
        _text("outcome", 16),
        sa.Column("counted", sa.Boolean(), nullable=False),
        _json("error", nullable=True),
        _time("started_at"),
        _time("finished_at", nullable=True),
        sa.PrimaryKeyConstraint("analysis_id", "number", name=op.f("pk_attempts")),
        _foreign("attempts", "analysis_id", "analyses", "CASCADE"),
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        _text("analysis_id", 32),
        sa.Column("index", sa.Integer(), autoincrement=False, nullable=False),
        _measure("start_s"),
        _measure("end_s"),
        _json("summary"),
        sa.PrimaryKeyConstraint("analysis_id", "index", name=op.f("pk_deliveries")),
        _foreign("deliveries", "analysis_id", "analyses", "CASCADE"),
    )
