"""Corrections: the last one of an analysis, and when retention deleted its original."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shadow_trainer.catalog.types import UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Two columns."""
    op.add_column("analyses", sa.Column("revision", sa.String(16), nullable=True))
    op.add_column("analyses", sa.Column("original_deleted_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("analyses", "original_deleted_at")
    op.drop_column("analyses", "revision")
