"""`python -m shadow_trainer example`: the finished report that the first page opens."""

from __future__ import annotations

import click

from ..jobs.attempt import example as made
from ..jobs.pipeline.engines import Engines
from ..settings import load
from ..storage import open_storage


@click.command()
def example() -> None:
    """Analyze the sample once, so that its report opens without waiting."""
    settings = load()
    storage = open_storage(settings.storage_address, settings)
    fresh = made.make(settings, storage, Engines(settings))
    click.echo("the example report is made" if fresh else "the example report is there")
