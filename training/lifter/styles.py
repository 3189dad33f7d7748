"""How deliveries differ: key values and key times of one random delivery in a style.

Key frames after docs/method.md, section 7, are where every delivery begins. What is common among pitchers and differs
from that one hand-keyed delivery is mixed in by a random share (``TOWARD``), then everything is varied, then the style
has its say. The numbers are ours, rounded [E]; that the result covers real pitchers and more is checked against
aggregates of the OpenBiomechanics Project (Driveline Baseball, CC BY-NC-SA 4.0) by ``benchmarks/delivery_range.py``.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

_PATH = Path(__file__).with_name("keyframes.csv")
with _PATH.open(newline="") as _file:
    _ROWS = list(csv.DictReader(_file))
KEYS = {k: np.array([float(r[k]) for r in _ROWS]) for k in _ROWS[0] if k != "event" and "result" not in k}
EVENTS = [r["event"] for r in _ROWS]
COUNT = len(EVENTS)

# Feet, not in the table: yaw of the toes from X (degrees, negative = toward third base) and toe-down pitch.
_REAR_YAW = np.array([-85, -85, -85, -82, -70, -45, -30, -25, -20, -10, 20], float)
_REAR_PITCH = np.array([0, 0, 0, 3, 20, 40, 55, 60, 65, 70, 60], float)
_LEAD_YAW = np.array([-85, -70, -75, -70, -25, -7, -7, -7, -7, -7, -7], float)
_LEAD_PITCH = np.array([0, 35, 30, 10, 0, 0, 0, 0, 0, 0, 0], float)
CHANNELS = {**{k: v for k, v in KEYS.items() if k != "t_ms"}, "rear_yaw": _REAR_YAW, "rear_pitch": _REAR_PITCH,
            "lead_yaw": _LEAD_YAW, "lead_pitch": _LEAD_PITCH}  # fmt: skip
ANGLE_SD = {
    "pelvis_rot": 10, "pelvis_fwd_tilt": 5, "pelvis_lead_hip_up": 6, "trunk_rot": 10, "trunk_fwd_tilt": 8,
    "trunk_lat_tilt_glove_pos": 8, "thr_abd": 12, "thr_hz_abd": 15, "thr_ER": 20, "thr_elbow": 13,
    "glv_abd": 15, "glv_hz_abd": 22, "glv_ER": 26, "glv_elbow": 17,
    "rear_yaw": 12, "rear_pitch": 8, "lead_yaw": 12, "lead_pitch": 8,
}  # fmt: skip
# Before the arms swing and when all is over people differ most; from layback to release little can differ by itself.
KEY_SPREAD = np.array([1.5, 1.2, 1.3, 1.5, 1.3, 1.1, 0.8, 0.5, 0.5, 0.6, 1.6])
# By key, in the order of the table: from the hand-keyed delivery toward what others do more often.
TOWARD = {
    "pelvis_rot": [0, -5, -10, -10, -20, 0, 0, 0, 0, 0, -20],
    "trunk_rot": [0, -10, -10, -10, -20, -5, -8, -15, -5, -8, -18],
    "trunk_fwd_tilt": [0, 0, 0, 5, 10, 0, -8, -5, -5, -5, -5],
    "trunk_lat_tilt_glove_pos": [-3, 0, 0, 5, 5, 5, 8, 0, -5, -5, 0],
    "thr_abd": [15, 10, 15, 10, 0, 0, 0, 0, -5, 5, 10],
    "thr_hz_abd": [-10, 10, 20, 10, 5, -5, -8, -10, 0, -8, 0],
    "thr_ER": [15, 0, -5, 0, -20, 5, 25, 0, -25, 0, 30],
    "thr_elbow": [0, 10, 12, 15, 25, 15, 8, 5, 5, 20, 0],
    "glv_abd": [10, 5, 8, -10, 0, -5, -15, 0, 0, 0, -5],
    "glv_hz_abd": [-15, -5, 0, -5, 20, 15, 0, 0, -15, -10, 20],
    "glv_elbow": [-10, 0, 8, -10, -25, -15, -8, -8, -5, 0, 0],
    "pelvis_y_H": [0.01, -0.02, -0.02, -0.02, -0.03, -0.06, -0.07, -0.08, -0.08, -0.09, -0.10],
    "pelvis_z_H": [-0.01, -0.01, -0.03, -0.03, -0.03, -0.035, -0.035, -0.035, -0.035, -0.025, 0.01],
    "pelvis_x_H": [-0.01, 0, 0, -0.01, -0.015, -0.01, 0.01, 0, -0.01, -0.01, -0.05],
    "lead_ankle_y": [0, -0.08, -0.04, -0.12, -0.12, -0.12, -0.12, -0.12, -0.12, -0.12, -0.12],
    "lead_ankle_x": [0, -0.06, -0.08, -0.06, 0, -0.02, -0.02, -0.02, -0.02, -0.02, -0.02],
    "rear_ankle_x": [0, 0, 0, 0, -0.02, -0.015, -0.02, -0.03, -0.03, -0.03, -0.11],
    "rear_ankle_y": [0, 0, 0, -0.01, 0.03, 0.02, 0.01, 0.01, 0, -0.01, 0.10],
    "rear_ankle_z": [0, 0, 0, 0, -0.015, -0.02, 0, 0, 0, -0.01, -0.15],
}  # fmt: skip
LIMITS = {"thr_abd": (5, 150), "glv_abd": (5, 150), "thr_elbow": (2, 145), "glv_elbow": (2, 145),
          "trunk_fwd_tilt": (-35, 75), "trunk_lat_tilt_glove_pos": (-55, 60), "thr_hz_abd": (-135, 60),
          "glv_hz_abd": (-135, 85)}  # fmt: skip
GROUND_H = 0.04  # height of an ankle whose foot stands flat


def keys(rng: np.random.Generator, wild: float, style: str) -> dict[str, np.ndarray]:
    """Key values (11,) by channel: a share of what is common, a shift over the whole delivery, one per key, the style."""
    n = COUNT
    out = {k: v.copy() for k, v in CHANNELS.items()}
    for group in (("pelvis", "trunk"), ("thr",), ("glv",), ("lead", "rear")):
        share = rng.uniform(-0.3, 1.5)
        for name, change in TOWARD.items():
            if name.startswith(group):
                out[name] += share * np.array(change)
    for name, sd in ANGLE_SD.items():
        out[name] += wild * sd * (0.7 * rng.standard_normal() + 0.6 * KEY_SPREAD * rng.standard_normal(n))
    for name in ("pelvis_x_H", "pelvis_y_H", "pelvis_z_H"):
        out[name] += 0.014 * wild * (rng.standard_normal() + KEY_SPREAD * rng.standard_normal(n))
    _vary_feet(rng, wild, out)
    (HELD_OUT | TRAINED)[style](rng, out)
    for name, (low, high) in LIMITS.items():
        out[name] = np.clip(out[name], low, high)
    out["pelvis_z_H"] = np.clip(out["pelvis_z_H"], 0.22, 0.58)
    return out


def _vary_feet(rng: np.random.Generator, wild: float, out: dict[str, np.ndarray]) -> None:
    """Stride, where the lead foot lands, the ground's slope, how long the rear foot drags."""
    n = COUNT
    stride = float(np.exp(rng.normal(0, 0.10 * min(wild, 1.6))))
    for name in ("pelvis_x_H", "lead_ankle_x", "rear_ankle_x"):
        out[name] *= stride
    cross = rng.normal(0, 0.075 * wild)
    slope = rng.uniform(0, 1.5)  # 0 flat ground, 1 the mound's slope, beyond it a steep one
    after = slice(5, n)
    out["lead_ankle_y"][after] += cross
    out["lead_ankle_y"][3:5] += cross * np.array([0.5, 0.8]) + 0.03 * wild * rng.standard_normal(2)
    share = rng.uniform(0.2, 0.9)  # of the way across that the hips follow
    out["pelvis_y_H"][4:] += cross * share * np.linspace(0.6, 1, n - 4)
    out["lead_ankle_z"][after] += 0.056 * (1 - slope)
    out["lead_ankle_z"][4] += 0.02 * wild * rng.standard_normal()
    out["lead_ankle_z"][3] += np.abs(0.03 * wild * rng.standard_normal())
    out["lead_ankle_z"][1:4] *= np.exp(rng.normal(0, 0.25 * wild, 3))
    out["lead_ankle_x"][1:4] += 0.06 * wild * rng.standard_normal(3)
    out["lead_ankle_y"][1:4] += 0.06 * wild * rng.standard_normal(3)
    drag = rng.uniform(0.0, 1.4)
    out["rear_ankle_z"][4:] = GROUND_H + drag * (out["rear_ankle_z"][4:] - GROUND_H)
    out["rear_ankle_x"][4:] *= rng.uniform(0.3, 1.4)
    out["rear_ankle_z"][5:] += np.abs(0.03 * wild * rng.standard_normal(n - 5))
    out["rear_ankle_y"][4:] += (
        0.05
        * wild
        * (0.8 * rng.standard_normal() + rng.standard_normal(n - 4))
        * np.linspace(0.3, 1.3, n - 4)
    )
    out["rear_ankle_x"][:4] += 0.006 * wild * rng.standard_normal(4)
    out["rear_ankle_y"][:4] += 0.005 * wild * rng.standard_normal(4)
    out["rear_ankle_z"][:4] += 0.003 * wild * rng.standard_normal(4)
    out["lead_ankle_x"][0] += rng.normal(0, 0.08 * wild)
    out["lead_ankle_y"][0] += rng.normal(0, 0.1 * wild)
    out["lead_ankle_z"][0] += rng.choice([0.0, rng.uniform(0.02, 0.3)], p=[0.94, 0.06])  # already lifted


