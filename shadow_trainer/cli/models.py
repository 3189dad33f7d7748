"""`python -m shadow_trainer models`: the weights of the pose model."""

from __future__ import annotations

import click


@click.group()
def models() -> None:
    """Convert and check the weights of the pose model."""


@models.command()
@click.option("--force", is_flag=True, help="Convert again even what is there and intact.")
def ensure(force: bool) -> None:
    """Convert what is missing, outdated or damaged, and check every hash."""
    from ..pose.convert.install import ensure_weights
    from ..pose.weights import verify

    converted = ensure_weights(force=force)
    verify()
    click.echo(f"pose weights: converted {', '.join(converted)}" if converted else "pose weights: ok")


@models.command()
def check() -> None:
    """Check the hashes of the converted weights; converts nothing."""
    from ..pose.weights import verify

    verify()
    click.echo("pose weights: ok")
