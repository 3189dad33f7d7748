"""Bodies in motion for the tests: the reference's delivery, and people who do not pitch."""

from __future__ import annotations

import numpy as np

from shadow_trainer.body.series import PoseSeries
from shadow_trainer.body.skeleton import INDEX, MIRROR
from shadow_trainer.pitching.reference import elite

BEFORE_S, AFTER_S = 0.6, 0.5


def pitch(fps: float = 240.0, *, count: int = 1, apart_s: float = 4.0) -> PoseSeries:
    """``count`` deliveries of the reference, each held still before and after, at a frame rate."""
    one = elite()
    length = BEFORE_S + (one.time_s[-1] - one.time_s[0]) + AFTER_S
    time_s = np.arange(0.0, (count - 1) * apart_s + length, 1.0 / fps)
    own = time_s % apart_s if count > 1 else time_s
    # Between two pitches the body goes back to the set slowly, as a pitcher walks back.
    back = np.clip((own - length) / max(apart_s - length, 1e-9), 0.0, 1.0)[:, None, None]
    world = one.at(own - BEFORE_S + one.time_s[0])
    return series(time_s, (1 - back) * world + back * one.at(np.array([one.time_s[0]])))


def series(time_s: np.ndarray, world_m: np.ndarray) -> PoseSeries:
    """World points (T, 33, 3) as a pose series without pixels."""
    t = len(time_s)
    return PoseSeries(time_s, np.full((t, 33, 2), np.nan), np.ones((t, 33)), world_m, np.ones(t, dtype=bool))


def mirrored(one: PoseSeries) -> PoseSeries:
    """The same delivery by a left-hander."""
    return one.with_(world_m=one.world_m[:, MIRROR] * np.array([1.0, -1.0, 1.0]))


def turned(one: PoseSeries, angle_deg: float) -> PoseSeries:
    """The same delivery in a world turned about the vertical."""
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    return one.with_(world_m=one.world_m @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1.0]]))


def sampled(one: PoseSeries, step: int) -> PoseSeries:
    """Every ``step``-th frame."""
    return PoseSeries(
        one.time_s[::step],
        one.landmarks_px[::step],
        one.confidence[::step],
        one.world_m[::step],
        one.measured[::step],
    )


def standing(seconds: float = 6.0, fps: float = 60.0) -> tuple[np.ndarray, np.ndarray]:
    """``(time_s, world)`` of a person who stands upright, arms hanging, facing third base, 1.88 m tall."""
    base = elite().at(np.array([elite().time_s[0]]))[0]
    time_s = np.arange(0.0, seconds, 1.0 / fps)
    world = np.repeat(base[None], len(time_s), axis=0)
    for side in ("left", "right"):
        shoulder = world[:, INDEX[f"{side}_shoulder"]]
        world[:, INDEX[f"{side}_elbow"]] = shoulder + [0, 0, -0.33]
        for name, down in (("wrist", 0.6), ("index", 0.69), ("pinky", 0.69), ("thumb", 0.66)):
            world[:, INDEX[f"{side}_{name}"]] = shoulder + [0, 0, -down]
    return time_s, world


def swinging_arm(world: np.ndarray, side: str, angle_rad: np.ndarray) -> None:
    """Hold one straight arm up at ``angle_rad`` from hanging, in the plane of the chest."""
    sign = 1.0 if side == "left" else -1.0
    direction = np.stack([sign * np.sin(angle_rad), 0 * angle_rad, -np.cos(angle_rad)], axis=-1)
    shoulder = world[:, INDEX[f"{side}_shoulder"]]
    for name, reach in (("elbow", 0.33), ("wrist", 0.6), ("index", 0.69), ("pinky", 0.69), ("thumb", 0.66)):
        world[:, INDEX[f"{side}_{name}"]] = shoulder + reach * direction


def by_clock(clock_s: np.ndarray, fps: float = 120.0) -> PoseSeries:
    """The reference's body with its own time run as told: ``clock_s`` (T,) seconds, foot contact at 0."""
    one = elite()
    time_s = np.arange(len(clock_s)) / fps
    return series(time_s, one.at(np.clip(clock_s, one.time_s[0], one.time_s[-1])))


def there_and_back(turn_s: float, fps: float = 120.0) -> PoseSeries:
    """Stillness, a delivery up to ``turn_s`` (foot contact at 0), and the same way back, as in a balance drill."""
    start = float(elite().time_s[0])
    way = np.arange(start, turn_s, 1.0 / fps)
    rest = np.full(int(fps * 0.6), start)
    return by_clock(np.concatenate([rest, way, way[::-1], rest]), fps)


def backwards(one: PoseSeries) -> PoseSeries:
    """The video run backwards."""
    flipped = {n: getattr(one, n)[::-1] for n in ("landmarks_px", "confidence", "world_m", "measured")}
    extras = {name: values[::-1] for name, values in one.extras.items()}
    return one.with_(time_s=one.time_s[-1] - one.time_s[::-1], extras=extras, **flipped)


def between(one: PoseSeries, start_s: float, end_s: float) -> PoseSeries:
    """The part of a video in [start, end)."""
    rows = (one.time_s >= start_s) & (one.time_s < end_s)
    cut = {n: getattr(one, n)[rows] for n in ("time_s", "landmarks_px", "confidence", "world_m", "measured")}
    return PoseSeries(**cut, extras={name: values[rows] for name, values in one.extras.items()})


def moved(world: np.ndarray, names: tuple[str, ...], by: np.ndarray) -> None:
    """Shift landmarks by (T, 3) metres."""
    for name in names:
        world[:, INDEX[name]] += by


# World to camera axes (right, down, ahead).
CAMERAS = {
    "open-side": np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]]),
    "rear": np.array([[0.0, -1.0, 0.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0]]),
    "front": np.array([[0.0, 1.0, 0.0], [0.0, 0.0, -1.0], [-1.0, 0.0, 0.0]]),
}


def filmed(one: PoseSeries, view: str = "open-side") -> PoseSeries:
    """The series as our own solution of a video: with camera and uncertainty."""
    rotation = CAMERAS[view]
    t, shift = len(one), np.array([0.0, 1.0, 7.0])
    local = one.world_m @ rotation.T + shift
    extras = {
        "camera_focal": np.full(t, 1500.0),
        "camera_R": np.repeat(rotation[None], t, axis=0),
        "camera_t": np.repeat(shift[None], t, axis=0),
        "world_sd_m": np.full((t, 33), 0.02),
    }
    return one.with_(landmarks_px=1500.0 * local[..., :2] / local[..., 2:] + 500.0, extras=extras)