def timing(rng: np.random.Generator, wild: float, style: str) -> np.ndarray:
    """Key times (11,) in seconds, foot contact at 0."""
    gaps = np.diff(KEYS["t_ms"]) / 1000
    gaps = gaps * np.exp(rng.normal(0, 0.12) + 0.14 * min(wild, 1.6) * rng.standard_normal(len(gaps)))
    gaps[0] *= np.exp(rng.normal(0, 0.25))
    # In most the arm is laid back a little earlier than keyed, and comes forward in more time.
    gaps[5:8] *= np.array([0.9, 0.85, 1.2]) ** rng.uniform(0, 1.5)
    gaps[:4] *= TEMPO.get(style, (1.0, 1.0))[0] + rng.uniform(0, 1) * np.diff(TEMPO.get(style, (1.0, 1.0)))[0]
    times = np.concatenate([[0.0], np.cumsum(gaps)])
    return times - times[EVENTS.index("foot_contact")]


# How much slower than usual it goes until the arm is up, from ... to.
TEMPO = {"windup": (1.0, 1.4), "slide": (0.6, 0.95), "high_kick": (1.2, 1.7), "quick_youth": (0.55, 0.8)}


def _plain(rng, keys) -> None:
    """As varied."""


def _sidearm(rng, keys) -> None:
    """Arm slot far lower (submarine) or far higher (over the top) than usual."""
    shift = rng.choice([-1, 1], p=[0.75, 0.25]) * rng.uniform(15, 45)
    keys["trunk_lat_tilt_glove_pos"][6:10] += shift * 0.8
    keys["thr_abd"][6:10] += shift * rng.uniform(0, 0.6)


