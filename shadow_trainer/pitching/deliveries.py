"""Every delivery in a clip: where the throwing hand bursts, and whether that burst is a pitch.

What is less likely than not a pitch is none where another is; a person who runs, waves, bats or throws a ball back
must not become a delivery, and a person who surely throws must not be told that there is none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..body.arrays import Floats, Indices
from ..vocabulary import Event, Hand
from . import delivery_decision as decision
from . import events, filters, signals
from .events import Events
from .signals import Signals
from .world import as_right_hander, joint, mid_hip

# Two pitches are never nearer to each other; around a burst this much belongs to its delivery.
APART_S, BEFORE_S, AFTER_S = 1.5, 3.2, 0.9
SPLIT_GAP_S = 0.5
# A throw that is seen for less than this after its release may be one that the video broke off.
LEAST_AFTER_S = 0.15
LEAST_SAMPLES = 12
LEAST_HAND_SPEED_H_S = 3.0  # relative to the hips; a slower hand throws nothing
# A hand is the throwing one when its throw is so much likelier a pitch, or else when it is so much faster.
SURE_HAND_CHANCE, SURE_HAND_RATIO = 0.3, 1.2


@dataclass(frozen=True)
class Throw:
    """One throw: ``rows`` of the series it lies in, its signals and events, and the probability that it is a pitch.

    ``signs`` 0..1 are what the probability was made of (:mod:`.delivery_decision`).
    """

    rows: Indices
    signals: Signals
    events: Events
    probability: float
    signs: dict[str, float]

    @property
    def unfinished(self) -> bool:
        """Whether the video ends (or the body is lost) before the arm has let go of the ball."""
        after_s = float(self.signals.time_s[-1]) - self.events[Event.RELEASE].time_s
        return after_s < LEAST_AFTER_S and not decision.lets_go(self.signs)

    @property
    def questionable(self) -> bool:
        """Whether it may be a pitch, but more likely is none."""
        return self.probability < decision.PITCH


def find_deliveries(
    points: Floats,
    time_s: Floats,
    height_m: float,
    windows: list[tuple[float, float]] | None = None,
    hand_gap_m: Floats | None = None,
    lead_ankle_m: Floats | None = None,
    arm_m: Floats | None = None,
) -> list[Throw]:
    """Pitches of a right-hander's points (T, 33, 3), in the order of time; inside ``windows`` if given.

    ``hand_gap_m`` (T,) metres between the hands, ``lead_ankle_m`` (T, 2) metres of the lead ankle and ``arm_m`` (T, 2)
    metres from the throwing shoulder to its wrist, as the frame shows them, where that is the better measure. Questionable ones are given only where none is likelier than not.
    """
    throws = find_throws(points, time_s, height_m, windows, hand_gap_m, lead_ankle_m, arm_m)
    whole = [throw for throw in throws if not throw.unfinished]
    likely = [throw for throw in whole if not throw.questionable]
    return likely or [throw for throw in whole if throw.probability >= decision.QUESTIONABLE]


def find_throws(
    points: Floats,
    time_s: Floats,
    height_m: float,
    windows: list[tuple[float, float]] | None = None,
    hand_gap_m: Floats | None = None,
    lead_ankle_m: Floats | None = None,
    arm_m: Floats | None = None,
) -> list[Throw]:
    """Every burst of the throwing hand with its events and its probability, however low; else as above."""
    throws = []
    for rows in _spans(points, time_s, windows):
        for part in _around_bursts(points, time_s, rows, height_m):
            smooth = signals.smooth(points[part], time_s[part])
            s = signals.measure(smooth, time_s[part], height_m)
            if hand_gap_m is not None:
                s = signals.with_hand_gap(s, hand_gap_m[part], time_s[part])
            if lead_ankle_m is not None:
                s = signals.with_ankle_seen(s, lead_ankle_m[part], time_s[part])
            if arm_m is not None:
                s = signals.with_arm_seen(s, arm_m[part], time_s[part])
            seen = events.find_events(s)
            if seen is not None:
                signs = decision.signs(s, seen)
                throws.append(Throw(part, s, seen, decision.probability(signs), signs))
    return throws


def find_hand(points: Floats, time_s: Floats, height_m: float) -> tuple[Hand, bool]:
    """``(hand, sure)`` for world points of an unknown thrower: the hand whose throw is likelier a pitch.

    Where they are nearly equally likely, the faster hand; ``sure`` is False where that one is not 20 % faster.
    """
    chance: dict[Hand, float] = {}
    peak: dict[Hand, float] = {}
    smooth = signals.smooth(points, time_s)
    for hand, index in signals.WRISTS.items():
        throws = find_throws(as_right_hander(points, hand), time_s, height_m)
        chance[hand] = max((throw.probability for throw in throws), default=0.0)
        peak[hand] = decision.held_speed(filters.speed(smooth[:, index] - mid_hip(smooth), time_s), time_s)
    likelier, other = sorted(chance, key=chance.__getitem__, reverse=True)
    if chance[likelier] - chance[other] > SURE_HAND_CHANCE:
        return likelier, True
    faster, slower = sorted(peak, key=peak.__getitem__, reverse=True)
    return faster, peak[faster] > SURE_HAND_RATIO * peak[slower]


def _spans(points: Floats, time_s: Floats, windows: list[tuple[float, float]] | None) -> list[Indices]:
    """Rows of each window (or of the whole clip) in which the hips are known, split at long gaps."""
    known = np.isfinite(mid_hip(points)).all(axis=-1)
    spans = []
    for start, stop in windows or [(-np.inf, np.inf)]:
        rows = np.flatnonzero(known & (time_s >= start - 1e-9) & (time_s <= stop + 1e-9))
        breaks = np.flatnonzero(np.diff(time_s[rows]) > SPLIT_GAP_S) + 1
        for part in np.split(rows, breaks):
            if len(part) >= LEAST_SAMPLES:
                # Rows in short gaps stay in: the filter fills what it may.
                spans.append(np.arange(part[0], part[-1] + 1))
    return spans


def _around_bursts(points: Floats, time_s: Floats, rows: Indices, height_m: float) -> list[Indices]:
    """Rows around each burst of the throwing hand, highest first taken, returned in the order of time."""
    t = time_s[rows]
    smooth = signals.smooth(points[rows], t)
    speed = filters.speed(joint(smooth, "throwing_wrist") - mid_hip(smooth), t) / height_m
    speed = np.nan_to_num(speed)
    bursts: list[float] = []
    for index in np.argsort(-speed):
        if speed[index] < LEAST_HAND_SPEED_H_S:
            break
        if all(abs(t[index] - other) > APART_S for other in bursts):
            bursts.append(float(t[index]))
    bursts.sort()
    parts = []
    for number, burst in enumerate(bursts):
        first = max(burst - BEFORE_S, bursts[number - 1] + 0.5 if number else -np.inf)
        last = min(burst + AFTER_S, bursts[number + 1] - 0.5 if number + 1 < len(bursts) else np.inf)
        part = rows[(t >= first) & (t <= last)]
        if len(part) >= LEAST_SAMPLES:
            parts.append(part)
    return parts
