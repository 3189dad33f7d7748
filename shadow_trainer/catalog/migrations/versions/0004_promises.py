"""Promises: what a coach was told at submission, and the request that asked for the analysis."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Two columns."""
    op.add_column("analyses", sa.Column("promised_s", sa.Double(), nullable=True))
    op.add_column("analyses", sa.Column("request_id", sa.String(64), nullable=True))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("analyses", "request_id")
    op.drop_column("analyses", "promised_s")
