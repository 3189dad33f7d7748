"""Points at their times with nothing in them that was not measured, and what was taken out in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...body.arrays import Bools, Floats
from .missing import Cleaned, clean
from .row_times import empty_rows, gaps

_MOST_NAMED = 4


@dataclass(frozen=True)
class Seen:
    """``points`` (T, K, 3) at ``time_s`` (T,), ``fps`` different rows a second, ``kept`` (T,) the number of the
    file's row, -1 for one that the file left out."""

    points: Floats
    time_s: Floats
    fps: float
    kept: np.ndarray
    notes: tuple[str, ...] = ()


def only_measured(points: Floats, time_s: Floats, fps: float, names: Sequence[str], *, zeros: bool) -> Seen:
    """(T, K, 3) points at their times: long gaps become empty rows; zeros, holds and repeats become NaN."""
    step_s = float(np.median(np.diff(time_s))) if len(time_s) > 1 else 1.0 / fps
    cleaned = clean(points, step_s, zeros=zeros)
    notes = [*notes_of(cleaned, names, fps), *gaps(time_s)[1]]
    lost = empty_rows(time_s)
    order = np.argsort(np.concatenate([time_s, lost]), kind="stable")
    padded = np.concatenate([cleaned.points, np.full((len(lost), *cleaned.points.shape[1:]), np.nan)])
    kept = np.concatenate([np.arange(len(time_s)), np.full(len(lost), -1)])
    times = np.concatenate([time_s, lost])
    return Seen(padded[order], times[order], fps * cleaned.rate_share, kept[order], tuple(notes))


def notes_of(found: Cleaned, names: Sequence[str], fps: float) -> list[str]:
    """What was missing, and how it was written."""
    return [*_missing(found, names), *_repeated(found, fps)]


def _missing(found: Cleaned, names: Sequence[str]) -> list[str]:
    unseen: Bools = np.asarray(np.isnan(found.points).any(axis=-1), dtype=bool)
    empty = np.isnan(found.points).all(axis=(1, 2)) & ~found.repeated
    unseen = unseen[~found.repeated & ~empty]
    whole = unseen.all(axis=0)
    often = unseen.sum(axis=0) * ~whole
    notes = []
    if empty.any():
        notes.append(f"{empty.sum()} {'row is' if empty.sum() == 1 else 'rows are'} empty")
    if often.any():
        worst = [
            f"{names[n]} {often[n]}" for n in np.argsort(-often, kind="stable")[:_MOST_NAMED] if often[n]
        ]
        more = " …" if (often > 0).sum() > _MOST_NAMED else ""
        notes.append(f"{often.sum()} places of {len(unseen)} rows are missing: {', '.join(worst)}{more}")
    if found.zeros:
        notes.append(
            f"{found.zeros} places written as 0, 0, 0 (or as a number that is no place) are missing ones"
        )
    if found.held:
        notes.append(f"{found.held} places that are the one before again, and then jump, are missing ones")
    if whole.any():
        shown = ", ".join(np.array(names)[whole][:_MOST_NAMED])
        notes.append(f"never seen: {shown}{' …' if whole.sum() > _MOST_NAMED else ''}")
    return notes


def _repeated(found: Cleaned, fps: float) -> list[str]:
    count = int(found.repeated.sum())
    if not count:
        return []
    rate = f"; {fps * found.rate_share:.4g} different rows a second" if found.rate_share < 1.0 else ""
    word = "row is the one before again and was" if count == 1 else "rows are the one before again and were"
    return [f"{count} {word} not measured{rate}"]
