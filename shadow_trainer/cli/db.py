"""`python -m shadow_trainer db`: the schema of the catalog."""

from __future__ import annotations

import click

from ..settings import load


@click.group()
def db() -> None:
    """Migrate the database."""


@db.command()
def upgrade() -> None:
    """Bring the database to the newest migration; does nothing when it is there."""
    from ..catalog.migrate import migrate

    click.echo(f"database: at migration {migrate(load())}")
