"""The eight events of a delivery, found in the order of PITCHING.md section 1.1.

Release is found first, because the throwing hand's peak speed is the most robust sign of a pitch; the other
events are looked for in windows around it. What was not seen is inferred and marked ``estimated``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from . import angles, filters
from .signals import Signals

EVENTS = (
    "first_movement",
    "leg_lift",
    "hand_separation",
    "foot_contact",
    "max_external_rotation",
    "release",
    "max_internal_rotation",
    "follow_through",
)
# Typical intervals in seconds (section 1.2), for what a clip does not show.
CONTACT_TO_RELEASE_S = 0.141
CONTACT_WINDOW_S = (0.08, 0.22)
LAYBACK_TO_RELEASE_S = 0.032
WRIST_PEAK_TO_RELEASE_S = 0.005
LIFT_TO_RELEASE_S = (0.35, 1.6)
LAYBACK_LEAST_FPS = 100.0


@dataclass(frozen=True)
class Event:
    """When something happened: seconds of real time, how sure (0..1), and whether it was inferred."""

    time_s: float
    confidence: float
    estimated: bool = False

    def as_dict(self, frame: int) -> dict[str, object]:
        """The contract's form; ``frame`` is the nearest frame of the film."""
        return {**asdict(self), "frame": frame}


def find_events(s: Signals) -> dict[str, Event] | None:
    """All eight events of the delivery with the fastest throwing hand in ``s``; None when there is none."""
    peak = wrist_peak(s)
    if peak is None:
        return None
    er = angles.arm_angles(s.points, "throwing")["external_rotation"]
    tw = filters.peak_time(s.time_s, s.wrist_speed, peak)
    release = find_release(s, tw)
    lift = find_leg_lift(s, tw)
    contact = find_foot_contact(s, release.time_s, lift.time_s)
    return {
        "first_movement": find_first_movement(s, lift.time_s),
        "leg_lift": lift,
        "hand_separation": find_hand_separation(s, lift.time_s, contact.time_s, tw),
        "foot_contact": contact,
        "max_external_rotation": find_layback(s, er, release.time_s),
        "release": release,
        "max_internal_rotation": find_internal_rotation(s, er, release.time_s),
        "follow_through": find_follow_through(s, release.time_s, peak),
    }


def wrist_peak(s: Signals) -> int | None:
    """Sample of the throwing wrist's highest speed; it must be 3 times the median speed."""
    if not np.isfinite(s.wrist_speed).any():
        return None
    peak = int(np.nanargmax(s.wrist_speed))
    return peak if s.wrist_speed[peak] > 3 * np.nanmedian(s.wrist_speed) else None


def find_release(s: Signals, tw: float) -> Event:
    """The ball leaves the hand about 5 ms after the wrist's peak speed; sure when the elbow is opening."""
    when = tw + WRIST_PEAK_TO_RELEASE_S
    elbow = angles.flexion(s.points, "throwing", "arm")
    around = s.between(when - 0.04, when + 0.04)
    opening = len(around) > 1 and elbow[around[-1]] < elbow[around[0]]
    straight = float(s.at(elbow, when)) < 50 + 20 * (s.fps < 100)
    return Event(when, 0.9 if opening and straight else 0.6 if opening or straight else 0.4)


def find_leg_lift(s: Signals, tw: float) -> Event:
    """Highest point of the lead knee; on a plateau its last sample."""
    window = s.between(tw - LIFT_TO_RELEASE_S[1], tw - LIFT_TO_RELEASE_S[0])
    lift = s.knee_lift[window] if len(window) else np.array([])
    if len(lift) < 3 or not np.isfinite(lift).any():
        return Event(max(float(s.time_s[0]), tw - 0.77), 0.2, estimated=True)
    top = window[int(np.nanargmax(lift))]
    at_edge = top in (window[0], window[-1])
    swing = float(np.nanmax(lift) - np.nanmin(lift))
    return Event(
        filters.peak_time(s.time_s, s.knee_lift, top), 0.4 if at_edge or swing < 0.08 else 0.9, at_edge
    )


def find_first_movement(s: Signals, lift_s: float) -> Event:
    """End of the last 150 ms of stillness before the leg lift (lead ankle and mid-hip)."""
    before = s.between(lift_s - 2.5, lift_s)
    ankle_speed = np.linalg.norm(s.ankle_velocity, axis=-1)
    # Stillness is never quieter than the measurement: allow what the quietest tenth of the film shows.
    ankle_limit = max(0.05, 2.5 * float(np.nanpercentile(ankle_speed, 10)))
    hip_limit = max(0.03, 2.5 * float(np.nanpercentile(s.hip_speed, 10)))
    still = (ankle_speed[before] < ankle_limit) & (s.hip_speed[before] < hip_limit)
    for start, stop in reversed(filters.stretches(still)):
        if s.time_s[before[stop - 1]] - s.time_s[before[start]] >= 0.15 and stop < len(before):
            return Event(float(s.time_s[before[stop - 1]]), 0.8)
    return Event(float(s.time_s[before[0]]) if len(before) else lift_s, 0.3, estimated=True)


