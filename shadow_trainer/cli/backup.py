"""`python -m shadow_trainer backup`: copy everything that cannot be made again, check a copy, restore one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import BadRequest
from ..settings import Settings, load

if TYPE_CHECKING:
    from ..jobs.backup.archive import Contents
    from ..storage import Storage

FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
MB = 1_000_000


@click.group()
def backup() -> None:
    """Copies of database, queue and storage index; also while everything runs."""


@backup.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option(
    "--with-files", is_flag=True, help="The videos and results, too; without, only their checksums."
)
def create(file: Path | None, with_files: bool) -> None:
    """Write a backup to FILE (by default in the data folder's backups/), while everything may be running."""
    from ..catalog import utcnow
    from ..jobs import backup as backups

    settings, storage = _parts()
    # Not a name that the nightly backups' rotation would count and delete.
    file = file or settings.data_path / "backups" / f"by-hand-{utcnow():%Y%m%d-%H%M%S}.tar"
    contents = backups.create(settings, storage, file, with_files=with_files)
    click.echo(f"{file}: {file.stat().st_size / MB:.1f} MB, {_words(contents)}")


@backup.command("verify")
@FILE
@click.option("--storage", "with_storage", is_flag=True, help="Also compare the storage with the index.")
def check(file: Path, with_storage: bool) -> None:
    """Read all of FILE and say whether it is whole."""
    from ..jobs import backup as backups

    contents = backups.verify(_existing(file))
    click.echo(f"{file}: whole, {_words(contents)}")
    if with_storage:
        differences = backups.compare_storage(file, _parts()[1])
        for what, keys in differences.items():
            for key in keys:
                click.echo(f"{what}  {key}")
        if any(differences.values()):
            raise BadRequest(
                "The storage differs from the backup.",
                code="storage_differs",
                fix="Bring the named files back from a copy of the storage.",
            )


@backup.command()
@FILE
def restore(file: Path) -> None:
    """Fill an empty installation from FILE. Only Redis may be running meanwhile."""
    from ..jobs import backup as backups

    settings, storage = _parts()
    done = backups.restore(_existing(file), settings, storage)
    click.echo(
        f"restored: database at migration {done.revision}, {done.keys} keys of the queue, {done.files} files"
    )
    for note in done.notes:
        click.echo(f"note: {note}", err=True)


def _parts() -> tuple[Settings, Storage]:
    from ..storage import open_storage

    settings = load()
    return settings, open_storage(settings.storage_address, settings)


def _existing(file: Path) -> Path:
    if not file.is_file():
        raise BadRequest(f"There is no file {file}.", code="no_such_file")
    return file


def _words(contents: Contents) -> str:
    facts = contents.facts
    queue = facts["queue"].get("left_out") or f"{facts['queue']['keys']} keys of the queue"
    return (
        f"{contents.database} at migration {facts['database']['revision']}, {queue}, "
        f"{facts['storage']['files']} files of {facts['storage']['bytes'] / MB:.1f} MB "
        f"({'inside' if facts['with_files'] else 'as an index'}), made {facts['created_at']}"
    )
