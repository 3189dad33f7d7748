"""How well the joints behind a number are known: their own uncertainty and confidence around its moment.

What the fit of a video believes of its joints (``world_sd_m``) and how sure each is (``confidence``) say more of how
far a number errs than view and frame rate alone. A metric's error is that of its cell (:mod:`.uncertainty`) times a
factor: 1 for what is usual, less where the joints are known better, more where they are known worse. The factor's
weights are fitted by ``benchmarks/error_model.py`` on deliveries of held-out styles.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ...body.arrays import Floats
from ...body.series import PoseSeries
from ...body.skeleton import INDEX, MIRROR
from ...vocabulary import Event, Hand
from ..document import EventEntry
from ..events.event import BR, FC, LIFT, MER
from .names import quantity_of

DATA = Path(__file__).parent.parent / "data" / "metric_error_factors.json"
MOMENTS = (LIFT, FC, MER, BR)
AROUND_S = 0.034  # one frame of a slow camera
# Of a right-hander.
LIMBS: dict[str, tuple[str, ...]] = {
    "trunk": ("left_shoulder", "right_shoulder", "left_hip", "right_hip"),
    "throwing_arm": ("right_shoulder", "right_elbow", "right_wrist"),
    "glove_arm": ("left_shoulder", "left_elbow", "left_wrist"),
    "lead_leg": ("left_hip", "left_knee", "left_ankle"),
    "rear_leg": ("right_hip", "right_knee", "right_ankle"),
}
# Extra of a series: (T, 33) True where a person set the joint by hand; how near to a moment that counts for it.
HAND_SET, SET_NEAR_S = "hand_set", 0.009
# What is left of the errors of the arms' angles, of what is printed else, where their elbows and wrists were set by hand
# (benchmarks/hand_set_errors.py: generated deliveries of held-out styles); other numbers are hardly better for it.
SET_SHARES = {"elbow_flexion": 0.8, "glove_elbow_flexion": 0.85, "shoulder_external_rotation": 0.9}
_LIMB_OF = {
    "lead_knee": "lead_leg", "stride": "lead_leg", "rear_knee": "rear_leg", "glove": "glove_arm", "shoulder": "throwing_arm",
    "elbow": "throwing_arm", "arm": "throwing_arm", "hand": "throwing_arm", "extension": "throwing_arm", "time": "throwing_arm",
}  # fmt: skip


def told(series: PoseSeries, events: Mapping[Event, EventEntry], hand: Hand) -> Floats:
    """(moments, limbs, 2): mean SD in meters and mean confidence of each limb around each moment; NaN unknown.

    Where joints were set by hand, (moments, limbs, 3): last, 1 where the two ends of a limb are there, else 0.
    """
    set_by_hand = series.extras.get(HAND_SET)
    out = np.full((len(MOMENTS), len(LIMBS), 2 if set_by_hand is None else 3), np.nan)
    sd = np.asarray(series.extras["world_sd_m"], dtype=float)
    for row, moment in enumerate(MOMENTS):
        near = np.abs(series.time_s - events[moment]["time_s"]) <= AROUND_S
        for column, names in enumerate(LIMBS.values()):
            joints = [MIRROR[INDEX[n]] if hand == Hand.LEFT else INDEX[n] for n in names]
            for part, values in enumerate((sd, series.confidence)):
                inside = values[near][:, joints]
                if np.isfinite(inside).any():
                    out[row, column, part] = float(np.nanmean(inside))
            if set_by_hand is not None:
                near_it = _nearest(series.time_s, events[moment]["time_s"])
                out[row, column, 2] = float(np.asarray(set_by_hand)[near_it][:, joints[-2:]].any(0).all())
    return out


def _nearest(time_s: Floats, at_s: float) -> np.ndarray:
    """(T,) True for the frames before and after a moment, and for the nearest one."""
    step = float(np.median(np.diff(time_s))) if len(time_s) > 1 else 0.0
    near: np.ndarray = np.abs(time_s - at_s) <= max(step, SET_NEAR_S)
    return near


def limb_of(name: str) -> int:
    """Which limb's joints a metric is read from, as an index into ``LIMBS``."""
    words = quantity_of(name)
    limb = next((limb for start, limb in _LIMB_OF.items() if words.startswith(start)), "trunk")
    return list(LIMBS).index(limb)


def signs(known: Floats, usual: Floats, name: str, moment: Event) -> Floats:
    """(4,): how much less than ``usual`` is known of the metric's limb at its moment and of the whole body, by log SD
    and by confidence; 0 where nothing is told."""
    row = MOMENTS.index(moment) if moment in MOMENTS else MOMENTS.index(BR)
    with np.errstate(invalid="ignore", divide="ignore"):
        sd, doubt = np.log(known[..., 0] / usual[..., 0]), usual[..., 1] - known[..., 1]
    limb = limb_of(name)
    finite = [part[np.isfinite(part)] for part in (sd, doubt)]
    whole = [float(part.mean()) if part.size else 0.0 for part in finite]
    less: Floats = np.nan_to_num(np.array([sd[row, limb], doubt[row, limb], *whole]))
    return less


def factor(known: Floats, name: str, moment: Event) -> float:
    """What the cell's error is multiplied with: :func:`told` of this delivery against what is usual."""
    stored = model()
    raised = float(signs(known, stored["usual"], name, moment) @ stored["weights"])
    factor = float(np.clip(np.exp(raised), stored["least"], stored["most"]))
    return factor * (set_share(name) if _is_set(known, name, moment) else 1.0)


def set_share(name: str) -> float:
    """What is left of a number's error once its limb was set by hand at its moment; 1 where nothing is gained."""
    return SET_SHARES.get(quantity_of(name), 1.0)


def _is_set(known: Floats, name: str, moment: Event) -> bool:
    """Whether elbow and wrist of the arm that a number is read from were set by hand at its moment."""
    if known.shape[-1] < 3 or moment not in MOMENTS:
        return False
    return bool(known[MOMENTS.index(moment), limb_of(name), 2] == 1.0)


@cache
def model() -> dict[str, Any]:
    """What is stored: weights, what is usual, the factor's limits, and where it is from."""
    stored = json.loads(DATA.read_text(encoding="utf-8"))
    return {**stored, "usual": np.array(stored["usual"]), "weights": np.array(stored["weights"])}
