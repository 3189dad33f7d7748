"""What does not keep its length: the shoulder girdle moves on the ribs, and joints seen from outside slide.

Shoulder blades draw together and lift until foot contact, and spread and drop into release: the line between the
shoulder joints is a sixth shorter at contact than in the set, and skewed against the trunk. How much differs from one
to the next. Numbers are ours, rounded [E]; ``benchmarks/delivery_range.py`` holds them against real pitchers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

# By key, in the order of the key frames: length as a share of its usual one, and the skew in degrees.
WIDTH = np.array([1.0, 0.97, 0.94, 0.92, 0.84, 0.85, 0.98, 1.0, 1.02, 0.93, 1.0])
SKEW_DEG = np.array([0, -4, -3, 1, 0, 11, 2, -5, -14, -17, -8], float)
TRUNK = np.array([1.02, 1.0, 1.02, 1.02, 1.06, 1.05, 0.94, 0.95, 0.98, 1.01, 0.98])
UPPER_ARM = np.array([0.98, 1.0, 0.99, 0.97, 0.97, 0.98, 1.05, 1.05, 1.0, 1.04, 1.04])
FOREARM = np.array([0.97, 0.97, 0.97, 0.99, 1.0, 1.01, 1.01, 1.04, 1.03, 1.04, 1.0])
THIGH = np.array([0.99, 0.99, 0.98, 0.96, 0.97, 1.0, 1.05, 1.05, 1.02, 0.99, 1.02])
MOVING = ("shoulder_width", "trunk", "upper_arm", "forearm", "thigh")
YOUTH = {"head_width": 1.15, "face": 1.1, "neck": 1.08, "thigh": 0.96, "shank": 0.96, "upper_arm": 0.97, "forearm": 0.97,
         "trunk": 1.03, "shoulder_width": 0.95}  # fmt: skip


@dataclass(frozen=True)
class Girdle:
    """Skew of the shoulder line (T,) in radians, + the glove shoulder up along the trunk; ``factor`` by bone (T, 1)."""

    skew: np.ndarray
    factor: dict[str, np.ndarray]


def move(
    rng: np.random.Generator, times: np.ndarray, time_s: np.ndarray, drift, *, rigid: bool = False
) -> Girdle:
    """One pitcher's girdle at ``time_s`` (T,), keyed at ``times`` (11,); ``drift(seconds)`` is smooth noise (T,)."""
    if rigid:
        return Girdle(np.zeros(len(time_s)), {name: np.ones((len(time_s), 1)) for name in MOVING})
    clock = np.clip(time_s, times[0], times[-1])
    amount = rng.uniform(0.0, 1.7)  # from a rigid girdle to a very loose one
    own = 1.0 + 0.35 * rng.standard_normal(len(times))

    def curve(keys: np.ndarray, share: float, wander: float) -> np.ndarray:
        values = 1.0 + share * (keys - 1.0) * own + wander * rng.standard_normal(len(times))
        return (PchipInterpolator(times, values)(clock) + 0.5 * wander * drift(0.25))[:, None]

    sliding = rng.uniform(0.0, 1.5)
    skew = amount * (SKEW_DEG * own + 5.0 * rng.standard_normal(len(times)) + 3.0 * rng.standard_normal())
    return Girdle(
        np.radians(PchipInterpolator(times, skew)(clock)),
        {
            "shoulder_width": curve(WIDTH, amount, 0.03),
            "trunk": curve(TRUNK, sliding, 0.015),
            "upper_arm": curve(UPPER_ARM, sliding, 0.012),
            "forearm": curve(FOREARM, sliding, 0.012),
            "thigh": curve(THIGH, sliding, 0.012),
        },
    )


def sizes(rng: np.random.Generator, bones, *, youth: bool) -> dict[str, float]:
    """Bone lengths of one random body by name, in body heights."""
    out = {b.name: b.size * float(np.exp(rng.normal(0, 1.25 * b.spread))) for b in bones}
    out["shoulder_width"] *= float(np.exp(rng.normal(-0.04, 0.06)))
    out["forearm"] *= float(np.exp(rng.normal(0.02, 0.02)))
    out["shank"] *= float(np.exp(rng.normal(-0.015, 0.02)))
    if youth:
        share = rng.uniform(0.4, 1.3)
        out = {name: size * YOUTH.get(name, 1.0) ** share for name, size in out.items()}
    return out
