"""What analysis.json says of the video itself; see :mod:`.document`."""

from __future__ import annotations

from typing import NotRequired, TypedDict


class Part(TypedDict):
    """A stretch in seconds of the file's clock; ``end_s`` null: to its end."""

    start_s: float
    end_s: float | None


class SpeedChange(TypedDict):
    """A second of the file's clock at which the film begins to play at another speed: ``ratio`` times as much changes
    from frame to frame."""

    at_s: float
    ratio: float


class Video(TypedDict):
    """The facts of the video; ``time_scale`` real seconds per second of the file.

    ``capture_fps`` counts different pictures: ``repeated`` is the share of frames that only repeat the one before. The
    ``filmed_on`` is the day that the camera wrote (YYYY-MM-DD). The
    ``part`` was measured without where the picture is ``held``, which takes no time, or ``stalled``, which is a gap.
    """

    width: int
    height: int
    frame_count: int
    fps: float
    capture_fps: float
    duration_s: float
    rotation_deg: int
    codec: str
    variable_frame_rate: bool
    truncated: bool
    time_scale: float
    preview_fps: float
    repeated: NotRequired[float]
    held: NotRequired[list[Part]]
    stalled: NotRequired[list[Part]]
    speed_changes: NotRequired[list[SpeedChange]]
    part: NotRequired[Part]
    filmed_on: NotRequired[str]
