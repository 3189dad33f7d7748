"""BVH: a jointed figure (MotionBuilder, Blender, Mixamo). Joint places by forward kinematics; Y is up.

The format has no units; what the figure's own size says is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ....errors import BadRequest
from .motion import Motion

_MOST_JOINTS = 500


@dataclass
class _Joint:
    name: str
    parent: int
    offset: np.ndarray = field(default_factory=lambda: np.zeros(3))
    channels: list[str] = field(default_factory=list)


def read(path: Path) -> Motion:
    """Places of every joint and end site, by name; an end site is its joint's name with ``End``."""
    try:
        head, _, tail = path.read_text(encoding="utf-8", errors="replace").partition("MOTION")
        joints = _hierarchy(head.split())
        words = tail.split()
        count, step = int(words[1]), float(words[4])
        values = np.array(words[5:], dtype=float).reshape(count, -1)
        places = _places(joints, values)
    except (OSError, ValueError, IndexError) as error:
        raise BadRequest(f"{path.name} is not a readable BVH file.", code="bad_reference") from error
    if count < 2 or step <= 0:
        raise BadRequest(f"{path.name} has no motion.", code="bad_reference")
    return Motion(places, 1.0 / step, None, "y")


def _hierarchy(words: list[str]) -> list[_Joint]:
    """Joints in the order of the file, parents before children."""
    joints: list[_Joint] = []
    open_: list[int] = []
    i = 0
    while i < len(words):
        word = words[i]
        if word in ("ROOT", "JOINT", "End"):
            parent = open_[-1] if open_ else -1
            name = f"{joints[parent].name}End" if word == "End" else words[i + 1]
            joints.append(_Joint(name, parent))
            if len(joints) > _MOST_JOINTS:
                raise ValueError("too many joints")
            i += 2
        elif word == "{":
            open_.append(len(joints) - 1)
            i += 1
        elif word == "}":
            open_.pop()
            i += 1
        elif word == "OFFSET":
            joints[-1].offset = np.array(words[i + 1 : i + 4], dtype=float)
            i += 4
        elif word == "CHANNELS":
            count = int(words[i + 1])
            joints[-1].channels = words[i + 2 : i + 2 + count]
            i += 2 + count
        else:
            i += 1
    if not joints:
        raise ValueError("no joints")
    return joints


def _places(joints: list[_Joint], values: np.ndarray) -> dict[str, np.ndarray]:
    """Forward kinematics: joint name -> (T, 3) in the file's units."""
    if values.shape[1] != sum(len(j.channels) for j in joints):
        raise ValueError("wrong number of channels")
    place: list[np.ndarray] = []
    turn: list[np.ndarray] = []
    column = 0
    for joint in joints:
        shift, rotation = np.tile(joint.offset, (len(values), 1)), np.eye(3)[None]
        for channel in joint.channels:
            value, column = values[:, column], column + 1
            axis = "XYZ".index(channel[0].upper())
            if channel.lower().endswith("position"):
                # Positions stand for the offset of a root, and replace it.
                shift[:, axis] = value if joint.parent < 0 else joint.offset[axis] + value
            else:
                rotation = rotation @ _about(axis, value)
        if joint.parent < 0:
            place.append(shift)
            turn.append(np.broadcast_to(rotation, (len(values), 3, 3)))
        else:
            up = turn[joint.parent]
            place.append(place[joint.parent] + np.einsum("tij,tj->ti", up, shift))
            turn.append(up @ rotation)
    return {joint.name: place[i] for i, joint in enumerate(joints)}


def _about(axis: int, angle_deg: np.ndarray) -> np.ndarray:
    """(T, 3, 3) right-handed rotations about one axis."""
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    out = np.zeros((len(angle_deg), 3, 3))
    j, k = (axis + 1) % 3, (axis + 2) % 3
    out[:, axis, axis] = 1.0
    out[:, j, j], out[:, k, k], out[:, j, k], out[:, k, j] = c, c, -s, s
    return out
