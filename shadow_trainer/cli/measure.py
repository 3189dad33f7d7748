"""`python -m shadow_trainer measure POSE --out analysis.json`: the pitching science without a video."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click
import numpy as np

from ..errors import BadRequest
from ..jobs.pipeline.request import CAPTURE_FPS_RANGE, HEIGHT_M_RANGE, LEVELS, THROWS, VIEWS
from . import motion_files

Moved = dict[int, dict[str, float]]


@click.command()
@click.argument("pose", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The analysis.json to write.")
@click.option("--throws", type=click.Choice(THROWS), default="auto", show_default=True, help="Throwing hand.")
@click.option(
    "--view",
    type=click.Choice(VIEWS),
    default="auto",
    show_default=True,
    help="Camera's place, if there was one.",
)
@click.option(
    "--height-m",
    type=click.FloatRange(*HEIGHT_M_RANGE),
    help="The athlete's height in metres; told from the bones when absent.",
)
@click.option(
    "--capture-fps",
    type=click.FloatRange(*CAPTURE_FPS_RANGE),
    help="Frames per second that were taken; of a pose.npz only how fine its times are, of any other file its rate.",
)
@click.option(
    "--level",
    type=click.Choice(LEVELS),
    default="adult",
    show_default=True,
    help="Level whose norms are used.",
)
@click.option(
    "--reference",
    default="elite",
    show_default=True,
    help="Reference to compare with, as `reference list` names them, or `none`.",
)
@click.option(
    "--event",
    "moved",
    multiple=True,
    metavar="[PITCH:]EVENT=SECONDS",
    help="An event moved by hand, such as foot_contact=2.31, or 2:release=9.04 of the second pitch. Repeatable.",
)
@motion_files.label_option
@click.option(
    "--plate",
    type=click.Choice(motion_files.PLATE_AXES),
    help="The axis of another program's file that leads to the plate; without it the stride's angle is not told.",
)
def measure(pose: Path, out: Path, moved: tuple[str, ...], labels: tuple[str, ...], **options: Any) -> None:
    """Measure every delivery in POSE and write analysis.json, without a video.

    POSE is a pose.npz with time_s (frames,) in seconds and world_m (frames, 33, 3) in metres, X from the rubber
    to the plate, Z up, NaN where a landmark does not exist. Joints of other programs are taken, too: NPY or NPZ
    of 17 joints in the order of Human3.6M, TRC, C3D and BVH, turned so that the stride (or --plate) goes along X.
    """
    from ..pitching import importers

    if not pose.is_file():
        raise BadRequest(f"There is no file at {pose}.", code="no_such_file", fix="Check the path.")
    if out.is_dir() or not out.absolute().parent.is_dir():
        raise BadRequest(
            f"{out} cannot be written.", code="bad_out", fix="Give --out a file name in a folder that exists."
        )
    document = document_of(
        pose,
        moved=moved_events(moved),
        labels=importers.label_map(labels, motion_files.LABEL_FORM),
        **options,
    )
    write_json(out, document)
    for note in document.get("notes", ()):
        click.echo(f"  note: {note}", err=True)
    count = len(document["deliveries"])
    click.echo(f"{count} {'pitch' if count == 1 else 'pitches'}; results in {out}")
    if not count:
        click.echo(
            "No pitch was found: check --throws, the times (seconds) and the axes (Z up, metres).", err=True
        )


def document_of(
    pose: Path,
    *,
    throws: str = "auto",
    view: str = "auto",
    height_m: float | None = None,
    capture_fps: float | None = None,
    level: str = "adult",
    reference: str = "elite",
    moved: Moved | None = None,
    labels: Mapping[str, tuple[str, ...]] | None = None,
    plate: str | None = None,
) -> dict[str, Any]:
    """analysis.json of a file of joints: the contract's shape, without a video, with the curves inside.

    ``moved`` are events moved by hand: index of the delivery -> event -> seconds. Raises BadRequest when the
    file holds no motion, and NotFound for a reference that nobody knows.
    """
    from .. import pitching
    from ..jobs.pipeline.document import plain
    from ..pitching.document import SCHEMA

    given = motion_files.joints(
        pose, hand=throws, height_m=height_m, fps=capture_fps, plate=plate, labels=labels or {}
    )
    series = given.series
    fps = given.fps
    result = pitching.analyse(
        series,
        throws=throws,
        height_m=height_m,
        fps=fps,
        view=view,
        level=level,
        events=moved,
        reference=motion_files.find_reference(reference),
        plate_known=given.plate_known,
    )
    said = {"notes": given.notes} if given.notes else {}
    rest = {name: value for name, value in result.items() if name != "series"}
    document: dict[str, Any] = plain(
        {"schema": SCHEMA, "pose": pose.name, "capture_fps": fps, **said, **rest, "series": result["series"]}
    )
    return document


def moved_events(texts: Iterable[str]) -> Moved:
    """``foot_contact=2.31`` and ``2:release=9.04`` as the measuring takes them; BadRequest for what is neither."""
    moved: Moved = {}
    for text in texts:
        place, colon, rest = text.rpartition(":")
        name, _, when = rest.partition("=")
        try:
            index, seconds = int(place) - 1 if colon else 0, float(when)
        except ValueError:
            index, seconds = -1, float("nan")
        if index < 0 or not np.isfinite(seconds):
            raise BadRequest(
                f"{text!r} is not [PITCH:]EVENT=SECONDS.",
                code="bad_event",
                fix="Write an event's name and its time, such as foot_contact=2.31 or 2:release=9.04.",
            )
        moved.setdefault(index, {})[name.strip()] = seconds
    return moved


def write_json(path: Path, document: dict[str, Any]) -> None:
    """Write beside the file and rename, so that a reader never sees half of it."""
    handle, part = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.absolute().parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(document, file, ensure_ascii=False, allow_nan=False)
        Path(part).chmod(0o644)
        Path(part).replace(path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
