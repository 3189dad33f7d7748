"""Where a film changes its speed without a cut: a phone's slow motion that sets in and ends, an edited clip.

From one frame to the next all motion in the picture is several times as large or as small, and stays so, while the
picture itself goes on. No body starts or stops like that: its motion grows over several frames.
"""

from __future__ import annotations

import numpy as np

# So many frames on each side tell; among themselves they differ by no more than this, between the sides by at least that.
TOLD_BY, EVEN, LEAST_RATIO = 4, 1.35, 2.5
# Of the slower side; less is noise. The first frame beyond the change fits the one side or the other: a cut fits none.
LEAST_MOTION, FITS = 0.25, 1.4
# From an even slow motion to a fast one in one frame: what is fast is uneven itself, and nobody sets off like that.
SETS_OFF, LEAST_OFF = 3.0, 1.8
REPEAT_SHARE = 0.12  # of the smaller change beside it


def find_speed_changes(mean: np.ndarray) -> dict[int, float]:
    """Rows at which a new speed begins, from the mean difference (T,) of each frame from the one before, each with how
    many times as much changes from then on.

    Frames that only repeat the one before are passed over.
    """
    rows = np.flatnonzero(~_repeats(mean))
    return {int(rows[place]): ratio for place, ratio in _changes(mean[rows]).items()}


def _repeats(mean: np.ndarray) -> np.ndarray:
    beside = np.minimum(np.r_[np.inf, mean[:-1]], np.r_[mean[1:], np.inf])
    repeats: np.ndarray = mean < REPEAT_SHARE * beside
    return repeats


def _changes(mean: np.ndarray) -> dict[int, float]:
    changes: dict[int, float] = {}
    for row in range(TOLD_BY + 1, len(mean) - TOLD_BY + 1):
        before, after = mean[row - TOLD_BY : row], mean[row : row + TOLD_BY]
        if min(before.min(), after.min()) < LEAST_MOTION or not (
            _sets_off(before, after) or _is_step(before, after)
        ):
            continue
        if not changes or row - max(changes) > TOLD_BY:
            changes[row] = float(np.median(after) / np.median(before))
    return changes


def _is_step(before: np.ndarray, after: np.ndarray) -> bool:
    """Whether both sides are even, and one of them is fast."""
    if _spread(before) > EVEN or _spread(after) > EVEN:
        return False
    slow, fast = sorted((float(np.median(before)), float(np.median(after))))
    return fast >= LEAST_RATIO * slow and float(after[0]) <= FITS * fast


def _sets_off(before: np.ndarray, after: np.ndarray) -> bool:
    """Whether an even slow motion is fast at once, and stays so."""
    slow = float(before.max())
    return (
        _spread(before) <= EVEN
        and min(float(after[0]), float(np.median(after))) >= SETS_OFF * slow
        and float(after.min()) >= LEAST_OFF * slow
        and float(after[0]) <= FITS * float(np.max(after[1:]))
    )


def _spread(values: np.ndarray) -> float:
    return float(values.max() / max(values.min(), 1e-6))
