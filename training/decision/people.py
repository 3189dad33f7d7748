"""People who do not pitch, as (T, 33, 3) heights over time: what a camera at a ball field also sees.

Each function takes a random generator and the times (T,) in seconds and gives points in body heights, a right-hander's
axes (X ahead, Y to the left, Z up). They are coarse on purpose: a decision needs their hands, feet and hips.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from shadow_trainer.body.skeleton import INDEX

Move = Callable[[np.random.Generator, np.ndarray], np.ndarray]
UPPER_ARM, FOREARM, THIGH, SHANK, TRUNK = 0.175, 0.142, 0.26, 0.257, 0.27
SIDES = (("left", 1.0), ("right", -1.0))


def body(
    hips: np.ndarray, lean_rad: np.ndarray, turn_rad: np.ndarray, hands: dict[str, np.ndarray], feet: dict[str, np.ndarray]
) -> np.ndarray:  # fmt: skip
    """A body (T, 33, 3) with its mid-hip (T, 3), its trunk leaning ahead and turned (T,), hands and ankles (T, 3) by side."""
    count = len(hips)
    points = np.full((count, 33, 3), np.nan)
    ahead = np.stack([np.cos(turn_rad), np.sin(turn_rad), 0 * turn_rad], axis=-1)
    across = np.stack([-ahead[:, 1], ahead[:, 0], 0 * turn_rad], axis=-1)
    up = np.array([0.0, 0.0, 1.0]) * np.cos(lean_rad)[:, None] + ahead * np.sin(lean_rad)[:, None]
    neck = hips + TRUNK * up
    points[:, INDEX["nose"]] = neck + 0.12 * up + 0.07 * ahead
    for side, sign in SIDES:
        hip, shoulder = hips + sign * 0.05 * across, neck + sign * 0.095 * across
        points[:, INDEX[f"{side}_hip"]], points[:, INDEX[f"{side}_shoulder"]] = hip, shoulder
        points[:, INDEX[f"{side}_ear"]] = neck + 0.12 * up + sign * 0.04 * across
        elbow, wrist = _bend(shoulder, hands[side], UPPER_ARM, FOREARM, -up + 0.4 * sign * across)
        knee, ankle = _bend(hip, feet[side], THIGH, SHANK, ahead)
        for name, place in (("elbow", elbow), ("wrist", wrist), ("knee", knee), ("ankle", ankle)):
            points[:, INDEX[f"{side}_{name}"]] = place
        for name in ("index", "pinky", "thumb"):
            points[:, INDEX[f"{side}_{name}"]] = wrist + 0.25 * (wrist - elbow)
        points[:, INDEX[f"{side}_heel"]] = ankle - 0.03 * ahead - [0, 0, 0.03]
        points[:, INDEX[f"{side}_foot_index"]] = ankle + 0.1 * ahead - [0, 0, 0.03]
    return points


def _bend(root: np.ndarray, goal: np.ndarray, first: float, second: float, pole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Middle and end (T, 3) of two bones from ``root`` toward ``goal``; the middle lies toward ``pole``."""
    way = goal - root
    distance = np.linalg.norm(way, axis=-1, keepdims=True)
    axis = way / np.maximum(distance, 1e-9)
    distance = np.clip(distance, abs(first - second) + 0.02, 0.999 * (first + second))
    along = (first**2 - second**2 + distance**2) / (2 * distance)
    out = pole - (pole * axis).sum(-1, keepdims=True) * axis
    out /= np.maximum(np.linalg.norm(out, axis=-1, keepdims=True), 1e-9)
    return root + along * axis + np.sqrt(np.maximum(first**2 - along**2, 0)) * out, root + distance * axis


def _step(time_s: np.ndarray, when: float, takes: float) -> np.ndarray:
    """0 before and 1 after a time, smoothly in ``takes`` seconds."""
    return 1 / (1 + np.exp(-np.clip((time_s - when) / (takes / 6), -40, 40)))


def _at(time_s: np.ndarray, x: float, y: float, z: float) -> np.ndarray:
    return np.repeat(np.array([[x, y, z]]), len(time_s), axis=0)


