"""`python -m shadow_trainer clock`: the clock in the foreground."""

from __future__ import annotations

import click

from ..settings import load


@click.command()
def clock() -> None:
    """Run the clock (repairs and schedules) in the foreground; of several, one leads."""
    from workers.clock import make_clock

    from .. import logs

    settings = load()
    logs.setup(settings, "clock")
    make_clock(settings).run()
