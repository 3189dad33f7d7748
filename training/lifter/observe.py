"""What the pose network would say of a synthetic delivery: cameras, and the network's own error patterns.

Levels come from comparing the network with rendered truth; they are drawn anew for every clip so that no
single body or camera is learned.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from shadow_trainer.pose.motion import hands
from shadow_trainer.pose.motion.body import COUNT, MIRROR_NODE, NODE

from .deliveries import RATE_HZ, Delivery, drift

TORSO_H = 0.27
TELE_SHARE = 0.3  # of the cameras are far away with a long lens
POOR_SHARE = 0.35  # of the pictures are small, dim or hard compressed
HALF_RATE_SHARE = 0.4  # of the films have 30 frames a second
END_ON = 0.9  # cosine of the angle between an upper arm and the line of sight
_NAME = {n: i for n, i in NODE.items()}
# How far off the network is of what it cannot see, against a hidden wrist: trunk and legs it infers well.
_GUESSED = {"shoulder": 0.3, "elbow": 0.6, "wrist": 0.8, "hip": 0.3, "knee": 0.5, "ankle": 0.4, "index": 1.0}
# Wander of the network's trunk about the hips: nodding, turning and tilting as seen from the camera.
LEAN_DEG = np.array([14.0, 8.0, 2.0])
UPPER = [i for i, name in enumerate(NODE) if name.endswith(("shoulder", "ear", "nose"))]
ARMS = {
    tuple(_NAME[f"{side}_{part}"] for part in ("elbow", "wrist", "index")): _NAME[f"{side}_shoulder"]
    for side in ("left", "right")
}
GUESSED = np.array([_GUESSED.get(name.split("_", 1)[-1], 0.4) for name in NODE])


@dataclass(frozen=True)
class Observed:
    """Rays (T, 21, 2), confidence (T, 21), network shape (T, 21, 3) hip-centred; truth in camera axes.

    ``points`` (T, 21, 3) in body heights relative to the mid-hip; ``up`` (3,).
    """

    rays: np.ndarray
    confidence: np.ndarray
    shape: np.ndarray
    points: np.ndarray
    up: np.ndarray
    planted: np.ndarray


def camera(
    rng: np.random.Generator, points: np.ndarray, azimuth: float | None = None
) -> tuple[np.ndarray, np.ndarray, float]:
    """A random camera around the athlete: rotation (3, 3) from world to camera, centre (3,), zoom.

    A tele lens far away shows the athlete as large as an ordinary one does from nearby: ``zoom`` times larger than
    its distance lets expect. Nobody says which it was.
    """
    if azimuth is None:  # any, and often from behind
        azimuth = rng.uniform(0, 2 * np.pi) if rng.random() < 0.7 else np.pi + rng.normal(0, np.radians(20))
    distance, zoom = float(np.exp(rng.uniform(np.log(2.2), np.log(9.0)))), 1.0
    height = rng.uniform(0.1, 1.15)
    if rng.random() < TELE_SHARE:
        seems, distance = distance, float(np.exp(rng.uniform(np.log(9.0), np.log(50.0))))
        zoom, height = distance / seems, rng.uniform(0.2, 1.2 + 0.2 * distance)
    middle = points.mean((0, 1))
    centre = middle + distance * np.array([np.cos(azimuth), np.sin(azimuth), 0.0])
    centre[2] = height
    target = middle + rng.normal(0, 0.10, 3) * min(distance / 3, 2)
    z = target - centre
    z /= np.linalg.norm(z)
    x = np.cross(z, [0, 0, 1.0])
    x /= np.linalg.norm(x)
    rotation = np.stack([x, np.cross(z, x), z])
    roll = np.radians(rng.normal(0, 1.5))
    spin = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    return spin @ rotation, centre, zoom


def observe(
    rng: np.random.Generator,
    delivery: Delivery,
    given: tuple[np.ndarray, np.ndarray, float] | None = None,
) -> Observed:
    """One noisy view of a delivery, by a random camera or by one that is ``given`` as :func:`camera` gives it."""
    rate = 1 / float(np.median(np.diff(delivery.time_s)))
    rotation, centre, zoom = given or camera(rng, delivery.points)
    p = (delivery.points - centre) @ rotation.T
    marks = p + _landmark_offsets(rng, delivery.points) @ rotation.T
    depth = np.maximum(p[..., 2:], 0.5)
    rays = marks[..., :2] / np.maximum(marks[..., 2:], 0.5)
    torso = TORSO_H / np.median(depth)
    hidden = occluded(p)
    level = float(np.exp(rng.normal(0, 0.4))) * (rng.uniform(1.3, 3.0) if rng.random() < POOR_SHARE else 1.0)
    true = rays
    rays = rays + torso * _picture_noise(rng, rays / torso, hidden, level, rate)
    hidden = hidden | end_on(p)
    rays = _guess_elbows(rng, rays, hidden, rate)
    rays = _confuse_hands(rng, rays, torso, delivery.throws, rate)
    shape = _shape_noise(rng, marks - p[:, [6, 7]].mean(1, keepdims=True), hidden, level, rate)
    confidence = _confidence(rng, np.linalg.norm(rays - true, axis=-1) / torso, hidden, rate)
    rays, shape, confidence = _find_in_glove(rng, p, rays, shape, confidence, torso, delivery.throws, rate)
    rays, shape, confidence = _swap(rng, p, rays, shape, confidence)
    half = given is None and rng.random() < HALF_RATE_SHARE
    rays, shape, confidence = _lose_frames(rng, rays, shape, confidence, half)
    rays = rays * zoom * float(np.exp(rng.normal(0, 0.12)))  # the lens is only guessed
    truth = p - p[:, [6, 7]].mean(1, keepdims=True)
    return Observed(rays, confidence, shape, truth, rotation @ np.array([0, 0, 1.0]), delivery.planted)


def _landmark_offsets(rng: np.random.Generator, x: np.ndarray) -> np.ndarray:
    """From joint centre to the network's landmark, world axes, body heights; body-fixed, random per clip."""
    out = np.zeros_like(x)

    def unit(v):
        return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)

    hips, shoulders = x[:, 6] - x[:, 7], x[:, 0] - x[:, 1]
    up = unit(x[:, :2].mean(1) - x[:, 6:8].mean(1))
    own = {
        k: rng.normal(0, 0.011, 3)
        for k in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle", "ear", "other")
    }
    # A hip's landmark is drawn along the thigh as it leaves the trunk's line.
    thigh = rng.normal(0.014, 0.007)
    mean = {"hip": [0.007, 0.005, 0.017], "shoulder": [0.012, 0.004, -0.007], "elbow": [0.013, 0, 0],
            "ankle": [0.010, 0, 0]}  # fmt: skip
    above = {"elbow": "shoulder", "wrist": "elbow", "knee": "hip", "ankle": "knee"}
    for side, sign in (("left", 1.0), ("right", -1.0)):
        for part, offset in own.items():
            names = [part] if part != "other" else ["index", "heel", "foot_index"]
            for name in names:
                node = _NAME[f"{side}_{name}"]
                axis = up
                if part in above:
                    axis = unit(x[:, _NAME[f"{side}_{above[part]}"]] - x[:, node])
                line = sign * (hips if part in ("hip", "knee", "ankle", "other") else shoulders)
                lateral = unit(line - (line * axis).sum(-1, keepdims=True) * axis)
                forward = sign * np.cross(lateral, axis)
                o = offset + np.array(mean.get(part, [0, 0, 0]))
                if part == "elbow":  # slides toward the shoulder as the arm hangs
                    out[:, node] += 0.014 * (axis * up).sum(-1, keepdims=True) * axis
                if part == "hip":
                    out[:, node] += thigh * unit(x[:, _NAME[f"{side}_knee"]] - x[:, node])
                out[:, node] += o[0] * axis + o[1] * lateral + o[2] * forward
    return out


