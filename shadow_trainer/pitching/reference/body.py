"""The reference's body: segment lengths, and joints from angles by forward kinematics (docs/method.md, section 7).

All lengths are in body heights; every function takes and returns arrays with time first, and inverts the
formulas of section 2, so that measuring the built body gives the angles back.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...body.arrays import Floats

Z = np.array([0.0, 0.0, 1.0])
X = np.array([1.0, 0.0, 0.0])
# Segments in body heights, near Winter and Drillis-Contini.
HIP_WIDTH, SHOULDER_WIDTH, TRUNK = 0.10, 0.20, 0.27
THIGH, SHANK = 0.26, 0.257
UPPER_ARM, FOREARM = 0.175, 0.142
FOOT, HEAD_UP = 0.15, 0.12


def _cs(angle_deg: Floats) -> tuple[Floats, Floats]:
    """Cosine and sine as (T, 1) columns, ready to scale vectors."""
    radians = np.radians(angle_deg)[:, None]
    return np.cos(radians), np.sin(radians)


def unit(vector: Floats) -> Floats:
    """(T, 3) vectors of length one."""
    directions: Floats = vector / np.linalg.norm(vector, axis=-1, keepdims=True)
    return directions


def level_axes(rotation_deg: Floats) -> tuple[Floats, Floats]:
    """``(f, l)``: level unit vectors forward and to the glove side at a rotation about the vertical."""
    c, s = _cs(rotation_deg)
    zero = np.zeros_like(c)
    return np.concatenate([s, -c, zero], axis=1), np.concatenate([c, s, zero], axis=1)


def hips(centre: Floats, rotation_deg: Floats, lead_up_deg: Floats) -> tuple[Floats, Floats]:
    """``(rear, lead)`` hip joints from the pelvis' centre, rotation and the lead hip's elevation."""
    _, lateral = level_axes(rotation_deg)
    c, s = _cs(lead_up_deg)
    half = (c * lateral + s * Z) * HIP_WIDTH / 2
    return centre - half, centre + half


def trunk_frame(rotation_deg: Floats, forward_deg: Floats, glove_deg: Floats) -> tuple[Floats, Floats]:
    """``(t, y)``: the trunk's axis, and the shoulder line toward the glove side, at right angles to it."""
    f, lateral = level_axes(rotation_deg)
    tan_forward, tan_glove = (np.tan(np.radians(a))[:, None] for a in (forward_deg, glove_deg))
    return unit(Z + tan_forward * f + tan_glove * lateral), unit(lateral - tan_glove * Z)


def arm(
    shoulder: Floats,
    frame: tuple[Floats, Floats],
    side: str,
    angles_deg: Sequence[Floats],
) -> tuple[Floats, Floats]:
    """``(elbow, wrist)`` from abduction, horizontal abduction, external rotation and elbow flexion."""
    u, y = frame
    w = np.cross(y, u)
    lat = -y if side == "throwing" else y
    (ca, sa), (ch, sh), (cr, sr), (ce, se) = (_cs(angle) for angle in angles_deg)
    out = ch * lat - sh * w
    a = -ca * u + sa * out
    level, up = ch * w + sh * lat, sa * u + ca * out
    b = ce * a + se * (cr * level + sr * up)
    elbow = shoulder + UPPER_ARM * a
    return elbow, elbow + FOREARM * b


def knee(hip: Floats, ankle: Floats, pole: Floats) -> Floats:
    """(T, 3) knee of a two-bone leg from hip to ankle that points along ``pole``."""
    reach = ankle - hip
    distance = np.linalg.norm(reach, axis=1, keepdims=True)
    if (distance > THIGH + SHANK).any():
        raise ValueError(f"a leg over-reaches: {float(distance.max()):.3f} H")
    along = reach / distance
    foot = (THIGH**2 - SHANK**2 + distance**2) / (2 * distance)  # of the knee's perpendicular
    height = np.sqrt(np.maximum(THIGH**2 - foot**2, 0.0))
    across = unit(pole - (pole * along).sum(axis=1, keepdims=True) * along)
    joint: Floats = hip + foot * along + height * across
    return joint
