"""Events of the legs and the hands before the throw: first movement, leg lift, hand separation, foot contact."""

from __future__ import annotations

import numpy as np

from ...body.arrays import Floats
from .. import filters
from ..signals import Signals
from ..world import joint
from .event import (
    CONTACT_TO_RELEASE_S,
    LIFT_TO_CONTACT_S,
    EventTime,
    inferred,
)  # fmt: skip

LIFT_WINDOW_S = (1.6, 0.35)  # before release
PLATEAU_H = 0.00002  # 0.04 mm: two samples of one plateau, not two of one peak
SLIDE_STEP_H = 0.35  # a knee that rises less is a slide step: accepted, and said
LEAST_SWING_H = 0.05
STILL_S = 0.15
STILL_ANKLE_H_S, STILL_HIP_H_S, MOST_HIP_H_S = 0.05, 0.03, 0.10
APART_H, APART_SHARE = 0.12, 1.5
# Before release. The specification allows 80 ms; nobody in OpenBiomechanics is below 100 (5th percentile 117).
CONTACT_WINDOW_S = (0.22, 0.095)
REST_S = 0.02
LONGEST_BRAKING_S = 0.015
RESTING_S, NEAR_H = 0.06, 0.003
# In the frame: how near to where it will stand the ankle has arrived, and how far it may still seem to stray.
ARRIVED_H, ASTRAY_H = 0.011, 0.019
# Spread of the time from contact to release among pitchers (section 1.2), and of the arrival seen in the frame.
CONTACT_SD_S, ARRIVED_SD_S = 0.016, 0.016
REST_VERTICAL_M_S, REST_SHARE, REST_HEIGHT_H = 0.2, 0.15, 0.03


def find_leg_lift(s: Signals, release_s: float) -> EventTime:
    """Highest point of the lead knee above the rear ankle; on a plateau its last moment."""
    window = s.between(release_s - LIFT_WINDOW_S[0], release_s - LIFT_WINDOW_S[1])
    height = s.knee_lift[window]
    if np.isfinite(height).sum() < 3:
        first = float(s.time_s[0])
        return inferred(max(first, release_s - CONTACT_TO_RELEASE_S - LIFT_TO_CONTACT_S), 0.2)
    top = int(window[np.flatnonzero(height >= np.nanmax(height) - PLATEAU_H)[-1]])
    if np.nanmax(height) - PLATEAU_H > s.knee_lift[top]:
        top = int(window[np.nanargmax(height)])
    swing = float(np.nanmax(height) - np.nanmin(height))
    at_edge = bool(np.isclose(s.time_s[top], s.time_s[window[[0, -1]]]).any())
    return EventTime(float(s.time_s[top]), 0.4 if at_edge or swing < LEAST_SWING_H else 0.9, at_edge)


def find_first_movement(s: Signals, lift_s: float) -> EventTime:
    """End of the last 150 ms of stillness (lead ankle and mid-hip) before the leg lift."""
    before = s.between(lift_s - 3.0, lift_s)
    if len(before) < 3:
        return inferred(float(s.time_s[0]))
    ankle, hip = np.linalg.norm(s.ankle_velocity[before], axis=-1), s.hip_speed[before]
    feet_still = ankle < _stillness(ankle, STILL_ANKLE_H_S)
    still = feet_still & (hip < _swaying(hip[feet_still]))
    for start, stop in reversed(filters.stretches(still)):
        last = s.time_s[before[stop - 1]]
        if last - s.time_s[before[start]] >= STILL_S and stop < len(before):
            return EventTime(float(last), 0.8)
    # The clip starts too late, or in the middle of a wind-up: the set was not seen.
    return inferred(float(s.time_s[before[0]]), 0.2)


def find_hand_separation(s: Signals, lift_s: float, contact_s: float, release_s: float) -> EventTime:
    """First time the hands are apart for good, between 0.3 s before leg lift and foot contact."""
    rest = s.hand_gap[s.between(lift_s - 1.0, lift_s)]
    usual = float(np.nanmedian(rest)) if np.isfinite(rest).any() else 0.0
    limit = max(APART_H, APART_SHARE * usual)
    window = s.between(lift_s - 0.3, release_s)
    together = np.flatnonzero(~(s.hand_gap[window] > limit))
    typical = inferred(lift_s + 0.43 * (contact_s - lift_s), 0.3)
    if len(window) == 0 or len(together) == 0 or together[-1] + 1 >= len(window):
        return typical
    when = float(s.time_s[window[together[-1] + 1]])
    return EventTime(when, 0.8) if when <= contact_s else typical


