"""`python -m shadow_trainer storage`: the place of videos and results, its rules, and moving to another."""

from __future__ import annotations

import time

import click

from ..errors import BadRequest
from ..settings import load
from ..storage import Storage, open_storage

DEFAULT_DAYS = 1


@click.group()
def storage() -> None:
    """Look at the storage, set a bucket's rules, move everything to another storage."""


def _present() -> Storage:
    settings = load()
    return open_storage(settings.storage_address, settings)


@storage.command()
def check() -> None:
    """Ask whether it can be used, and say where it is."""
    click.echo(f"storage: {_present().check()}")


@storage.command()
@click.option(
    "--days",
    default=DEFAULT_DAYS,
    type=click.IntRange(1, 365),
    help=f"Kept so long (default {DEFAULT_DAYS}).",
)
def lifecycle(days: int) -> None:
    """Let the bucket throw away unfinished uploads by itself."""
    from ..storage.s3_rules import bucket_of, set_lifecycle

    for line in set_lifecycle(bucket_of(_present()), days):
        click.echo(line)


@storage.command()
@click.option(
    "--origin", "origins", required=True, multiple=True, help="https://host of the site; several times."
)
def cors(origins: tuple[str, ...]) -> None:
    """Let the site's pages send videos straight to the bucket."""
    from ..storage.s3_rules import bucket_of, set_cors

    for line in set_cors(bucket_of(_present()), list(origins)):
        click.echo(line)


@storage.command()
@click.option("--from", "source", default="", help="Address to read (default: the present storage).")
@click.option("--to", "target", required=True, help="Address to write: file:///folder or s3://bucket/prefix.")
@click.option("--dry-run", is_flag=True, help="Only say what would be copied.")
def migrate(source: str, target: str, dry_run: bool) -> None:
    """Copy everything into another storage; each file is read back and compared. Run it again to go on."""
    from ..storage import migrate as work

    settings = load()
    source = source or settings.storage_address
    if source == target:
        raise BadRequest("Both addresses are the same.", code="same_storage")
    old, new = open_storage(source, settings), open_storage(target, settings)
    old.check()
    new.check()
    started = time.monotonic()
    journal = work.journal_path(settings.data_path, source, target)
    count = work.migrate(old, new, journal, dry_run=dry_run, say=click.echo)
    verb = "would be copied" if dry_run else "copied and compared"
    click.echo(
        f"{count.copied} files ({count.copied_bytes / 1e6:.1f} MB) {verb}, {count.there} were there, "
        f"{count.gone} vanished meanwhile, in {time.monotonic() - started:.0f} s"
    )
    if not dry_run:
        click.echo(f"When the site stands still and nothing is left to copy: SHADOW_STORAGE_URL={target}")
