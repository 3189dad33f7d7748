"""BVH: a jointed figure for Blender, MotionBuilder and Maya. Centimetres, Y up, rotations Z X Y in degrees.

Pose tells where joints are, not how bones turn about their own length; each bone gets the smallest turn
from its parent that points it the right way. The joints then stand exactly where they were measured, up
to changes of bone length, which BVH cannot hold (each bone has its median length).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...body.skeleton import INDEX
from ...errors import BadRequest
from .source import Clocked, Source, on_clock, resample, y_up


@dataclass(frozen=True)
class Joint:
    """``name``, ``parent``, and the unit vector (rest pose: upright, arms out, facing +Z) to it from there."""

    name: str
    parent: str | None
    rest: tuple[float, float, float]


_DOWN, _UP, _LEFT, _RIGHT, _AHEAD = (0, -1, 0), (0, 1, 0), (1, 0, 0), (-1, 0, 0), (0, 0, 1)
# Names are those of the usual mocap figure (Mixamo, MotionBuilder), so that retargeting maps them by itself.
JOINTS: tuple[Joint, ...] = (
    Joint("Hips", None, (0, 0, 0)),
    Joint("Spine", "Hips", (0, 0, 0)),
    Joint("Spine1", "Spine", _UP),
    Joint("Neck", "Spine1", (0, 0, 0)),
    Joint("Head", "Neck", _UP),
    Joint("LeftArm", "Spine1", _LEFT),
    Joint("LeftForeArm", "LeftArm", _LEFT),
    Joint("LeftHand", "LeftForeArm", _LEFT),
    Joint("LeftHandEnd", "LeftHand", _LEFT),
    Joint("RightArm", "Spine1", _RIGHT),
    Joint("RightForeArm", "RightArm", _RIGHT),
    Joint("RightHand", "RightForeArm", _RIGHT),
    Joint("RightHandEnd", "RightHand", _RIGHT),
    Joint("LeftUpLeg", "Hips", _LEFT),
    Joint("LeftLeg", "LeftUpLeg", _DOWN),
    Joint("LeftFoot", "LeftLeg", _DOWN),
    Joint("LeftToeBase", "LeftFoot", _AHEAD),
    Joint("RightUpLeg", "Hips", _RIGHT),
    Joint("RightLeg", "RightUpLeg", _DOWN),
    Joint("RightFoot", "RightLeg", _DOWN),
    Joint("RightToeBase", "RightFoot", _AHEAD),
)
_ROOT = "Hips"
_ENDS = ("Head", "LeftHandEnd", "RightHandEnd", "LeftToeBase", "RightToeBase")
_LANDMARK = {
    "Arm": "shoulder", "ForeArm": "elbow", "Hand": "wrist", "HandEnd": "index",
    "UpLeg": "hip", "Leg": "knee", "Foot": "ankle", "ToeBase": "foot_index",
}  # fmt: skip
_BY_NAME = {joint.name: joint for joint in JOINTS}
_CHILDREN = {joint.name: [other for other in JOINTS if other.parent == joint.name] for joint in JOINTS}


def write_bvh(source: Source, out: str | os.PathLike[str]) -> None:
    """Write the figure from the first to the last frame in which the body is known.

    Frames without a position in between are interpolated, because BVH has no word for "not known".
    """
    clip = on_clock(source.series)
    places = joint_places(filled(clip))
    lengths = bone_lengths(places)
    turns = global_rotations(places)
    lines = ["HIERARCHY", *_hierarchy("Hips", lengths, 0), "MOTION"]
    lines += [f"Frames: {len(places['Hips'])}", f"Frame Time: {1.0 / clip.rate_hz:.8f}"]
    lines += _motion(places["Hips"], turns)
    Path(out).write_text("\n".join(lines) + "\n", encoding="ascii")


def filled(clip: Clocked) -> np.ndarray:
    """(N, 33, 3) metres without gaps. BadRequest when a joint that the figure needs was never seen."""
    world = np.array(clip.world_m, dtype=float)
    for name in _needed():
        column, i = world[:, INDEX[name]], INDEX[name]
        known = np.isfinite(column).all(axis=-1)
        if not known.any():
            raise BadRequest(
                f"The {name.replace('_', ' ')} was never seen, and BVH needs the whole body.",
                code="incomplete_body",
                fix="Export TRC or C3D, which can leave a landmark out.",
            )
        if not known.all():
            times = clip.time_s
            world[:, i] = resample(times[known], column[known], times) if known.sum() > 1 else column[known]
    return world


def _needed() -> list[str]:
    parts = ("shoulder", "elbow", "wrist", "index", "hip", "knee", "ankle", "foot_index", "ear")
    return [f"{side}_{part}" for side in ("left", "right") for part in parts]


def joint_places(world_m: np.ndarray) -> dict[str, np.ndarray]:
    """Where each joint of the figure is: name -> (N, 3) centimetres, Y up."""
    world = y_up(world_m) * 100.0

    def at(name: str) -> np.ndarray:
        return world[:, INDEX[name]]

    hips = (at("left_hip") + at("right_hip")) / 2
    chest = (at("left_shoulder") + at("right_shoulder")) / 2
    places = {"Hips": hips, "Spine": hips, "Spine1": chest, "Neck": chest}
    places["Head"] = (at("left_ear") + at("right_ear")) / 2
    for joint in JOINTS:
        for side in ("Left", "Right"):
            part = joint.name.removeprefix(side)
            if joint.name.startswith(side) and part in _LANDMARK:
                places[joint.name] = at(f"{side.lower()}_{_LANDMARK[part]}")
    return places


def bone_lengths(places: dict[str, np.ndarray]) -> dict[str, float]:
    """Median distance of each joint from its parent, centimetres; both sides are kept as measured."""
    return {
        joint.name: float(np.median(np.linalg.norm(places[joint.name] - places[joint.parent], axis=-1)))
        for joint in JOINTS
        if joint.parent
    }


def global_rotations(places: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Rotation of each joint from the rest pose to the world: name -> (N, 3, 3)."""
    up = _unit(places["Spine1"] - places["Hips"])
    turns = {"Hips": frame_from(places["LeftUpLeg"] - places["RightUpLeg"], up)}
    turns["Spine"] = turns["Hips"]
    for joint in JOINTS:
        name = joint.name
        if name == "Spine":
            # Along the spine first; the shoulder line then sets the chest.
            turns[name] = swing(turns["Hips"], np.array(_UP, float), up)
        elif name == "Spine1":
            turns[name] = frame_from(places["LeftArm"] - places["RightArm"], up)
        elif name not in turns and name not in _ENDS:
            child = _CHILDREN[name][0]
            turns[name] = swing(
                turns[joint.parent or _ROOT],
                np.array(child.rest, float),
                _unit(places[child.name] - places[name]),
            )
    return turns


