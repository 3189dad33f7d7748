"""When somebody pitches: from a rough track (about 20 frames a second) to delivery windows.

A delivery is a leg lift followed by a burst of a wrist far from the other one. All signals are relative
to the hips and to the torso's length, do not care which leg or arm is which (the light model confuses
them), and are judged on the clock of the leg lift itself, so that slow motion nobody declared is found
too. Lenient on purpose: a questionable window costs some seconds of computing, a missed pitch the report.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d, median_filter

from ...body.skeleton import INDEX

# The knee rises at least this far (torso lengths) above its usual place.
LEAST_LIFT_H = 0.2
# A usual leg lift lasts this long at half height (real seconds); it sets the clock of one candidate.
USUAL_LIFT_S = 0.55
# The burst comes between these times after the lift's peak, on that clock.
BURST_AFTER, BURST_BEFORE = 0.22, 2.6
# Wrist speed times the clock: torso lengths in the time of a usual leg lift. Walking stays below 2.
LEAST_BURST = 2.6
SURE_LIFT_H, SURE_BURST = 0.55, 5.0
# Batters swing with both hands on the bat; at release the hands of a pitcher are apart (torso lengths).
LEAST_APART_H, SURE_APART_H = 0.35, 0.8
# Without any leg lift in sight (legs out of the frame) only a violent burst counts.
BARE_BURST_PER_S, BARE_BURST_RATIO = 9.0, 6.0


@dataclass(frozen=True)
class Delivery:
    """One candidate: times in real seconds, ``quality`` in 0..1."""

    lift_s: float
    burst_s: float
    clock_s: float
    quality: float
    speed: float

    def window(self) -> tuple[float, float]:
        """(start, end) with room for the first movement and the follow-through."""
        stride = max(self.burst_s - self.lift_s, 1.15 * self.clock_s)
        return self.lift_s - 1.45 * stride, self.burst_s + 0.9 * stride


@dataclass(frozen=True)
class Signals:
    """Signals of one track on its own times (n,): ``lift`` and ``apart`` in torso lengths, ``speed`` per s."""

    time_s: np.ndarray
    lift: np.ndarray
    speed: np.ndarray
    apart: np.ndarray


def signals(time_s: np.ndarray, points: np.ndarray) -> Signals:
    """Signals of points (n, 33, 2) in pixels at (n,) seconds; n >= 5."""

    def at(name: str) -> np.ndarray:
        return points[:, INDEX[name]]

    shoulders = (at("left_shoulder") + at("right_shoulder")) / 2
    hips = (at("left_hip") + at("right_hip")) / 2
    torso = np.linalg.norm(shoulders - hips, axis=1)
    # The torso looks shorter when it leans toward or away from the camera: take a long look's upper part.
    torso = np.full(len(torso), max(float(np.percentile(torso, 70)), 1.0))
    first, second = pair(*((at(f"{side}_wrist") - hips) / torso[:, None] for side in ("left", "right")))
    first, second = (median_filter(w, size=(3, 1), mode="nearest") for w in (first, second))
    speed = np.maximum(_speed(first, time_s), _speed(second, time_s))
    knee = (np.minimum(at("left_knee")[:, 1], at("right_knee")[:, 1]) - hips[:, 1]) / torso
    lift = median_filter(np.median(knee) - knee, 5, mode="nearest")
    return Signals(time_s, lift, speed, np.linalg.norm(first - second, axis=1))


def pair(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two tracks (n, 2) with their names exchanged wherever that makes the movement shorter."""
    stay = np.linalg.norm(np.diff(a, axis=0), axis=1) + np.linalg.norm(np.diff(b, axis=0), axis=1)
    cross = np.linalg.norm(b[1:] - a[:-1], axis=1) + np.linalg.norm(a[1:] - b[:-1], axis=1)
    exchanged = np.concatenate([[False], np.cumsum(cross < stay) % 2 == 1])[:, None]
    return np.where(exchanged, b, a), np.where(exchanged, a, b)


