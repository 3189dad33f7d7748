"""How far the seconds of a series can be trusted: whether its rate is sure, and where its clock has breaks.

Both come with the joints, as extras with one value for each frame, so that whoever measures them again knows as much.
"""

from __future__ import annotations

import numpy as np

from ..body.arrays import Indices
from ..body.series import PoseSeries

# Extras: 1 where the video's slow motion is a guess between several factors; the number of the unbroken piece.
RATE_DOUBTFUL, PIECE = "rate_doubtful", "piece"


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
