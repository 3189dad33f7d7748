"""`python -m shadow_trainer health WHAT`: does the process of this kind on this machine do its work?

For whoever restarts processes: containers' health checks, a supervisor, a person. Exit code 0 or one line.
"""

from __future__ import annotations

import contextlib
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from ..errors import Unavailable
from ..settings import Settings, load

if TYPE_CHECKING:
    import redis

TIMEOUT_S = 5.0


@click.command()
@click.argument("what", type=click.Choice(["web", "worker", "clock"]))
def health(what: str) -> None:
    """Say whether the web server, a worker or the clock is alive."""
    click.echo({"web": _web, "worker": _worker, "clock": _clock}[what](load()))


def _web(settings: Settings) -> str:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 - compared
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/health"
    try:
        # No proxy of the environment: this asks the own machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(address, timeout=TIMEOUT_S) as answer:
            return f"web: {answer.status}"
    except (urllib.error.URLError, OSError) as error:
        raise _silent("web server", f"{address} does not answer ({error})") from error


def _worker(settings: Settings) -> str:
    from ..catalog import utcnow
    from ..jobs.queue.rq_backend import WORKER_SILENCE_S
    from ..jobs.redis import rq_adapter

    mine = f"{socket.gethostname()}-"
    with _redis(settings, "worker") as connection:
        for worker in rq_adapter.workers(connection):
            beat = worker.last_heartbeat if worker.name.startswith(mine) else None
            if beat and (utcnow() - beat).total_seconds() < WORKER_SILENCE_S:
                return f"worker: {worker.name}"
    raise _silent("worker", "no worker of this machine has been heard of within the last minute")


def _clock(settings: Settings) -> str:
    from ..jobs.redis.leader_lock import LOCK_KEY, SILENCE_S, is_alive

    with _redis(settings, "clock") as connection:
        # Not who leads: that may be another machine's clock, or for a moment none while a busy one is late.
        if is_alive(connection, socket.gethostname()):
            holder = connection.get(LOCK_KEY)
            name = holder.decode() if isinstance(holder, bytes) else holder
            return f"clock: alive; {name or 'none'} leads"
    raise _silent("clock", f"no clock of this machine has been heard of within {SILENCE_S} s")


@contextlib.contextmanager
def _redis(settings: Settings, what: str) -> Iterator[redis.Redis]:
    import redis

    from ..jobs.redis.client import answers, connect

    if not answers(settings):
        # Without the patience of those who work: who asks here asks again soon.
        raise _silent(what, "Redis does not answer")
    try:
        with contextlib.closing(connect(settings)) as connection:
            yield connection
    except redis.RedisError as error:
        raise _silent(what, f"Redis does not answer ({type(error).__name__})") from error


def _silent(what: str, why: str) -> Unavailable:
    return Unavailable(f"The {what} is not well: {why}.", code="not_healthy", fix=f"Restart the {what}.")
