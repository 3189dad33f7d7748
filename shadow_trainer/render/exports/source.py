"""What an export is made of, cut to one delivery or to what is known, and put on a constant clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ...body.series import PoseSeries
from ...errors import BadRequest, NotFound

_SMALL_JITTER = 0.2  # of a frame: timestamps within this of a constant rate count as one


@dataclass(frozen=True)
class Source:
    """The pose, analysis.json, and the curves of each delivery (series.json)."""

    series: PoseSeries
    analysis: Mapping[str, Any]
    curves: Sequence[Mapping[str, Any]] = ()

    def delivery(self, index: int) -> Source:
        """Only one delivery; NotFound when there is no such one."""
        rows = [d for d in self.analysis.get("deliveries", []) if d.get("index") == index]
        if not rows:
            raise NotFound(f"There is no delivery {index + 1} in this analysis.", code="no_such_delivery")
        place = list(self.analysis["deliveries"]).index(rows[0])
        times = self.series.time_s
        inside = (times >= rows[0]["start_s"] - 1e-9) & (times <= rows[0]["end_s"] + 1e-9)
        return replace(
            self,
            series=take(self.series, inside),
            analysis={**self.analysis, "deliveries": rows},
            curves=self.curves[place : place + 1],
        )


@dataclass(frozen=True)
class Clocked:
    """Positions at a constant rate: ``world_m`` (N, 33, 3) at ``first / rate_hz`` + n / rate_hz seconds."""

    rate_hz: float
    first: int  # number of the first frame, counted from 0 at time 0
    world_m: np.ndarray
    sd_m: np.ndarray | None = field(default=None)  # (N, 33), 1 SD, where known

    @property
    def time_s(self) -> np.ndarray:
        """(N,) seconds."""
        return (self.first + np.arange(len(self.world_m))) / self.rate_hz


def take(series: PoseSeries, rows: np.ndarray) -> PoseSeries:
    """Some rows of a series; ``rows`` (T,) bool."""
    return replace(
        series,
        time_s=series.time_s[rows],
        landmarks_px=series.landmarks_px[rows],
        confidence=series.confidence[rows],
        world_m=series.world_m[rows],
        measured=series.measured[rows],
        extras={k: v[rows] for k, v in series.extras.items() if len(v) == len(rows)},
    )


def known_span(series: PoseSeries) -> PoseSeries:
    """From the first to the last row with 3D positions; BadRequest when there is none."""
    seen = np.asarray(np.isfinite(series.world_m).all(axis=2))
    known = np.flatnonzero(seen.any(axis=1))
    if not len(known):
        raise BadRequest(
            "There is no 3D motion in this analysis to export.",
            code="nothing_to_export",
            fix="Choose an analysis with a pitch in it.",
        )
    rows = np.zeros(len(series), bool)
    rows[known[0] : known[-1] + 1] = True
    return take(series, rows)


def on_clock(series: PoseSeries) -> Clocked:
    """The known part of a series at its usual rate; uneven timestamps are resampled linearly.

    Formats with one frame rate (C3D, BVH, TRC) need it. NaN stays NaN: nothing is drawn over a gap.
    """
    series = known_span(series)
    steps = np.diff(series.time_s)
    rate = 1.0 / float(np.median(steps)) if len(steps) else 30.0
    rate = round(rate, 3)
    frames = series.time_s * rate
    sd = series.extras.get("world_sd_m")
    even = np.abs(frames - np.rint(frames)).max() <= _SMALL_JITTER and (
        len(steps) == 0 or (np.diff(np.rint(frames)) == 1).all()
    )
    if even:
        return Clocked(rate, int(np.rint(frames[0])), series.world_m, sd)
    first, last = int(np.ceil(frames[0] - 1e-6)), int(np.floor(frames[-1] + 1e-6))
    when = np.arange(first, last + 1) / rate
    resampled = resample(series.time_s, series.world_m.reshape(len(series), -1), when)
    sd = resample(series.time_s, sd, when) if sd is not None else None
    return Clocked(rate, first, resampled.reshape(len(when), *series.world_m.shape[1:]), sd)


def resample(time_s: np.ndarray, values: np.ndarray, when: np.ndarray) -> np.ndarray:
    """Linear interpolation of (T, C) at ``when`` (N,); NaN when either neighbour is NaN."""
    after = np.clip(np.searchsorted(time_s, when, side="left"), 1, len(time_s) - 1)
    before = after - 1
    share = ((when - time_s[before]) / (time_s[after] - time_s[before]))[:, None]
    share = np.clip(share, 0.0, 1.0)
    low, high = values[before], values[after]
    mixed = low * (1 - share) + high * share
    # Exactly on a frame the other neighbour does not matter, even when it is not known.
    return np.where(share < 1e-9, low, np.where(share > 1 - 1e-9, high, mixed))


def y_up(world: np.ndarray) -> np.ndarray:
    """(..., 3) from our Z-up frame to Y-up: (x, y, z) = (X, Z, -Y), a rotation about X."""
    return np.stack([world[..., 0], world[..., 2], -world[..., 1]], axis=-1)
