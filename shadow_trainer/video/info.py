"""The fact sheet of one video, and one frame of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np


@dataclass(frozen=True)
class VideoInfo:
    """Facts about a video. Sizes are upright (rotation applied, square pixels).

    ``fps`` is the rate of the file's clock where it runs on, ``capture_fps`` the rate at which the camera took the
    frames, and ``time_scale`` = file rate / capture rate: real seconds = (file time - first frame's file
    time) * time_scale. ``duration_s`` is in seconds of the file's clock, from the first frame's start to
    the last frame's end. ``rotation_deg`` (0, 90, 180, 270) is the clockwise turn that makes the stored
    frame upright, applied after the left-right flip when ``mirrored``. ``frame_count`` counts the frames
    that can be decoded; ``frame_count_exact`` is False only when the end of the video was not decoded.
    ``part`` is what was cut out, in seconds of the whole file's clock (``end`` None: to its end): rows, times
    and ``duration_s`` are those of the part, as if it were the video. ``breaks`` are the seconds of the file's clock from
    the first frame at which that clock has jumped: as at a cut, nothing goes on across them. ``held`` and ``stalled`` are
    what was cut out because the picture stands (:mod:`.held_pictures`), in seconds of the part's clock before that. At
    ``speed_changes``, ``(second of the clock, ratio)``, the film begins to play at another speed, and so many times as
    much changes from frame to frame (:mod:`.speed_changes`). ``warnings`` are ``{code, message, fix}``.
    """

    width: int
    height: int
    frame_count: int
    fps: float
    capture_fps: float
    duration_s: float
    rotation_deg: int
    codec: str
    size_bytes: int
    pixel_format: str
    variable_frame_rate: bool
    has_audio: bool
    frame_count_exact: bool
    truncated: bool
    time_scale: float
    warnings: tuple[dict[str, str], ...] = ()
    mirrored: bool = False
    container: str = ""
    hdr: str = ""  # `pq`, `hlg` or empty
    part: tuple[float, float | None] | None = None
    breaks: tuple[float, ...] = ()
    held: tuple[tuple[float, float], ...] = ()
    stalled: tuple[tuple[float, float], ...] = ()
    speed_changes: tuple[tuple[float, float], ...] = ()
    filmed_on: str = ""  # the day that the camera wrote, as YYYY-MM-DD, or empty

    @property
    def stretches_s(self) -> list[float]:
        """Real seconds at which a stretch begins across whose beginning nothing is measured."""
        return sorted(second * self.time_scale for second in {*self.breaks, *dict(self.speed_changes)})

    def is_slow(self, time_s: float) -> bool:
        """Whether a moment (real seconds) is in a stretch that plays slower than the one before it or after it."""
        changes = [(second * self.time_scale, ratio) for second, ratio in self.speed_changes]
        before = [ratio for second, ratio in changes if second <= time_s]
        after = [ratio for second, ratio in changes if second > time_s]
        return bool((before and before[-1] < 1) or (after and after[0] > 1))

    def as_dict(self) -> dict[str, Any]:
        """JSON types only; :meth:`from_dict` is its inverse."""
        part = list(self.part) if self.part else None
        return {
            **asdict(self),
            "part": part,
            "breaks": list(self.breaks),
            "speed_changes": [list(change) for change in self.speed_changes],
            "held": [list(span) for span in self.held],
            "stalled": [list(span) for span in self.stalled],
            "warnings": [dict(w) for w in self.warnings],
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> VideoInfo:
        """From :meth:`as_dict`; keys that are not ours are ignored."""
        known = {field.name for field in fields(cls)}
        given = {key: value for key, value in values.items() if key in known}
        part = values.get("part")
        warnings = tuple(dict(w) for w in values.get("warnings", ()))
        pairs = {
            name: tuple((first, second) for first, second in values.get(name, ()))
            for name in ("held", "stalled", "speed_changes")
        }
        breaks = tuple(values.get("breaks", ()))
        own = {"part": tuple(part) if part else None, "breaks": breaks, "warnings": warnings, **pairs}
        return cls(**{**given, **own})


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One upright frame: its row in the video, real seconds from the first frame, (H, W, 3) uint8 RGB."""

    index: int
    time_s: float
    image: np.ndarray