def _collapse(rng, keys) -> None:
    """The lead knee gives way after contact: the pelvis sinks and drifts on."""
    keys["pelvis_z_H"][6:10] -= rng.uniform(0.03, 0.12) * np.linspace(0.4, 1, 4)
    keys["pelvis_x_H"][6:10] += rng.uniform(0.0, 0.10) * np.linspace(0.4, 1, 4)


def _block(rng, keys) -> None:
    """The lead leg straightens early and the body rises over it."""
    keys["pelvis_z_H"][6:] += rng.uniform(0.02, 0.09) * np.linspace(0.3, 1, 5)
    keys["pelvis_x_H"][6:] -= rng.uniform(0.0, 0.05)


def _together(rng, keys) -> None:
    """No separation: shoulders turn with the hips."""
    share = rng.uniform(0.6, 1.15)
    keys["trunk_rot"][:10] += share * (keys["pelvis_rot"] - keys["trunk_rot"])[:10]


def _slide(rng, keys) -> None:
    """A slide step: the lead foot hardly leaves the ground."""
    keys["lead_ankle_z"][1:3] = 0.04 + rng.uniform(0.02, 0.15)
    keys["lead_ankle_y"][1:3] *= 0.4


def _windup(rng, keys) -> None:
    """Begins facing the plate, with a step back or aside, and turns into the leg lift."""
    face = rng.uniform(30, 90)
    keys["pelvis_rot"][0] += face
    keys["trunk_rot"][0] += face + rng.normal(0, 6)
    keys["lead_ankle_x"][0] = rng.uniform(-0.2, 0.08)
    keys["lead_ankle_y"][0] = rng.uniform(0.05, 0.25)
    keys["thr_abd"][0] += rng.choice([0, rng.uniform(20, 90)], p=[0.6, 0.4])
    keys["glv_abd"][0] += rng.choice([0, rng.uniform(20, 90)], p=[0.6, 0.4])


