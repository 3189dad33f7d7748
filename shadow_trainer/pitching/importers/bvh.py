"""BVH, the figure of animation tools: a tree of joints with offsets, then rotations per frame.

Each joint's place is its parent's plus the rotated offset; channels are applied in the order the file names
them, angles in degrees about the joint's own axes. A joint's name is the rest of its line.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ...body.arrays import Floats
from ...errors import BadRequest
from .limits import check_numbers, check_shape
from .motion import Raw
from .text import number, numbers, read_text

_MOTION = re.compile(r"\bMOTION\s+Frames\s*:?\s*(\S+)\s+Frame\s*Time\s*:?\s*(\S+)[^\S\n]*\n?", re.IGNORECASE)
_PART = re.compile(
    r"\b(?P<joint>ROOT|JOINT)[ \t]+(?P<name>[^\r\n{]*)|(?P<end>\bEND[ \t]+SITE)\b[^\r\n{]*|(?P<open>{)|(?P<close>})"
    r"|\bOFFSET\s+(?P<offset>\S+\s+\S+\s+[^\s}]+)"
    r"|\bCHANNELS\s+(?P<count>\d+)(?P<channels>(?:\s+[XYZ](?:position|rotation)\b)*)",
    re.IGNORECASE,
)
_CHUNK = 2048  # frames whose turns are held at once
# No motion is recorded at two frames a second: a longer frame time is something else.
_LONGEST_S = 0.5
_USUAL_RATES = (
    24,
    25,
    30,
    48,
    50,
    60,
    90,
    100,
    120,
    125,
    150,
    180,
    200,
    240,
    250,
    300,
    360,
    400,
    480,
    500,
    1000,
)


@dataclass
class _Joint:
    name: str
    parent: int
    offset: Floats = field(default_factory=lambda: np.zeros(3))
    channels: tuple[str, ...] = ()


def read_bvh(path: Path) -> Raw:
    """Every joint's path in the file's units. Raises BadRequest for a broken file."""
    text = read_text(path)
    motion = _MOTION.search(text)
    if not text.lstrip().upper().startswith("HIERARCHY") or motion is None:
        raise BadRequest(
            f"{path.name} is not a readable BVH file: HIERARCHY, or MOTION with Frames and Frame Time, is missing.",
            code="bad_motion_file",
            fix="Export it again and check that it is whole.",
        )
    joints = _hierarchy(path, text[: motion.start()])
    claimed = round(number(motion.group(1)))
    channels = sum(len(joint.channels) for joint in joints)
    check_shape(path, claimed, len(joints))
    check_numbers(path, claimed, channels)
    values, notes = _values(path, text[motion.end() :], claimed, channels)
    if not len(values):
        raise BadRequest(
            f"{path.name} holds no frames.", code="bad_motion_file", fix="Export it again with its motion."
        )
    rate, said = _rate(number(motion.group(2)))
    points = np.concatenate([_places(joints, values[n : n + _CHUNK]) for n in range(0, len(values), _CHUNK)])
    labels = tuple(joint.name for joint in joints)
    return Raw(points, labels, rate, "bvh", measured=False, notes=(*notes, *said))


def _hierarchy(path: Path, text: str) -> list[_Joint]:
    """The tree, parents before children; end sites are joints named after theirs."""
    joints: list[_Joint] = []
    stack: list[int] = []
    for part in _PART.finditer(text):
        if part["joint"]:
            joints.append(_Joint(part["name"].strip().strip("\"'"), stack[-1] if stack else -1))
            check_shape(path, 0, len(joints))
        elif part["end"]:
            joints.append(_Joint(f"{joints[stack[-1]].name}_End", stack[-1]))
        elif part["open"]:
            stack.append(len(joints) - 1)
        elif part["close"]:
            stack.pop()
        elif part["offset"]:
            joints[-1].offset = np.array([number(word.rstrip(",;")) for word in part["offset"].split()])
        else:
            joints[-1].channels = tuple(part["channels"].split())
            if len(joints[-1].channels) != int(part["count"]):
                raise ValueError("channels that are neither places nor turns")
    if not joints:
        raise ValueError("no joints")
    return joints


def _values(path: Path, text: str, claimed: int, channels: int) -> tuple[Floats, list[str]]:
    """``(numbers (T, channels), notes)``: the rows that are there, whatever the head claims."""
    if not channels:
        return np.zeros((0, 0)), []
    if "," in text:
        # Between numbers, or in them.
        text = re.sub(r",(?=\s)", " ", text).replace(",", ".")
    flat = _all_numbers(text)
    if flat is not None and len(flat) == claimed * channels:
        return flat.reshape(claimed, channels), []
    # Lines are taken apart one at a time: all numbers as words would be thirty times the file.
    rows = [line for line in text.splitlines() if line.strip()]
    check_numbers(path, len(rows), channels)
    if flat is not None and sum(len(row.split()) == channels for row in rows) < len(rows) / 2:
        # Rows that are broken over lines.
        whole = len(flat) // channels
        return flat[: whole * channels].reshape(whole, channels), _counted(claimed, whole, 0)
    out, short = np.full((len(rows), channels), np.nan), 0
    for place, row in enumerate(rows):
        words = row.split()
        if len(words) == channels:
            out[place] = numbers(words, f"row {place + 1} of {path.name}")
        else:
            short += 1
    return out, _counted(claimed, len(rows), short)


def _all_numbers(text: str) -> Floats | None:
    """All numbers of the text, None where something else stands in it."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return np.fromstring(text, sep=" ")
        except (DeprecationWarning, ValueError):
            return None


