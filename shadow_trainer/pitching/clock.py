"""How far the seconds of a series can be trusted: whether its rate is sure, how many of its frames show something new,
and where its clock has breaks.

All of it comes with the joints, as extras with one value for each frame, so that whoever measures them again knows as much.
"""

from __future__ import annotations

import numpy as np

from ..body.arrays import Indices
from ..body.series import PoseSeries

# Extras: 1 where the video's slow motion is a guess between several factors; the number of the unbroken piece.
RATE_DOUBTFUL, REPEATED, PIECE = "rate_doubtful", "repeated", "piece"
# Rates at which pictures are taken and played; a share of repeats is counted in few frames and so only nearly tells.
PLAYED_FPS = (
    10.0,
    12.0,
    12.5,
    15.0,
    20.0,
    24.0,
    25.0,
    30.0,
    48.0,
    50.0,
    60.0,
    90.0,
    100.0,
    120.0,
    200.0,
    240.0,
)
LEAST_SHARE, NEARLY = 0.03, 0.03


def rate_sure(series: PoseSeries) -> bool:
    """False where the seconds of the series may all be too long or too short by one factor."""
    doubtful = series.extras.get(RATE_DOUBTFUL)
    return doubtful is None or not np.asarray(doubtful, dtype=bool).any()


def doubted(series: PoseSeries) -> PoseSeries:
    """The series with a note that its rate is a guess."""
    return series.with_(extras={**series.extras, RATE_DOUBTFUL: np.ones(len(series), bool)})


def trusted(series: PoseSeries) -> PoseSeries:
    """The series without that note: somebody knows the rate."""
    return series.with_(extras={k: v for k, v in series.extras.items() if k != RATE_DOUBTFUL})


def pieces(series: PoseSeries) -> Indices | None:
    """(T,) number of the unbroken piece of each frame; None where the clock has no break."""
    numbers = series.extras.get(PIECE)
    return None if numbers is None else np.asarray(numbers, dtype=np.intp)


def with_pieces(series: PoseSeries, breaks_s: list[float]) -> PoseSeries:
    """The series with its pieces numbered; one begins at each of ``breaks_s``, in the series' own seconds."""
    if not breaks_s:
        return series
    numbers = np.searchsorted(np.asarray(breaks_s) - 1e-6, series.time_s, side="right")
    return series.with_(extras={**series.extras, PIECE: numbers})


def repeated_share(repeated: np.ndarray, fps: float) -> float:
    """The share, 0..1, of the frames (n,) of a video of ``fps`` that only repeat the one before; 0 for next to none.

    Where what is left is nearly a usual rate it is that: a fifth of 30 leaves 24.
    """
    share = float(np.mean(repeated)) if len(repeated) else 0.0
    if share < LEAST_SHARE:
        return 0.0
    left = fps * (1.0 - share)
    nearest = min(PLAYED_FPS, key=lambda rate: abs(rate - left))
    if abs(nearest - left) <= NEARLY * left and nearest < fps:
        left = nearest
    return 1.0 - left / fps


def repeated_in(series: PoseSeries, spans: list[tuple[float, float]], fps: float) -> float:
    """The same of the frames of a series inside any of the spans (of all that were measured where there is none)."""
    if REPEATED not in series.extras:
        return 0.0
    repeated = np.asarray(series.extras[REPEATED], dtype=bool)
    inside = np.zeros(len(series), bool)
    for start, end in spans:
        inside |= (series.time_s >= start) & (series.time_s <= end)
    rows = inside if inside.any() else series.measured | repeated
    return repeated_share(repeated[rows], fps)
