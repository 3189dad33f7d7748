"""The reference's motion on the athlete's body (docs/method.md, section 4.2).

Directions of the reference's bones, lengths of the athlete's; the reference turned about the vertical so
that the strides coincide; the rear foot pinned until 100 ms before foot contact, the lead foot after it.
"""

from __future__ import annotations

import numpy as np

from ...body.arrays import Floats
from ...body.skeleton import INDEX, LANDMARKS
from ..angles import heading, unit
from ..world import joint, mid_hip, mid_shoulder

# (child, parent): chains outward from the middle of the hips and of the shoulders.
_CHAINS = (
    ("left_elbow", "left_shoulder"), ("left_wrist", "left_elbow"),
    ("right_elbow", "right_shoulder"), ("right_wrist", "right_elbow"),
    ("left_knee", "left_hip"), ("left_ankle", "left_knee"),
    ("right_knee", "right_hip"), ("right_ankle", "right_knee"),
)  # fmt: skip
# Small parts keep their shape and grow with a neighbouring bone: part -> (where it hangs, measure).
_HANGING = {
    **{f"{side}_{part}": (f"{side}_wrist", f"{side}_wrist")
       for side in ("left", "right") for part in ("pinky", "index", "thumb")},
    **{f"{side}_{part}": (f"{side}_ankle", f"{side}_ankle")
       for side in ("left", "right") for part in ("heel", "foot_index")},
}  # fmt: skip
_HEAD = [
    name
    for name in LANDMARKS
    if name.startswith(("nose", "mouth")) or name.endswith(("ear",)) or "eye" in name
]
PIN_BLEND_S = 0.1
# Where the reference is held to the athlete.
PINS = ("feet", "hips")


def bone_lengths(points: Floats) -> dict[str, float]:
    """Median length in metres of each bone by its outer joint, plus ``hips``, ``shoulders`` and ``trunk``.

    ``points`` (T, 33, 3). A side that is not known borrows the other side's length.
    """

    def median(a: Floats, b: Floats) -> float:
        length = np.linalg.norm(a - b, axis=-1)
        return float(np.nanmedian(length)) if np.isfinite(length).any() else np.nan

    at = {name: points[:, index] for name, index in INDEX.items()}
    out = {child: median(at[child], at[parent]) for child, parent in _CHAINS}
    for name in list(out):
        if not np.isfinite(out[name]):
            side, _, part = name.partition("_")
            out[name] = out[f"{'left' if side == 'right' else 'right'}_{part}"]
    out["hips"] = median(at["left_hip"], at["right_hip"])
    out["shoulders"] = median(at["left_shoulder"], at["right_shoulder"])
    out["trunk"] = median(mid_shoulder(points), mid_hip(points))
    return out


def stride_heading(points: Floats, lift: int | Floats, contact: int | Floats) -> float:
    """Direction about the vertical, degrees, from the rear ankle at leg lift to the lead ankle at contact."""
    step = joint(points, "lead_ankle")[contact] - joint(points, "rear_ankle")[lift]
    return float(heading(step))


def turn(points: Floats, angle_deg: float) -> Floats:
    """(T, 33, 3) rotated about the world's vertical through its origin."""
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    turned: Floats = points @ np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]]).T
    return turned


def on_body(points: Floats, lengths: dict[str, float], scale: float) -> Floats:
    """(T, 33, 3) with the bones' own directions and other lengths; the mid-hip's path times ``scale``."""
    old = bone_lengths(points)
    out = np.full_like(points, np.nan)
    root, chest = mid_hip(points) * scale, mid_shoulder(points)
    top = root + lengths["trunk"] * unit(chest - mid_hip(points))
    for pair, middle, width in (("hip", root, lengths["hips"]), ("shoulder", top, lengths["shoulders"])):
        across = unit(points[:, INDEX[f"left_{pair}"]] - points[:, INDEX[f"right_{pair}"]]) * width / 2
        out[:, INDEX[f"left_{pair}"]] = middle + across
        out[:, INDEX[f"right_{pair}"]] = middle - across
    for child, parent in _CHAINS:
        direction = unit(points[:, INDEX[child]] - points[:, INDEX[parent]])
        out[:, INDEX[child]] = out[:, INDEX[parent]] + lengths[child] * direction
    for part, (anchor, bone) in _HANGING.items():
        offset = points[:, INDEX[part]] - points[:, INDEX[anchor]]
        out[:, INDEX[part]] = out[:, INDEX[anchor]] + offset * lengths[bone] / old[bone]
    for part in _HEAD:
        out[:, INDEX[part]] = top + (points[:, INDEX[part]] - chest) * lengths["trunk"] / old["trunk"]
    return out


def pin(
    body: Floats,
    model: Floats,
    clock_s: Floats,
    contact_s: float,
    anchors: tuple[Floats, Floats],
    moments: tuple[int, int],
) -> Floats:
    """Feet pinned: ``body`` (T, 33, 3) shifted so that its rear foot stands where the athlete's rear foot
    stood at leg lift until 100 ms before contact, its lead foot at the athlete's from contact, blended between.

    ``model`` is the reference in the athlete's size before retargeting (its feet may move: a rear foot drags);
    ``clock_s`` (T,) the reference's time of each row; ``anchors`` the athlete's (rear, lead) ankles;
    ``moments`` the rows of ``model`` at leg lift and at foot contact.
    """
    share = np.clip((clock_s - (contact_s - PIN_BLEND_S)) / PIN_BLEND_S, 0.0, 1.0)
    late = (share * share * (3.0 - 2.0 * share))[:, None]
    shifts = []
    for name, anchor, row in zip(("rear_ankle", "lead_ankle"), anchors, moments, strict=True):
        path = joint(model, name) - joint(model, name)[row]
        shifts.append(anchor + path - joint(body, name))
    pinned: Floats = body + ((1.0 - late) * shifts[0] + late * shifts[1])[:, None]
    return pinned


def at_hips(body: Floats, athlete: Floats) -> Floats:
    """``body`` (T, 33, D) shifted so that the middle of its hips lies on the athlete's in every row.

    In metres (D 3) and in pixels (D 2) alike: a weak-perspective camera turns one shift into the other.
    """
    return body + (mid_hip(athlete) - mid_hip(body))[:, None]
