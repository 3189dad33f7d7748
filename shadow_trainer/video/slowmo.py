"""Slow motion that the file (or a person) declares: how file seconds become real seconds.

Android writes `com.android.capture.fps`, the rate of the sensor; when the file plays at a much lower rate it
is slow motion. Apple's cameras keep slow motion at its true rate and times and mark it with
`com.apple.quicktime.full-frame-rate-playback-intent` (which asks for slow playing, not slow times), so
nothing is to be scaled there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from .problems import warning
from .timeline import Timeline

DECLARED_KEYS = ("com.android.capture.fps",)
# Below this a lower file rate is what phones do in dim light, not slow motion.
SLOW_MOTION_FPS = 100.0
SLOW_MOTION_RATIO = 1.5
SAME_RATE = 0.02  # 29.97 is 30


@dataclass(frozen=True)
class SlowMotion:
    """The rate of the camera, real seconds per file second, and what to tell the coach."""

    capture_fps: float
    time_scale: float
    warning: dict[str, str] | None = None


def slow_motion(
    rows: Timeline, fps: float, metadata: Mapping[str, str], capture_fps: float | None
) -> SlowMotion:
    """How much slower than life the file plays. A person's ``capture_fps`` wins over the file's tag."""
    usual = fps
    if rows.interval_s > 0 and abs(1 / rows.interval_s - fps) > SAME_RATE * fps:
        usual = 1 / rows.interval_s  # what varies has a usual interval too
    if not usual:
        return SlowMotion(capture_fps or 0.0, 1.0)
    if capture_fps is not None:
        return _scaled(usual, fps, capture_fps)
    declared = declared_fps(metadata)
    if declared and declared >= SLOW_MOTION_FPS and declared / usual >= SLOW_MOTION_RATIO:
        return _scaled(usual, fps, declared)
    return SlowMotion(fps, 1.0)


def declared_fps(metadata: Mapping[str, str]) -> float | None:
    """The sensor's rate as the file declares it; None when absent or no positive number."""
    for key in DECLARED_KEYS:
        try:
            value = float(metadata.get(key, ""))
        except ValueError:
            continue
        if math.isfinite(value) and value > 0:
            return value
    return None


def _scaled(usual: float, fps: float, capture_fps: float) -> SlowMotion:
    if abs(capture_fps - usual) <= SAME_RATE * usual:
        return SlowMotion(fps, 1.0)
    note = None
    if capture_fps < usual:
        note = warning(
            "capture_rate_below_file_rate",
            f"The capture rate ({capture_fps:g}) is lower than the file's own rate ({usual:.4g}); "
            "the video was taken as speeded up.",
            "Leave the capture rate empty unless the video is slow motion.",
        )
    return SlowMotion(capture_fps, usual / capture_fps, note)