def occluded(p: np.ndarray) -> np.ndarray:
    """Which points (T, 21) hide behind the trunk or the other leg, from camera-axes points in body heights."""
    flat = p[..., :2] / np.maximum(p[..., 2:], 0.5) * np.median(p[..., 2])
    hip, sho = flat[:, 6:8].mean(1), flat[:, :2].mean(1)
    depth = p[:, [0, 1, 6, 7], 2].mean(1)[:, None]
    half = 0.04 + 0.5 * np.maximum(np.abs(flat[:, 0] - flat[:, 1])[:, :1].max(-1), 0.1)
    out = (_to_segment(flat, hip, sho) < half[:, None]) & (p[..., 2] > depth + 0.06)
    for side, other in (("left", "right"), ("right", "left")):
        for a, b in (("hip", "knee"), ("knee", "ankle")):
            i, j = _NAME[f"{other}_{a}"], _NAME[f"{other}_{b}"]
            front = p[:, [i, j], 2].mean(1)[:, None]
            legs = [_NAME[f"{side}_{n}"] for n in ("knee", "ankle", "heel", "foot_index")]
            out[:, legs] |= (_to_segment(flat[:, legs], flat[:, i], flat[:, j]) < 0.05) & (
                p[:, legs, 2] > front + 0.04
            )
    return out


