"""`python -m shadow_trainer up`: Redis, worker, clock and web server, until Ctrl-C."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..secret_strength import require_strong
from ..settings import ROOT, Settings, load, settings_file
from . import address

if TYPE_CHECKING:
    from .supervisor import Service, Supervisor

PYTHON = (sys.executable, "-m", "shadow_trainer")
# gunicorn lets requests end, the worker ends its analysis or hands it back: bounds after SIGTERM.
WEB_STOP_S, REDIS_STOP_S, SLACK_S = 15.0, 10.0, 10.0
RANK_REDIS, RANK_REST = 0, 1


@click.command()
@click.option("--workers", default=1, type=click.IntRange(0, 64), help="Worker processes (default 1).")
def up(workers: int) -> None:
    """Start everything that is needed and print the address to open; Ctrl-C stops all of it."""
    settings = load()
    require_strong(settings)
    with address.lock(settings):
        address.require_free(settings)
        _check_weights(settings)
        _migrate(settings)
        sys.exit(supervisor(settings, workers).run())


def supervisor(settings: Settings, workers: int = 1) -> Supervisor:
    """The supervisor over all services of these settings, not yet running."""
    from .supervisor import Supervisor

    env = {**os.environ, "PYTHONUNBUFFERED": "1"}
    if settings.use_rq and not settings.redis_url and not _embedded_redis():
        click.echo(no_redis_words(), err=True)
        env["SHADOW_USE_RQ"] = "false"
        settings = load(env, dotenv=settings_file(env))
    box: list[Supervisor] = []

    def announce() -> None:
        # In a thread: the supervisor goes on printing what the web server says meanwhile.
        threading.Thread(target=_announce, args=(settings, box[0]), daemon=True).start()

    json_lines = settings.log_format == "json"
    chosen = services(settings, workers)
    box.append(Supervisor(chosen, cwd=ROOT, env=env, on_ready=announce, json_lines=json_lines))
    return box[0]


def services(settings: Settings, workers: int = 1) -> list[Service]:
    """What runs under these settings: in legacy mode the web server alone."""
    from .supervisor import Service

    gunicorn = (sys.executable, "-m", "gunicorn", "wsgi:app")
    processes = [Service("web", gunicorn, RANK_REST, stop_s=WEB_STOP_S)]
    if not settings.use_rq:
        return processes
    worker_stop_s = settings.shutdown_grace_s + SLACK_S
    for number in range(1, workers + 1):
        name = "worker" if workers == 1 else f"worker.{number}"
        command = (*PYTHON, "worker", "--instance", str(number))
        processes.append(Service(name, command, RANK_REST, stop_s=worker_stop_s))
    processes.append(Service("clock", (*PYTHON, "clock"), RANK_REST))
    if not settings.redis_url and not _answers(settings):
        # One that answers already (started by hand) is used: two servers must not share one folder.
        processes.append(
            Service("redis", (*PYTHON, "redis"), RANK_REDIS, lambda: _answers(settings), stop_s=REDIS_STOP_S)
        )
    return processes


def no_redis_words() -> str:
    """The loud line of the fallback: what is missing, what happens instead, what to do."""
    rule = "!" * 78
    return (
        f"{rule}\n! No Redis server can be started on this machine: analyses run one at a time inside the\n"
        "! web server, and one that is running is lost when it stops. Install Redis (Debian:\n"
        f"! apt-get install redis-server), or set REDIS_URL, and start again.\n{rule}"
    )


def _embedded_redis() -> Path | None:
    """The Redis server that would be started here, or None."""
    from ..jobs.redis import embedded

    return embedded.find_binary()


def _answers(settings: Settings) -> bool:
    from ..jobs.redis import embedded

    return embedded.answers(settings)


def _check_weights(settings: Settings) -> None:
    """A damaged weight file stops here with one line, not in the worker at the first video."""
    from ..pose.weights import verify

    verify(models_dir=settings.models_path)


def _migrate(settings: Settings) -> None:
    """A database of an older release, or none, is brought up to date; one that is away is one line."""
    from ..catalog import migrate

    migrate(settings)


def _announce(settings: Settings, running: Supervisor) -> None:
    """Print the address once the web server answers."""
    if address.wait_until_up(settings):
        running.say(f"Shadow Trainer is ready: open {address.url(settings)}   (Ctrl-C stops it)")
