"""Reading any of the formats as landmarks, with everything that had to be guessed said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from ...body.arrays import Floats
from ...body.skeleton import INDEX, JOINTS
from ...errors import BadRequest
from . import labels as names
from .arrays import read_array
from .bvh import read_bvh
from .c3d_file import read_c3d
from .frame import hips_stand_still, to_world
from .limits import check_file, check_shape, too_large
from .measured_points import Seen, only_measured
from .motion import Motion, Raw, landmarks, rows_of
from .row_times import read_clock
from .trc import read_trc

FORMATS: dict[str, Callable[[Path], Raw]] = {
    ".npz": read_array,
    ".npy": read_array,
    ".trc": read_trc,
    ".c3d": read_c3d,
    ".bvh": read_bvh,
}
FEWEST_FRAMES = 8


def read(
    path: Path, *, fps: float | None = None, labels: Mapping[str, str | tuple[str, ...]] | None = None
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
    check_file(path)
    raw = _parsed(path, FORMATS[kind])
    check_shape(path, *raw.points.shape[:2])
    used = {**names.guess(raw.labels), **names.checked(labels or {}, raw.labels)}
    names.require_joints(used, raw.labels)
    seen = _seen(raw, used, fps)
    _require_body(path, seen.points)
    world, axes, guessed = to_world(seen.points, raw.unit, raw.up)
    if hips_stand_still(world):
        guessed.append("the hips stand still in this file; the way is put back from the feet on the ground")
    return Motion(seen.time_s, world, used, seen.fps, raw.format, (*raw.notes, *seen.notes, *guessed), axes)


def _seen(raw: Raw, used: dict[str, tuple[str, ...]], fps: float | None) -> Seen:
    """The rows at their times as landmarks, with NaN for whatever is no measurement."""
    time_s, rate, notes = read_clock(raw, fps)
    row = rows_of(raw.labels)
    sources = sorted({source for names_of in used.values() for source in names_of})
    points = raw.points[:, [row[source] for source in sources]]
    seen = only_measured(points, time_s, rate, sources, zeros=raw.measured)
    marks = landmarks(seen.points, {source: number for number, source in enumerate(sources)}, used)
    return replace(seen, points=marks, notes=(*notes, *seen.notes))


def _require_body(path: Path, points: Floats) -> None:
    """BadRequest unless the joints are all there in some frames: nothing can be told from parts of bodies."""
    whole = np.isfinite(points[:, [INDEX[name] for name in JOINTS]]).all(axis=(1, 2))
    if whole.sum() < FEWEST_FRAMES:
        raise BadRequest(
            f"{path.name} shows a whole body in {whole.sum()} of {len(points)} frames only.",
            code="body_missing",
            fix="Fill the gaps of the markers in the program that recorded them, and export again.",
        )


def _parsed(path: Path, reader: Callable[[Path], Raw]) -> Raw:
    """What a format's reader makes of a foreign file; whatever it stumbles over is one sentence for a person."""
    try:
        return reader(path)
    except BadRequest:
        raise
    except MemoryError as error:
        raise too_large(path, "it does not fit into memory") from error
    except Exception as error:
        words = f"{path.name} is not a readable {path.suffix.lower().removeprefix('.').upper()} file."
        raise BadRequest(
            words, code="bad_motion_file", fix="Export it again and check that it is whole."
        ) from error
