"""Arms, legs, feet and head of the built-in reference (PITCHING.md section 7); lengths in body heights."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import PchipInterpolator

from ...pose.skeleton import INDEX
from ..angles import dot, unit

THIGH, SHANK, UPPER_ARM, FOREARM, HAND = 0.26, 0.257, 0.175, 0.142, 0.05
HEEL_BACK, TOE_AHEAD, SOLE_BELOW = 0.04, 0.11, 0.04
UP = np.array([0.0, 0.0, 1.0])
TO_PLATE = np.array([1.0, 0.0, 0.0])
# Fill-ins: time in ms, heading of the foot (0 = toward first base, -90 ... as a direction from +X, degrees),
# and how far the toes point down. The rear foot lies along the rubber until the heel lifts.
_FEET = {
    "rear": (
        (-1200, -250, -80, 0, 140, 400),
        (-90, -90, -80, -60, -35, -20),
        (0, 0, 15, 35, 55, 20),
    ),
    "lead": (
        (-1200, -650, -450, -250, -80, 0, 400),
        (-90, -80, -80, -80, -35, -7, -7),
        (0, 15, 15, 0, 0, 0, 0),
    ),
}
# Landmarks of the head: (ahead, to the left, up) of its centre.
_FACE = {
    "nose": (0.055, 0.0, -0.005),
    "left_eye_inner": (0.048, 0.008, 0.015),
    "left_eye": (0.046, 0.016, 0.015),
    "left_eye_outer": (0.042, 0.024, 0.015),
    "left_ear": (0.0, 0.04, 0.0),
    "mouth_left": (0.045, 0.013, -0.03),
}
_HEAD_TURN_S = (-0.85, -0.65)  # from the set's glance to the target


def arm(
    p: np.ndarray,
    side: str,
    trunk: np.ndarray,
    line: np.ndarray,
    lateral: np.ndarray,
    abduction: np.ndarray,
    horizontal: np.ndarray,
    external: np.ndarray,
    elbow: np.ndarray,
) -> None:
    """Elbow, wrist and hand of one side from its four angles (radians): section 2.2 read backwards.

    ``trunk`` and ``line`` are the unit axes u and y of the shoulders, ``lateral`` points out of the body.
    """
    alpha, eta, rho, theta = (x[:, None] for x in (abduction, horizontal, external, elbow))
    ahead = np.cross(line, trunk)
    out = np.cos(eta) * lateral - np.sin(eta) * ahead
    a = -np.cos(alpha) * trunk + np.sin(alpha) * out
    level = np.cos(eta) * ahead + np.sin(eta) * lateral
    rise = np.sin(alpha) * trunk + np.cos(alpha) * out
    b = np.cos(theta) * a + np.sin(theta) * (np.cos(rho) * level + np.sin(rho) * rise)
    p[:, INDEX[f"{side}_elbow"]] = p[:, INDEX[f"{side}_shoulder"]] + UPPER_ARM * a
    wrist = p[:, INDEX[f"{side}_elbow"]] + FOREARM * b
    p[:, INDEX[f"{side}_wrist"]] = wrist
    across = unit(np.cross(b, a + 1e-3 * trunk))
    for finger, spread in (("index", 0.2), ("pinky", -0.25), ("thumb", 0.5)):
        reach = 0.6 if finger == "thumb" else 1.0
        p[:, INDEX[f"{side}_{finger}"]] = wrist + HAND * (reach * b + spread * across)


def knee_pole(forward: np.ndarray, role: str, time_s: np.ndarray) -> np.ndarray:
    """(N, 3) direction the knee points to: with the pelvis, and to the plate (the lead knee from -100 ms on)."""
    if role == "rear":
        return unit(forward + 0.3 * TO_PLATE)
    # A step would make the knee jump; it turns over 40 ms.
    turned = np.clip((time_s + 0.12) / 0.04, 0.0, 1.0)[:, None]
    return unit(forward + turned * TO_PLATE)


def leg(p: np.ndarray, side: str, ankle: np.ndarray, pole: np.ndarray) -> None:
    """Knee between a known hip and ankle, bent toward ``pole``; the ankle is where the key frames say."""
    hip = p[:, INDEX[f"{side}_hip"]]
    axis = unit(ankle - hip)
    length = np.linalg.norm(ankle - hip, axis=-1)
    along = (THIGH**2 - SHANK**2 + length**2) / (2 * length)
    off = np.sqrt(np.maximum(THIGH**2 - along**2, 0.0))
    bend = unit(pole - dot(pole, axis)[:, None] * axis)
    p[:, INDEX[f"{side}_knee"]] = hip + along[:, None] * axis + off[:, None] * bend
    p[:, INDEX[f"{side}_ankle"]] = ankle


def foot(p: np.ndarray, side: str, ankle: np.ndarray, role: str, time_s: np.ndarray) -> None:
    """Heel and toe below the ankle, turned and pointed as the table of fill-ins says."""
    times, headings, points = _FEET[role]
    turn, down = (
        np.radians(PchipInterpolator(np.array(times) / 1000.0, values)(time_s))
        for values in (headings, points)
    )
    level = np.stack([np.cos(turn), np.sin(turn), np.zeros_like(turn)], axis=-1)
    ahead = np.cos(down)[:, None] * level - np.sin(down)[:, None] * UP
    below = -np.sin(down)[:, None] * level - np.cos(down)[:, None] * UP
    p[:, INDEX[f"{side}_heel"]] = ankle - HEEL_BACK * ahead + SOLE_BELOW * below
    p[:, INDEX[f"{side}_foot_index"]] = ankle + TOE_AHEAD * ahead + SOLE_BELOW * below


def head(p: np.ndarray, centre: np.ndarray, line: np.ndarray, time_s: np.ndarray) -> None:
    """Face around the head's centre; it looks to third base in the set and to the plate from leg lift on."""
    start, end = _HEAD_TURN_S
    share = np.clip((time_s - start) / (end - start), 0.0, 1.0)[:, None]
    chest = unit(np.cross(line, UP))
    ahead = unit((1 - share) * chest + share * TO_PLATE)
    left = np.cross(UP, ahead)
    for name, (x, y, z) in _FACE.items():
        p[:, INDEX[name]] = centre + x * ahead + y * left + z * UP
        if "left" in name:
            other = name.replace("left", "right")
            p[:, INDEX[other]] = centre + x * ahead - y * left + z * UP