def _short_arm(rng, keys) -> None:
    """The throwing elbow never opens behind the body: straight up from the glove."""
    bent = rng.uniform(80, 125)
    keys["thr_elbow"][2:6] = np.maximum(keys["thr_elbow"][2:6], bent + rng.normal(0, 8, 4))
    keys["thr_abd"][3] += rng.uniform(5, 35)


def _random(rng, keys) -> None:
    """Arms and trunk pass through arbitrary poses."""
    share = rng.uniform(0.3, 1.0)
    for name, low, high in (("thr_abd", 5, 150), ("glv_abd", 5, 150), ("thr_hz_abd", -110, 40),
                            ("glv_hz_abd", -110, 60), ("thr_ER", -90, 180), ("glv_ER", -90, 150),
                            ("thr_elbow", 3, 140), ("glv_elbow", 3, 140), ("trunk_fwd_tilt", -25, 65),
                            ("trunk_lat_tilt_glove_pos", -45, 45)):  # fmt: skip
        keys[name] = (1 - share) * keys[name] + share * rng.uniform(low, high, COUNT)
    turn = rng.uniform(-40, 40, 2)
    keys["pelvis_rot"] = keys["pelvis_rot"] * rng.uniform(0.3, 1.2) + turn[0]
    keys["trunk_rot"] = keys["trunk_rot"] * rng.uniform(0.3, 1.2) + turn[1]


def _drop_and_drive(rng, keys) -> None:
    """Deep over the rear leg, a very long stride, release low and far out."""
    keys["pelvis_z_H"][2:] -= rng.uniform(0.03, 0.07)
    for name in ("pelvis_x_H", "lead_ankle_x"):
        keys[name][3:] *= rng.uniform(1.10, 1.2)
    keys["trunk_fwd_tilt"][7:] += rng.uniform(4, 14)


def _tall_and_fall(rng, keys) -> None:
    """Upright over a stiff leg, a short stride, an arm from straight above."""
    keys["pelvis_z_H"][2:] += rng.uniform(0.02, 0.06)
    for name in ("pelvis_x_H", "lead_ankle_x"):
        keys[name][3:] *= rng.uniform(0.74, 0.86)
    keys["trunk_lat_tilt_glove_pos"][6:10] += rng.uniform(8, 25)
    keys["trunk_fwd_tilt"][7:] -= rng.uniform(5, 14)


