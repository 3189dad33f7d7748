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
    what was cut out because the picture stands (:mod:`.held`), in seconds of the part's clock before that. ``warnings`` are ``{code, message, fix}``.
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

    def as_dict(self) -> dict[str, Any]:
        """JSON types only; :meth:`from_dict` is its inverse."""
        part = list(self.part) if self.part else None
        return {
            **asdict(self),
            "part": part,
            "breaks": list(self.breaks),
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
        held, stalled = (
            tuple((start, end) for start, end in values.get(name, ())) for name in ("held", "stalled")
        )
        tuples = {"breaks": tuple(values.get("breaks", ())), "held": held, "stalled": stalled}
        return cls(**{**given, "part": tuple(part) if part else None, "warnings": warnings, **tuples})


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One upright frame: its row in the video, real seconds from the first frame, (H, W, 3) uint8 RGB."""

    index: int
    time_s: float
    image: np.ndarray
