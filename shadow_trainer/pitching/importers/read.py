"""Reading any of the formats as landmarks, with everything that had to be guessed said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from ...errors import BadRequest
from . import labels as names
from .arrays import read_array
from .bvh import read_bvh
from .c3d_file import read_c3d
from .frame import hips_stand_still, to_world
from .motion import Motion, Raw, landmarks
from .trc import read_trc

FORMATS: dict[str, Callable[[Path], Raw]] = {
    ".npz": read_array,
    ".npy": read_array,
    ".trc": read_trc,
    ".c3d": read_c3d,
    ".bvh": read_bvh,
}
USUAL_FPS = 30.0
FASTEST_FPS = 2000.0


def read(
    path: Path, *, fps: float | None = None, labels: dict[str, str | tuple[str, ...]] | None = None
) -> Motion:
    """A motion file as landmarks.

    ``fps`` replaces the file's own rate; ``labels`` (landmark -> label or labels) replaces or adds to the
    guess. Raises BadRequest when the format, a label or the units are not known.
    """
    kind = path.suffix.lower()
    if kind not in FORMATS:
        raise BadRequest(
            f"{path.name} is none of the formats that can be imported.",
            code="bad_motion_format",
            fix=f"Export the motion as one of {', '.join(FORMATS)}.",
        )
    raw = FORMATS[kind](path)
    used = {**names.guess(raw.labels), **names.checked(labels or {}, raw.labels)}
    names.require_joints(used, raw.labels)
    rate, notes = _rate(raw, fps)
    world, guessed = to_world(landmarks(raw, used), raw.to_metres, raw.up)
    if hips_stand_still(world):
        guessed.append("the hips stand still in this file; the way is put back from the feet on the ground")
    return Motion(np.arange(len(world)) / rate, world, used, rate, raw.format, (*notes, *guessed))


def _rate(raw: Raw, given: float | None) -> tuple[float, list[str]]:
    rate = given or raw.fps
    if rate is None:
        return USUAL_FPS, [f"the file says no frame rate; taken for {USUAL_FPS:g} frames per second"]
    if not 1.0 <= rate <= FASTEST_FPS:
        raise BadRequest(f"{rate:g} frames per second cannot be.", code="bad_fps")
    return float(rate), []
