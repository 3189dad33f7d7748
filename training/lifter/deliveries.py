"""Synthetic deliveries by forward kinematics from the key-framed reference, widely varied.

Lengths in body heights, right-hander's axes (X to the plate, Y toward first base, Z up) until the last step.
Unusual motion (sidearm, collapsed knee, no separation, random poses) is as common as the ordinary so that the lifter
learns bodies, not one style; how deliveries differ stands in ``styles.py``, how shoulders move in ``girdle.py``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter1d

from shadow_trainer.pose.motion.body import BONES, COUNT, MIRROR_NODE, NODE

from . import girdle, styles
from .styles import EVENTS

RATE_HZ = 60.0
PEAK_H_S = (9.5, 15.5)  # of the throwing wrist: children and slow throws to the hardest
STRETCH = (0.92, 1.07)  # of the throw's time, in each of two goes, to come near that
BEHIND_DEG = 64.0  # no upper arm points farther back from the chest
YOUTH_SHARE = 0.12  # of the bodies have a child's proportions


@dataclass(frozen=True)
class Delivery:
    """Points (T, 21, 3) in body heights, planted (T, 6) truth, time_s (T,), event times, throwing hand."""

    points: np.ndarray
    planted: np.ndarray
    time_s: np.ndarray
    events: dict[str, float]
    throws: str


def make(rng: np.random.Generator, *, wildness: float | None = None, style: str | None = None,
         throws: str | None = None, rate_hz: float = RATE_HZ, rigid: bool = False) -> Delivery:  # fmt: skip
    """One random delivery. ``wildness`` scales all variation; ``style`` forces a kind; ``rigid``: every bone keeps its
    length and the shoulders stay square to the trunk."""
    wild = (
        wildness
        if wildness is not None
        else float(rng.choice([0.4, 1.0, 1.6, 2.4], p=[0.25, 0.45, 0.2, 0.1]))
    )
    style = style or styles.random_style(rng)
    keys, times = styles.keys(rng, wild, style), styles.timing(rng, wild, style)
    size = girdle.sizes(rng, BONES, youth=style == "quick_youth" or rng.random() < YOUTH_SHARE)
    times = _not_too_fast(keys, times, size, rng.uniform(*PEAK_H_S))
    start, end = times[0] - rng.uniform(0, 0.4), times[-1] + rng.uniform(0, 0.35)
    time_s = np.arange(start, end, 1 / rate_hz)
    c = _channels(keys, times, time_s)
    for name, sd in styles.ANGLE_SD.items():
        c[name] = c[name] + drift(rng, len(time_s), rate_hz, 0.25) * sd * 0.2 * min(wild, 1.5)
    for arm in ("thr", "glv"):
        most = np.sin(np.radians(BEHIND_DEG)) / np.maximum(np.sin(np.radians(c[f"{arm}_abd"])), 1e-3)
        c[f"{arm}_hz_abd"] = np.minimum(c[f"{arm}_hz_abd"], np.degrees(np.arcsin(np.minimum(most, 1.0))))
    moved = girdle.move(
        rng, times, time_s, lambda seconds: drift(rng, len(time_s), rate_hz, seconds), rigid=rigid
    )
    points = _pose(c, size, moved, time_s, times, rng)
    planted = _planted(points, time_s, times)
    hand = throws or str(rng.choice(["left", "right"]))
    if hand == "left":
        points = points[:, MIRROR_NODE] * np.array([1.0, -1.0, 1.0])
        planted = planted[:, [3, 4, 5, 0, 1, 2]]
    events = dict(zip(EVENTS, times - start, strict=True))
    return Delivery(points, planted, time_s - start, events, hand)


def _channels(keys, times, time_s) -> dict[str, np.ndarray]:
    """Every channel (T,) between its keys, held before and after them."""
    clock = np.clip(time_s, times[0], times[-1])
    return {name: PchipInterpolator(times, values)(clock) for name, values in keys.items()}


def _not_too_fast(keys, times, size, peak_h_s: float) -> np.ndarray:
    """Key times stretched from contact to the arm's snap so that the throwing wrist stays near ``peak_h_s``."""
    first, last = EVENTS.index("foot_contact"), EVENTS.index("max_IR")
    for _ in range(2):
        time_s = np.arange(times[first], times[last], 1 / 400)
        rng = np.random.default_rng(0)
        still = girdle.move(rng, times, time_s, None, rigid=True)
        points = _pose(_channels(keys, times, time_s), size, still, time_s, times, rng)
        wrist = points[:, NODE["right_wrist"]]
        peak = np.linalg.norm(np.diff(wrist, axis=0), axis=1).max() * 400
        gaps = np.diff(times)
        gaps[first:last] *= np.clip(peak / peak_h_s, *STRETCH)
        times = np.concatenate([[0.0], np.cumsum(gaps)])
        times = times - times[first]
    return times


