"""When each row was: the file's own times where it has them, and its gaps."""

from __future__ import annotations

import numpy as np

from ...body.arrays import Floats, Indices
from ...errors import BadRequest
from .motion import Raw

USUAL_FPS = 30.0
SLOWEST_FPS, FASTEST_FPS = 1.0, 2000.0
# From this difference on a head that says another rate than the times is said to.
_DISAGREES = 0.01
# A step of so many usual ones is a gap.
GAP = 1.5
# A shorter gap is bridged by the curve through the rows on both sides, as that of a pose.npz is.
LONGEST_BRIDGED_S = 0.1
# Of a longer one this much is filled with empty rows; where it begins and ends is enough.
_LONGEST_FILLED_S = 2.0
_SUBUNITS = {1e3: "milliseconds", 1e6: "microseconds", 1e9: "nanoseconds"}
_MOST_DECIMALS = 7


def read_clock(raw: Raw, given_fps: float | None) -> tuple[Floats, float, list[str]]:
    """``(seconds of each row, rows per second, notes)``; a rate that a person gives replaces the file's own."""
    times: Floats | None = None
    notes: list[str] = []
    if raw.time_s is not None:
        times, notes = _own_times(raw.time_s, _rate(raw.fps), raw.frames)
    own = _rate(raw.fps)
    if times is None:
        times, own, more = _by_rate(raw, own or _checked(given_fps))
        notes += more
    else:
        own = 1.0 / float(np.median(np.diff(times)))
    fps = _checked(given_fps) or _checked(own)
    assert fps is not None  # one of them is known by now
    return times * (own / fps), fps, notes


def gaps(time_s: Floats) -> tuple[Indices, list[str]]:
    """``(rows after which there is a gap, notes)``."""
    step = np.diff(time_s)
    if not len(step):
        return np.zeros(0, dtype=int), []
    usual = float(np.median(step))
    after = np.flatnonzero(step > GAP * usual)
    if not len(after):
        return after, []
    lost = float((step[after] - usual).sum())
    word = "gap" if len(after) == 1 else "gaps"
    return after, [f"{len(after)} {word} in the times of the rows, {lost:.3f} s in all"]


def empty_rows(time_s: Floats) -> Floats:
    """Times of the rows that a file left out in its longer gaps, at the usual step."""
    after, _ = gaps(time_s)
    usual = float(np.median(np.diff(time_s))) if len(time_s) > 1 else 0.0
    out: list[Floats] = []
    for row in after:
        width = float(time_s[row + 1] - time_s[row])
        count = round(width / usual) - 1
        if width <= LONGEST_BRIDGED_S:
            continue
        if count * usual > _LONGEST_FILLED_S:
            out.append(np.array([time_s[row] + usual, time_s[row + 1] - usual]))
        elif count > 0:
            out.append(np.linspace(time_s[row], time_s[row + 1], count + 2)[1:-1])
    return np.concatenate(out) if out else np.zeros(0)


def _own_times(written: Floats, fps: float | None, frames: Floats | None) -> tuple[Floats | None, list[str]]:
    """The times as seconds, None (and why) where they cannot be."""
    rows = np.array(written, dtype=float)
    known = np.isfinite(rows)
    if known.sum() < max(2, len(rows) // 2) or not np.ptp(rows[known]) > 0:
        return None, ["the file's times are empty"] if len(rows) > 1 else []
    if not known.all():
        places = np.arange(len(rows)) if frames is None else frames
        rows = np.interp(places, places[known], rows[known])
    times, notes = seconds(rows, fps, frames)
    if times is None:
        return None, notes
    step = np.diff(times)
    rounded = _unrounded(times, fps)
    if rounded is not None:
        times = rounded
    elif not (step > 0).all():
        return None, [
            *notes,
            f"the file's times do not rise in {int((step <= 0).sum())} rows and are not used",
        ]
    own = 1.0 / float(np.median(np.diff(times)))
    if fps and abs(own / fps - 1.0) > _DISAGREES:
        notes.append(
            f"the head says {fps:g} frames per second, the times of the rows {own:.4g}: the times hold"
        )
    return times, notes


def seconds(times: Floats, fps: float | None, frames: Floats | None) -> tuple[Floats | None, list[str]]:
    """``(times in seconds, notes)``, whatever they were written in; None for numbers of frames."""
    step = float(np.median(np.diff(times)))
    if not step > 0:
        return times, []
    for factor, word in _SUBUNITS.items():
        if step == 1.0 and not fps:
            break
        fits = fps and 0.8 < step * fps / factor < 1.25
        # Without a rate: no motion is recorded slower than twice a second.
        if fits or (not fps and step > 0.5 and SLOWEST_FPS <= factor / step <= FASTEST_FPS):
            return times / factor, [f"the file's times taken for {word}"]
    if step == 1.0 or (frames is not None and np.array_equal(times, frames)):
        return None, ["the file's times count frames; the frame rate is taken"]
    return times, []


def _unrounded(times: Floats, fps: float | None) -> Floats | None:
    """Times that were rounded to few decimals, put back on the even steps that they were rounded from."""
    decimals = next(
        (d for d in range(_MOST_DECIMALS) if np.allclose(times, np.round(times, d), atol=1e-9)), None
    )
    span = times[-1] - times[0]
    if decimals is None or not span > 0:
        return None
    room = 0.51 * 10.0**-decimals
    for rate in filter(None, (fps, (len(times) - 1) / span)):
        if room > 0.75 / rate:
            continue
        number = np.round((times - times[0]) * rate)
        if (np.diff(number) <= 0).any():
            # Two rows may have been rounded to one time: with no row lost, each is one step after the other.
            number = np.arange(len(times), dtype=float)
        even = number / rate
        even += float(np.median(times - even))
        if np.abs(even - times).max() <= 2 * room:
            return np.asarray(even)
    return None


def _by_rate(raw: Raw, fps: float | None) -> tuple[Floats, float, list[str]]:
    """Times from the rate alone, with the gaps that the file's numbers of the rows show."""
    notes = []
    if fps is None:
        fps = USUAL_FPS
        notes.append(f"the file says no frame rate; taken for {USUAL_FPS:g} frames per second")
    frames = raw.frames
    whole = frames is not None and np.isfinite(frames).all() and (np.diff(frames) >= 1).all()
    if frames is None or not whole or not len(frames):
        return raw.first_s + np.arange(len(raw.points)) / fps, fps, notes
    return np.maximum(frames[0] - 1, 0) / fps + (frames - frames[0]) / fps, fps, notes


def _rate(fps: float | None) -> float | None:
    return fps if fps and np.isfinite(fps) and fps > 0 else None


def _checked(fps: float | None) -> float | None:
    if fps is not None and not SLOWEST_FPS <= fps <= FASTEST_FPS:
        raise BadRequest(
            f"{fps:g} frames per second cannot be.",
            code="bad_fps",
            fix="Give the frame rate that the motion was recorded with.",
        )
    return fps
