"""Accounts, tokens and share links; what is written on athletes, references and analyses; the trash.

Only ``reference_deliveries`` is rebuilt, because nothing points at it: SQLite rebuilds a table by dropping
it, and that would take the rows with it that point at the dropped ones (attempts, deliveries).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from shadow_trainer.catalog.types import UtcDateTime

revision = "0003"
down_revision = "0002"

USER_COLUMNS = ("display_name", "active", "session_epoch", "last_login_at")
ATHLETE_COLUMNS = ("level", "birth_year", "notes", "archived")
ANALYSIS_COLUMNS = ("notes", "tags", "recorded_on", "deleted_at")
REFERENCE_COLUMNS = ("storage_key", "level", "throws", "owner_id", "source_analysis_id", "source_delivery")


def upgrade() -> None:
    """Add; what exists gets empty values."""
    _users()
    _tokens()
    _shares()
    _athletes()
    _references()
    _analyses()


def downgrade() -> None:
    """Take away again. References of one name by several owners: the oldest stays."""
    for name in ("ix_analyses_deleted_at", "ix_analyses_athlete_id_created_at"):
        op.drop_index(name, "analyses")
    op.drop_table("share_links")
    op.drop_table("api_tokens")
    _drop("analyses", ANALYSIS_COLUMNS)
    op.execute(
        "DELETE FROM reference_deliveries WHERE id NOT IN (SELECT MIN(id) FROM reference_deliveries GROUP BY name)"
    )
    op.drop_index("ix_reference_deliveries_source_analysis_id", "reference_deliveries")
    op.drop_index("uq_reference_deliveries_owner_name", "reference_deliveries")
    with op.batch_alter_table("reference_deliveries") as table:
        for column, target in (("owner_id", "users"), ("source_analysis_id", "analyses")):
            table.drop_constraint(op.f(f"fk_reference_deliveries_{column}_{target}"), type_="foreignkey")
        for column in REFERENCE_COLUMNS:
            table.drop_column(column)
        table.create_unique_constraint(op.f("uq_reference_deliveries_name"), ["name"])
    op.drop_index("ix_athletes_owner_id", "athletes")
    _drop("athletes", ATHLETE_COLUMNS)
    _drop("users", USER_COLUMNS)


def _drop(table: str, columns: tuple[str, ...]) -> None:
    for name in columns:
        op.drop_column(table, name)


def _text(name: str, length: int, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), **more)


def _time(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, UtcDateTime(), nullable=nullable)


def _foreign(table: str, column: str, target: str, on_delete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=on_delete)


def _users() -> None:
    op.add_column("users", _text("display_name", 120, nullable=False, server_default=""))
    op.add_column("users", sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("users", sa.Column("session_epoch", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("users", _time("last_login_at"))


def _tokens() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        _text("name", 80, nullable=False),
        _text("token_hash", 64, nullable=False),
        _text("hint", 12, nullable=False),
        _time("created_at", nullable=False),
        *(_time(name) for name in ("last_used_at", "expires_at", "revoked_at")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_tokens_token_hash")),
        _foreign("api_tokens", "user_id", "users", "CASCADE"),
    )
    op.create_index("ix_api_tokens_user_id", "api_tokens", ["user_id"])


def _shares() -> None:
    op.create_table(
        "share_links",
        sa.Column("id", sa.Integer(), nullable=False),
        _text("analysis_id", 32, nullable=False),
        _text("token_hash", 64, nullable=False),
        _text("hint", 12, nullable=False),
        sa.Column("created_by", sa.Integer()),
        *(_time(name, nullable=False) for name in ("created_at", "expires_at")),
        *(_time(name) for name in ("revoked_at", "last_used_at")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_share_links_token_hash")),
        _foreign("share_links", "analysis_id", "analyses", "CASCADE"),
        _foreign("share_links", "created_by", "users", "SET NULL"),
    )
    op.create_index("ix_share_links_analysis_id", "share_links", ["analysis_id"])


def _athletes() -> None:
    op.add_column("athletes", _text("level", 16))
    op.add_column("athletes", sa.Column("birth_year", sa.Integer()))
    op.add_column("athletes", sa.Column("notes", sa.Text(), nullable=False, server_default=""))
    op.add_column("athletes", sa.Column("archived", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_athletes_owner_id", "athletes", ["owner_id"])


def _references() -> None:
    with op.batch_alter_table("reference_deliveries") as table:
        table.drop_constraint(op.f("uq_reference_deliveries_name"), type_="unique")
        table.add_column(_text("storage_key", 255, nullable=False, server_default=""))
        table.add_column(_text("level", 16))
        table.add_column(_text("throws", 8))
        table.add_column(sa.Column("owner_id", sa.Integer()))
        table.add_column(_text("source_analysis_id", 32))
        table.add_column(sa.Column("source_delivery", sa.Integer()))
        for column, target in (("owner_id", "users"), ("source_analysis_id", "analyses")):
            name = op.f(f"fk_reference_deliveries_{column}_{target}")
            table.create_foreign_key(name, target, [column], ["id"], ondelete="SET NULL")
    op.create_index(
        "uq_reference_deliveries_owner_name",
        "reference_deliveries",
        [sa.text("coalesce(owner_id, 0)"), "name"],
        unique=True,
    )
    op.create_index(
        "ix_reference_deliveries_source_analysis_id", "reference_deliveries", ["source_analysis_id"]
    )


def _analyses() -> None:
    op.add_column("analyses", sa.Column("notes", sa.Text(), nullable=False, server_default=""))
    tags = sa.Column("tags", sa.JSON(none_as_null=True), nullable=False, server_default="[]")
    op.add_column("analyses", tags)
    op.add_column("analyses", sa.Column("recorded_on", sa.Date()))
    op.add_column("analyses", _time("deleted_at"))
    op.create_index("ix_analyses_athlete_id_created_at", "analyses", ["athlete_id", "created_at"])
    op.create_index("ix_analyses_deleted_at", "analyses", ["deleted_at"])
