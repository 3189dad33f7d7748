"""Marks: what the installation remembers of itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shadow_trainer.catalog.types import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """One small table."""
    op.create_table(
        "marks",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("data", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_marks")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("marks")
