"""Events of the throwing arm: release, layback, the end of the arm's snap, the end of the follow-through."""

from __future__ import annotations

import numpy as np

from ...body.arrays import Floats
from ..angles import STRAIGHT_ARM_DEG
from ..signals import Signals
from ..world import joint, mid_shoulder
from .event import (
    LAYBACK_TO_RELEASE_S,
    RELEASE_TO_FOLLOW_THROUGH_S,
    RELEASE_TO_SNAP_S,
    EventTime,
    inferred,
)  # fmt: skip

# A throw's peak hand speed over the median hand speed (section 1.1).
LEAST_BURST = 3.0
# The hand's speed has a plateau of some 25 ms; its centre of gravity above this share is steadier than its peak.
PLATEAU, PLATEAU_S = 0.8, 0.06
BURST_TO_RELEASE_S = 0.005
# The hand is farthest from its shoulder in the frame just before release: looked for so long before and after the
# burst, where it stands out by so much from before and after, unless the arm hangs (cosine with straight down). On
# real video from behind its median error is half a frame, that of the burst more than one, late.
STRETCHED_S, STRETCHED_PROMINENCE_H, HANGING_SHARE = (0.2, 0.13), 0.02, 0.3
STRETCHED_TO_RELEASE_S = 0.01
# Soon after release the hand falls through the level of its shoulder in the frame: in deliveries made from the key frames
# 16 to 31 ms later, by arm slot. The fall is the one that goes deepest (heights) within so long before and after it, and
# the arm was stretched so shortly before. A fall so long before the burst is that of the arm that takes the ball back: a
# submarine pitcher's hand is never above his shoulder again.
FALLING_TO_RELEASE_S, FALL_S, LEAST_FALL_H, STRETCHED_BEFORE_FALL_S = -0.024, (0.1, 0.12), 0.12, 0.09
FALL_BEFORE_BURST_S = 0.08
# Spread of release by the burst where the arm's way is depth, beside what frames cost it, and of that by the fall.
BURST_SD_S, BURST_SD_FRAMES, FALL_SD_S = 0.005, 0.75, 0.01
# Within a frame of each other, or this many seconds, the burst is the finer clock; from half as much again on it is not believed.
AGREE_S = 0.015
# At the burst a hand this far behind the head has not thrown yet; within so long it comes to its front.
FAR_BEHIND_H, COMES_TO_FRONT_S, FRONT_WITHIN_H = -0.15, 0.15, 0.03
# The interval's own spread and the uncertainty of release, from which it is counted.
LAYBACK_SD_S = 0.006
LAYBACK_WINDOW_S = (0.060, 0.008)
SNAP_WINDOW_S = 0.080
SNAP_END_DEG = 1.0
SNAP_AGREE_S = 0.02  # farther from the usual time it is the picture that is wrong
# Section 1.3: below this rate the arm moves too far between two pictures to see its turning points.
ARM_LEAST_FPS = 100.0
# Layback as seen and the wrist farthest behind the elbow must agree, or neither is believed.
LAYBACK_AGREE_S = 0.012


def hand_burst(s: Signals) -> float | None:
    """Time of the throwing hand's burst, or None when it is not 3 times faster than usual, or when the video
    ends (or the hand is lost) while it is still speeding up: such a throw has no release to be seen."""
    speed = s.wrist_speed
    known = np.flatnonzero(np.isfinite(speed))
    if len(known) == 0:
        return None
    top = int(np.nanargmax(speed))
    if speed[top] < LEAST_BURST * np.nanmedian(speed) or s.time_s[known[-1]] - s.time_s[top] < 0.5 / s.fps:
        return None
    near = s.between(s.time_s[top] - PLATEAU_S, s.time_s[top] + PLATEAU_S)
    weight = np.nan_to_num(np.maximum(speed[near] - PLATEAU * speed[top], 0.0))
    return float((s.time_s[near] * weight).sum() / weight.sum())