def frame_from(left: np.ndarray, up_hint: np.ndarray) -> np.ndarray:
    """(N, 3, 3) with columns left, up, ahead: exactly along ``left``, as upright as the hint allows."""
    x = _unit(left)
    z = _unit(np.cross(x, up_hint))
    return np.stack([x, np.cross(z, x), z], axis=-1)


def swing(parent: np.ndarray, rest: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """The smallest turn after ``parent`` (N, 3, 3) that brings ``rest`` (3,) onto ``direction`` (N, 3)."""
    start = parent @ rest
    axis = np.cross(start, direction)
    cosine = np.clip((start * direction).sum(-1), -1.0, 1.0)
    # Rodrigues with 1/(1+cos): no sine in a denominator, so small turns are exact. Straight back has no
    # smallest turn; any axis across will do.
    back = cosine < -1 + 1e-9
    skew = np.zeros((*axis.shape[:-1], 3, 3))
    skew[..., 0, 1], skew[..., 0, 2], skew[..., 1, 2] = -axis[..., 2], axis[..., 1], -axis[..., 0]
    skew = skew - np.swapaxes(skew, -1, -2)
    factor = np.where(back, 0.0, 1.0 / np.where(back, 1.0, 1.0 + cosine))
    turn = np.eye(3) + skew + skew @ skew * factor[..., None, None]
    if back.any():
        across = _unit(np.cross(start, np.where(np.abs(start[..., :1]) < 0.9, [1.0, 0, 0], [0, 1.0, 0])))
        half = 2 * across[..., :, None] * across[..., None, :] - np.eye(3)
        turn = np.where(back[..., None, None], half, turn)
    turned: np.ndarray = turn @ parent
    return turned


def euler_zxy(rotation: np.ndarray) -> np.ndarray:
    """(N, 3) degrees about Z, X, Y, with rotation = Rz Rx Ry, unwrapped over time."""
    x = np.arcsin(np.clip(rotation[:, 2, 1], -1, 1))
    z = np.arctan2(-rotation[:, 0, 1], rotation[:, 1, 1])
    y = np.arctan2(-rotation[:, 2, 0], rotation[:, 2, 2])
    return np.degrees(np.unwrap(np.stack([z, x, y], axis=-1), axis=0))


def _unit(v: np.ndarray) -> np.ndarray:
    unit: np.ndarray = v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)
    return unit


def _hierarchy(name: str, lengths: dict[str, float], depth: int) -> list[str]:
    """The lines of one joint and its children."""
    joint, pad = _BY_NAME[name], "\t" * depth
    offset = " ".join(f"{c * lengths.get(name, 0.0):.5f}" for c in joint.rest)
    if name in _ENDS:
        return [f"{pad}End Site", pad + "{", f"{pad}\tOFFSET {offset}", pad + "}"]
    kind = "ROOT" if joint.parent is None else "JOINT"
    turns = "Zrotation Xrotation Yrotation"
    channels = f"6 Xposition Yposition Zposition {turns}" if joint.parent is None else f"3 {turns}"
    lines = [f"{pad}{kind} {name}", pad + "{", f"{pad}\tOFFSET {offset}", f"{pad}\tCHANNELS {channels}"]
    for child in _CHILDREN[name]:
        lines += _hierarchy(child.name, lengths, depth + 1)
    return [*lines, pad + "}"]


def _order(name: str = "Hips") -> list[str]:
    """Joints with channels, in the order in which the hierarchy names them."""
    names = [] if name in _ENDS else [name]
    for child in _CHILDREN[name]:
        names += _order(child.name)
    return names


def _motion(hips: np.ndarray, turns: dict[str, np.ndarray]) -> list[str]:
    columns = [hips]
    for name in _order():
        parent = _BY_NAME[name].parent
        local = turns[name] if parent is None else np.swapaxes(turns[parent], -1, -2) @ turns[name]
        columns.append(euler_zxy(local))
    return [" ".join(f"{value:.5f}" for value in row) for row in np.concatenate(columns, axis=1)]
