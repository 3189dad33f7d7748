"""BVH, the figure of animation tools: a tree of joints with offsets, then rotations per frame.

Each joint's place is its parent's plus the rotated offset; channels are applied in the order the file names
them, angles in degrees about the joint's own axes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ...body.arrays import Floats
from ...errors import BadRequest
from .limits import check_shape
from .motion import Raw


@dataclass
class _Joint:
    name: str
    parent: int
    offset: Floats = field(default_factory=lambda: np.zeros(3))
    channels: tuple[str, ...] = ()


def read_bvh(path: Path) -> Raw:
    """Every joint's path in the file's units. Raises BadRequest for a broken file."""
    words = iter(path.read_text(encoding="utf-8", errors="replace").split())
    joints = _hierarchy(words)
    count, seconds, values = _motion(words)
    channels = sum(len(joint.channels) for joint in joints)
    check_shape(path, count, len(joints))
    values = values[: count * channels].reshape(count, channels)
    if count < 1 or seconds <= 0:
        raise BadRequest(f"{path.name} holds no frames.", code="bad_motion_file")
    points = _places(joints, values)
    return Raw(points, tuple(joint.name for joint in joints), 1.0 / seconds, "bvh")


def _hierarchy(words: Iterator[str]) -> list[_Joint]:
    """The tree, parents before children; end sites are joints named after theirs."""
    if next(words).upper() != "HIERARCHY":
        raise ValueError("no hierarchy")
    joints: list[_Joint] = []
    stack: list[int] = []
    for word in words:
        key = word.upper()
        if key in ("ROOT", "JOINT"):
            joints.append(_Joint(next(words), stack[-1] if stack else -1))
        elif key == "END":
            next(words)  # "Site"
            joints.append(_Joint(f"{joints[stack[-1]].name}_End", stack[-1]))
        elif key == "{":
            stack.append(len(joints) - 1)
        elif key == "}":
            stack.pop()
        elif key == "OFFSET":
            joints[-1].offset = np.array([float(next(words)) for _ in range(3)])
        elif key == "CHANNELS":
            joints[-1].channels = tuple(next(words) for _ in range(int(next(words))))
        elif key == "MOTION":
            return joints
    raise ValueError("no motion")


def _motion(words: Iterator[str]) -> tuple[int, float, Floats]:
    """``(frames, seconds per frame, all values)``."""
    if next(words).rstrip(":").upper() != "FRAMES":
        raise ValueError("no frame count")
    count = int(next(words))
    if next(words).upper() != "FRAME" or not next(words).upper().startswith("TIME"):
        raise ValueError("no frame time")
    return count, float(next(words)), np.array([float(word) for word in words])


def _places(joints: list[_Joint], values: Floats) -> Floats:
    """(T, J, 3) by forward kinematics."""
    frames = len(values)
    places = np.zeros((frames, len(joints), 3))
    turns = np.zeros((frames, len(joints), 3, 3))
    column = 0
    for number, joint in enumerate(joints):
        shift, turn = np.tile(joint.offset, (frames, 1)), np.tile(np.eye(3), (frames, 1, 1))
        for channel in joint.channels:
            kind, axis = channel[1:].lower(), "xyz".index(channel[0].lower())
            if kind == "position":
                shift[:, axis] = values[:, column]
            else:
                turn = turn @ _about(axis, values[:, column])
            column += 1
        if joint.parent < 0:
            places[:, number], turns[:, number] = shift, turn
        else:
            above = turns[:, joint.parent]
            places[:, number] = places[:, joint.parent] + np.einsum("tij,tj->ti", above, shift)
            turns[:, number] = above @ turn
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
