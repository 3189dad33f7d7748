"""C3D: marker trajectories and events as Mokka, Visual3D and ezc3d read them. Millimetres, Z up, our frame.

Layout (C3D user guide, c3d.org): 512-byte blocks; a header, a parameter section, then the data as 32-bit
little-endian floats, four per marker and frame: x, y, z, and a word whose low byte is the residual and
whose sign says whether the marker was seen. Our residual is the 3D uncertainty (1 SD) in millimetres.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...body.skeleton import COUNT, LANDMARKS
from ...labels import event_label
from ..clip import Mark, event_marks
from .source import Clocked, Source, on_clock

_BLOCK = 512
_INTEL = 84
_MOST_FRAMES = 65535
_SCALE = -1.0  # negative: the data are floats; its size scales the residual (1 mm)


def write_c3d(source: Source, out: str | os.PathLike[str]) -> None:
    """Write the landmarks and the events of all deliveries of ``source``."""
    clip = on_clock(source.series)
    marks = event_marks(list(source.analysis.get("deliveries", [])), source.series.time_s)
    groups = _groups(clip, marks, data_block=0)
    data_block = 2 + len(_section(groups)) // _BLOCK
    parameters = _section(_groups(clip, marks, data_block=data_block))
    with Path(out).open("wb") as file:
        file.write(_header(clip, data_block))
        file.write(parameters)
        file.write(_points(clip))


def _header(clip: Clocked, data_block: int) -> bytes:
    last = min(clip.first + len(clip.world_m), _MOST_FRAMES)
    head = struct.pack(
        "<BBHHHHHfHHf",
        2,  # parameters start in block 2
        0x50,
        COUNT,
        0,  # analogue samples per frame
        min(clip.first + 1, _MOST_FRAMES),
        last,
        10,  # longest gap that was filled, frames
        _SCALE,
        data_block,
        0,
        clip.rate_hz,
    )
    # The old 18 header events are left empty; events are in the EVENT group, where all readers look now.
    return head.ljust(_BLOCK, b"\0")


def _points(clip: Clocked) -> bytes:
    """(N, 33, 4) floats: millimetres and the residual word; unseen markers are zero with -1."""
    frames = np.zeros((len(clip.world_m), COUNT, 4), dtype="<f4")
    known = np.isfinite(clip.world_m).all(axis=-1)
    frames[..., :3] = np.where(known[..., None], clip.world_m * 1000.0, 0.0)
    residual = np.zeros(known.shape)
    if clip.sd_m is not None:
        residual = np.clip(np.nan_to_num(np.rint(clip.sd_m * 1000.0)), 0, 255)
    frames[..., 3] = np.where(known, residual, -1.0)
    data = frames.tobytes()
    return data.ljust(-(-len(data) // _BLOCK) * _BLOCK, b"\0")


def _groups(
    clip: Clocked, marks: Sequence[Mark], *, data_block: int
) -> list[tuple[str, str, list[tuple[str, bytes]]]]:
    """(name, description, parameters) of every group; a parameter is its name and its encoded value."""
    count = len(clip.world_m)
    points = [
        ("USED", _integers([COUNT])),
        ("SCALE", _floats([_SCALE])),
        ("RATE", _floats([clip.rate_hz])),
        ("DATA_START", _integers([data_block])),
        ("FRAMES", _integers([min(count, _MOST_FRAMES)])),
        ("LABELS", _texts(LANDMARKS)),
        ("DESCRIPTIONS", _texts([name.replace("_", " ") for name in LANDMARKS])),
        ("UNITS", _texts(["mm"])),
        ("X_SCREEN", _texts(["+X"])),
        ("Y_SCREEN", _texts(["+Z"])),
    ]
    first, last = clip.first + 1, clip.first + count
    trial = [
        ("ACTUAL_START_FIELD", _integers([first & 0xFFFF, first >> 16])),
        ("ACTUAL_END_FIELD", _integers([last & 0xFFFF, last >> 16])),
        ("CAMERA_RATE", _floats([clip.rate_hz])),
    ]
    groups = [
        ("POINT", "Landmarks, X to the plate, Z up", points),
        ("ANALOG", "None", [("USED", _integers([0])), ("RATE", _floats([0.0]))]),
        ("TRIAL", "Frame numbers", trial),
        ("MANUFACTURER", "Made by", [("SOFTWARE", _texts(["Shadow Trainer"]))]),
    ]
    if marks:
        groups.append(("EVENT", "Events of the delivery", _event_parameters(marks)))
    return groups


def _event_parameters(marks: Sequence[Mark]) -> list[tuple[str, bytes]]:
    """Times are (minutes, seconds) pairs, as the EVENT group wants them."""
    times = np.array([[mark.time_s // 60, mark.time_s % 60] for mark in marks], dtype="<f4")
    several = len({mark.delivery for mark in marks}) > 1
    labels = [event_label(m.name) + (f" {m.delivery + 1}" if several else "") for m in marks]
    seen = ["estimated" if mark.estimated else "measured" for mark in marks]
    return [
        ("USED", _integers([len(marks)])),
        ("CONTEXTS", _texts(["General"] * len(marks))),
        ("LABELS", _texts(labels)),
        ("DESCRIPTIONS", _texts(seen)),
        ("TIMES", struct.pack("<bBBB", 4, 2, 2, len(marks)) + times.tobytes()),
        ("SUBJECTS", _texts(["Athlete"] * len(marks))),
        ("GENERIC_FLAGS", struct.pack("<bBB", 1, 1, len(marks)) + bytes(len(marks))),
    ]


def _integers(values: Sequence[int]) -> bytes:
    """16-bit integers; values above 32767 are stored unsigned, as readers expect of frame numbers."""
    dimensions = struct.pack("<bB", 2, 0) if len(values) == 1 else struct.pack("<bBB", 2, 1, len(values))
    return dimensions + struct.pack(f"<{len(values)}H", *values)


def _floats(values: Sequence[float]) -> bytes:
    dimensions = struct.pack("<bB", 4, 0) if len(values) == 1 else struct.pack("<bBB", 4, 1, len(values))
    return dimensions + struct.pack(f"<{len(values)}f", *values)


def _texts(values: Sequence[str]) -> bytes:
    """Texts of one width, padded with blanks."""
    encoded = [value.encode("ascii", "replace") for value in values]
    width = max(map(len, encoded))
    return struct.pack("<bBBB", -1, 2, width, len(encoded)) + b"".join(e.ljust(width) for e in encoded)


def _section(groups: Sequence[tuple[str, str, list[tuple[str, bytes]]]]) -> bytes:
    """The parameter section, padded to whole blocks."""
    records = []
    for number, (name, description, parameters) in enumerate(groups, start=1):
        records.append((name, -number, b"", description))
        records += [(key, number, value, "") for key, value in parameters]
    body = bytearray()
    for place, (name, number, value, description) in enumerate(records):
        words = description.encode("ascii")
        rest = value + struct.pack("<B", len(words)) + words
        # The offset counts from itself to the next record; zero ends the list.
        offset = 0 if place == len(records) - 1 else 2 + len(rest)
        body += (
            struct.pack("<bb", len(name), number) + name.encode("ascii") + struct.pack("<H", offset) + rest
        )
    blocks = -(-(len(body) + 4) // _BLOCK)
    return (struct.pack("<BBBB", 1, 0x50, blocks, _INTEL) + bytes(body)).ljust(blocks * _BLOCK, b"\0")
