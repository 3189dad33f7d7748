"""``python -m shadow_trainer labels export``: what coaches corrected, for whoever improves the engine. It stays here."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ..catalog import Analysis
    from ..services import Services


@click.group()
def labels() -> None:
    """Corrections as labels."""


@labels.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A file; else standard output.")
@click.option(
    "--frames",
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder for the frames of joints set by hand.",
)
def export(out: Path | None, frames: Path | None) -> None:
    """Write a line of JSON for each joint, event, pitch and person that a coach corrected, with the engine's answer.

    Nobody's name is in it. Pictures are written only where a folder for them is given.
    """
    from ..services import open_services
    from ..settings import load

    services = open_services(load())
    lines = (json.dumps(label, allow_nan=False) for label in _all(services, frames))
    if out is None:
        for line in lines:
            click.echo(line)
        return
    written = 0
    with out.open("w", encoding="utf-8") as file:
        for line in lines:
            file.write(line + "\n")
            written += 1
    click.echo(f"{written} labels in {out}", file=sys.stderr)


def _all(services: Services, frames: Path | None) -> Iterator[dict[str, Any]]:
    for row in services.catalog.statistics.measured():
        made = [{"analysis": row.id, **label} for label in _of(services, row)]
        if frames is not None:
            _write_frames(services, row, made, frames)
        yield from made


def _of(services: Services, row: Analysis) -> Iterator[dict[str, Any]]:
    from ..body.series import PoseSeries
    from ..jobs.attempt import publish
    from ..jobs.correction import labels as made
    from ..pitching.stored import upgraded
    from ..pose.raw_track import RawTrack

    def read(name: str) -> io.BytesIO | None:
        key = publish.key(row.id, name)
        if not services.storage.exists(key):
            return None
        with services.storage.open(key) as file:
            return io.BytesIO(file.read())

    analysis, pose, track = (read(name) for name in ("analysis.json", "pose.npz", "track.npz"))
    if analysis is not None and pose is not None:
        said = RawTrack.load(track) if track is not None else None
        yield from made.of_analysis(
            upgraded(json.loads(analysis.read())), row.options, said, PoseSeries.load(pose).time_s
        )


def _write_frames(services: Services, row: Analysis, made: list[dict[str, Any]], folder: Path) -> None:
    """The frame of each joint that was set, as a picture whose name the label then carries."""
    import tempfile

    import cv2

    from ..jobs.pipeline.request import AnalysisRequest
    from ..video import frames, probe

    wanted = [one for one in made if one["label"] == "joint" and one["kind"] == "set"]
    if not wanted or not services.storage.exists(row.original_key):
        return
    folder.mkdir(parents=True, exist_ok=True)
    request = AnalysisRequest.from_stored(row.options)
    with tempfile.TemporaryDirectory() as work:
        suffix = PurePosixPath(row.original_key).suffix
        video = services.storage.get(row.original_key, Path(work) / f"original{suffix}")
        info = probe(video, start_s=request.start_s, end_s=request.end_s, turn_deg=request.turn_deg)
        own_s = {id(one): step["at_s"] for one, step in zip(wanted, _steps(row), strict=False)}
        for frame in frames(video, info):
            for one in wanted:
                if abs(frame.time_s / info.time_scale - own_s.get(id(one), -1.0)) < 0.5 / info.fps:
                    name = f"{row.id}_{own_s[id(one)]:.4f}.png"
                    cv2.imwrite(str(folder / name), cv2.cvtColor(frame.image, cv2.COLOR_RGB2BGR))
                    one["frame"] = name


def _steps(row: Analysis) -> list[dict[str, Any]]:
    """The steps that set joints and hold, on the video's own clock."""
    return [one for one in row.options.get("joints") or () if one["kind"] == "set" and not one.get("undone")]
