"""What the commands about joints share: files of joints, label maps, the library of references."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ..body.series import PoseSeries
    from ..jobs.pipeline.references import References
    from ..pitching.reference import Reference

PLATE_AXES = ("x", "-x", "y", "-y", "z", "-z")
NO_PLATE = (
    "the way of the stride taken for the way to the plate: the stride's angle is not known (--plate tells it)"
)

LABEL_FORM = "LANDMARK=LABEL"
label_option: Callable[..., Any] = click.option(
    "--label",
    "labels",
    multiple=True,
    metavar=f"{LABEL_FORM}[+LABEL]",
    help="Which label of the file is a landmark, where the guess is wrong. Repeatable.",
)


@dataclass(frozen=True)
class Joints:
    """What is measured: the joints, different rows a second, what was guessed in words, and whether X is known to lead to the plate."""

    series: PoseSeries
    fps: float
    notes: tuple[str, ...] = ()
    plate_known: bool = True


def joints(
    path: Path,
    *,
    hand: str,
    height_m: float | None,
    fps: float | None,
    plate: str | None,
    labels: Mapping[str, tuple[str, ...]],
) -> Joints:
    """The joints of a pose.npz, or of another program's file. Raises BadRequest for what is neither."""
    from ..body.series import PoseSeries
    from ..pitching import importers

    if path.suffix.lower() not in importers.FORMATS or _is_pose(path):
        series, rate, notes = importers.checked_pose(PoseSeries.load(path), path)
        return Joints(series, fps or rate, notes)
    motion = importers.read(path, fps=fps, labels=dict(labels))
    series = importers.as_series(motion, hand=hand, height_m=height_m, plate=plate)
    return Joints(series, motion.fps, (*motion.notes, *([] if plate else [NO_PLATE])), plate is not None)


def find_reference(name: str) -> Reference | None:
    """A reference of the library by name, None for ``none``; NotFound for one that nobody knows."""
    return library().find(name)


def library() -> References:
    """The references of this installation."""
    from ..jobs.pipeline.references import References
    from ..settings import load
    from ..storage import open_storage

    return References(open_storage(load().storage_address))


def _is_pose(path: Path) -> bool:
    """Whether it is an archive of our own kind, or a damaged one: both are for the reader of our own kind."""
    if path.suffix.lower() != ".npz":
        return False
    from ..body.npz import read_arrays

    try:
        return "world_m" in read_arrays(path)
    except (OSError, ValueError):
        return True
