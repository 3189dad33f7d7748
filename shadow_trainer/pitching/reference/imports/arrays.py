"""NPY and NPZ: 17 joints of Human3.6M (frames, 17, 3), or 33 landmarks (frames, 33, 3), or our pose.npz."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ....errors import BadRequest
from ....pose.skeleton import LANDMARKS
from .labels import H36M
from .motion import Motion

_ORDERS = {17: H36M, 33: LANDMARKS}


def read(path: Path) -> Motion:
    """The largest array of joints in the file; ``time_s`` or ``fps`` beside it are used."""
    try:
        file = np.load(path, allow_pickle=False)
        if isinstance(file, np.ndarray):
            arrays = {"": file}
        else:
            with file:
                arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError) as error:
        raise _not_joints(path) from error
    fitting = {k: a for k, a in arrays.items() if np.ndim(a) == 3 and a.shape[1:] in ((17, 3), (33, 3))}
    if not fitting:
        raise _not_joints(path)
    name = "world_m" if "world_m" in fitting else max(fitting, key=lambda k: fitting[k].size)
    joints = np.asarray(fitting[name], dtype=float)
    ours = name == "world_m"
    return Motion(
        points={label: joints[:, i] for i, label in enumerate(_ORDERS[joints.shape[1]])},
        fps=_fps(arrays),
        unit_m=1.0 if ours else None,
        up="z" if ours else None,
    )


def _fps(arrays: dict[str, np.ndarray]) -> float | None:
    times = arrays.get("time_s")
    if times is not None and len(times) > 1:
        return float(1.0 / np.median(np.diff(times)))
    fps = arrays.get("fps")
    return float(fps) if fps is not None and np.size(fps) == 1 else None


def _not_joints(path: Path) -> BadRequest:
    return BadRequest(
        f"{path.name} holds no array of joints of shape (frames, 17, 3) or (frames, 33, 3).",
        code="bad_reference",
        fix="Save the joints in the order of Human3.6M (17) or BlazePose (33).",
    )
