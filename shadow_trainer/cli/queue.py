"""`python -m shadow_trainer queue`: what waits and runs, dead letters, and what to do about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..errors import ShadowError
from ..settings import load

if TYPE_CHECKING:
    from ..jobs.queue.manager import DeadLetter, JobManager

LETTERS = 500


@click.group()
def queue() -> None:
    """Look at the queue and repair it."""


@queue.command("list")
def list_jobs() -> None:
    """What waits and runs, and the numbers."""
    manager = _manager()
    for job in manager.list():
        place = f"#{job.queue_position}" if job.queue_position else f"{job.progress:.0f} %"
        click.echo(f"{job.job_id}  {job.state:10} {place:>6}  {job.message}")
    for other in manager.other_jobs():
        click.echo(f"{other.job_id}  {other.state:10} {other.queue:>6}  {other.words}")
    numbers = manager.stats()
    click.echo(", ".join(f"{name} {value}" for name, value in numbers.items() if isinstance(value, int)))


@queue.command("dead")
def dead_letters() -> None:
    """Jobs that are out of attempts and wait for a person, with the reason."""
    for letter in _manager().dead_letters():
        _tell(letter, f"{letter.attempts} attempts")


@queue.command("failed")
def cannot_succeed() -> None:
    """Jobs that would fail again, such as bad videos, with the reason."""
    for letter in _manager().cannot_succeed():
        _tell(letter, "permanent")


def _tell(letter: DeadLetter, kind: str) -> None:
    reason = f"{letter.error.get('code', '?')}: {letter.error.get('message', '')}"
    click.echo(f"{letter.job_id}  {kind:12} {reason}  ({letter.title})")


@queue.command()
@click.argument("ids", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every dead letter.")
def requeue(ids: tuple[str, ...], everything: bool) -> None:
    """Run failed or canceled jobs again, with all their attempts."""
    manager = _manager()
    chosen = list(ids)
    if everything:
        chosen += [letter.job_id for letter in manager.dead_letters(limit=LETTERS)]
    for job_id in chosen:
        click.echo(f"{job_id}  {manager.retry(job_id).state}")
    if everything and (left := len(manager.cannot_succeed(limit=LETTERS))):
        words = "1 was left out: it" if left == 1 else f"{left} were left out: they"
        click.echo(f"{words} would fail again (`queue failed` says why)")


@queue.command()
@click.argument("ids", nargs=-1, required=True)
@click.confirmation_option(prompt="Delete these analyses with their videos and results?")
def delete(ids: tuple[str, ...]) -> None:
    """Delete analyses with their jobs and files."""
    manager = _manager()
    for job_id in ids:
        manager.delete(job_id, purge=True)
        click.echo(f"{job_id}  deleted")


@queue.command()
@click.argument("ids", nargs=-1, required=True)
def cancel(ids: tuple[str, ...]) -> None:
    """Stop jobs, whatever they are doing."""
    manager = _manager()
    for job_id in ids:
        click.echo(f"{job_id}  {manager.cancel(job_id).state}")


@queue.command("self-test")
def self_test() -> None:
    """Have a worker analyze a video it knows, and say what came of it."""
    from ..jobs.maintenance import self_test as selftest

    record = selftest.make(_manager())
    if not record["ok"]:
        error = record["error"]
        raise ShadowError(error["message"], code=error["code"], fix=error["fix"])
    click.echo(f"the self-test passed on {record['worker']} in {record['took_s']} s")


def _manager() -> JobManager:
    from ..jobs.queue.open import make_manager
    from ..services import open_services

    return make_manager(open_services(load()))
