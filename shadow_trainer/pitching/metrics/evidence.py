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
_LIMB_OF = {
    "lead_knee": "lead_leg", "stride": "lead_leg", "rear_knee": "rear_leg", "glove": "glove_arm", "shoulder": "throwing_arm",
    "elbow": "throwing_arm", "arm": "throwing_arm", "hand": "throwing_arm", "extension": "throwing_arm", "time": "throwing_arm",
}  # fmt: skip


def told(series: PoseSeries, events: Mapping[Event, EventEntry], hand: Hand) -> Floats:
    """(moments, limbs, 2): mean SD in meters and mean confidence of each limb around each moment; NaN unknown."""
    out = np.full((len(MOMENTS), len(LIMBS), 2), np.nan)
    sd = np.asarray(series.extras["world_sd_m"], dtype=float)
    for row, moment in enumerate(MOMENTS):
        near = np.abs(series.time_s - events[moment]["time_s"]) <= AROUND_S
        for column, names in enumerate(LIMBS.values()):
            joints = [MIRROR[INDEX[n]] if hand == Hand.LEFT else INDEX[n] for n in names]
            for part, values in enumerate((sd, series.confidence)):
                inside = values[near][:, joints]
                if np.isfinite(inside).any():
                    out[row, column, part] = float(np.nanmean(inside))
    return out


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
    return float(np.clip(np.exp(raised), stored["least"], stored["most"]))


@cache
def model() -> dict[str, Any]:
    """What is stored: weights, what is usual, the factor's limits, and where it is from."""
    stored = json.loads(DATA.read_text(encoding="utf-8"))
    return {**stored, "usual": np.array(stored["usual"]), "weights": np.array(stored["weights"])}
