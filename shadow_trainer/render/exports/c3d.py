"""C3D: marker trajectories and events as Mokka, Visual3D and ezc3d read them. Millimeters, Z up, our frame.

The file is written by the ``c3d`` package. Points are floats; the residual of a marker is its 3D uncertainty
(1 SD) in millimeters, and -1 where it was not seen (C3D user guide, c3d.org).
"""

from __future__ import annotations

import math
import os
import struct
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import c3d
import numpy as np

from ...body.skeleton import COUNT, LANDMARKS
from ...errors import BadRequest
from ...labels import event_label
from ..clip import Mark, event_marks
from .source import Clocked, Source, on_clock

_MOST_VALUES = 255  # of one parameter: their number is a byte
_MOST_BLOCKS = 255  # of the parameter section: their number is a byte, too
_BLOCK_BYTES = 512
_HEAD_BYTES, _END_BYTES = 4, 2  # of the parameter section
_MOST_RESIDUAL = 255  # millimeters


class _Writer(c3d.Writer):  # type: ignore[misc]  # the package has no types
    """The package's writer without two of its faults.

    It reads the first frame's number back from two words with a factor of 65535, which is one too few, and it counts
    each group twice when it asks how large they are.
    """

    def __init__(self, rate_hz: float, first_frame: int) -> None:
        self._first = first_frame
        super().__init__(point_rate=rate_hz, point_units="mm")
        self.set_start_frame(first_frame)

    @property
    def first_frame(self) -> int:
        """Return the number of the first frame, from 1."""
        return self._first

    def parameter_blocks(self) -> int:
        """Return the blocks of the parameter section, with room for the zeros that end it."""
        groups = sum(int(group.binary_size()) for _, group in self.group_listed())
        return math.ceil((_HEAD_BYTES + groups + _END_BYTES) / _BLOCK_BYTES)


def write_c3d(source: Source, out: str | os.PathLike[str]) -> None:
    """Write the landmarks and the events of all deliveries of ``source``.

    Raises BadRequest when there are more events than the format can hold.
    """
    clip = on_clock(source.series)
    writer = _Writer(clip.rate_hz, clip.first + 1)
    _describe(writer, clip)
    if marks := event_marks(list(source.analysis.get("deliveries", [])), source.series.time_s):
        _add_events(writer, marks)
    writer.add_frames(list(_frames(clip)))
    # One block is left for what the package adds by itself.
    if writer.parameter_blocks() >= _MOST_BLOCKS:
        raise BadRequest(
            f"{len(marks)} events are more than a C3D file can hold.",
            code="too_many_events",
            fix="Export one pitch at a time.",
        )
    _write(writer, Path(out))
    _empty_unseen(Path(out), int(writer.header.data_block), clip)


def _describe(writer: _Writer, clip: Clocked) -> None:
    """Names of the markers, axes of a screen, rate of the camera, and who made the file."""
    writer.set_point_labels(LANDMARKS)
    writer.set_screen_axis("+X", "+Z")
    names = [name.replace("_", " ") for name in LANDMARKS]
    _add_texts(writer.point_group, "DESCRIPTIONS", names)
    writer.trial_group.add("CAMERA_RATE", "Frames per second", 4, "<f", clip.rate_hz)
    _add_texts(writer.get_create("MANUFACTURER"), "SOFTWARE", ["Shadow Trainer"])


def _add_events(writer: _Writer, marks: Sequence[Mark]) -> None:
    """Add the EVENT group; what is more than one parameter holds goes on in LABELS2, TIMES2 and so on."""
    several = len({mark.delivery for mark in marks}) > 1
    group = writer.get_create("EVENT")
    group.add("USED", "Number of events", 2, "<H", len(marks))
    for number in range(math.ceil(len(marks) / _MOST_VALUES)):
        part = marks[number * _MOST_VALUES : (number + 1) * _MOST_VALUES]
        end = str(number + 1) if number else ""
        _add_texts(group, f"CONTEXTS{end}", ["General"] * len(part))
        _add_texts(group, f"LABELS{end}", [_label(mark, several=several) for mark in part])
        seen = ["estimated" if mark.estimated else "measured" for mark in part]
        _add_texts(group, f"DESCRIPTIONS{end}", seen)
        _add_texts(group, f"SUBJECTS{end}", ["Athlete"] * len(part))
        # Times are (minutes, seconds) pairs, as the EVENT group wants them.
        times = b"".join(struct.pack("<ff", mark.time_s // 60, mark.time_s % 60) for mark in part)
        group.add(f"TIMES{end}", "Minutes and seconds", 4, "", times, 2, len(part))
        group.add(f"GENERIC_FLAGS{end}", "", 1, "", bytes(len(part)), len(part))


def _label(mark: Mark, *, several: bool) -> str:
    return event_label(mark.name) + (f" {mark.delivery + 1}" if several else "")


def _add_texts(group: Any, name: str, values: Sequence[str]) -> None:
    """Add texts of one width, padded with blanks; what is not ASCII becomes a question mark."""
    plain = [value.encode("ascii", "replace").decode("ascii") for value in values]
    packed, width = c3d.Writer.pack_labels(plain)
    group.add_str(name, "", packed, int(width), len(plain))


def _frames(clip: Clocked) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield each frame as the package takes it: (33, 5) x, y, z, residual, cameras; and no analog channels."""
    known = np.isfinite(clip.world_m).all(axis=-1)
    points = np.zeros((len(clip.world_m), COUNT, 5))
    points[..., :3] = np.where(known[..., None], clip.world_m * 1000.0, 0.0)
    if clip.sd_m is not None:
        points[..., 3] = np.clip(np.nan_to_num(np.rint(clip.sd_m * 1000.0)), 0, _MOST_RESIDUAL)
    points[..., 3][~known] = -1.0
    analog = np.zeros((0, 0))
    for frame in points:
        yield frame, analog


def _write(writer: _Writer, out: Path) -> None:
    with out.open("wb") as file, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="No analog data found")
        writer.write(file)


def _empty_unseen(out: Path, data_block: int, clip: Clocked) -> None:
    """Zero the place of markers that were not seen: the package leaves there what the frame before had."""
    cells = np.memmap(
        out, "<f4", mode="r+", offset=(data_block - 1) * _BLOCK_BYTES, shape=(len(clip.world_m), COUNT, 4)
    )
    cells[..., :3][~np.isfinite(clip.world_m).all(axis=-1)] = 0.0
    cells.flush()