def drift(rng: np.random.Generator, count: int, rate_hz: float, seconds: float, *shape: int) -> np.ndarray:
    """Smooth unit-variance noise (count, *shape) with a correlation time of ``seconds``."""
    width = max(seconds * rate_hz, 0.3)
    pad = int(3 * width) + 1
    noise = gaussian_filter1d(rng.standard_normal((count + 2 * pad, *shape)), width, axis=0)[
        pad : pad + count
    ]
    return noise * np.sqrt(2 * np.sqrt(np.pi) * width)


def _unit(v: np.ndarray) -> np.ndarray:
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)


def _heading(deg: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Forward and toward-glove horizontal unit vectors of a line turned by ``deg``."""
    a, zero = np.radians(deg), np.zeros_like(deg)
    return np.stack([np.sin(a), -np.cos(a), zero], -1), np.stack([np.cos(a), np.sin(a), zero], -1)


def _pose(c, size, moved: girdle.Girdle, time_s, times, rng) -> np.ndarray:
    """Channels (T,) -> points (T, 21, 3)."""
    t = len(time_s)
    size = {**size, **{name: size[name] * factor for name, factor in moved.factor.items()}}
    p = np.zeros((t, COUNT, 3))
    pelvis = np.stack([c["pelvis_x_H"], c["pelvis_y_H"], c["pelvis_z_H"]], -1)
    fp, lp = _heading(c["pelvis_rot"])
    tilt = np.radians(c["pelvis_lead_hip_up"])[:, None]
    line = np.cos(tilt) * lp + np.sin(tilt) * np.array([0, 0, 1.0])
    half = line * size["hip_width"] / 2
    ankles = {s: np.stack([c[f"{s}_ankle_{a}"] for a in "xyz"], -1) for s in ("rear", "lead")}
    leg = 0.998 * (size["thigh"] + size["shank"])[:, 0]
    pelvis = _reachable(pelvis, half, ankles, leg, 0.0)
    p[:, NODE["left_hip"]], p[:, NODE["right_hip"]] = pelvis + half, pelvis - half
    f, side = _heading(c["trunk_rot"])
    up = np.array([0, 0, 1.0])
    trunk = _unit(up + np.tan(np.radians(c["trunk_fwd_tilt"]))[:, None] * f
                  + np.tan(np.radians(c["trunk_lat_tilt_glove_pos"]))[:, None] * side)  # fmt: skip
    y = _unit(side - ((side * trunk).sum(-1) / trunk[:, 2])[:, None] * up)
    neck = pelvis + trunk * size["trunk"]
    skew = moved.skew[:, None]
    y, trunk_up = np.cos(skew) * y + np.sin(skew) * trunk, np.cos(skew) * trunk - np.sin(skew) * y
    p[:, NODE["left_shoulder"]] = neck + y * size["shoulder_width"] / 2
    p[:, NODE["right_shoulder"]] = neck - y * size["shoulder_width"] / 2
    for name, who, lat in (("right", "thr", -y), ("left", "glv", y)):
        angles = [np.radians(c[f"{who}_{k}"])[:, None] for k in ("abd", "hz_abd", "ER", "elbow")]
        _arm(p, name, trunk_up, y, lat, angles, size, rng)
    if rng.random() < 0.85:
        _hands_together(p, size, time_s, times, rng)
    _legs(p, c, size, ankles, fp, time_s, times, rng)
    _head(p, neck, trunk, f, size, time_s, times, rng)
    return p


def _reachable(pelvis, half, ankles, leg, margin) -> np.ndarray:
    """Lower the pelvis where a straight leg could not reach its ankle."""
    lower = np.zeros(len(pelvis))
    for sign, who in ((1, "lead"), (-1, "rear")):
        d = pelvis + sign * half - ankles[who]
        flat = np.minimum((d[:, :2] ** 2).sum(-1), (0.97 * leg) ** 2)
        lower = np.maximum(lower, d[:, 2] - np.sqrt(leg**2 - flat) + margin)
    lower = gaussian_filter1d(np.maximum(lower, 0), 2.0)
    return pelvis - lower[:, None] * np.array([0, 0, 1.0])


def _arm(p, name, trunk, y, lat, angles, size, rng) -> None:
    abd, hor, er, bend = angles
    u = trunk
    w = np.cross(y, u)
    a = -np.cos(abd) * u + np.sin(abd) * (np.cos(hor) * lat - np.sin(hor) * w)
    h0 = np.cos(hor) * w + np.sin(hor) * lat
    v0 = np.sin(abd) * u + np.cos(abd) * (np.cos(hor) * lat - np.sin(hor) * w)
    b = np.cos(bend) * a + np.sin(bend) * (np.cos(er) * h0 + np.sin(er) * v0)
    elbow = p[:, NODE[f"{name}_shoulder"]] + a * size["upper_arm"]
    wrist = elbow + b * size["forearm"]
    p[:, NODE[f"{name}_elbow"]], p[:, NODE[f"{name}_wrist"]] = elbow, wrist
    flop = 0.35 * drift(rng, len(a), RATE_HZ, 0.15, 3) + 0.25 * rng.standard_normal(3)
    p[:, NODE[f"{name}_index"]] = wrist + _unit(b + flop) * size["hand"]


def _hands_together(p, size, time_s, times, rng) -> None:
    """Ball in glove: the hands meet until they separate; one goes to the other or both to the middle."""
    apart = times[EVENTS.index("hand_sep")] + rng.normal(0, 0.05)
    weight = np.clip((apart + 0.04 - time_s) / rng.uniform(0.05, 0.15), 0, 1)
    weight = (weight**2 * (3 - 2 * weight))[:, None]
    glove, ball = p[:, NODE["left_wrist"]].copy(), p[:, NODE["right_wrist"]].copy()
    share = float(rng.choice([0.0, 0.5, 1.0], p=[0.5, 0.35, 0.15]))
    meet = ball + share * (glove - ball)
    # The glove's pocket faces the ball hand and the chest: its wrist lies anywhere around, rather in front.
    gap = rng.uniform(0, 0.04) * _unit(_forward(p) + rng.choice([0.4, 1.5]) * rng.standard_normal(3))
    for name, wrist, sign in (("left", glove, 1.0), ("right", ball, -1.0)):
        shoulder, elbow = p[:, NODE[f"{name}_shoulder"]], p[:, NODE[f"{name}_elbow"]]
        goal = wrist + weight * (meet + sign * gap - wrist)
        pole = elbow - shoulder + 0.05 * rng.standard_normal(3)
        bent, reached = _two_bones(shoulder, goal, pole, size["upper_arm"], size["forearm"], 0.06)
        hand = p[:, NODE[f"{name}_index"]] - wrist
        p[:, NODE[f"{name}_elbow"]] = bent
        p[:, NODE[f"{name}_wrist"]] = reached
        p[:, NODE[f"{name}_index"]] = reached + hand


def _forward(p) -> np.ndarray:
    """The way (T, 3) the chest faces."""
    shoulders = p[:, NODE["left_shoulder"]] - p[:, NODE["right_shoulder"]]
    return _unit(np.cross(shoulders, p[:, [0, 1]].mean(1) - p[:, [6, 7]].mean(1)))


def _legs(p, c, size, ankles, fp, time_s, times, rng) -> None:
    x = np.array([1.0, 0, 0])
    late = np.clip((time_s - times[4]) / 0.1, 0, 1)[:, None]
    poles = {"rear": fp + 0.3 * x, "lead": fp + late * x}
    for name, who in (("right", "rear"), ("left", "lead")):
        hip = p[:, NODE[f"{name}_hip"]]
        pole = poles[who] + 0.15 * rng.standard_normal(3) * np.array([1, 1, 0.3])
        knee, ankle = _two_bones(hip, ankles[who], pole, size["thigh"], size["shank"])
        p[:, NODE[f"{name}_knee"]], p[:, NODE[f"{name}_ankle"]] = knee, ankle
        yaw, pitch = np.radians(c[f"{who}_yaw"])[:, None], np.radians(c[f"{who}_pitch"])[:, None]
        flat = np.concatenate([np.cos(yaw), np.sin(yaw), 0 * yaw], -1)
        toward = np.cos(pitch) * flat - np.sin(pitch) * np.array([0, 0, 1.0])
        down = -np.sin(pitch) * flat - np.cos(pitch) * np.array([0, 0, 1.0])
        p[:, NODE[f"{name}_heel"]] = ankle + size["ankle_heel"] * _unit(0.75 * down - 0.65 * toward)
        p[:, NODE[f"{name}_foot_index"]] = ankle + size["ankle_toe"] * _unit(toward + 0.35 * down)


def _two_bones(hip, ankle, pole, thigh, shank, least=0.10) -> tuple[np.ndarray, np.ndarray]:
    """Knee and (possibly pulled in) ankle, (T, 3) each; the knee points along ``pole``."""
    d = ankle - hip
    r = np.linalg.norm(d, axis=-1, keepdims=True)
    axis = d / np.maximum(r, 1e-9)
    r = np.clip(r, abs(thigh - shank) + least, 0.9998 * (thigh + shank))
    along = (thigh**2 - shank**2 + r**2) / (2 * r)
    out = np.sqrt(np.maximum(thigh**2 - along**2, 0))
    bend = _unit(pole - (pole * axis).sum(-1, keepdims=True) * axis)
    return hip + axis * along + bend * out, hip + axis * r


def _head(p, neck, trunk, f, size, time_s, times, rng) -> None:
    """The face turns to the plate from the leg lift on."""
    look = np.clip((time_s - times[0]) / (times[1] - times[0] + 1e-6), 0, 1)[:, None] * rng.uniform(0.6, 1.4)
    aim = _unit(f * (1 - look) + np.array([1.0, 0, 0]) * look + 0.2 * drift(rng, len(f), RATE_HZ, 0.3, 3))
    up = _unit(0.6 * trunk + np.array([0, 0, 0.4]) + 0.15 * rng.standard_normal(3))
    aim = _unit(aim - (aim * up).sum(-1, keepdims=True) * up)
    centre = neck + up * size["neck"]
    side = np.cross(up, aim) * size["head_width"] / 2  # toward the athlete's left
    p[:, NODE["left_ear"]], p[:, NODE["right_ear"]] = centre + side, centre - side
    reach = np.sqrt(max(size["face"] ** 2 - (size["head_width"] / 2) ** 2, 1e-4))
    p[:, NODE["nose"]] = centre + aim * reach


def _planted(points, time_s, times) -> np.ndarray:
    """(T, 6): left ankle, heel, toe, right ankle, heel, toe; from the true speeds and heights, H/s and H."""
    speed = np.linalg.norm(np.gradient(points, time_s, axis=0), axis=-1)
    out = np.zeros((len(points), 6))
    for k, name in enumerate(("left", "right")):
        ground = np.percentile(points[:, NODE[f"{name}_ankle"], 2], 10)
        low = points[:, NODE[f"{name}_ankle"], 2] < ground + 0.05
        for j, part in enumerate(("ankle", "heel", "foot_index")):
            out[:, 3 * k + j] = low & (speed[:, NODE[f"{name}_{part}"]] < 0.16)
    return out
