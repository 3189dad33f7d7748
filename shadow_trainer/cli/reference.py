"""`python -m shadow_trainer reference`: the library of deliveries to compare with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import BadRequest
from ..jobs.pipeline.request import HEIGHT_M_RANGE, LEVELS, THROWS
from . import motion_files

if TYPE_CHECKING:
    from ..pitching.importers import Motion
    from ..pitching.reference import Reference


@click.group()
def reference() -> None:
    """The deliveries to compare with: list, import, save, remove."""


@reference.command("list")
def list_() -> None:
    """Every reference with its level, hand and source."""
    for facts in motion_files.library().facts():
        click.echo(
            f"{facts['name']:24} {facts['level']:12} {facts['hand']:6} {facts['height_m']:.2f} m  {facts['source']}"
        )


@reference.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", required=True, help="The name it gets in the library.")
@click.option("--hand", type=click.Choice(THROWS), default="auto", show_default=True, help="Throwing hand.")
@click.option("--fps", type=click.FloatRange(1, 2000), help="Frames per second, where the file does not say.")
@click.option("--height-m", type=click.FloatRange(*HEIGHT_M_RANGE), help="The pitcher's height in meters.")
@click.option(
    "--level", type=click.Choice(LEVELS), default="adult", show_default=True, help="The pitcher's level."
)
@motion_files.label_option
@click.option("--dry-run", is_flag=True, help="Show what was understood and save nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print what was understood as one JSON object.")
def import_(
    file: Path,
    name: str,
    hand: str,
    fps: float | None,
    height_m: float | None,
    level: str,
    labels: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import FILE (.npz, .npy, .trc, .c3d or .bvh) as a reference. What was guessed goes to stderr, too."""
    from ..pitching import importers

    if not file.is_file():
        raise BadRequest(f"There is no file at {file}.", code="no_such_file", fix="Check the path.")
    motion = importers.read(file, fps=fps, labels=importers.label_map(labels, motion_files.LABEL_FORM))
    for note in motion.notes:
        click.echo(f"  note: {note}", err=True)
    imported = importers.as_reference(motion, name=name, hand=hand, level=level, height_m=height_m)
    if not dry_run:
        motion_files.library().save(imported)
    if as_json:
        understood = {"labels": motion.labels, "frames": len(motion.time_s), "fps": motion.fps}
        facts = {**imported.facts(), "notes": list(motion.notes), "events": imported.events, **understood}
        click.echo(json.dumps({**facts, "saved": not dry_run}, ensure_ascii=False))
    else:
        _show(motion, imported, saved=not dry_run)


def _show(motion: Motion, imported: Reference, *, saved: bool) -> None:
    for landmark, sources in motion.labels.items():
        click.echo(f"  {landmark:18} <- {' + '.join(sources)}")
    click.echo(f"  {len(motion.time_s)} frames at {motion.fps:g} per second")
    click.echo(f"  {imported.hand}-handed, {imported.height_m:.2f} m tall")
    for event, when in imported.events.items():
        click.echo(f"  {event.replace('_', ' '):24} {when:.3f} s")
    if saved:
        click.echo(f"saved as {imported.name}")


@reference.command("save")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--name", required=True, help="The name it gets in the library.")
@click.option("--delivery", default=1, type=click.IntRange(1), help="Which pitch of the video.")
@click.option(
    "--level", type=click.Choice(LEVELS), default="adult", show_default=True, help="The pitcher's level."
)
def save(folder: Path, name: str, delivery: int, level: str) -> None:
    """Save a delivery of a finished analysis (FOLDER with analysis.json and pose.npz) as a reference."""
    from ..body.series import PoseSeries
    from ..pitching.reference import from_delivery
    from ..pitching.stored import upgraded

    try:
        analysis = upgraded(json.loads((folder / "analysis.json").read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise BadRequest(f"There is no analysis in {folder}.", code="no_such_file") from error
    series = PoseSeries.load(folder / "pose.npz")
    motion_files.library().save(from_delivery(series, analysis, delivery - 1, name=name, level=level))
    click.echo(f"saved as {name}")


@reference.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Remove a saved reference."""
    click.echo(
        "removed" if motion_files.library().delete(name) else f"there is no saved reference named {name}"
    )
