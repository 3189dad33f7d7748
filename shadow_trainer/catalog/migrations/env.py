"""Alembic's entry: runs the versions on the connection that :mod:`shadow_trainer.catalog.migrate` opened."""

from alembic import context

from shadow_trainer.catalog.models import Base


def run() -> None:
    """Migrate in one transaction. Batch mode, because SQLite cannot alter most of a table."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


run()