def _speed(path: np.ndarray, time_s: np.ndarray) -> np.ndarray:
    return np.linalg.norm(np.gradient(path, time_s, axis=0), axis=1)


def find_deliveries(time_s: np.ndarray, points: np.ndarray) -> list[Delivery]:
    """Deliveries in one track without breaks, in order of time; overlapping ones are one, the best."""
    if len(time_s) < 8:
        return []
    s = signals(time_s, points)
    candidates = [d for peak in lift_peaks(s) if (d := _after_lift(s, *peak)) is not None]
    candidates = candidates or _bare_bursts(s)
    kept: list[Delivery] = []
    for candidate in sorted(candidates, key=lambda d: -d.quality):
        if all(_apart(candidate, other) for other in kept):
            kept.append(candidate)
    return sorted(kept, key=lambda d: d.lift_s)


def _apart(a: Delivery, b: Delivery) -> bool:
    """Whether two candidates are two deliveries: their lift-to-burst spans do not touch."""
    return a.burst_s < b.lift_s or b.burst_s < a.lift_s


def lift_peaks(s: Signals) -> list[tuple[int, float]]:
    """(index, clock in seconds) of each leg lift; the clock is the lift's width over the usual one."""
    peaks = []
    above = s.lift >= LEAST_LIFT_H
    edges = np.flatnonzero(np.diff(np.concatenate([[0], above.astype(int), [0]])))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        index = start + int(np.argmax(s.lift[start:stop]))
        half = s.lift >= s.lift[index] / 2
        left, right = index, index
        while left > 0 and half[left - 1]:
            left -= 1
        while right + 1 < len(half) and half[right + 1]:
            right += 1
        width = s.time_s[right] - s.time_s[left]
        peaks.append((index, float(max(width / USUAL_LIFT_S, 0.5))))
    return peaks


def _after_lift(s: Signals, index: int, clock: float) -> Delivery | None:
    """The burst that follows a lift, or None when there is none worth the name."""
    lift_s = float(s.time_s[index])
    step = float(np.median(np.diff(s.time_s)))
    # In slow motion noise from frame to frame looks fast; smooth it on the lift's own clock.
    speed = gaussian_filter1d(s.speed, max(0.05 * clock / step, 0.3), mode="nearest")
    use = np.flatnonzero(
        (s.time_s > lift_s + BURST_AFTER * clock) & (s.time_s < lift_s + BURST_BEFORE * clock)
    )
    if len(use) == 0:
        return None
    peak = use[int(np.argmax(speed[use]))]
    burst = speed[peak] * USUAL_LIFT_S * clock
    near = np.abs(s.time_s - s.time_s[peak]) <= 0.12 * clock + step / 2
    apart = float(s.apart[near].max())
    if burst < LEAST_BURST or apart < LEAST_APART_H:
        return None
    quality = (
        min(float(s.lift[index]) / SURE_LIFT_H, 1.0)
        * min(burst / SURE_BURST, 1.0)
        * min(apart / SURE_APART_H, 1.0)
    )
    return Delivery(lift_s, float(s.time_s[peak]), clock, float(quality), float(speed[peak]))


def _bare_bursts(s: Signals) -> list[Delivery]:
    """Bursts without a leg lift, of low quality: better a questionable window than a missed pitch."""
    least = max(BARE_BURST_PER_S, BARE_BURST_RATIO * float(np.median(s.speed)))
    deliveries = []
    for peak in np.flatnonzero(s.speed >= least):
        near = np.abs(s.time_s - s.time_s[peak]) <= 0.5
        if s.speed[peak] == s.speed[near].max() and s.apart[near].max() >= LEAST_APART_H:
            burst_s = float(s.time_s[peak])
            deliveries.append(Delivery(burst_s - 0.8, burst_s, 1.0, 0.1, float(s.speed[peak])))
    return deliveries