def find_hand_separation(s: Signals, lift_s: float, contact_s: float, tw: float) -> Event:
    """First time the hands are apart for good."""
    rest = s.hand_gap[s.between(s.time_s[0], lift_s)]
    limit = max(0.12, 1.5 * float(np.nanmedian(rest))) if np.isfinite(rest).any() else 0.12
    window = s.between(lift_s - 0.3, tw)
    apart = s.hand_gap[window] > limit
    together = np.flatnonzero(~apart)
    first = together[-1] + 1 if len(together) else 0
    if first >= len(window) or len(window) == 0:
        return Event(lift_s + 0.35 * (contact_s - lift_s), 0.3, estimated=True)
    when = filters.crossing_time(s.time_s, s.hand_gap, int(window[first]), limit)
    sane = lift_s - 0.3 <= when <= contact_s
    return Event(when, 0.8, False) if sane else Event(lift_s + 0.35 * (contact_s - lift_s), 0.3, True)


def find_foot_contact(s: Signals, release_s: float, lift_s: float) -> Event:
    """First time the lead ankle has come to rest on the ground (section 1.1, event 5)."""
    window = s.between(max(lift_s, release_s - 0.5), release_s)
    if len(window) < 4:
        return Event(release_s - CONTACT_TO_RELEASE_S, 0.2, estimated=True)
    drop = int(window[np.nanargmin(s.ankle_velocity[window, 2])])
    level = np.linalg.norm(s.ankle_velocity[:, :2], axis=-1)
    limit = 0.15 * float(np.nanmax(level[window]))
    plateau = float(np.nanmedian(s.ankle[s.between(release_s - 0.08, release_s + 0.1), 2]))
    rest = (
        (np.abs(s.ankle_velocity[:, 2]) * s.height_m < 0.2)
        & (level < limit)
        & (np.abs(s.ankle[:, 2] - plateau) < 0.03)
    )
    need = max(2, int(np.ceil(0.02 * s.fps)))
    low, high = release_s - CONTACT_WINDOW_S[1], release_s - CONTACT_WINDOW_S[0]
    for index in range(drop, int(window[-1])):
        if rest[index : index + need].all():
            when = filters.crossing_time(s.time_s, level, index, limit)
            if low <= when <= high:
                return Event(when, 0.85)
            break
    return Event(release_s - CONTACT_TO_RELEASE_S, 0.3, estimated=True)


def find_layback(s: Signals, er: np.ndarray, release_s: float) -> Event:
    """Maximum external rotation, 8 to 60 ms before release; inferred where the frame rate cannot show it."""
    window = s.between(release_s - 0.06, release_s - 0.008)
    inferred = Event(release_s - LAYBACK_TO_RELEASE_S, 0.3, estimated=True)
    if s.fps < LAYBACK_LEAST_FPS or len(window) < 3 or not np.isfinite(er[window]).any():
        return inferred
    top = int(window[np.nanargmax(er[window])])
    bent = float(angles.flexion(s.points, "throwing", "arm")[top]) >= 25
    return Event(filters.peak_time(s.time_s, er, top), 0.7) if bent else inferred


def find_internal_rotation(s: Signals, er: np.ndarray, release_s: float) -> Event:
    """End of the arm's snap: the lowest external rotation in the 80 ms after release."""
    window = s.between(release_s, release_s + 0.08)
    inferred = Event(release_s + 0.026, 0.3, estimated=True)
    if s.fps < LAYBACK_LEAST_FPS or len(window) < 3 or not np.isfinite(er[window]).any():
        return inferred
    low = int(window[np.nanargmin(er[window])])
    if low == window[-1]:
        return inferred
    return Event(filters.peak_time(s.time_s, -er, low), 0.6)


def find_follow_through(s: Signals, release_s: float, peak: int) -> Event:
    """First time after release at which the arm has stopped or the hand is at its lowest."""
    window = s.between(release_s + 0.05, release_s + 0.6)
    if len(window) < 3:
        return Event(min(release_s + 0.3, float(s.time_s[-1])), 0.3, estimated=True)
    slow = np.flatnonzero(s.wrist_speed[window] < 0.15 * s.wrist_speed[peak])
    wrist_z = s.points[window, 16, 2]
    lowest = int(np.nanargmin(wrist_z)) if np.isfinite(wrist_z).any() else len(window) - 1
    first = min(int(slow[0]) if len(slow) else len(window) - 1, lowest)
    return Event(float(s.time_s[window[first]]), 0.7)