def walk(rng: np.random.Generator, time_s: np.ndarray) -> np.ndarray:
    """Walking or running, the arms swinging against the legs."""
    runs = rng.random() < 0.5
    speed, rate = (
        (rng.uniform(1.8, 4.0), rng.uniform(2.2, 3.2))
        if runs
        else (rng.uniform(0.4, 1.0), rng.uniform(1.4, 2.0))
    )
    phase = np.pi * rate * time_s + rng.uniform(0, 6)
    hips = np.stack([speed * time_s, 0 * time_s, 0.52 + 0.015 * np.cos(2 * phase)], axis=-1)
    reach, lift, swing = (0.32, 0.18, 0.22) if runs else (0.18, 0.06, 0.12)
    hands, feet = {}, {}
    for side, sign in SIDES:
        s, c = sign * np.sin(phase), np.maximum(sign * np.cos(phase), 0)
        feet[side] = np.stack([hips[:, 0] + reach * s, 0.06 * sign + 0 * s, 0.04 + lift * c], axis=-1)
        height = 0.62 if runs else 0.5
        hands[side] = np.stack(
            [hips[:, 0] + 0.05 - swing * 1.4 * s, 0.13 * sign + 0 * s, height - 0.06 * s], axis=-1
        )
    return body(hips, np.full(len(time_s), 0.2 if runs else 0.05), 0 * time_s, hands, feet)


def jump(rng: np.random.Generator, time_s: np.ndarray) -> np.ndarray:
    """Jumping up or down from somewhere, the arms thrown up."""
    when, height = rng.uniform(1.2, 2.2), rng.uniform(0.1, 0.3)
    flight = np.clip((time_s - when) / rng.uniform(0.35, 0.6), 0, 1)
    z = 4 * height * flight * (1 - flight) - rng.choice([0.0, 0.5, 1.0]) * flight**2
    hips = np.stack([0.4 * rng.random() * flight, 0 * z, 0.52 + z], axis=-1)
    up = 0.5 * (_step(time_s, when, 0.25) - _step(time_s, when + rng.uniform(0.3, 0.6), 0.3))
    one = rng.random() < 0.4
    hands = {
        side: hips
        + np.stack([0.1 + 0 * z, 0.15 * sign + 0 * z, 0.02 + up * (0.4 if one and side == "left" else 1)], -1)
        for side, sign in SIDES
    }
    feet = {side: hips + np.array([0.0, 0.07 * sign, -0.48]) for side, sign in SIDES}
    return body(hips, 0.1 + 0 * z, 0 * z, hands, feet)


def swing(rng: np.random.Generator, time_s: np.ndarray) -> np.ndarray:
    """A batter: a stride, then both hands go round the body on the bat; some let the upper hand go afterwards."""
    when, turn0 = rng.uniform(1.5, 2.5), rng.uniform(-0.3, 0.3)
    turned = _step(time_s, when, rng.uniform(0.15, 0.3))
    turn = turn0 - 1.5 + 1.7 * turned
    hips = np.stack([0.1 * _step(time_s, when - 0.2, 0.3), 0 * turn, 0.48 + 0 * turn], axis=-1)
    way = -2.2 + rng.uniform(2.8, 4.2) * turned
    out, height = (
        rng.uniform(0.22, 0.32),
        0.66 - rng.uniform(0.05, 0.2) * turned + rng.uniform(0, 0.25) * turned**4,
    )
    grip = np.stack([hips[:, 0] + out * np.cos(way), hips[:, 1] + out * np.sin(way), height], axis=-1)
    away = (0.25 * _step(time_s, when + rng.uniform(0.1, 0.3), 0.3) if rng.random() < 0.4 else 0 * turn)[
        :, None
    ]
    between = np.array([0.0, 0.0, rng.uniform(0.03, 0.08)])
    hands = {"left": grip, "right": grip + between - away * np.array([1.0, 0.5, 0.0])}
    raised = rng.uniform(0, 0.25) * np.exp(-(((time_s - when + 0.45) / 0.18) ** 2))
    stride = rng.uniform(0.05, 0.2) * _step(time_s, when - 0.3, 0.25)
    feet = {
        "left": np.stack([0.18 + stride, 0 * turn, 0.04 + raised], axis=-1),
        "right": _at(time_s, -0.18, 0.0, 0.04),
    }
    return body(hips, 0.2 + 0 * turn, turn, hands, feet)


