"""NPZ and NPY: 17-joint H36M arrays (frames, 17, 3), 33-landmark arrays, and our own pose.npz."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zipfile import ZipFile, is_zipfile

import numpy as np
import numpy.typing as npt

from ...body.arrays import Floats
from ...body.skeleton import LANDMARKS
from ...errors import BadRequest
from .limits import check_bytes, check_shape
from .motion import Raw

# Human3.6M's 17 joints in the order that lifting models use.
H36M = (
    "pelvis", "right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle", "spine", "thorax",
    "neck", "head", "left_shoulder", "left_elbow", "left_wrist", "right_shoulder", "right_elbow", "right_wrist",
)  # fmt: skip
_ORDERS = {17: H36M, 33: LANDMARKS}
_TIMES = ("time_s", "times_s", "time", "times", "timestamps", "t")
_PREFERRED = ("world_m", "positions_3d", "keypoints_3d", "joints_3d", "reconstruction", "arr_0")


def read_array(path: Path) -> Raw:
    """The first array of shape (frames, 17 or 33, 3) in the file. Raises BadRequest when there is none."""
    arrays = _load(path)
    names = [n for n in _PREFERRED if n in arrays] + [n for n in arrays if n not in _PREFERRED]
    for name in names:
        array = arrays[name]
        if array.ndim == 4 and array.shape[0] == 1:
            array = array[0]
        if array.ndim == 3 and array.shape[1] in _ORDERS and array.shape[2] == 3:
            check_shape(path, *array.shape[:2])
            ours = name == "world_m"
            times, usual, notes = _times(arrays, len(array))
            return Raw(
                points=array.astype(float),
                labels=tuple(_ORDERS[array.shape[1]]),
                fps=_rate(arrays) or usual,
                format="pose.npz" if ours else "h36m" if array.shape[1] == 17 else "blazepose",
                unit="metres" if name.endswith("_m") else "millimetres" if name.endswith("_mm") else None,
                up="z" if ours else None,
                time_s=times,
                notes=notes,
            )
    shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
    raise BadRequest(
        f"No array of shape (frames, 17, 3) in {path.name}: {shapes or 'nothing'}.",
        code="bad_motion_file",
        fix="Save the joints as frames × 17 × 3, in the order of Human3.6M.",
    )


def _load(path: Path) -> dict[str, npt.NDArray[Any]]:
    """Arrays of numbers by name. Pickled objects are never opened: they could run anything."""
    if is_zipfile(path):
        with ZipFile(path) as archive:
            # What is inside is read in the size that is claimed here, and not a byte further.
            check_bytes(path, sum(member.file_size for member in archive.infolist()))
        with np.load(path, allow_pickle=False) as loaded:
            arrays = {name: loaded[name] for name in loaded.files}
    else:
        # Mapped, a file is opened only when it is as long as its head claims; np.load would take it for an archive
        # by its first bytes, and leave it open when it is none.
        arrays = {"arr_0": np.lib.format.open_memmap(path, mode="r")}
    return {name: array for name, array in arrays.items() if array.dtype.kind in "fiu"}


def _times(
    arrays: dict[str, npt.NDArray[Any]], rows: int
) -> tuple[Floats | None, float | None, tuple[str, ...]]:
    """``(time of each row or None, rows per second where only that is known, notes)``."""
    for name in _TIMES:
        if name in arrays and arrays[name].size > 1:
            times = arrays[name].astype(float).ravel()
            if len(times) == rows:
                return times, None, ()
            step = float(np.median(np.diff(times)))
            usual = 1.0 / step if np.isfinite(step) and step > 0 else None
            return None, usual, (f"{name} has {len(times)} times for {rows} rows: only their rate is used",)
    return None, None, ()


def _rate(arrays: dict[str, npt.NDArray[Any]]) -> float | None:
    for name in ("fps", "frame_rate", "rate"):
        if name in arrays and arrays[name].size == 1:
            return float(arrays[name].ravel()[0])
    return None
