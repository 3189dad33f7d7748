"""Where a video's clock jumps: clips that an editor joined, a camcorder's pause, a transport stream that restarts.

A jump is a gap as a cut is: what lies on its two sides was not filmed in one go. Each piece keeps the times that it
has. A gap forward keeps its length; how much time passed where a clock goes back, or farther forward than anybody
films, nobody can say: the next piece then follows at once.
"""

from __future__ import annotations

from bisect import bisect_left

import numpy as np

# A step of the clock is a jump when it is longer than both: phones leave out a few frames and keep filming.
LEAST_JUMP_S, JUMP_RATIO = 0.25, 6.0
LONGEST_GAP_S = 3600.0
# A clock that steps back by less than this (and few frames) is a damaged time, not a restart.
LEAST_BACK_S, BACK_RATIO = 0.1, 3.0
LEAST_PIECE = 4  # rows that go on steadily; fewer are damaged times
TRUSTED_SHARE = 0.5  # of timestamps that must increase for the others to be mended from them


def usual_interval(file_s: np.ndarray) -> float:
    """The usual time between two frames (median) of increasing times; 0 for fewer than two."""
    return float(np.median(np.diff(file_s))) if len(file_s) > 1 else 0.0


def find_jumps(file_s: np.ndarray) -> np.ndarray:
    """Rows of (T,) increasing times before which the clock jumps forward."""
    limit = max(LEAST_JUMP_S, JUMP_RATIO * usual_interval(file_s))
    return np.flatnonzero(np.diff(file_s) > limit) + 1


def filmed_s(file_s: np.ndarray) -> float:
    """Seconds from the first frame to the last without the jumps between."""
    if len(file_s) < 2:
        return 0.0
    jumps = find_jumps(file_s)
    return float(file_s[-1] - file_s[0] - (file_s[jumps] - file_s[jumps - 1]).sum())


def usual_rate(file_s: np.ndarray) -> float:
    """Frames per second where the clock runs on; 0 when there is no span.

    Where most intervals are about the usual one they alone count, for a hole says nothing of the rate; in a video
    whose intervals are all different everything between jumps does.
    """
    if len(file_s) < 2 or not file_s[-1] > file_s[0]:
        return 0.0
    gaps, usual = np.diff(file_s), usual_interval(file_s)
    near = (gaps > 0.5 * usual) & (gaps < 1.5 * usual)
    if near.mean() < TRUSTED_SHARE:
        near = np.ones(len(gaps), bool)
        near[find_jumps(file_s) - 1] = False
    return 1.0 / float(gaps[near].mean()) if near.any() and gaps[near].sum() > 0 else 0.0


def closed(file_s: np.ndarray) -> tuple[np.ndarray, tuple[int, ...]]:
    """``(times, breaks)`` of (T,) increasing times: jumps too long to be a pause are closed; rows where pieces begin."""
    jumps = find_jumps(file_s)
    if not len(jumps):
        return file_s, ()
    steps = np.diff(file_s, prepend=file_s[0])
    steps[jumps] = np.where(steps[jumps] > LONGEST_GAP_S, usual_interval(file_s), steps[jumps])
    return np.cumsum(steps), tuple(int(row) for row in jumps)


def in_pieces(times_s: np.ndarray) -> tuple[np.ndarray, tuple[int, ...], int]:
    """(T,) seconds in the order of showing, with unknown (NaN) and damaged times and restarts of the clock.

    Returns ``(times, breaks, mended)``: strictly increasing from 0, the rows where a new piece begins, and how many
    rows had no usable time. All times are 0 where nothing can be trusted.
    """
    breaks = _restarts(times_s)
    mended = [mend_times(part) for part in np.split(times_s, breaks)]
    if len(mended) == 1 or any(count == len(part) for part, count in mended):
        return *_one_piece(times_s), mend_times(times_s)[1]
    usual = float(np.median(np.concatenate([np.diff(part) for part, _ in mended])))
    clock: list[np.ndarray] = []
    end, last = -usual, 0.0
    for (part, _), start in zip(mended, [0, *breaks], strict=True):
        first = _own_start(times_s[start : start + len(part)], part)
        gap = first - last if clock else usual
        gap = gap if usual < gap <= LONGEST_GAP_S else usual
        clock.append(end + gap + part)
        end, last = float(clock[-1][-1]), first + float(part[-1])
    return np.concatenate(clock), tuple(breaks), sum(count for _, count in mended)