def find_release(s: Signals, burst_s: float) -> EventTime:
    """The ball leaves the hand about 5 ms after the burst; sure when the elbow opens and the hand leads.

    Where the frame shows the arm stretched out at another time than that, the frame is right: the solved hand is
    fastest too late where its way is depth, and at 30 frames a second its speed is smeared.
    """
    when = burst_s + BURST_TO_RELEASE_S
    falling = _arm_falls(s, burst_s)
    stretched = falling if falling is not None else _stretched(s, burst_s)
    if stretched is not None:
        agree = max(1.0 / s.fps, AGREE_S)
        apart = float(np.clip(2.0 * (abs(stretched - when) / agree - 1.0), 0.0, 1.0))
        when += max(apart, _trust_in_fall(s.fps) if falling is not None else 0.0) * (stretched - when)
    elif s.arm_seen is None:
        when = _in_front(s, when)
    around = s.between(when - 0.05, when + 0.02)
    elbow = s.elbow[around]
    opening = len(around) > 1 and elbow[-1] < elbow[0]
    # One frame before release the elbow may still be bent by 2400 deg/s times that frame.
    straight = float(s.at(s.elbow, when)) < 50.0 + min(2400.0 / s.fps, 40.0)
    ahead = float(s.at(_ahead(s, when), when)) > 0
    # numpy's own booleans would add up to True.
    signs = sum(map(bool, (opening, straight, ahead)))
    return EventTime(when, round(0.3 + 0.2 * signs, 2))


def _ahead(s: Signals, when_s: float) -> Floats:
    """How far (T,) metres the throwing hand is before the head on the way to the plate, as that is at ``when_s``."""
    head = s.points[:, 0]
    if not np.isfinite(
        s.at(head, when_s)
    ).all():  # a marker set without a face: the chest is a little farther back
        head = mid_shoulder(s.points)
    ahead: Floats = (joint(s.points, "throwing_wrist") - head) @ to_plate(s, when_s)
    return ahead


def _in_front(s: Signals, when_s: float) -> float:
    """``when_s``, or where the hand is then still far behind the head, the time at which it has come to its front.

    At 30 frames a second a hand that is thrown up to be cocked can look as fast as at release.
    """
    after = s.between(when_s, when_s + COMES_TO_FRONT_S)
    ahead = _ahead(s, when_s)[after] / s.height_m
    seen = (
        len(after) > 1 and s.time_s[after[-1]] - when_s > 0.9 * COMES_TO_FRONT_S and np.isfinite(ahead).all()
    )
    if not seen or ahead[0] > FAR_BEHIND_H:
        return when_s
    there = min(float(ahead.max()) - FRONT_WITHIN_H, 0.0)
    first = int(np.argmax(ahead >= there))
    return float(s.time_s[after[first]]) if there > ahead[0] else when_s


def _trust_in_fall(fps: float) -> float:
    """Share of the fall in release where fall and burst agree, by the spread of each."""
    of_burst = BURST_SD_S**2 + (BURST_SD_FRAMES / fps) ** 2
    of_fall = FALL_SD_S**2 + 1.0 / (12.0 * fps**2)
    return of_burst / (of_burst + of_fall)


def _arm_falls(s: Signals, burst_s: float) -> float | None:
    """Release by an arm that the frame shows stretched out and then falling: the middle one of both times and that of
    the burst, for each is now and then far off; None where the frame shows no fall."""
    falls = None if s.arm_seen is None else _falls(s, burst_s)
    if falls is None or s.arm_seen is None:
        return None
    near = s.between(falls - STRETCHED_BEFORE_FALL_S, falls)
    longest = near[int(np.argmax(np.linalg.norm(s.arm_seen[near], axis=1)))]
    stretched = float(s.time_s[longest]) + STRETCHED_TO_RELEASE_S
    return float(np.median([stretched, falls + FALLING_TO_RELEASE_S, burst_s + BURST_TO_RELEASE_S]))


def _falls(s: Signals, burst_s: float) -> float | None:
    """When the hand falls through the level of its shoulder in the frame, near the burst; None where it never does."""
    assert s.arm_seen is not None
    near = s.between(burst_s - FALL_BEFORE_BURST_S, burst_s + STRETCHED_S[1])
    down = s.arm_seen[:, 1]
    crossings = near[:-1][(down[near[:-1]] <= 0) & (down[near[1:]] > 0)]
    deepest, when = 2 * LEAST_FALL_H, None
    for row in crossings:
        at = float(s.time_s[row])
        above = -float(down[s.between(at - FALL_S[0], at)].min())
        below = float(down[s.between(at, at + FALL_S[1])].max())
        if min(above, below) >= LEAST_FALL_H and above + below > deepest:
            deepest, when = above + below, at
    return when


def _stretched(s: Signals, burst_s: float) -> float | None:
    """When the hand is farthest from its shoulder in the frame, between cocked and coming down, near the burst."""
    from scipy.signal import find_peaks  # not at the top: a process that only shows results does not load it

    if s.arm_seen is None:
        return None
    near = s.between(burst_s - STRETCHED_S[0], burst_s + STRETCHED_S[1])
    reach = np.linalg.norm(s.arm_seen[near], axis=1)
    peaks, facts = find_peaks(reach, prominence=STRETCHED_PROMINENCE_H)
    hanging = s.arm_seen[near[peaks], 1] > HANGING_SHARE * reach[peaks]
    if hanging.all():
        return None
    best = peaks[int(np.argmax(np.where(hanging, 0.0, facts["prominences"])))]
    return float(s.time_s[near[best]]) + STRETCHED_TO_RELEASE_S


