"""Our own pose.npz, as another program may have written it: the same checks as any other motion file's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...body.arrays import Floats
from ...body.series import PoseSeries
from ...body.skeleton import INDEX, LANDMARKS
from ...errors import BadRequest
from ..world import standing_height
from . import units
from .measured_points import notes_of
from .missing import clean
from .row_times import seconds

LEAST_ROWS = 12
_BONES = tuple(
    f"{side}_{part}" for side in ("left", "right") for part in ("shoulder", "hip", "knee", "ankle")
)


def checked_pose(series: PoseSeries, path: Path) -> tuple[PoseSeries, float, tuple[str, ...]]:
    """``(series, different rows a second, notes)`` with seconds, metres and nothing that was not measured.

    Raises BadRequest for what cannot be a motion: too short, times that do not rise, no joints, no person.
    """
    _check_rows(series, path)
    time_s, notes = seconds(series.time_s, None, None)
    if time_s is None:
        time_s = series.time_s
    rate = float(1.0 / np.median(np.diff(time_s)))
    cleaned = clean(series.world_m, 1.0 / rate, zeros=True)
    _check_joints(cleaned.points, path)
    scale, said = _scale(cleaned.points)
    world, extras = cleaned.points * scale, dict(series.extras)
    notes = [*notes, *notes_of(cleaned, LANDMARKS, rate), *said]
    if "world_sd_m" in extras:
        extras["world_sd_m"] = extras["world_sd_m"] * scale
    measured: npt.NDArray[Any] = series.measured & ~cleaned.repeated
    checked = series.with_(time_s=time_s, world_m=world, measured=measured, extras=extras)
    return checked, rate * cleaned.rate_share, tuple(notes)


def _scale(points: Floats) -> tuple[float, list[str]]:
    """Metres per unit, where trunk and legs are known."""
    whole = np.isfinite(points[:, [INDEX[name] for name in _BONES]]).all(axis=(1, 2))
    return units.decide(standing_height(points[whole]), "metres") if whole.any() else (1.0, [])


def _check_rows(series: PoseSeries, path: Path) -> None:
    if len(series) < LEAST_ROWS:
        raise BadRequest(
            f"{path.name} has {len(series)} rows; a motion needs {LEAST_ROWS}.",
            code="bad_pose_file",
            fix="Export the whole delivery, from the set to the follow-through.",
        )
    if not np.isfinite(series.time_s).all() or (np.diff(series.time_s) <= 0).any():
        raise BadRequest(
            f"The times in {path.name} do not rise.",
            code="bad_pose_file",
            fix="time_s must be seconds, one per row, each later than the one before.",
        )


def _check_joints(points: Floats, path: Path) -> None:
    if not np.isfinite(points).all(axis=-1).any():
        raise BadRequest(f"{path.name} has no joints.", code="bad_pose_file", fix="Fill world_m in metres.")