def field_throw(rng: np.random.Generator, time_s: np.ndarray) -> np.ndarray:
    """A throw back from where somebody stands or walks: one soft arm, hardly a step, no leg lift."""
    when, fast = rng.uniform(1.5, 2.5), rng.uniform(0.25, 0.6)
    turn = -0.8 + 1.2 * _step(time_s, when, fast)
    hips = np.stack([rng.uniform(0, 0.5) * time_s, 0 * turn, 0.51 + 0 * turn], axis=-1)
    angle = -0.5 + 2.6 * _step(time_s, when, fast)
    reach, high = rng.uniform(0.2, 0.3), rng.uniform(0.1, 0.3)
    ball = hips + np.stack([-reach * np.cos(angle), -0.12 + 0 * angle, 0.22 + high * np.sin(angle)], axis=-1)
    ready = _step(time_s, when - 0.5, 0.3)[:, None]
    rest = hips + np.array([0.12, 0.0, 0.15])
    hands = {"right": rest + ready * (ball - rest), "left": rest + ready * np.array([0.1, 0.15, -0.1])}
    step = rng.uniform(0.0, 0.12) * _step(time_s, when - 0.2, 0.2)
    feet = {
        "left": hips + np.stack([0.08 + step, 0.05 + 0 * step, -hips[:, 2] + 0.04], axis=-1),
        "right": hips + np.stack([-0.08 - step, -0.05 + 0 * step, -hips[:, 2] + 0.04], axis=-1),
    }
    return body(hips, 0.15 + 0 * turn, turn, hands, feet)


def catch(rng: np.random.Generator, time_s: np.ndarray) -> np.ndarray:
    """A catcher: squats, the glove goes to the ball, then he rises and often tosses it back."""
    when = rng.uniform(1.0, 2.0)
    rise = rng.choice([0.0, 1.0]) * _step(time_s, when + 0.7, 0.6)
    hips = np.stack([0.1 * rise, 0 * rise, 0.26 + 0.24 * rise], axis=-1)
    out = _step(time_s, when, rng.uniform(0.1, 0.3)) - 0.6 * _step(time_s, when + 0.3, 0.3)
    glove = hips + np.stack(
        [0.2 + 0.15 * out, 0.05 + rng.uniform(-0.25, 0.25) * out, 0.16 + rng.uniform(-0.12, 0.2) * out], -1
    )
    toss = _step(time_s, when + 1.4, rng.uniform(0.3, 0.6)) * rise
    bare = hips + np.stack([0.05 - 0.2 * rise + 0.45 * toss, -0.1 + 0 * rise, 0.1 + 0.2 * rise], axis=-1)
    feet = {side: _at(time_s, 0.02, 0.13 * sign, 0.04) for side, sign in SIDES}
    return body(hips, 0.45 - 0.3 * rise, 0 * rise, {"left": glove, "right": bare}, feet)


def wave(rng: np.random.Generator, time_s: np.ndarray) -> np.ndarray:
    """Standing and waving, clapping, pointing or swinging an arm."""
    side, rate, size = rng.choice(["left", "right"]), rng.uniform(0.5, 2.5), rng.uniform(0.1, 0.28)
    hips = _at(time_s, 0.0, 0.0, 0.52)
    still = {s: hips + np.array([0.04, 0.14 * sign, -0.02]) for s, sign in SIDES}
    angle = 2 * np.pi * rate * time_s
    moving = np.stack(
        [0.1 + 0 * angle, size * np.cos(angle), 0.35 + size * np.sin(angle) * rng.choice([0.2, 1.0])], -1
    )
    hands = {**still, side: hips + moving}
    if rng.random() < 0.3:
        hands["left" if side == "right" else "right"] = hips + moving * np.array([1.0, -1.0, 1.0])
    feet = {s: _at(time_s, 0.0, 0.06 * sign, 0.04) for s, sign in SIDES}
    return body(hips, 0 * angle, 0 * angle, hands, feet)


def kick(rng: np.random.Generator, time_s: np.ndarray) -> np.ndarray:
    """A kick or a practised leg lift without a throw."""
    when, far = rng.uniform(1.5, 2.5), rng.choice([0.0, rng.uniform(0.2, 0.5)])
    leg = np.exp(-(((time_s - when) / rng.uniform(0.1, 0.4)) ** 2))
    hips = _at(time_s, 0.0, 0.0, 0.52)
    feet = {
        "left": np.stack([0.05 + far * leg, 0.06 + 0 * leg, 0.04 + 0.3 * leg], axis=-1),
        "right": _at(time_s, 0.0, -0.06, 0.04),
    }
    hands = {
        s: hips + np.stack([0.1 - 0.2 * leg, 0.12 * sign + 0 * leg, 0.1 + 0.15 * leg], -1)
        for s, sign in SIDES
    }
    return body(hips, -0.2 * leg, 0 * leg, hands, feet)


MOVES: dict[str, Move] = {
    "walk": walk,
    "jump": jump,
    "swing": swing,
    "field_throw": field_throw,
    "catch": catch,
    "wave": wave,
    "kick": kick,
}
