"""Every delivery in a clip: where the throwing hand bursts, and whether that burst is a pitch.

Rather none than a false one: a person who runs, waves, bats or throws a ball back must not become a delivery.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..body.arrays import Floats, Indices
from ..vocabulary import Event, Hand
from . import events, filters, signals
from .events import Events
from .signals import Signals
from .world import as_right_hander, joint, mid_hip

# Two pitches are never nearer to each other; around a burst this much belongs to its delivery.
APART_S, BEFORE_S, AFTER_S = 1.5, 3.2, 0.9
SPLIT_GAP_S = 0.5
LEAST_SAMPLES = 12
# What makes a burst a pitch: (value that counts nothing, value that counts fully).
HAND_SPEED_H_S = (3.5, 7.0)  # relative to the hips; a runner's hand stays below 4
HAND_TOO_FAST_H_S = (30.0, 22.0)  # the fastest arms reach 16; beyond, the clock or the joints are wrong
HAND_RATIO = (1.05, 1.5)  # throwing over glove hand; two hands on a bat are 1
HANDS_APART_H = (0.1, 0.25)
KNEE_LIFT_H = (0.03, 0.25)
STRIDE_H = (0.15, 0.45)
# The hips sink by 0.18 between leg lift and release in the reference; a person who jumps down from somewhere falls.
HIPS_PATH_H = (0.6, 0.35)
TO_THE_PLATE = (0.1, 0.5)  # cosine between the hand's way until it is fastest and the way from foot to foot
COCKED_S = 0.05  # before its fastest the arm is laid back: since then the hand has gone to the plate
RELEASE_SIGNS = (0.5, 0.7)  # confidence of a release with one and with two of its three signs
# Below 55 pictures a second the elbow turns by up to 40 degrees in half a picture (section 1.3): one sign has to do.
FEW_PICTURES_FPS, RELEASE_SIGNS_OF_FEW = 55.0, (0.3, 0.7)
LEAST_QUALITY = 0.3
SURE_HAND_RATIO = 1.2
HELD_S, HELD_FRAMES = 0.03, 3


@dataclass(frozen=True)
class Found:
    """One delivery: ``rows`` of the series it lies in, its signals and events, and how sure it is a pitch."""

    rows: Indices
    signals: Signals
    events: Events
    quality: float


def find_deliveries(
    points: Floats,
    time_s: Floats,
    height_m: float,
    windows: list[tuple[float, float]] | None = None,
    hand_gap_m: Floats | None = None,
    lead_ankle_m: Floats | None = None,
) -> list[Found]:
    """Deliveries of a right-hander's points (T, 33, 3), in the order of time; inside ``windows`` if given.

    ``hand_gap_m`` (T,) metres between the hands and ``lead_ankle_m`` (T, 2) metres of the lead ankle as the picture
    shows them, where that is the better measure.
    """
    found = []
    for rows in _spans(points, time_s, windows):
        for part in _around_bursts(points, time_s, rows, height_m):
            smooth = signals.smooth(points[part], time_s[part])
            s = signals.measure(smooth, time_s[part], height_m)
            if hand_gap_m is not None:
                s = signals.with_hand_gap(s, hand_gap_m[part], time_s[part])
            if lead_ankle_m is not None:
                s = signals.with_ankle_seen(s, lead_ankle_m[part], time_s[part])
            seen = events.find_events(s)
            if seen is None:
                continue
            sure = quality(s, seen)
            if sure >= LEAST_QUALITY:
                found.append(Found(part, s, seen, sure))
    return found


def quality(s: Signals, seen: Events) -> float:
    """How sure, 0..1, that this is a pitch: a fast hand, alone, the way of the stride, after a leg lift.

    A throw that is all there was, with neither its leg lift nor its landing seen, is none.
    """
    if seen[Event.LEG_LIFT].estimated and seen[Event.FOOT_CONTACT].estimated:
        return 0.0
    near = s.between(seen[Event.RELEASE].time_s - 0.06, seen[Event.RELEASE].time_s + 0.06)
    if not np.isfinite(s.wrist_speed[near]).any():
        return 0.0  # the hand that threw was not seen at that moment
    peak = float(np.nanmax(s.wrist_speed[near]))
    glove = s.glove_speed[near]
    held = [_held(speed, s.time_s[near]) for speed in (s.wrist_speed[near], glove)]
    ratio = held[0] / max(held[1], 1e-6) if np.isfinite(glove).any() else 2.0
    gap = s.hand_gap[near]
    apart = float(np.nanmax(gap)) if np.isfinite(gap).any() else 1.0
    lift = s.knee_lift[s.between(seen[Event.LEG_LIFT].time_s - 1.0, seen[Event.RELEASE].time_s)]
    swing = float(np.nanmax(lift) - np.nanmin(lift)) if np.isfinite(lift).any() else 0.0
    rear = s.at(joint(s.points, "rear_ankle"), seen[Event.LEG_LIFT].time_s)
    lead = s.at(joint(s.points, "lead_ankle"), seen[Event.FOOT_CONTACT].time_s)
    stride = float(np.linalg.norm((lead - rear)[:2])) / s.height_m
    legs = (_grade(swing, KNEE_LIFT_H) + _grade(stride, STRIDE_H)) / 2 if np.isfinite(stride) else 0.0
    fast = _grade(peak, HAND_SPEED_H_S) * _grade(peak, HAND_TOO_FAST_H_S)
    forward = _grade(_along(s, near), TO_THE_PLATE)
    signs = RELEASE_SIGNS if s.fps >= FEW_PICTURES_FPS else RELEASE_SIGNS_OF_FEW
    released = _grade(seen[Event.RELEASE].confidence, signs)
    hand = fast * forward * released * _grade(ratio, HAND_RATIO) * _grade(apart, HANDS_APART_H)
    return round(float(hand * legs * _grade(_hips_path(s, seen), HIPS_PATH_H)), 3)


def _hips_path(s: Signals, seen: Events) -> float:
    """How far apart, in heights, the mid-hip's highest and lowest places are between leg lift and follow-through."""
    level = mid_hip(s.points)[s.between(seen[Event.LEG_LIFT].time_s, seen[Event.FOLLOW_THROUGH].time_s), 2]
    return float(np.nanmax(level) - np.nanmin(level)) / s.height_m if np.isfinite(level).any() else 0.0


