"""shadow.npz: the reference on the athlete's body, row for row with the video, in both play modes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ...body.npz import read_arrays

NAME = "shadow.npz"
MODES = ("aligned", "real_speed")


def write(path: Path, series: Any, result: Mapping[str, Any], reference: Any) -> None:
    """Write ``MODE_world_m`` (T, 33, 3) and ``MODE_landmarks_px`` (T, 33, 2) for every delivery of a result.

    ``reference`` is a Reference or the name of a built-in one.
    """
    from ... import pitching

    arrays = {}
    for mode in MODES:
        world, px = pitching.reference_overlay(series, result, mode=mode, reference=reference)
        arrays[f"{mode}_world_m"] = world.astype(np.float32)
        arrays[f"{mode}_landmarks_px"] = px.astype(np.float32)
    with open(path, "wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def for_videos(path: Path) -> dict[str, Any]:
    """The time-aligned reference as the videos' keyword arguments; empty when there is none.

    Without pixels of its own the videos project it through their camera, if there is one.
    """
    if not path.is_file():
        return {}
    arrays = read_arrays(path)
    world, px = arrays["aligned_world_m"], arrays["aligned_landmarks_px"]
    return {"reference_world_m": world, "reference_px": px if np.isfinite(px).any() else None}
