"""Points that were not seen, however a program wrote that down: zeros, one number three times, the place before.

A repeat is no measurement. A tracker that loses a marker holds its last place, and a video whose frames are shown
twice gives each row twice; the speed afterwards would be that of the jump.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...body.arrays import Bools, Floats
from ..filters import stretches

# What programs write where they have nothing, three times over.
_SENTINELS = (-1.0, 999.0, 9999.0, 99999.0, 999999.0, 9999999.0, 1e6, 1e10, 3.4028234663852886e38)
# A jump after a hold, in heights of the body: below it nothing is lost by taking the hold for a place.
_JUMP_H, _LOST_H = 0.003, 0.01
# And it is more than the rounding of the numbers makes of a slow motion.
_ROUNDINGS = 4.0
# The step out of a hold is that of several frames at once.
_STEPS = 1.6
# A body that does not move at all for longer than this, and then begins slowly, stands still.
_LONGEST_REPEAT_S = 0.1
# Steps after a longer rest that show whether it ended in a jump or in a motion; and rows of a hold that is none.
_AFTER_REST, _MOST_HELD = 4, 12
# Rows around which something moves, and the share of repeats in them from which on the rate is another one.
_NEAR, _RATE_SHARE = 3, 0.04
LEAST_KNOWN = 0.5


@dataclass(frozen=True)
class Cleaned:
    """``points`` (T, K, 3) with NaN for what was not seen; ``zeros``, ``held`` places and ``repeated`` rows found;
    ``rate_share`` the share of rows that are new, where the motion is fast enough to tell."""

    points: Floats
    zeros: int
    held: int
    repeated: Bools
    rate_share: float


def clean(points: Floats, step_s: float, *, zeros: bool) -> Cleaned:
    """(T, K, 3) points with everything that is no measurement taken out. ``zeros``: whether 0, 0, 0 is none."""
    out = np.array(points, dtype=float)
    out[~np.isfinite(out).all(axis=-1)] = np.nan
    empty = _empty(out) if zeros else np.zeros(out.shape[:2], dtype=bool)
    out[empty] = np.nan
    size = _size(out)
    if len(out) < 3 or not size > 0:
        return Cleaned(out, int(empty.sum()), 0, np.zeros(len(out), dtype=bool), 1.0)
    jump = max(_JUMP_H, _ROUNDINGS * _rounding(out) / size)
    # Rows in which nothing was seen neither repeat anything nor end a repeat.
    some = np.flatnonzero(np.isfinite(out).any(axis=(1, 2)))
    step = np.linalg.norm(np.diff(out[some], axis=0), axis=-1) / size
    again = _repeated_rows(step, step_s, jump)
    share = _share(step, again)
    repeated = np.zeros(len(out), dtype=bool)
    repeated[some] = again
    out[repeated] = np.nan
    # With the repeated rows out, steps are those between rows that are left.
    rows = np.flatnonzero(~repeated)
    held = np.zeros(out.shape[:2], dtype=bool)
    if len(rows) > 2:
        held[rows] = _held(np.linalg.norm(np.diff(out[rows], axis=0), axis=-1) / size, jump)
    out[held] = np.nan
    return Cleaned(out, int(empty.sum()), int(held.sum()), repeated, share)


def _empty(points: Floats) -> Bools:
    """(T, K): at the origin, or one and the same number three times as nobody's place is."""
    first = points[..., 0]
    alike = (points == first[..., None]).all(axis=-1)
    empty: Bools = alike & ((first == 0.0) | np.isin(np.abs(first), np.abs(_SENTINELS)))
    return empty


def _size(points: Floats) -> float:
    """About a height of the body: its longest side in most frames."""
    known = np.isfinite(points).all(axis=(2)).sum(axis=1) >= 2
    if not known.any():
        return 0.0
    spread = np.nanmax(points[known], axis=1) - np.nanmin(points[known], axis=1)
    return float(np.median(spread.max(axis=1)))


def _rounding(points: Floats) -> float:
    """The smallest step of any coordinate: that of the numbers' last digit."""
    step = np.abs(np.diff(points, axis=0))
    step = step[step > 1e-12]
    return float(step.min()) if step.size else 0.0


def _repeated_rows(step: Floats, step_s: float, jump: float) -> Bools:
    """(T,): rows whose points are all where they were in the one before."""
    known = np.isfinite(step)
    same = ((step == 0) | ~known).all(axis=1) & (
        known.sum(axis=1) >= LEAST_KNOWN * known.sum(axis=1).max(initial=0)
    )
    same &= known.any(axis=1)
    largest = np.nan_to_num(step).max(axis=1, initial=0.0)
    repeated = np.zeros(len(step) + 1, dtype=bool)
    for start, stop in stretches(same):
        short = (stop - start) * step_s <= _LONGEST_REPEAT_S
        stopped = start > 0 and stop < len(largest) and min(largest[start - 1], largest[stop]) > jump
        # Nobody stops and goes on from one row to the next: a picture was held.
        if short or stopped or _jumps(largest, start, stop, jump, _AFTER_REST):
            repeated[start + 1 : stop + 1] = True
    return repeated


def _jumps(step: Floats, start: int, stop: int, jump: float, after: int = 1) -> bool:
    """Whether a hold (no step from ``start`` to ``stop``) ends in the steps of several frames at once: in one that is
    greater than the ``after`` next ones."""
    if stop >= len(step):
        return False
    return bool(step[stop] > max(jump, _STEPS * step[stop + 1 : stop + 1 + after].max(initial=0.0)))


def _held(step: Floats, jump: float) -> Bools:
    """(T, K): single points that keep their place and then jump, or that keep it to the end while others move."""
    held = np.zeros((len(step) + 1, step.shape[1]), dtype=bool)
    moving = np.nan_to_num(step).max(axis=1, initial=0.0) > _JUMP_H
    for column in np.flatnonzero((step == 0).any(axis=0)):
        own = np.where(np.isnan(step[:, column]), -1.0, step[:, column])
        for start, stop in stretches(own == 0):
            lost = stop >= len(own) or own[stop] < 0
            fast = start > 0 and own[start - 1] > _LOST_H
            rest = stop - start > _MOST_HELD
            if (lost and fast and moving[start:stop].any()) or _jumps(
                own, start, stop, jump, _AFTER_REST if rest else 1
            ):
                held[start + 1 : stop + 1, column] = True
    return held


def _share(step: Floats, repeated: Bools) -> float:
    """Share of the rows that are new where something moves; 1 where too few are repeated to say."""
    largest = np.nan_to_num(step).max(axis=1, initial=0.0)
    moving = np.convolve(largest > _JUMP_H, np.ones(2 * _NEAR + 1), mode="same") > 0
    if moving.sum() < 4 * _NEAR:
        return 1.0
    share = float(repeated[1:][moving].mean())
    return 1.0 - share if share > _RATE_SHARE else 1.0