def _counted(claimed: int, rows: int, short: int) -> list[str]:
    notes = [f"the head says {claimed} frames, the file has {rows}"] if claimed != rows else []
    if short:
        notes.append(
            f"{short} {'row has' if short == 1 else 'rows have'} not one number per channel: missing"
        )
    return notes


def _rate(frame_time: float) -> tuple[float | None, list[str]]:
    """``(frames per second, notes)`` of what is called the frame time."""
    if not frame_time > 0 or not np.isfinite(frame_time):
        return None, ["the file's frame time is none"]
    if frame_time <= _LONGEST_S:
        return 1.0 / frame_time, []
    if min(abs(frame_time - rate) for rate in _USUAL_RATES) < 0.05:
        return frame_time, [f"the frame time {frame_time:g} taken for frames per second"]
    return 1000.0 / frame_time, [f"the frame time {frame_time:g} taken for milliseconds"]


def _places(joints: list[_Joint], values: Floats) -> Floats:
    """(T, J, 3) by forward kinematics."""
    frames = len(values)
    places = np.zeros((frames, len(joints), 3))
    turns = np.zeros((frames, len(joints), 3, 3))
    column = 0
    for place, joint in enumerate(joints):
        shift, turn = np.tile(joint.offset, (frames, 1)), np.tile(np.eye(3), (frames, 1, 1))
        for channel in joint.channels:
            kind, axis = channel[1:].lower(), "xyz".index(channel[0].lower())
            if kind == "position":
                shift[:, axis] = values[:, column]
            else:
                turn = turn @ _about(axis, values[:, column])
            column += 1
        if joint.parent < 0:
            places[:, place], turns[:, place] = shift, turn
        else:
            above = turns[:, joint.parent]
            places[:, place] = places[:, joint.parent] + np.einsum("tij,tj->ti", above, shift)
            turns[:, place] = above @ turn
    return places


def _about(axis: int, angle_deg: Floats) -> Floats:
    """(T, 3, 3) rotations about one axis."""
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    out = np.zeros((len(angle_deg), 3, 3))
    i, j = (axis + 1) % 3, (axis + 2) % 3
    out[:, axis, axis] = 1.0
    out[:, i, i] = out[:, j, j] = c
    out[:, i, j], out[:, j, i] = -s, s
    return out
