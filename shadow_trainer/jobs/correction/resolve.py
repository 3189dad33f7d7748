"""The motion of a finished analysis solved again from the stored track, with joints that a person set.

Neither the video nor a network is needed. Only the windows that a step touches are solved; everywhere else the motion
stays as the pipeline made it, and so it does once every step is undone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...errors import Conflict
from ..pipeline import joints
from ..pipeline.joints import JointEdit

if TYPE_CHECKING:
    import numpy as np

    from ...body.series import PoseSeries
    from ...pose.raw_track import RawTrack

NO_TRACK = "track_missing"
HAND_SET = "hand_set"  # extra of a motion: see pose/motion/solve.py


def windows(track: RawTrack, steps: Sequence[JointEdit], solved: Mapping[str, Any]) -> list[int]:
    """Windows of the track whose motion does not follow from what is stored: those of the steps that hold, and those of
    steps that the pipeline's own motion held (``solved``)."""
    import numpy as np

    scale = float(solved["time_scale"])
    times = [one.at_s * scale for one in joints.in_force(steps)] + [
        one.to_s * scale for one in joints.in_force(steps) if one.to_s is not None
    ]
    times += solved.get("joints_at_s", [])
    rows = [int(np.abs(track.time_s - at_s).argmin()) for at_s in times]
    return sorted({int(track.window_id[row]) for row in rows} - {-1})


def motion(
    series: PoseSeries,
    track: RawTrack,
    steps: Sequence[JointEdit],
    solved: Mapping[str, Any],
    size: tuple[int, int],
) -> PoseSeries:
    """``series``, the stored motion, with the windows that the steps touch solved again; itself where none is.

    Raises Conflict where the track is not that of the motion: another release's.
    """
    import numpy as np

    from ..pipeline import joint_rows

    if len(track) != len(series):
        raise missing()
    track = track.with_(time_s=np.asarray(series.time_s, float))
    numbers = windows(track, steps, solved)
    if not numbers:
        return series
    given = joint_rows.rows_of(
        steps, track, float(solved["time_scale"]), persons(track, solved.get("spans") or ())
    )
    return _solved(series, track, numbers, given, solved, size)


def persons(track: RawTrack, spans: Sequence[Sequence[float]]) -> np.ndarray:
    """(T,) who of the scan is measured in each row, -1: nobody, or not known."""
    import numpy as np

    who = np.array([*(int(span[2]) for span in spans), -1])
    numbers = np.where(track.window_id < len(spans), track.window_id, -1)
    measured: np.ndarray = who[numbers]
    return measured


def missing() -> Conflict:
    """What is said where there is no track to solve again."""
    return Conflict(
        "The landmarks of this analysis were not kept: an earlier release made it.",
        code=NO_TRACK,
        fix="Press “Run again” first; then its joints can be set.",
    )


def _solved(
    series: PoseSeries,
    track: RawTrack,
    numbers: list[int],
    given: Any,
    solved: Mapping[str, Any],
    size: tuple[int, int],
) -> PoseSeries:
    import numpy as np

    from ...pose.camera_motion import camera_shift
    from ...pose.motion import solve

    rows = np.isin(track.window_id, numbers)
    shift_px = camera_shift(track, size[0])
    only = track.with_(window_id=np.where(rows, track.window_id, -1), measured=track.measured & rows)
    fitted = solve(
        only, *size, throws=solved["throws"], height_m=solved["height_m"], shift_px=shift_px, given=given
    )
    names = ("landmarks_px", "confidence", "world_m", "measured")
    arrays = {name: np.array(getattr(series, name)) for name in names}
    extras = {name: np.array(values) for name, values in series.extras.items()}
    if HAND_SET in extras:
        extras[HAND_SET][rows] = False
    for name in names:
        arrays[name][rows] = getattr(fitted, name)[rows]
    for name, values in fitted.extras.items():
        extras.setdefault(name, np.zeros_like(values))[rows] = values[rows]
    return series.with_(**arrays, extras=extras)
