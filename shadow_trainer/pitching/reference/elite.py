"""The built-in elite reference, generated from key frames (docs/method.md, section 7).

Eleven hand-written key frames, checked against OpenBiomechanics aggregates; between them every channel is a
monotone cubic (PCHIP): plain splines overshoot between layback and release.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np

from ...body.arrays import Floats
from ...body.skeleton import COUNT, INDEX
from ...vocabulary import Event
from . import body
from .model import Reference

DATA = Path(__file__).parent.parent / "data" / "reference_keyframes.csv"
HEIGHT_M, RATE_HZ = 1.88, 480.0
# Our events -> the key frames' own names. The set position is where the first movement begins.
KEY_FRAMES = {
    Event.FIRST_MOVEMENT: "set",
    Event.LEG_LIFT: "leg_lift",
    Event.HAND_SEPARATION: "hand_sep",
    Event.FOOT_CONTACT: "foot_contact",
    Event.MAX_EXTERNAL_ROTATION: "MER",
    Event.RELEASE: "release",
    Event.MAX_INTERNAL_ROTATION: "max_IR",
    Event.FOLLOW_THROUGH: "follow_through",
}
SOURCE = "Parametric delivery from key frames written by hand and checked against OpenBiomechanics aggregates"
ANKLE_ABOVE_SOLE, HEEL_BEHIND = 0.038, 0.045  # [E], in body heights


@cache
def keyframes() -> tuple[tuple[str, ...], Floats, dict[str, Floats]]:
    """``(names, time_s (K,), channels {name: (K,)})`` of the table."""
    with DATA.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    channels = {
        key: np.array([float(row[key]) for row in rows])
        for key in rows[0]
        if key not in ("event", "t_ms") and "result" not in key
    }
    return tuple(row["event"] for row in rows), np.array([float(r["t_ms"]) for r in rows]) / 1000, channels


@cache
def elite() -> Reference:
    """The reference ``elite``: a right-hander, 1.88 m, from the stretch."""
    names, knots, _ = keyframes()
    time_s: Floats = np.arange(float(knots[0]), float(knots[-1]) + 0.5 / RATE_HZ, 1 / RATE_HZ).round(6)
    at = dict(zip(names, knots, strict=True))
    return Reference(
        name="elite",
        time_s=time_s,
        points=points_at(time_s) * HEIGHT_M,
        events={ours: float(at[theirs]) for ours, theirs in KEY_FRAMES.items()},
        height_m=HEIGHT_M,
        source=SOURCE,
    )


def points_at(time_s: Floats, table: dict[str, Floats] | None = None) -> Floats:
    """(T, 33, 3) in body heights at (T,) seconds from foot contact.

    ``table`` replaces the key frames' channels (same names, one value per key frame) to make another style.
    """
    _, knots, own = keyframes()
    table = table or own
    c = {name: monotone(knots, values, time_s) for name, values in table.items()}

    def vector(prefix: str, suffix: str = "") -> Floats:
        return np.stack([c[f"{prefix}_{axis}{suffix}"] for axis in "xyz"], axis=1)

    out = np.full((len(time_s), COUNT, 3), np.nan)

    def put(name: str, value: Floats) -> None:
        out[:, INDEX[name]] = value

    centre = vector("pelvis", "_H")
    rear_hip, lead_hip = body.hips(centre, c["pelvis_rot"], c["pelvis_lead_hip_up"])
    frame = body.trunk_frame(c["trunk_rot"], c["trunk_fwd_tilt"], c["trunk_lat_tilt_glove_pos"])
    chest = centre + body.TRUNK * frame[0]
    put("right_hip", rear_hip)
    put("left_hip", lead_hip)
    for side, name, sign in (("throwing", "right", -1), ("glove", "left", 1)):
        key = "thr" if side == "throwing" else "glv"
        shoulder = chest + sign * body.SHOULDER_WIDTH / 2 * frame[1]
        angles = [c[f"{key}_{part}"] for part in ("abd", "hz_abd", "ER", "elbow")]
        elbow, wrist = body.arm(shoulder, frame, side, angles)
        put(f"{name}_shoulder", shoulder)
        put(f"{name}_elbow", elbow)
        put(f"{name}_wrist", wrist)
        for finger, length in (("index", 0.05), ("pinky", 0.045), ("thumb", 0.03)):
            put(f"{name}_{finger}", wrist + length * body.unit(wrist - elbow))
    for name, hip, ankle, pole in (
        ("right", rear_hip, vector("rear_ankle"), _rear_pole(c["pelvis_rot"])),
        ("left", lead_hip, vector("lead_ankle"), _lead_pole(c["pelvis_rot"], time_s)),
    ):
        put(f"{name}_knee", body.knee(hip, ankle, pole))
        put(f"{name}_ankle", ankle)
    _feet(out, time_s)
    _head(out, chest, frame[0])
    return out


def monotone(knots: Floats, values: Floats, time_s: Floats) -> Floats:
    """(T,) by the monotone cubic through (K,) values: between two key frames it stays between theirs."""
    from scipy.interpolate import PchipInterpolator

    # SciPy takes the harmonic mean of the slopes; one near nothing has an infinite reciprocal, and the mean is nothing.
    with np.errstate(over="ignore"):
        between: Floats = PchipInterpolator(knots, values)(time_s)
    return between


def _rear_pole(pelvis_deg: Floats) -> Floats:
    """The rear knee points where the pelvis faces, and a little to the plate."""
    return body.level_axes(pelvis_deg)[0] + 0.3 * body.X


def _lead_pole(pelvis_deg: Floats, time_s: Floats) -> Floats:
    """The lead knee points where the pelvis faces; from 100 ms before contact also to the plate."""
    share = np.clip((time_s + 0.15) / 0.10, 0.0, 1.0)[:, None]
    pole: Floats = body.level_axes(pelvis_deg)[0] + share * share * (3 - 2 * share) * body.X
    return pole


# Directions and pitch of the feet [E]: (seconds, heading of the toe in degrees about Z, toe down in degrees).
_REAR_FOOT = (
    (-1.2, -90, 0),
    (-0.25, -90, 0),
    (-0.08, -80, 20),
    (0.0, -60, 35),
    (0.14, -35, 60),
    (0.4, -10, 50),
)
_LEAD_FOOT = ((-1.2, -90, 0), (-0.65, -90, 15), (-0.25, -80, 10), (-0.08, -30, 5), (0.0, -7, 0), (0.4, -7, 0))


def _feet(out: Floats, time_s: Floats) -> None:
    """Heels and toes of rigid feet at the ankles."""
    for name, keys in (("right", _REAR_FOOT), ("left", _LEAD_FOOT)):
        times, heading, down = (np.array(column, dtype=float) for column in zip(*keys, strict=True))
        toe = np.radians(monotone(times, heading, time_s))[:, None]
        pitch = np.radians(monotone(times, down, time_s))[:, None]
        level = np.concatenate([np.cos(toe), np.sin(toe), np.zeros_like(toe)], axis=1)
        along = np.cos(pitch) * level - np.sin(pitch) * body.Z
        sole = -np.sin(pitch) * level - np.cos(pitch) * body.Z
        ankle = out[:, INDEX[f"{name}_ankle"]]
        out[:, INDEX[f"{name}_heel"]] = ankle - HEEL_BEHIND * along + 0.7 * ANKLE_ABOVE_SOLE * sole
        reach = body.FOOT - HEEL_BEHIND
        out[:, INDEX[f"{name}_foot_index"]] = ankle + reach * along + ANKLE_ABOVE_SOLE * sole


# Points of the head from its centre: (forward, to the glove side, up) in body heights [E].
_FACE = {
    "nose": (0.078, 0.0, -0.022),
    "left_eye_inner": (0.066, 0.009, 0.012), "left_eye": (0.062, 0.018, 0.012),
    "left_eye_outer": (0.055, 0.026, 0.012), "right_eye_inner": (0.066, -0.009, 0.012),
    "right_eye": (0.062, -0.018, 0.012), "right_eye_outer": (0.055, -0.026, 0.012),
    "left_ear": (0.0, 0.042, 0.0), "right_ear": (0.0, -0.042, 0.0),
    "mouth_left": (0.066, 0.013, -0.045), "mouth_right": (0.066, -0.013, -0.045),
}  # fmt: skip


def _head(out: Floats, chest: Floats, trunk: Floats) -> None:
    """The head over the shoulders, facing the plate, leaning half as far as the trunk."""
    up = body.unit(trunk + body.Z)
    forward = body.unit(body.X - (up @ body.X)[:, None] * up)
    left = np.cross(up, forward)
    centre = chest + body.HEAD_UP * body.unit(trunk + 0.5 * body.Z)
    for name, (ahead, side, above) in _FACE.items():
        out[:, INDEX[name]] = centre + ahead * forward + side * left + above * up