def find_foot_contact(s: Signals, release_s: float, lift_s: float) -> EventTime:
    """First time the lead ankle has come to rest on the ground (section 1.1, event 5)."""
    typical = inferred(release_s - CONTACT_TO_RELEASE_S)
    low, high = (release_s - before for before in CONTACT_WINDOW_S)
    if s.ankle_seen is not None:
        landed = _arrives(s, s.ankle_seen / s.height_m, release_s)
        if landed is not None and low <= landed <= high:
            return EventTime(_weighed(min(landed + LONGEST_BRAKING_S, high), typical.time_s, s.fps), 0.7)
    window = s.between(max(lift_s, release_s - 0.5), release_s)
    down = s.ankle_velocity[window, 2]
    if len(window) < 4 or not np.isfinite(down).any():
        return typical
    level = np.linalg.norm(s.ankle_velocity[:, :2], axis=-1)
    plateau = np.nanmedian(s.ankle[s.between(release_s - 0.08, release_s + 0.1), 2])
    rest = (
        (np.abs(s.ankle_velocity[:, 2]) * s.height_m < REST_VERTICAL_M_S)
        & (level < REST_SHARE * np.nanmax(level[window]))
        & (np.abs(s.ankle[:, 2] - plateau) < REST_HEIGHT_H)
    )
    after_drop = s.time_s[window[int(np.nanargmin(down))]]
    for start, stop in filters.stretches(rest):
        begins, lasts = s.time_s[start], s.time_s[stop - 1] - s.time_s[start]
        if begins >= max(low, after_drop - REST_S) and lasts >= max(REST_S, 1.0 / s.fps):
            still = _stands(s, float(begins), lift_s)
            return EventTime(still, 0.85) if still <= high else typical
    return typical


def _stands(s: Signals, begins_s: float, lift_s: float) -> float:
    """When the ankle's way along the stride is done, braking evenly from its speed just before the end.

    Position tells better than speed: a foot that a video shows in few frames seems to stop one frame late.
    """
    after = s.between(begins_s, begins_s + RESTING_S)
    rest = np.nanmedian(s.ankle[after], axis=0)
    way = (rest - s.at(joint(s.points, "rear_ankle"), lift_s) / s.height_m)[:2]
    along = (s.ankle[:, :2] - rest[:2]) @ (way / max(float(np.linalg.norm(way)), 1e-9))
    away = np.abs(along)
    before = s.between(begins_s - RESTING_S, begins_s)
    outside = before[away[before] > NEAR_H]
    if len(outside) == 0:
        return begins_s
    last = int(outside[-1])
    speed = abs(float(filters.rate_of_change(along, s.time_s)[last]))
    braking = 2.0 * away[last] / speed if speed > 0 else 0.0
    return float(s.time_s[last] + np.clip(braking, 0.0, LONGEST_BRAKING_S))


def _arrives(s: Signals, ankle: Floats, release_s: float) -> float | None:
    """When the ankle (T, 2), in heights, comes in the frame to where it stands at release, there to stay."""
    window = s.between(release_s - 0.3, release_s)
    stands = np.median(ankle[s.between(release_s - 0.08, release_s + 0.03)], axis=0)
    away = np.linalg.norm(ankle[window] - stands, axis=1)
    astray = np.flatnonzero(away > ASTRAY_H)
    if len(astray) == 0:
        return None
    near = astray[-1] + np.flatnonzero(away[astray[-1] :] < ARRIVED_H)
    return float(s.time_s[window[near[0]]]) if len(near) else None


def _weighed(seen_s: float, typical_s: float, fps: float) -> float:
    """What the frame shows weighed against the interval's usual length, each by its own spread.

    Along the stride the ankle creeps over the last centimetres: a little noise moves its arrival by frames.
    """
    seen_variance = ARRIVED_SD_S**2 + 1.0 / (12.0 * fps**2)
    trust = CONTACT_SD_S**2 / (CONTACT_SD_S**2 + seen_variance)
    return typical_s + trust * (seen_s - typical_s)


def _stillness(speed: Floats, limit: float) -> float:
    """Stillness is never quieter than the measurement: 2.5 times the speed of the calmest tenth counts too."""
    calm = 2.5 * float(np.nanpercentile(speed, 10)) if np.isfinite(speed).any() else 0.0
    return max(limit, calm)


def _swaying(speed: Floats) -> float:
    """Limit for the mid-hip from its speed while the feet stand: what it mostly shows then is measurement."""
    if not np.isfinite(speed).any():
        return STILL_HIP_H_S
    return float(np.clip(1.2 * np.nanpercentile(speed, 85), STILL_HIP_H_S, MOST_HIP_H_S))