def _across_the_body(rng, keys) -> None:
    """Lands far to the closed side and throws from a low slot around its own front leg."""
    closed = rng.uniform(0.12, 0.22)
    keys["lead_ankle_y"][3:] -= closed
    keys["pelvis_y_H"][4:] -= 0.6 * closed
    keys["trunk_lat_tilt_glove_pos"][6:10] -= rng.uniform(15, 35)
    keys["thr_hz_abd"][6:9] += rng.uniform(0, 12)
    keys["pelvis_rot"][5:9] -= rng.uniform(5, 18)


def _opens_early(rng, keys) -> None:
    """Hips and chest turn long before contact, the arm drags behind."""
    early = rng.uniform(15, 35)
    keys["pelvis_rot"][4:6] += 0.7 * early
    keys["trunk_rot"][4:7] += early * np.array([0.6, 1.1, 0.7])
    keys["thr_ER"][5] -= rng.uniform(10, 45)
    keys["thr_hz_abd"][5:7] += rng.uniform(5, 18)


def _stays_closed(rng, keys) -> None:
    """The chest stays turned away until late: a great separation, then everything at once."""
    late = rng.uniform(12, 30)
    keys["trunk_rot"][3:7] -= late * np.array([0.5, 0.9, 1.1, 0.6])
    keys["pelvis_rot"][5:7] += rng.uniform(0, 10)
    keys["glv_hz_abd"][4:6] -= rng.uniform(0, 20)


def _elbows_high(rng, keys) -> None:
    """Both elbows lifted high behind the back, the forearm still hanging at contact."""
    keys["thr_abd"][4:6] += rng.uniform(10, 28)
    keys["thr_hz_abd"][3:6] += rng.uniform(10, 25)
    keys["thr_ER"][4:6] -= rng.uniform(30, 75)
    keys["glv_abd"][4:6] += rng.uniform(0, 20)


def _high_kick(rng, keys) -> None:
    """A slow, high leg kick with the hips turned far back."""
    keys["lead_ankle_z"][1] += rng.uniform(0.08, 0.25)
    keys["lead_ankle_x"][1] += rng.uniform(-0.05, 0.25)
    keys["pelvis_rot"][1:3] -= rng.uniform(10, 30)
    keys["trunk_rot"][1:3] -= rng.uniform(5, 25)
    keys["trunk_lat_tilt_glove_pos"][1] -= rng.uniform(0, 12)


def _quick_youth(rng, keys) -> None:
    """A child's quick step: hardly a leg lift, a short stride, a short arm, little separation."""
    _slide(rng, keys)
    _short_arm(rng, keys)
    for name in ("pelvis_x_H", "lead_ankle_x"):
        keys[name][3:] *= rng.uniform(0.72, 0.9)
    keys["trunk_rot"][3:6] += rng.uniform(0.2, 0.7) * (keys["pelvis_rot"] - keys["trunk_rot"])[3:6]


TRAINED = {"plain": _plain, "sidearm": _sidearm, "collapse": _collapse, "block": _block, "together": _together,
           "slide": _slide, "windup": _windup, "short_arm": _short_arm, "random": _random}  # fmt: skip
SHARES = (0.42, 0.12, 0.06, 0.06, 0.08, 0.06, 0.08, 0.06, 0.06)
# No training and no fit of weights or constants may use these: by them it is judged.
HELD_OUT = {"drop_and_drive": _drop_and_drive, "tall_and_fall": _tall_and_fall, "across_the_body": _across_the_body,
            "opens_early": _opens_early, "stays_closed": _stays_closed, "elbows_high": _elbows_high,
            "high_kick": _high_kick, "quick_youth": _quick_youth}  # fmt: skip


def random_style(rng: np.random.Generator, *, held_out: bool = False) -> str:
    """The name of one style: of those for training, or of those that nothing is trained on."""
    return str(rng.choice(list(HELD_OUT)) if held_out else rng.choice(list(TRAINED), p=SHARES))
