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


@db.command("downgrade")
@click.argument("revision")
@click.confirmation_option(prompt="What only the newer schema can hold will be lost. Go on?")
def downgrade_(revision: str) -> None:
    """Take migrations back to REVISION, for a return to an older release."""
    from ..catalog.migrate import downgrade

    click.echo(f"database: at migration {downgrade(load(), revision)}")
