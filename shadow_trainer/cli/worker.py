"""`python -m shadow_trainer worker` and `workers up -n N`: warm workers in the foreground."""

from __future__ import annotations

import os
import sys

import click

from ..settings import QUEUES, ROOT, load

QUEUE_HELP = "Queue to work on; several with commas, the first before the others."
SLACK_S = 10.0  # beyond the grace, before a worker that stops is killed
# Coaches' films, then bulk, then maintenance. Pools take a part (`--queue pose` on the GPU machines).
ALL_QUEUES = ",".join(QUEUES)


@click.command()
@click.option("--queue", default=ALL_QUEUES, help=QUEUE_HELP)
@click.option("--burst", is_flag=True, help="End when the queue is empty.")
@click.option(
    "--instance",
    type=click.IntRange(1),
    help="Number of this worker here: it gets the graphics card of that number.",
)
def worker(queue: str, burst: bool, instance: int | None) -> None:
    """Run one worker in the foreground; SIGTERM or Ctrl-C lets it finish or hand its job back."""
    from workers.pose_worker import PoseWorker

    from .. import logs
    from ..pose.devices import VARIABLE, card_for

    if not set(queue.split(",")) <= set(QUEUES):
        raise click.BadParameter(f"use {', '.join(QUEUES)}", param_hint="--queue")
    settings = load()
    logs.setup(settings, "worker")
    if instance is not None and settings.device != "cpu" and (card := card_for(instance)) is not None:
        # The child inherits it; this process never talks to the driver.
        os.environ[VARIABLE] = card
    PoseWorker(settings, queue).work(burst=burst, logging_level=None)


@click.group()
def workers() -> None:
    """Several workers on this machine."""


@workers.command("up")
@click.option("-n", "number", default=2, type=click.IntRange(1, 64), help="How many (default 2).")
@click.option("--queue", default=ALL_QUEUES, help=QUEUE_HELP)
def workers_up(number: int, queue: str) -> None:
    """Run N workers until SIGTERM or Ctrl-C; one that dies is started again."""
    from .supervisor import Service, Supervisor

    settings = load()
    command = (sys.executable, "-m", "shadow_trainer", "worker", "--queue", queue, "--instance")
    stop_s = settings.shutdown_grace_s + SLACK_S
    chosen = [
        Service(f"worker.{each}", (*command, str(each)), stop_s=stop_s) for each in range(1, number + 1)
    ]
    env, json_lines = {**os.environ, "PYTHONUNBUFFERED": "1"}, settings.log_format == "json"
    sys.exit(Supervisor(chosen, cwd=ROOT, env=env, json_lines=json_lines).run())