def _along(s: Signals, near: Indices) -> float:
    """Cosine between the hand's way in the ``COCKED_S`` up to its fastest, inside ``near``, and that from foot to foot.

    Its way rather than its direction then: past release the hand turns down within hundredths of a second, and seen
    from behind, where depth is least known, that is where it looks fastest.
    """
    hand = joint(s.points, "throwing_wrist") - mid_hip(s.points)
    fastest = float(s.time_s[near[int(np.nanargmax(s.wrist_speed[near]))]])
    moved = s.at(hand, fastest) - s.at(hand, max(fastest - COCKED_S, float(s.time_s[0])))
    length = np.linalg.norm(moved)
    return float(moved @ events.to_plate(s, fastest) / length) if length > 0 else 0.0


def find_hand(points: Floats, time_s: Floats, height_m: float) -> tuple[Hand, bool]:
    """``(hand, sure)`` for world points of an unknown thrower: the faster hand, checked by the legs.

    When the two hands are within 20 %, the hand with the better deliveries wins and ``sure`` is False.
    """
    smooth = signals.smooth(points, time_s)
    hip = mid_hip(smooth)
    peak = {}
    for hand, index in signals.WRISTS.items():
        speed = filters.speed(smooth[:, index] - hip, time_s)
        peak[hand] = _held(speed, time_s)
    faster, slower = sorted(peak, key=peak.__getitem__, reverse=True)
    if peak[faster] > SURE_HAND_RATIO * peak[slower]:
        return faster, True
    total = {}
    for hand in peak:
        turned = as_right_hander(points, hand)
        total[hand] = sum(d.quality for d in find_deliveries(turned, time_s, height_m))
    return (faster if total[faster] >= total[slower] else slower), False


def _held(speed: Floats, time_s: Floats) -> float:
    """The highest speed that lasts: a landmark that leaps is fast for two frames, an arm for ``HELD_S`` or longer."""
    frames = max(HELD_FRAMES, int(np.ceil(HELD_S / float(np.median(np.diff(time_s))))))
    if len(speed) < frames:
        return 0.0
    lasting = np.lib.stride_tricks.sliding_window_view(np.nan_to_num(speed), frames).min(axis=1)
    return float(lasting.max())


def _grade(value: float, limits: tuple[float, float]) -> float:
    low, high = limits
    return float(np.clip((value - low) / (high - low), 0.0, 1.0)) if np.isfinite(value) else 0.0


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
        if speed[index] < HAND_SPEED_H_S[0]:
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