def find_layback(s: Signals, release: EventTime) -> EventTime:
    """Maximum external rotation, 8 to 60 ms before release.

    The interval to release is so constant (32.5 ± 3.3 ms, section 1.2) that what is seen is weighed against
    it by the frame rate; below 100 fps, and where the signs disagree, the event counts as inferred.
    """
    prior = release.time_s - LAYBACK_TO_RELEASE_S
    seen = _seen_layback(s, release.time_s)
    if seen is None:
        return inferred(prior, 0.5 * release.confidence)
    frame_sd = 1.0 / s.fps / np.sqrt(12.0)
    trust = LAYBACK_SD_S**2 / (LAYBACK_SD_S**2 + frame_sd**2)
    enough = s.fps >= ARM_LEAST_FPS
    return EventTime(float(prior + trust * (seen - prior)), 0.8 if enough else 0.5, estimated=not enough)


def _seen_layback(s: Signals, release_s: float) -> float | None:
    """Time of the greatest external rotation if the wrist is then also farthest behind the elbow."""
    window = s.between(release_s - LAYBACK_WINDOW_S[0], release_s - LAYBACK_WINDOW_S[1])
    turn = _continuous(s.layback[window])
    if len(window) < 3 or not np.isfinite(turn).all():
        return None
    top = int(np.argmax(turn))
    forearm = joint(s.points, "throwing_wrist") - joint(s.points, "throwing_elbow")
    behind = -forearm[window] @ to_plate(s, release_s)
    apart = abs(s.time_s[window[top]] - s.time_s[window[int(np.argmax(behind))]])
    bent = s.elbow[window[top]] >= STRAIGHT_ARM_DEG
    inside = 0 < top < len(window) - 1
    return float(s.time_s[window[top]]) if bent and inside and apart <= LAYBACK_AGREE_S else None


def to_plate(s: Signals, release_s: float) -> Floats:
    """(3,) level unit vector from the rear to the lead ankle: to the plate, whatever the world's heading."""
    stride = s.at(joint(s.points, "lead_ankle") - joint(s.points, "rear_ankle"), release_s)
    length = np.linalg.norm(stride[:2])
    if not length > 0.1 * s.height_m:
        return np.array([1.0, 0.0, 0.0])
    way: Floats = np.array([stride[0], stride[1], 0.0]) / length
    return way


def find_internal_rotation(s: Signals, release: EventTime) -> EventTime:
    """End of the arm's snap: where external rotation first comes to its lowest in the 80 ms after release."""
    typical = inferred(release.time_s + RELEASE_TO_SNAP_S, 0.4 * release.confidence)
    window = s.between(release.time_s, release.time_s + SNAP_WINDOW_S)
    turn = _continuous(s.layback[window])
    if s.fps < ARM_LEAST_FPS or len(window) < 3 or not np.isfinite(turn).all():
        return typical
    low = int(np.flatnonzero(turn <= turn.min() + SNAP_END_DEG)[0])
    if turn[0] - turn.min() < 20 or low >= len(window) - 2:
        return typical
    if abs(s.time_s[window[low]] - typical.time_s) > SNAP_AGREE_S:
        return typical
    return EventTime(float(s.time_s[window[low]]), 0.6)


def find_follow_through(s: Signals, release_s: float) -> EventTime:
    """First time after release at which the arm has stopped or the hand is at its lowest."""
    window = s.between(release_s + 0.05, release_s + 0.6)
    wrist = joint(s.points, "throwing_wrist")[window]
    if len(window) < 3 or not np.isfinite(wrist).any():
        last = float(s.time_s[-1])
        return inferred(min(release_s + RELEASE_TO_FOLLOW_THROUGH_S, last))
    peak = np.nanmax(s.wrist_speed[s.between(release_s - 0.1, release_s + 0.1)])
    slow = np.flatnonzero(s.hand_speed[window] < 0.15 * peak)
    lowest = int(np.nanargmin(wrist[:, 2]))
    first = min(int(slow[0]) if len(slow) else lowest, lowest)
    seen = first < len(window) - 1
    return EventTime(float(s.time_s[window[first]]), 0.7 if seen else 0.3, estimated=not seen)


def _continuous(angle_deg: Floats) -> Floats:
    """External rotation without the jump where 270 meets -90."""
    return np.degrees(np.unwrap(np.radians(angle_deg))) if len(angle_deg) else angle_deg
