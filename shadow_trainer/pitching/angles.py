"""Angles of the body over time, by the formulas of docs/method.md, section 2 (joint-line definition).

Input is a right-hander's world points (see :mod:`.world`); the first axis is time; angles are degrees.
Rotation about the vertical: 0 = facing third base (side-on), 90 = facing the plate, negative = turned back.
"""

from __future__ import annotations

import numpy as np

from ..body.arrays import Floats
from .filters import rate_of_change
from .world import joint, mid_hip, mid_shoulder

Z = np.array([0.0, 0.0, 1.0])
# With a straighter elbow than this, external rotation has no meaning.
STRAIGHT_ARM_DEG = 25.0


def dot(a: Floats, b: Floats) -> Floats:
    """Row-wise inner product of (..., 3) vectors."""
    product: Floats = (a * b).sum(axis=-1)
    return product


def unit(vector: Floats) -> Floats:
    """Unit vectors of (..., 3); NaN where the length is zero or not known."""
    with np.errstate(invalid="ignore", divide="ignore"):
        directions: Floats = vector / np.linalg.norm(vector, axis=-1, keepdims=True)
    return directions


def between(a: Floats, b: Floats) -> Floats:
    """Angle in degrees, 0..180, between (..., 3) vectors."""
    return np.degrees(np.arccos(np.clip(dot(unit(a), unit(b)), -1.0, 1.0)))


def wrap(angle_deg: Floats | float) -> Floats:
    """Angle in degrees as -180..180."""
    return (np.asarray(angle_deg, dtype=float) + 180.0) % 360.0 - 180.0


def heading(vector: Floats) -> Floats:
    """Direction about the vertical, degrees, of the vector from the throwing to the glove side."""
    return np.degrees(np.arctan2(vector[..., 1], vector[..., 0]))


def unwrap(angle_deg: Floats) -> Floats:
    """Continuous angle over time, NaN kept; the branch is chosen so that the first value is in -180..180."""
    out = np.array(angle_deg, dtype=float)
    known = np.isfinite(out)
    out[known] = np.degrees(np.unwrap(np.radians(out[known])))
    return out


def flexion(points: Floats, side: str, limb: str) -> Floats:
    """Elbow or knee flexion, degrees, 0 = straight; ``limb`` is ``arm`` or ``leg``."""
    a, b, c = ("shoulder", "elbow", "wrist") if limb == "arm" else ("hip", "knee", "ankle")
    upper = joint(points, f"{side}_{b}") - joint(points, f"{side}_{a}")
    lower = joint(points, f"{side}_{c}") - joint(points, f"{side}_{b}")
    return between(upper, lower)


def trunk_axes(points: Floats) -> tuple[Floats, Floats, Floats]:
    """``(t, f, l)``: the trunk's axis (hips to shoulders), and the level directions forward and to the glove
    side of the shoulder line; all (T, 3) unit vectors."""
    t = unit(mid_shoulder(points) - mid_hip(points))
    psi = np.radians(heading(joint(points, "glove_shoulder") - joint(points, "throwing_shoulder")))
    zero = np.zeros_like(psi)
    forward = np.stack([np.sin(psi), -np.cos(psi), zero], axis=-1)
    lateral = np.stack([np.cos(psi), np.sin(psi), zero], axis=-1)
    return t, forward, lateral


