"""`python -m shadow_trainer doctor`: what works on this machine, and how to mend what does not."""

from __future__ import annotations

import sys

import click

from ..settings import load
from . import checks, device_check, queue_checks

CHECKS = {
    "Python": checks.python,
    "Python packages": checks.packages,
    "npm packages": checks.node_packages,
    "secret key": checks.secret_key,
    "pose weights": checks.weights,
    "device": device_check.device,
    "encoder": checks.encoder,
    "database": checks.database,
    "storage": checks.storage,
    "disk space": checks.disk,
    "Redis": queue_checks.redis,
    "worker": queue_checks.worker,
    "clock": queue_checks.clock,
    "web server": checks.web,
}
COLOURS = {"ok": "green", "warn": "yellow", "FAIL": "red"}


@click.command()
def doctor() -> None:
    """Check every part; exit code 1 when one does not work (what is merely not running is a warning)."""
    settings = load()
    failed = 0
    for name, check in CHECKS.items():
        status, sentence, fix = checks.run(check, settings)
        failed += status == "FAIL"
        click.echo(f"{click.style(f'{status:4}', fg=COLOURS[status])}  {name:16} {sentence}")
        if fix:
            click.echo(f"      {'':16} fix: {fix}")
    if failed:
        click.echo(f"{failed} of {len(CHECKS)} checks failed", err=True)
        sys.exit(1)
