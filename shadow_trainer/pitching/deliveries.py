"""Every delivery in a clip: where the throwing hand bursts, and whether that burst is a pitch.

What is less likely than not a pitch is none where another is; a person who runs, waves, bats or throws a ball back
must not become a delivery, and a person who surely throws must not be told that there is none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..body.arrays import Floats, Indices
from ..vocabulary import Event, Hand, Verdict
from . import delivery_decision as decision
from . import events, filters, signals
from .events import Events, EventTime
from .signals import NOTHING_SEEN, SeenInFrame, Signals
from .verdicts import APART_S, Verdicts
from .world import as_right_hander, joint, mid_hip

# Around a burst this much belongs to its delivery.
BEFORE_S, AFTER_S = 3.2, 0.9
SPLIT_GAP_S = 0.5
# A throw that is seen for less than this after its release may be one that the video broke off.
LEAST_AFTER_S = 0.15
LEAST_SAMPLES = 12
LEAST_HAND_SPEED_H_S = 3.0  # relative to the hips; a slower hand throws nothing
# A hand is the throwing one when its throw is so much likelier a pitch, or else when it is so much faster.
SURE_HAND_CHANCE, SURE_HAND_RATIO = 0.3, 1.2
# Of a release that was put where the hand is fastest, as nothing of it is seen.
HARDLY_CONFIDENCE = 0.2
# The arm is fastest so near to a release that a coach set.
RELEASE_WITHIN_S = 0.12


@dataclass(frozen=True)
class Throw:
    """One throw: ``rows`` of the series it lies in, its signals and events, and the probability that it is a pitch.

    ``signs`` 0..1 are what the probability was made of (:mod:`.delivery_decision`); ``verdict`` is what a coach said
    of it, which goes before what it looks like. ``bursts`` False: the hand is hardly faster than it mostly is; such a
    throw is listed, and never a pitch unless a coach says so.
    """

    rows: Indices
    signals: Signals
    events: Events
    probability: float
    signs: dict[str, float]
    verdict: Verdict | None = None
    bursts: bool = True

    @property
    def release_s(self) -> float:
        """When the ball leaves the hand."""
        return self.events[Event.RELEASE].time_s

    @property
    def unfinished(self) -> bool:
        """Whether the video ends (or the body is lost) before the arm has let go of the ball."""
        after_s = float(self.signals.time_s[-1]) - self.events[Event.RELEASE].time_s
        return after_s < LEAST_AFTER_S and not decision.lets_go(self.signs)

    @property
    def questionable(self) -> bool:
        """Whether it may be a pitch, but more likely is none, and nobody has said."""
        return self.verdict is None and self.probability < decision.PITCH


def find_deliveries(
    points: Floats,
    time_s: Floats,
    height_m: float,
    windows: list[tuple[float, float]] | None = None,
    seen: SeenInFrame = NOTHING_SEEN,
) -> list[Throw]:
    """Pitches of a right-hander's points (T, 33, 3), in the order of time; inside ``windows`` if given.

    Questionable ones are given only where none is likelier than not. ``seen`` is what the frame shows better.
    """
    return chosen(find_throws(points, time_s, height_m, windows, seen))


def chosen(throws: list[Throw]) -> list[Throw]:
    """The pitches among throws: what a coach calls one, and what is likelier one than not. Questionable ones are given
    only where there is no other."""
    sure = [t for t in throws if t.verdict in (Verdict.PITCH, Verdict.RELEASE)]
    open_ones = [t for t in throws if t.verdict is None and t.bursts and not t.unfinished]
    likely = [t for t in open_ones if not t.questionable]
    if not (sure or likely):
        return [t for t in open_ones if t.probability >= decision.QUESTIONABLE]
    return sorted([*sure, *likely], key=lambda throw: throw.release_s)


def find_throws(
    points: Floats,
    time_s: Floats,
    height_m: float,
    windows: list[tuple[float, float]] | None = None,
    seen: SeenInFrame = NOTHING_SEEN,
    verdicts: Verdicts | None = None,
    every: bool = False,
) -> list[Throw]:
    """Every burst of the throwing hand with its events and its probability, however low; else as above.

    No throw goes across from one piece of the video to another. Where ``verdicts`` say that a ball was released there
    is a throw, whatever the hand does. ``every``: also moves of the hand that are hardly a burst, and where there is
    none at all the fastest.
    """
    said, throws = verdicts or Verdicts(), []
    for rows in _spans(points, time_s, windows, seen.pieces):
        for burst in _bursts(points, time_s, rows, height_m, said, every):
            measured = _Measured(points, time_s, height_m, seen)
            throw = measured.throw(burst, every)
            if throw is not None:
                throws.append(throw)
    return throws


@dataclass(frozen=True)
class _Burst:
    """One burst of the throwing hand: the rows up to its neighbours, and those up to the neighbours that may be
    pitches; ``release_s`` where a coach says that the ball is released."""

    at_s: float
    rows: Indices
    own_rows: Indices
    release_s: float | None
    verdict: Verdict | None


@dataclass(frozen=True)
class _Measured:
    """The points and what the frame shows of them, as :func:`find_throws` takes them."""

    points: Floats
    time_s: Floats
    height_m: float
    seen: SeenInFrame

    def throw(self, burst: _Burst, every: bool = False) -> Throw | None:
        """The throw of one burst; None when no hand throws and nobody says so, unless ``every`` move is asked for."""
        release = None if burst.release_s is None else EventTime(burst.release_s, 1.0)
        s = self.signals(burst.rows)
        seen = events.find_events(s, release)
        bursts = seen is not None
        if seen is None and (every or burst.verdict == Verdict.PITCH):
            seen = events.find_events(s, EventTime(burst.at_s, HARDLY_CONFIDENCE))
        if seen is None:
            return None
        if len(burst.own_rows) > len(burst.rows):
            # A neighbour that is no pitch may have the faster hand: the release stays where it was.
            s = self.signals(burst.own_rows)
            seen = events.find_events(s, seen[Event.RELEASE]) or seen
        signs = decision.signs(s, seen)
        return Throw(burst.own_rows, s, seen, decision.probability(signs), signs, burst.verdict, bursts)

    def signals(self, rows: Indices) -> Signals:
        """The signals of some rows, with what the frame shows better."""
        time_s = self.time_s[rows]
        s = signals.measure(signals.smooth(self.points[rows], time_s), time_s, self.height_m)
        return signals.with_seen(s, self.seen, rows, time_s)


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


def faster_hand(points: Floats, time_s: Floats, at_s: list[float]) -> tuple[Hand, bool]:
    """``(hand, sure)``: the hand that is the faster one where a coach says that balls are released."""
    smooth, peak = signals.smooth(points, time_s), {}
    near = np.min(np.abs(time_s[:, None] - np.array(at_s)), axis=1) <= RELEASE_WITHIN_S
    for hand, index in signals.WRISTS.items():
        speed = filters.speed(smooth[:, index] - mid_hip(smooth), time_s)[near]
        peak[hand] = float(np.nan_to_num(speed).max(initial=0.0))
    faster, slower = sorted(peak, key=peak.__getitem__, reverse=True)
    return faster, peak[faster] > SURE_HAND_RATIO * peak[slower]


def _spans(
    points: Floats, time_s: Floats, windows: list[tuple[float, float]] | None, pieces: Indices | None
) -> list[Indices]:
    """Rows of each window (or of the whole clip) in which the hips are known, split at long gaps and between pieces."""
    known = np.isfinite(mid_hip(points)).all(axis=-1)
    spans = []
    for start, stop in windows or [(-np.inf, np.inf)]:
        rows = np.flatnonzero(known & (time_s >= start - 1e-9) & (time_s <= stop + 1e-9))
        apart = np.diff(time_s[rows]) > SPLIT_GAP_S
        if pieces is not None:
            apart |= np.diff(pieces[rows]) != 0
        breaks = np.flatnonzero(apart) + 1
        for part in np.split(rows, breaks):
            if len(part) >= LEAST_SAMPLES:
                # Rows in short gaps stay in: the filter fills what it may.
                spans.append(np.arange(part[0], part[-1] + 1))
    return spans


def _bursts(
    points: Floats, time_s: Floats, rows: Indices, height_m: float, verdicts: Verdicts, every: bool
) -> list[_Burst]:
    """Each burst of the throwing hand and each release that a coach set, in the order of time."""
    t = time_s[rows]
    # What a coach calls a pitch may be a move that only a list of all of them had.
    seen = _seen_bursts(points[rows], t, height_m, fastest=every or bool(verdicts.said))
    set_by_hand = [at for at in verdicts.releases(seen) if t[0] <= at <= t[-1]]
    seen = [burst for burst in seen if all(abs(burst - at) >= APART_S for at in set_by_hand)]
    bursts = sorted([*seen, *set_by_hand])
    said = {burst: one.verdict if (one := verdicts.on(burst)) else None for burst in bursts}
    pitches = [burst for burst in bursts if said[burst] != Verdict.NO_PITCH]
    out = []
    for burst in bursts:
        part, own = (rows[_between_neighbours(t, burst, others)] for others in (bursts, pitches))
        if len(part) >= LEAST_SAMPLES:
            by_hand = burst if burst in set_by_hand else None
            wider = own if said[burst] != Verdict.NO_PITCH else part
            out.append(_Burst(burst, part, wider, by_hand, said[burst]))
    return out


def _seen_bursts(points: Floats, t: Floats, height_m: float, *, fastest: bool) -> list[float]:
    """When the throwing hand bursts: the fastest first taken, returned in the order of time. Where it never does, its
    ``fastest`` moment if that is asked for."""
    smooth = signals.smooth(points, t)
    speed = filters.speed(joint(smooth, "throwing_wrist") - mid_hip(smooth), t) / height_m
    speed = np.nan_to_num(speed)
    bursts: list[float] = []
    for index in np.argsort(-speed):
        if speed[index] < LEAST_HAND_SPEED_H_S:
            break
        if all(abs(t[index] - other) > APART_S for other in bursts):
            bursts.append(float(t[index]))
    if fastest and not bursts and speed.any():
        bursts.append(float(t[int(speed.argmax())]))
    return sorted(bursts)


def _between_neighbours(t: Floats, burst: float, others: list[float]) -> Indices:
    """Indices of the times that belong to the delivery of a burst, up to ``others``."""
    before = max((other for other in others if other < burst), default=-np.inf)
    after = min((other for other in others if other > burst), default=np.inf)
    first, last = max(burst - BEFORE_S, before + 0.5), min(burst + AFTER_S, after - 0.5)
    return np.flatnonzero((t >= first) & (t <= last))