def arm_angles(points: Floats, side: str) -> dict[str, Floats]:
    """``abduction``, ``horizontal_abduction``, ``external_rotation`` of a shoulder, degrees.

    External rotation: 0 = forearm forward, 90 = up, 180 = laid back; on the branch -90..270.
    """
    t, _, _ = trunk_axes(points)
    y = unit(joint(points, "glove_shoulder") - joint(points, "throwing_shoulder"))
    u = unit(t - dot(t, y)[:, None] * y)
    w = np.cross(y, u)
    lateral = -y if side == "throwing" else y
    a = unit(joint(points, f"{side}_elbow") - joint(points, f"{side}_shoulder"))
    b = unit(joint(points, f"{side}_wrist") - joint(points, f"{side}_elbow"))
    eta = np.arctan2(-dot(a, w), dot(a, lateral))
    level = np.cos(eta)[:, None] * w + np.sin(eta)[:, None] * lateral
    up = unit(np.cross(a, level))
    up = np.where(dot(up, u)[:, None] < 0, -up, up)
    rest = b - dot(b, a)[:, None] * a
    rotation = np.degrees(np.arctan2(dot(rest, up), dot(rest, level)))
    return {
        "abduction": between(a, -u),
        "horizontal_abduction": np.degrees(eta),
        "external_rotation": (rotation + 90.0) % 360.0 - 90.0,
    }


def arm_slot(points: Floats) -> Floats:
    """Elevation of the line shoulder to wrist of the throwing arm seen from behind; 0 sidearm, 90 overhead."""
    reach = joint(points, "throwing_wrist") - joint(points, "throwing_shoulder")
    return np.degrees(np.arctan2(reach[:, 2], np.abs(reach[:, 1])))


def all_angles(points: Floats) -> dict[str, Floats]:
    """Every angle by name, each (T,) degrees, for (T, 33, 3) points of a right-hander."""
    t, forward, lateral = trunk_axes(points)
    pelvis = heading(joint(points, "lead_hip") - joint(points, "rear_hip"))
    trunk = heading(joint(points, "glove_shoulder") - joint(points, "throwing_shoulder"))
    throwing, glove = arm_angles(points, "throwing"), arm_angles(points, "glove")
    elbow, glove_elbow = flexion(points, "throwing", "arm"), flexion(points, "glove", "arm")
    return {
        "pelvis_rotation": unwrap(pelvis),
        "trunk_rotation": unwrap(trunk),
        "hip_shoulder_separation": wrap(pelvis - trunk),
        "trunk_forward_tilt": np.degrees(np.arctan2(dot(t, forward), t[:, 2])),
        "trunk_lateral_tilt": np.degrees(np.arctan2(dot(t, lateral), t[:, 2])),
        "trunk_frontal_lean": np.degrees(np.arctan2(t[:, 1], t[:, 2])),
        "lead_knee_flexion": flexion(points, "lead", "leg"),
        "rear_knee_flexion": flexion(points, "rear", "leg"),
        "elbow_flexion": elbow,
        "glove_elbow_flexion": glove_elbow,
        "shoulder_abduction": throwing["abduction"],
        "shoulder_horizontal_abduction": throwing["horizontal_abduction"],
        "shoulder_external_rotation": _told(throwing["external_rotation"], elbow),
        "glove_shoulder_abduction": glove["abduction"],
        "glove_shoulder_horizontal_abduction": glove["horizontal_abduction"],
        "glove_shoulder_external_rotation": _told(glove["external_rotation"], glove_elbow),
        "arm_slot": arm_slot(points),
    }


def _told(rotation_deg: Floats, elbow_deg: Floats) -> Floats:
    """External rotation; NaN where the arm is too straight for the forearm to tell it."""
    return np.where(elbow_deg >= STRAIGHT_ARM_DEG, rotation_deg, np.nan)


def velocities(curves: dict[str, Floats], time_s: Floats) -> dict[str, Floats]:
    """Angular velocities by name, each (T,) deg/s, of the curves of :func:`all_angles`.

    Turning to the plate, extending and rotating internally are positive, as a coach speaks of them.
    """
    signs = {
        "pelvis_rotation_velocity": ("pelvis_rotation", 1),
        "trunk_rotation_velocity": ("trunk_rotation", 1),
        "elbow_extension_velocity": ("elbow_flexion", -1),
        "shoulder_internal_rotation_velocity": ("shoulder_external_rotation", -1),
        "lead_knee_extension_velocity": ("lead_knee_flexion", -1),
    }
    return {
        name: sign * rate_of_change(unwrap(curves[curve]), time_s) for name, (curve, sign) in signs.items()
    }
