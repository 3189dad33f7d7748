"""`python -m shadow_trainer measure POSE.npz --out analysis.json`: the pitching science without a film."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import click
import numpy as np

from ..errors import BadRequest
from ..jobs.request import THROWS, VIEWS


@click.command()
@click.argument("pose", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The analysis.json to write.")
@click.option("--throws", type=click.Choice(THROWS), default="auto", help="Throwing hand.")
@click.option("--view", type=click.Choice(VIEWS), default="auto", help="Camera's place, if there was one.")
@click.option("--height-m", type=click.FloatRange(0.9, 2.4), help="The athlete's height in metres.")
@click.option("--capture-fps", type=click.FloatRange(5, 2000), help="Frames per second that were taken.")
@click.option("--level", default="adult", help="Level whose norms are used.")
@click.option("--reference", default="elite", help="Reference to compare with, or `none`.")
def measure(pose: Path, out: Path, **options: Any) -> None:
    """Measure every delivery in POSE (a pose.npz: time_s and world_m at least) and write analysis.json."""
    if not pose.is_file():
        raise BadRequest(f"There is no file at {pose}.", code="no_such_file", fix="Check the path.")
    if out.is_dir() or not out.absolute().parent.is_dir():
        raise BadRequest(
            f"{out} cannot be written.", code="bad_out", fix="Give --out a file name in a folder that exists."
        )
    document = document_of(pose, **options)
    write_json(out, document)
    click.echo(f"{len(document['deliveries'])} deliveries; results in {out}")


def document_of(
    pose: Path,
    *,
    throws: str = "auto",
    view: str = "auto",
    height_m: float | None = None,
    capture_fps: float | None = None,
    level: str = "adult",
    reference: str = "elite",
) -> dict[str, Any]:
    """analysis.json of a pose file: the contract's shape, without a film, with the curves inside.

    Raises BadRequest when the file is not a pose file or has no two rows with rising times.
    """
    from .. import pitching
    from ..jobs.document import SCHEMA, plain
    from ..pose.series import PoseSeries

    series = PoseSeries.load(pose)
    check(series, pose)
    fps = capture_fps or float(1.0 / np.median(np.diff(series.time_s)))
    result = pitching.analyse(
        series,
        throws=throws,
        height_m=height_m,
        fps=fps,
        view=view,
        level=level,
        reference=None if reference == "none" else reference,
    )
    curves = result.pop("series")
    return plain({"schema": SCHEMA, "pose": pose.name, "capture_fps": fps, **result, "series": curves})


def check(series: Any, pose: Path) -> None:
    """Refuse what cannot be a motion: too short, times that do not rise, no joints."""
    if len(series) < 12:
        raise BadRequest(f"{pose.name} has {len(series)} rows; a motion needs 12.", code="bad_pose_file")
    if not np.isfinite(series.time_s).all() or (np.diff(series.time_s) <= 0).any():
        raise BadRequest(
            f"The times in {pose.name} do not rise.",
            code="bad_pose_file",
            fix="time_s must be seconds, one per row, each later than the one before.",
        )
    if not np.isfinite(series.world_m).all(axis=-1).any():
        raise BadRequest(f"{pose.name} has no joints.", code="bad_pose_file", fix="Fill world_m in metres.")


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
