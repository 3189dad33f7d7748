"""Ten minutes of a bullpen: each of twenty pitches has one window, whatever the pauses, and nothing else has one."""

from __future__ import annotations

import numpy as np
import pytest

from shadow_trainer.pose.tracking.candidates import Scan, describe, rank
from shadow_trainer.pose.tracking.relink import link
from shadow_trainer.pose.tracking.scan import conclude

from .stick import LIFT_S, RELEASE_S, pitch, stand, walk
from .test_candidates import track

COUNT, SECONDS, STEP_S, LASTS_S = 20, 600.0, 1 / 18, 5.0


def bullpen(seed: int, *, away: bool) -> tuple[np.ndarray, np.ndarray, list[float]]:
    """``(times, points, starts)``: twenty pitches at uneven times; in between he stands, gets the ball, walks about."""
    rng = np.random.default_rng(seed)
    times = np.arange(0.0, SECONDS, STEP_S)
    pauses = rng.uniform(7.0, 45.0, COUNT)
    pauses *= (SECONDS - COUNT * LASTS_S - 5.0) / pauses.sum()
    starts = np.cumsum(pauses) + LASTS_S * np.arange(COUNT)
    points = stand(times) + rng.normal(0, 1.0, (len(times), 33, 2))
    for start, pause in zip(starts, pauses, strict=True):
        rows = (times >= start) & (times < start + LASTS_S)
        points[rows] = pitch(times[rows] - start, lift=float(rng.uniform(0.4, 0.9)))
        if away:
            # Some steps for the ball and back, on the same spot of the picture at both ends.
            rows = (times >= start - 0.7 * pause) & (times < start - 0.2 * pause)
            there = walk(times[rows])
            there[:, :, 0] -= (times[rows] * 80)[:, None]
            swing = np.sin(np.linspace(0, np.pi, rows.sum()))[:, None]
            there[:, :, 0] += 150 * swing
            points[rows] = there
    return times, points, starts.tolist()


@pytest.mark.parametrize("away", [False, True], ids=["stands between", "walks between"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_none_of_twenty_pitches_is_lost_and_none_is_invented(seed: int, away: bool) -> None:
    times, points, starts = bullpen(seed, away=away)
    scan = conclude(rank([describe(linked, i) for i, linked in enumerate(link([track(times, points)]))]), [])
    assert len(scan.windows) == COUNT
    for (begin, end), start in zip(scan.windows, starts, strict=True):
        assert begin < start + LIFT_S - 0.5 and end > start + RELEASE_S + 0.3


def test_of_ten_minutes_only_the_pitches_are_measured_at_the_full_rate() -> None:
    times, points, _ = bullpen(4, away=True)
    (person,) = rank([describe(linked, i) for i, linked in enumerate(link([track(times, points)]))])
    assert sum(end - start for start, end in person.spans()) < COUNT * 5.0 < SECONDS / 5


def test_the_scan_of_ten_minutes_is_read_back_and_stays_small() -> None:
    times, points, _ = bullpen(5, away=False)
    scan = conclude(rank([describe(linked, i) for i, linked in enumerate(link([track(times, points)]))]), [])
    again = Scan.from_dict(scan.as_dict())
    assert again.windows == scan.windows and len(str(scan.as_dict())) < 2_000_000