def end_on(p: np.ndarray) -> np.ndarray:
    """Elbows (T, 21) whose upper arm points at the camera or away from it: the network takes it for a part of the forearm."""
    out = np.zeros(p.shape[:2], bool)
    for side in ("left", "right"):
        arm = p[:, _NAME[f"{side}_elbow"]] - p[:, _NAME[f"{side}_shoulder"]]
        sight = p[:, _NAME[f"{side}_shoulder"]]
        along = np.abs((arm * sight).sum(-1)) / np.linalg.norm(arm, axis=-1) / np.linalg.norm(sight, axis=-1)
        out[:, _NAME[f"{side}_elbow"]] = along > END_ON
    return out


def _to_segment(points: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Distance (T, N) of points (T, N, 2) to segments a-b (T, 2)."""
    d = (b - a)[:, None]
    s = np.clip(((points - a[:, None]) * d).sum(-1) / np.maximum((d**2).sum(-1), 1e-9), 0, 1)
    return np.linalg.norm(points - a[:, None] - s[..., None] * d, axis=-1)


def _picture_noise(rng, rays, hidden, level, rate) -> np.ndarray:
    """(T, 21, 2) in torso lengths: slow wander, jitter, blur with speed, and guesses at what is hidden."""
    t = len(rays)
    joint = np.exp(rng.normal(0, 0.4, (1, COUNT, 1)))
    noise = 0.030 * level * joint * drift(rng, t, rate, 0.12, COUNT, 2)
    noise += 0.010 * level * rng.standard_normal((t, COUNT, 2))
    speed = np.gradient(rays, axis=0) * rate / RATE_HZ  # in a sixtieth of a second
    noise += speed * (0.25 * drift(rng, t, rate, 0.03, COUNT, 1) + rng.normal(-0.1, 0.2))
    guess = rng.choice([0.07, 0.15, 0.30], p=[0.4, 0.4, 0.2]) * drift(rng, t, rate, 0.2, COUNT, 2)
    own = np.where(rng.random() < 0.7, GUESSED, 1.0)[:, None]
    soft = gaussian_filter1d(hidden.astype(float), 1.5 * rate / RATE_HZ, axis=0)[..., None]
    # In a long exposure a fast hand is a streak, and the landmark lies anywhere in it or beside it.
    streak = np.linalg.norm(speed, axis=-1, keepdims=True) * rng.choice([0.0, 0.15, 0.4], p=[0.4, 0.35, 0.25])
    noise += streak * drift(rng, t, rate, 0.05, COUNT, 2)
    bursts = (drift(rng, t, rate, 0.06, COUNT, 1) > 2.3) * 0.3 * rng.standard_normal((t, COUNT, 2))
    return (
        noise
        + soft * own * (guess + 0.10 * rng.standard_normal((1, COUNT, 2)))
        + bursts * (rng.random() < 0.5)
    )


def _guess_elbows(rng, rays, hidden, rate) -> np.ndarray:
    """An elbow that cannot be told is guessed near its shoulder, on the way to the wrist or at the wrist."""
    rays = rays.copy()
    for side in ("left", "right"):
        shoulder, elbow, wrist = (_NAME[f"{side}_{n}"] for n in ("shoulder", "elbow", "wrist"))
        soft = gaussian_filter1d(hidden[:, elbow].astype(float), 1.5 * rate / RATE_HZ)[:, None]
        along = np.clip(rng.choice([0.3, 0.8]) + 0.3 * drift(rng, len(rays), rate, 0.3, 1), 0, 1)
        goal = rays[:, shoulder] + along * (rays[:, wrist] - rays[:, shoulder])
        rays[:, elbow] += soft * rng.choice([0.0, 0.5, 0.9], p=[0.4, 0.3, 0.3]) * (goal - rays[:, elbow])
    return rays


def _confuse_hands(rng, rays, torso, throws, rate) -> np.ndarray:
    """Where the wrists meet in the picture one is drawn to the other."""
    rays = rays.copy()
    left, right = (np.array([_NAME[f"{s}_wrist"], _NAME[f"{s}_index"]]) for s in ("left", "right"))
    near = np.linalg.norm(rays[:, left[0]] - rays[:, right[0]], axis=-1) / torso
    close = gaussian_filter1d(np.clip((0.9 - near) / 0.3, 0, 1), 2.0 * rate / RATE_HZ)
    pull = rng.choice([0.0, 0.5, 0.9], p=[0.5, 0.25, 0.25]) + 0.25 * drift(rng, len(rays), rate, 0.4)
    share = close * np.clip(pull, 0, 1.1)
    gloved = (left, right) if throws == "right" else (right, left)
    first, second = gloved if rng.random() < 0.7 else gloved[::-1]
    rays[:, first] += share[:, None, None] * (rays[:, second] - rays[:, first])
    # A hand inside a glove is hardly seen: it lies anywhere near, often too close to its own elbow.
    elbow = rays[:, first[:1] - 2]
    rays[:, first] += (
        close[:, None, None] * rng.choice([0.0, 0.4, 0.9]) * rng.uniform(0.5, 1) * (elbow - rays[:, first])
    )
    lost = rng.choice([0.03, 0.10, 0.22]) * (
        rng.standard_normal(2) + 0.4 * drift(rng, len(rays), rate, 0.3, 2)
    )
    rays[:, first] += torso * close[:, None, None] * lost[:, None]
    return rays


def _find_in_glove(rng, p, rays, shape, confidence, torso, throws, rate):
    """What ``motion.hands`` makes of joined hands: the hidden hand at the ball hand, where it noticed them."""
    left, right = (np.array([_NAME[f"{s}_wrist"], _NAME[f"{s}_index"]]) for s in ("left", "right"))
    glove, ball = (left, right) if throws == "right" else (right, left)
    apart = np.linalg.norm(p[:, glove[0]] - p[:, ball[0]], axis=-1)
    noticed = gaussian_filter1d(np.clip((0.16 - apart) / 0.04, 0, 1), rate / RATE_HZ) * (rng.random() < 0.85)
    rays, shape, confidence = rays.copy(), shape.copy(), confidence.copy()
    for places, near in ((rays, hands.NEAR * torso), (shape, hands.NEAR * TORSO_H)):
        way = places[:, ball[0]] - places[:, glove[0]]
        share = noticed * hands.pull(np.linalg.norm(way, axis=-1) / near)
        places[:, glove] += (share[:, None] * way)[:, None]
    sure = np.minimum(confidence[:, ball[:1]], hands.MOST_SURE)
    confidence[:, glove] += noticed[:, None] * (sure - confidence[:, glove])
    return rays, shape, confidence


def _shape_noise(rng, shape, hidden, level, rate) -> np.ndarray:
    """The network's metric shape: a tilted body, flattened depth, own bias per point, wander."""
    t = len(shape)
    angles = np.radians(np.array([8, 14, 4]) * (rng.standard_normal(3) + 0.6 * drift(rng, t, rate, 0.3, 3)))
    out = _turn(shape, angles)
    # Of the trunk's lean against the legs it knows little: it leans away at leg lift, toward the camera in the stride.
    lean = np.radians(LEAN_DEG * drift(rng, t, rate, 0.15, 3))
    leaning = _turn(out[:, UPPER], lean)
    for arm, shoulder in ARMS.items():  # an arm is carried along, not turned
        out[:, arm] += (leaning[:, UPPER.index(shoulder)] - out[:, shoulder])[:, None]
    out[:, UPPER] = leaning
    out = out * np.array([1, 1, rng.uniform(0.35, 0.85)])
    spread = np.array([0.015, 0.015, 0.022])
    out = out + level * spread * rng.standard_normal((1, COUNT, 3))
    out = out + level * np.array([0.018, 0.018, 0.026]) * drift(rng, t, rate, 0.2, COUNT, 3)
    soft = gaussian_filter1d(hidden.astype(float), 1.5 * rate / RATE_HZ, axis=0)[..., None]
    out = out + soft * 0.06 * drift(rng, t, rate, 0.2, COUNT, 3)
    return out - out[:, [6, 7]].mean(1, keepdims=True)


def _turn(shape, angles) -> np.ndarray:
    """Turn (T, N, 3) by small rotation vectors (T, 3) (Rodrigues)."""
    theta = np.linalg.norm(angles, axis=-1)[:, None, None] + 1e-9
    k = np.broadcast_to((angles[:, None] / theta), shape.shape)
    dot = (k * shape).sum(-1, keepdims=True)
    return shape * np.cos(theta) + np.cross(k, shape) * np.sin(theta) + k * dot * (1 - np.cos(theta))


def _confidence(rng, miss, hidden, rate) -> np.ndarray:
    """Calibrated confidence (T, 21) as the network's heatmap gives it: it knows its errors, roughly.

    Of what is hidden, and of some limbs at times, it knows less than that, and is too sure.
    """
    t = len(miss)
    soft = gaussian_filter1d(hidden.astype(float), 1.5 * rate / RATE_HZ, axis=0)
    blind = soft * rng.uniform(0, 0.6, (1, COUNT)) + (drift(rng, t, rate, 0.15, COUNT) > 2.0) * rng.uniform(
        0, 0.9
    )
    miss = miss * (1 - np.clip(blind, 0, 0.9))
    known = np.sqrt(gaussian_filter1d(miss**2, 2.0 * rate / RATE_HZ, axis=0) + 0.03**2)
    known = known * np.exp(0.4 * rng.standard_normal((1, COUNT)) + 0.4 * drift(rng, t, rate, 0.15, COUNT))
    return np.clip(1 - np.exp(-(0.1**2) / (2 * (known / 1.2) ** 2)), 0.02, 0.99)


def _lose_frames(rng, rays, shape, confidence, half):
    """Some frames are not seen and bridged; some films have half the frames."""
    t = np.arange(len(rays))
    seen = np.ones(len(rays), bool)
    if half:
        seen[1::2] = False
    for _ in range(rng.poisson(0.3)):
        at = int(rng.integers(1, len(rays) - 12))
        seen[at : at + int(rng.integers(2, 11))] = False
        confidence = np.where(seen[:, None], confidence, 0.0)
    seen[[0, -1]] = True
    bridged = [
        np.stack([np.interp(t, t[seen], c) for c in a[seen].reshape(seen.sum(), -1).T], -1).reshape(a.shape)
        for a in (rays, shape)
    ]
    return *bridged, confidence


def _swap(rng, p, rays, shape, confidence):
    """Exchange left and right of arms, legs or all for short stretches; likelier when seen edge-on."""
    rays, shape, confidence = rays.copy(), shape.copy(), confidence.copy()
    groups = [[0, 1, 2, 3, 4, 5, 15, 16], [6, 7, 8, 9, 10, 11, 17, 18, 19, 20], [2, 3, 4, 5, 15, 16],
              [8, 9, 10, 11, 17, 18, 19, 20], list(range(COUNT))]  # fmt: skip
    for _ in range(rng.poisson(0.8)):
        width = np.abs(p[:, 6, 0] - p[:, 7, 0]) + np.abs(p[:, 0, 0] - p[:, 1, 0])
        chance = np.exp(-width / 0.08) + 0.05
        at = int(rng.choice(len(p), p=chance / chance.sum()))
        rows = slice(max(0, at - int(rng.integers(1, 10))), at + int(rng.integers(1, 10)))
        group = np.array(groups[int(rng.integers(len(groups)))])
        other = MIRROR_NODE[group]
        for array in (rays, shape, confidence):
            array[rows, group] = array[rows, other].copy()
    return rays, shape, confidence
