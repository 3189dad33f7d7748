"""`python -m shadow_trainer redis`: the embedded Redis in the foreground."""

from __future__ import annotations

import click

from ..settings import load


@click.command()
def redis() -> None:
    """Run the embedded Redis in the foreground until it is told to stop."""
    from ..jobs.redis.embedded import serve

    serve(load())
