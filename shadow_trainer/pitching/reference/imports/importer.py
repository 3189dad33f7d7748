"""A foreign file as a reference: what was guessed is returned with it, so that a person can overrule it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ....errors import BadRequest
from ... import deliveries
from ...events import Event
from ...world import HANDS, as_right_hander, joint, standing_height
from ..model import Reference
from . import arrays, bvh, c3d, labels, trc, upright
from .motion import Motion

READERS: dict[str, Callable[[Path], Motion]] = {
    ".npz": arrays.read,
    ".npy": arrays.read,
    ".trc": trc.read,
    ".c3d": c3d.read,
    ".bvh": bvh.read,
}


@dataclass(frozen=True)
class Imported:
    """The reference, and what was taken as true about the file.

    ``guessed`` names those of ``throws``, ``fps``, ``up``, ``unit_m``, ``labels``, ``height_m`` that neither
    the file nor the person said; ``label_map`` landmark -> labels that were averaged; ``labels`` all of them.
    """

    reference: Reference
    throws: str
    fps: float
    up: str
    unit_m: float
    rooted: bool
    label_map: dict[str, list[str]]
    labels: tuple[str, ...]
    guessed: tuple[str, ...]


def read_motion(path: Path) -> Motion:
    """The file's labelled points. Raises BadRequest for a kind of file that is not read, or a broken one."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise BadRequest(
            f"{path.suffix or path.name} is no kind of file that can be a reference.",
            code="bad_reference",
            fix=f"Use one of {', '.join(READERS)}.",
        )
    return reader(path)


def import_reference(
    path: Path,
    *,
    name: str,
    level: str = "adult",
    throws: str = "auto",
    fps: float | None = None,
    height_m: float | None = None,
    up: str | None = None,
    label_map: Mapping[str, list[str]] | None = None,
) -> Imported:
    """The first delivery in a file as a reference named ``name``.

    What is None (or ``auto``) is taken from the file, else guessed. Raises BadRequest when joints or the frame
    rate are missing or no delivery is in it.
    """
    if throws not in (*HANDS, "auto"):
        raise BadRequest(f"throws is {throws!r}; it must be right, left or auto.", code="bad_throws")
    motion = read_motion(path)
    rate = fps or motion.fps
    if not rate or not 5 <= rate <= 2000:
        raise BadRequest("The file does not say its frame rate.", code="fps_needed", fix="Give the rate.")
    mapping = dict(label_map or labels.guess(motion.points))
    raw = labels.apply(motion, mapping)
    axis = up or motion.up or upright.guess_up(raw)
    points = upright.z_up(raw, axis)
    unit = motion.unit_m or upright.guess_unit(points, height_m)
    points = points * unit
    tall = height_m or standing_height(points)
    rooted = upright.rooted(points, tall)
    if rooted:
        points = upright.on_ground(points, tall)
    time_s = np.arange(len(points)) / rate
    hand = throws if throws != "auto" else deliveries.find_hand(points, time_s, tall)[0]
    reference = _first_delivery(as_right_hander(points, hand), time_s, tall, name, level, hand, path)
    said = {
        "throws": throws != "auto",
        "fps": fps or motion.fps,
        "up": up or motion.up,
        "unit_m": motion.unit_m,
        "labels": label_map,
        "height_m": height_m,
    }
    return Imported(
        reference=reference,
        throws=hand,
        fps=float(rate),
        up=axis,
        unit_m=float(unit),
        rooted=rooted,
        label_map=mapping,
        labels=tuple(motion.points),
        guessed=tuple(key for key, value in said.items() if not value),
    )


def _first_delivery(
    points: np.ndarray, time_s: np.ndarray, tall: float, name: str, level: str, hand: str, path: Path
) -> Reference:
    """The first delivery, turned so that its stride is along X; its rows from set to follow-through."""
    found = deliveries.find_deliveries(points, time_s, tall)
    if not found:
        raise BadRequest(
            "No pitch was found in this motion.",
            code="no_pitch_found",
            fix="Check the throwing hand, the frame rate and which label is which joint.",
        )
    first = found[0]
    events = {key: event.time_s for key, event in first.events.items()}
    rear = first.signals.at(joint(first.signals.points, "rear_ankle"), events["leg_lift"])
    lead = first.signals.at(joint(first.signals.points, "lead_ankle"), events["foot_contact"])
    turned = upright.along_stride(points, rear, lead)
    start, stop = _ends(first.events)
    rows = np.flatnonzero((time_s >= start) & (time_s <= stop))
    return Reference(
        name=name,
        time_s=time_s[rows],
        points=turned[rows],
        events={key: float(when) for key, when in events.items()},
        height_m=float(tall),
        hand=hand,
        level=level,
        source=f"Imported from {path.suffix[1:].upper()}",
    )


def _ends(events: dict[str, Event]) -> tuple[float, float]:
    return events["first_movement"].time_s - 0.3, events["follow_through"].time_s + 0.3