def _one_piece(times_s: np.ndarray) -> tuple[np.ndarray, tuple[int, ...]]:
    clock, _ = mend_times(times_s)
    return closed(clock) if len(clock) and clock[-1] > 0 else (clock, ())


def _own_start(times_s: np.ndarray, part: np.ndarray) -> float:
    """The time of a piece's first row by its own clock; ``part`` are its mended times from 0."""
    return float(np.nanmedian(times_s - part))


def _restarts(times_s: np.ndarray) -> list[int]:
    """Rows at which the clock jumps for good, forward or back; a time that is out of line for itself is none."""
    known = np.isfinite(times_s)
    steps = np.diff(times_s)
    going = steps[np.isfinite(steps) & (steps > 0)]
    if not len(going):
        return []
    usual = float(np.median(going))
    limit, back = max(LEAST_JUMP_S, JUMP_RATIO * usual), max(LEAST_BACK_S, BACK_RATIO * usual)
    steady = known[1:] & known[:-1] & (np.nan_to_num(steps, nan=-1.0) > 0) & (np.nan_to_num(steps) <= limit)
    edges = np.flatnonzero(~steady) + 1
    runs = [run for run in np.split(np.arange(len(times_s)), edges) if len(run) >= LEAST_PIECE]
    breaks = []
    for before, after in zip(runs, runs[1:], strict=False):
        passed = times_s[after[0]] - times_s[before[-1]]
        shift = passed - (after[0] - before[-1]) * usual
        if shift > limit or shift < -back:
            breaks.append(int(after[0]))
    return breaks


def mend_times(times_s: np.ndarray) -> tuple[np.ndarray, int]:
    """(T,) seconds with gaps (NaN) and steps back -> ((T,) strictly increasing from 0, rows mended).

    The longest increasing run of times is kept and the others are put between their neighbours; when it
    holds less than half of the rows nothing can be trusted: all times are 0.
    """
    count = len(times_s)
    if count == 0:
        return np.zeros(0), 0
    keep = _longest_increasing(times_s)
    if len(keep) < max(2, TRUSTED_SHARE * count):
        return np.zeros(count), count
    rows = np.arange(count)
    mended = np.interp(rows, keep, times_s[keep])
    slope = (times_s[keep[-1]] - times_s[keep[0]]) / (keep[-1] - keep[0])
    mended[: keep[0]] = times_s[keep[0]] + (rows[: keep[0]] - keep[0]) * slope
    mended[keep[-1] :] = times_s[keep[-1]] + (rows[keep[-1] :] - keep[-1]) * slope
    return mended - mended[0], count - len(keep)


def _longest_increasing(values: np.ndarray) -> np.ndarray:
    """Rows of a longest strictly increasing subsequence; NaN never belongs to it."""
    tails: list[float] = []
    rows: list[int] = []
    before = np.full(len(values), -1)
    for row, value in enumerate(values):
        if np.isnan(value):
            continue
        place = bisect_left(tails, value)
        if place < len(tails) and tails[place] == value:
            continue  # of two equal times the first is the true one
        before[row] = rows[place - 1] if place else -1
        tails[place : place + 1] = [value]
        rows[place : place + 1] = [row]
    kept = []
    row = rows[-1] if rows else -1
    while row >= 0:
        kept.append(row)
        row = before[row]
    return np.array(kept[::-1], dtype=int)
