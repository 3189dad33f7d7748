"""C3D, the file of marker systems, read by what its parameters say; its head only fills what they leave open.

Files disagree with themselves in old fields of the head (a rounded rate, a scale of another type, analog data that
do not exist): where they do, the parameters hold, and among what they could mean that which the file's length fits.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...body.arrays import Floats
from ...errors import BadRequest
from . import units
from .c3d_parameters import BLOCK, Head
from .limits import check_shape
from .motion import Raw

_ALL_ONES = 65535  # what a 16-bit field says of more frames than it can count
_DISAGREES = 0.01


@dataclass(frozen=True)
class _Layout:
    """Where the numbers are: ``points`` and ``frames`` as the parameters say, ``analog`` numbers after each frame."""

    start: int
    points: int
    frames: int
    real: bool
    analog: int

    @property
    def frame_bytes(self) -> int:
        return (4 if self.real else 2) * (4 * self.points + self.analog)


def read_c3d(path: Path) -> Raw:
    """Markers of a C3D file; points with a negative residual were not seen and are NaN."""
    raw = path.read_bytes()
    head = Head(raw)
    points = _first(head.number("POINT", "USED"), head.field(2))
    claimed = _frames(head)
    check_shape(path, claimed, points)
    layout = _layout(head, points, claimed)
    there = max(0, len(raw) - layout.start) // max(layout.frame_bytes, 1)
    frames = min(claimed, there)
    if not frames or not points:
        raise BadRequest(
            f"{path.name} holds no frames.", code="bad_motion_file", fix="Export it again with its markers."
        )
    data = _numbers(head, layout, frames)
    places = np.where(data[..., 3:4] < 0, np.nan, data[..., :3] * (1.0 if layout.real else _scale(head)))
    labels = [*head.texts("POINT", "LABELS"), *[""] * points][:points]
    rate = _rate(head)
    words = next(iter(head.texts("POINT", "UNITS")), "")
    return Raw(
        places,
        tuple(labels),
        rate,
        "c3d",
        units.named(words),
        first_s=max(_first_frame(head) - 1, 0) / rate if rate else 0.0,
        notes=tuple(_notes(head, rate, words, claimed, frames)),
    )


def _numbers(head: Head, layout: _Layout, frames: int) -> Floats:
    """(T, K, 4) of the points: place and residual."""
    raw = memoryview(head.raw)[layout.start : layout.start + frames * layout.frame_bytes]
    flat = head.words.floats(raw) if layout.real else head.words.integers(raw)
    rows = flat.reshape(frames, -1)[:, : 4 * layout.points]
    return rows.reshape(frames, layout.points, 4).astype(float)


def _layout(head: Head, points: int, frames: int) -> _Layout:
    """How the numbers lie in the file: of what the parameters and the head could mean, the first that fits it."""
    start = (_first(head.number("POINT", "DATA_START"), head.field(9)) - 1) * BLOCK
    if not 0 < start < len(head.raw):
        start = (head.field(9) - 1) * BLOCK
    if not 0 < start < len(head.raw):
        raise ValueError("no data")
    scale, old = head.number("POINT", "SCALE"), head.field_float(7)
    kinds = [value < 0 for value in (scale, old) if value]
    could = [
        _Layout(start, points, frames, real, analog)
        for real, analog in itertools.product(dict.fromkeys([*kinds, True, False]), _analog(head))
    ]
    room = len(head.raw) - start
    # The last block is filled up; some programs add one more.
    fitting = [one for one in could if 0 <= room - one.frame_bytes * frames < 2 * BLOCK]
    return next(iter(fitting), could[0])


def _analog(head: Head) -> list[int]:
    """Analog numbers in a frame, as the parameters have it and as the head has it."""
    used, old = head.number("ANALOG", "USED"), head.field(3)
    if used is None:
        return [old]
    rate, of_points = head.number("ANALOG", "RATE"), head.number("POINT", "RATE")
    samples = round(rate / of_points) if rate and of_points and rate > 0 and of_points > 0 else 0
    return list(dict.fromkeys([int(used) * (samples or head.field(10) or 1), old, 0]))


def _frames(head: Head) -> int:
    """Frames: a 16-bit parameter, and others where there are more than it can count."""
    counted = head.number("POINT", "FRAMES")
    if counted and 0 < counted < _ALL_ONES:
        return int(counted)
    start, end = (_long(head.numbers("TRIAL", f"ACTUAL_{name}_FIELD")) for name in ("START", "END"))
    if end and end >= start:
        return end - max(start, 1) + 1
    longer = head.number("POINT", "LONG_FRAMES")
    return int(longer or counted or head.field(5) - head.field(4) + 1)


def _first_frame(head: Head) -> int:
    return _long(head.numbers("TRIAL", "ACTUAL_START_FIELD")) or head.field(4)


def _long(words: list[float]) -> int:
    """Two 16-bit words as one number, the lower half first."""
    return int(words[0] + 65536 * words[1]) if len(words) == 2 else int(words[0]) if words else 0


def _rate(head: Head) -> float | None:
    """Frames per second: the parameter's, else the head's, else the camera's."""
    said = (head.number("POINT", "RATE"), head.field_float(11), head.number("TRIAL", "CAMERA_RATE"))
    return next((rate for rate in said if rate and np.isfinite(rate) and rate > 0), None)


def _scale(head: Head) -> float:
    return next((abs(s) for s in (head.number("POINT", "SCALE"), head.field_float(7)) if s), 1.0)


def _first(value: float | None, otherwise: int) -> int:
    return int(value) if value is not None and value > 0 else otherwise


def _notes(head: Head, rate: float | None, words: str, claimed: int, frames: int) -> list[str]:
    notes = []
    old = head.field_float(11)
    if rate and np.isfinite(old) and old > 0 and abs(old / rate - 1.0) > _DISAGREES:
        notes.append(
            f"the header says {old:g} frames per second, the parameters {rate:g}: the parameters hold"
        )
    if words and units.named(words) is None:
        notes.append(f"the file's unit “{words[:20]}” is not known")
    if frames != claimed:
        notes.append(f"the file says {claimed} frames and holds {frames}")
    return notes
