"""Synthetic films of synthetic deliveries: exact joints, seen by a camera, told as the network would."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shadow_trainer.body.skeleton import COUNT, INDEX
from shadow_trainer.pose.motion import body, offsets
from shadow_trainer.pose.raw_track import RawTrack
from training.lifter import deliveries

WIDTH, HEIGHT, FOCAL = 1280, 720, 1400.0


@dataclass(frozen=True)
class Film:
    """Raw track and the truth behind it: nodes (T, 21, 3) in world metres and in camera axes."""

    raw: RawTrack
    world: np.ndarray
    cam: np.ndarray
    delivery: deliveries.Delivery
    height_m: float

    @property
    def joints(self) -> np.ndarray:
        """The twelve joints, world metres."""
        return self.world[:, :12]


def film(
    seed: int = 0, *, style: str = "plain", throws: str = "right", rate_hz: float = 60.0, azimuth_deg: float = -90.0,
    noise_px: float = 1.5, depth_noise_m: float = 0.05, depth_gain: float = 0.8, height_m: float = 1.85,
    wildness: float = 0.4,
) -> Film:  # fmt: skip
    """One delivery from six metres; azimuth -90 looks from third base, 0 from the plate."""
    rng = np.random.default_rng(seed)
    made = deliveries.make(rng, wildness=wildness, style=style, throws=throws, rate_hz=rate_hz)
    world = made.points * height_m
    rotation, centre = _camera(world.mean((0, 1)), np.radians(azimuth_deg))
    cam = (world - centre) @ rotation.T
    marks = cam + offsets.landmark_offsets(cam, height_m)
    px = FOCAL * marks[..., :2] / marks[..., 2:] + np.array([WIDTH / 2, HEIGHT / 2])
    px = px + rng.normal(0, noise_px, px.shape)
    wander = deliveries.drift(rng, len(cam), rate_hz, 0.2, body.COUNT, 3)
    shape = (marks - cam[:, [6, 7]].mean(1, keepdims=True)) * np.array(
        [1, 1, depth_gain]
    ) + depth_noise_m * wander
    return Film(_raw(made.time_s, px, shape), world, cam, made, height_m)


def _camera(middle: np.ndarray, azimuth: float) -> tuple[np.ndarray, np.ndarray]:
    centre = middle + 6.0 * np.array([np.cos(azimuth), np.sin(azimuth), 0.0])
    centre[2] = 1.1
    z = middle - centre
    z /= np.linalg.norm(z)
    x = np.cross(z, [0, 0, 1.0])
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(z, x), z]), centre


def _raw(time_s: np.ndarray, px: np.ndarray, shape: np.ndarray) -> RawTrack:
    t = len(time_s)
    nearest = np.array([body.NODE["nose"]] * COUNT)
    for name, i in INDEX.items():
        side = "left" if "left" in name else "right"
        hand = any(k in name for k in ("pinky", "thumb"))
        nearest[i] = body.NODE.get(name, body.NODE[f"{side}_index"] if hand else body.NODE["nose"])
    raw = RawTrack.empty(time_s)
    return raw.with_(
        landmarks_px=px[:, nearest].astype(np.float32), confidence=np.full((t, COUNT), 0.95, np.float32),
        world_m=shape[:, nearest].astype(np.float32), measured=np.ones(t, bool),
        window_id=np.zeros(t, np.int32), pose_flag=np.ones(t, np.float32),
    )  # fmt: skip


def aligned_error_m(a: np.ndarray, b: np.ndarray) -> float:
    """Mean distance after one similarity transform; (T, N, 3) each."""
    p, g = a.reshape(-1, 3), b.reshape(-1, 3)
    mp, mg = p.mean(0), g.mean(0)
    u, s, vt = np.linalg.svd((g - mg).T @ (p - mp))
    d = np.diag([1, 1, np.sign(np.linalg.det(u @ vt))])
    scale = (s * np.diag(d)).sum() / ((p - mp) ** 2).sum()
    return float(np.linalg.norm(scale * (p - mp) @ (u @ d @ vt).T + mg - g, axis=1).mean())
