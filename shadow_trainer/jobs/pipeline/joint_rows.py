"""Joints set by hand, put on the rows of a track for the fit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from ...body.skeleton import INDEX
from ...vocabulary import JointEditKind
from . import joints

if TYPE_CHECKING:
    from ...pose.motion.hand_set import HandSet
    from ...pose.raw_track import RawTrack


def rows_of(
    steps: Iterable[joints.JointEdit], track: RawTrack, time_scale: float, persons: np.ndarray
) -> HandSet | None:
    """What holds of the steps, on the rows of a track; None for nothing.

    ``time_scale`` seconds of ``track.time_s`` in one second of the video's clock; ``persons`` (T,) who is measured in
    each row (-1: nobody): a joint of somebody else is nobody's here.
    """
    from ...pose.motion.hand_set import HandSet

    given, something = HandSet.nothing(len(track)), False
    shows = np.flatnonzero(~track.repeated)
    for one in joints.in_force(steps):
        first, last = (
            _row(track.time_s, shows, at_s * time_scale) for at_s in (one.at_s, one.to_s or one.at_s)
        )
        rows = np.arange(first, last + 1)
        rows = rows[(persons[rows] == one.person) | (one.person is None)]
        if not len(rows):
            continue
        something = True
        if one.kind == JointEditKind.EXCHANGE:
            given.exchanged[rows, joints.LIMBS.index(one.joint)] ^= True
            continue
        place = np.ix_(rows, [INDEX[one.joint]])
        is_set = one.kind == JointEditKind.SET
        given.px[place] = (one.x, one.y) if is_set else np.nan
        given.sigma_px[place] = one.sigma_px if is_set else np.nan
        given.hidden[place] = one.kind == JointEditKind.HIDDEN
    return given if something else None


def _row(time_s: np.ndarray, shows: np.ndarray, at_s: float) -> int:
    """The row of the frame at a time: of frames that repeat each other the first, which shows it."""
    near = int(abs(time_s - at_s).argmin())
    return int(shows[shows <= near].max(initial=int(shows[0]) if len(shows) else near))
