"""The facts about a video, or the reason why it cannot be used."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypedDict

import av

from ..errors import BadRequest
from .filmed_on import filmed_on
from .info import VideoInfo
from .limits import DEFAULT, Limits
from .orient import Orientation, orientation
from .pieces import JUMP_RATIO
from .problems import bad_video, minutes, warning
from .slowmo import SlowMotion, slow_motion
from .source import is_encrypted, open_video, tick_seconds
from .timeline import Timeline, decoded, timeline

MOST_TOLD = 4  # places at which the clock jumps
HDR = {16: "pq", 18: "hlg"}  # AVCOL_TRC_SMPTE2084, AVCOL_TRC_ARIB_STD_B67


class _HeaderFacts(TypedDict):
    """What the header and the first frame tell, by the names of VideoInfo."""

    codec: str
    container: str
    pixel_format: str
    has_audio: bool
    hdr: str


def probe(
    path: Path | str,
    *,
    capture_fps: float | None = None,
    start_s: float | None = None,
    end_s: float | None = None,
    turn_deg: int = 0,
    limits: Limits = DEFAULT,
    check: Callable[[], None] | None = None,
) -> VideoInfo:
    """Facts about the video at ``path``: header, packet times, first decoded frame.

    ``capture_fps`` is the rate at which the camera took the frames, when a person knows it; it overrides
    what the file declares. ``start_s`` and ``end_s`` (seconds of the file's clock) cut a part out, which is
    the video from there on; ``turn_deg`` (0, 90, 180, 270) turns clockwise what the file calls upright, for
    a camera that was wrong about it. Raises BadRequest for a part with nothing in it, BadVideo with a code of :mod:`.problems`; ``check`` may raise Canceled.
    """
    path = Path(path)
    _check_argument(capture_fps)
    with open_video(path, limits) as (container, stream):
        first = _first_frame(container, stream, path)
        upright = orientation(first).turned(turn_deg)
        width, height = upright_size(stream, first, upright)
        _check_size(first, width, height, limits)
        header, interlaced = _header_facts(container, stream, first), bool(first.interlaced_frame)
        tick_s = tick_seconds(stream)
        rate = float(stream.average_rate or 0)
        metadata = {**container.metadata, **stream.metadata}
    rows = timeline(path, limits, check=check)
    if len(rows.file_s) >= limits.min_frames and not rows.fps:
        if capture_fps is None:
            raise bad_video("no_times")
        rows = rows.spread(capture_fps)
    part = _part(rows, start_s, end_s)
    rows = rows.part(*part) if part else rows
    fps = _file_rate(rows, rate)
    slow = slow_motion(rows, fps, metadata, capture_fps)
    _check_time(rows, fps, slow, limits)
    variable, day = rows.is_variable(tick_s), filmed_on(metadata, date.today())
    return VideoInfo(
        width=width,
        height=height,
        frame_count=len(rows.file_s),
        fps=fps,
        capture_fps=slow.capture_fps,
        duration_s=float(rows.file_s[-1] + rows.interval_s),
        rotation_deg=upright.rotation_deg,
        mirrored=upright.mirrored,
        size_bytes=path.stat().st_size,
        variable_frame_rate=variable,
        frame_count_exact=True,
        truncated=rows.truncated,
        time_scale=slow.time_scale,
        part=part,
        filmed_on=day.isoformat() if day else "",
        breaks=tuple(float(rows.file_s[row]) for row in rows.breaks),
        warnings=tuple(_warnings(rows, slow, interlaced)),
        **header,
    )


def _part(rows: Timeline, start_s: float | None, end_s: float | None) -> tuple[float, float | None] | None:
    """What is cut out; None when it is the whole video anyway."""
    if not start_s and end_s is None:
        return None
    start, length = start_s or 0.0, float(rows.file_s[-1] + rows.interval_s) if len(rows.file_s) else 0.0
    end = end_s if end_s is not None and end_s < length else None
    if start >= length or (end is not None and end <= start):
        raise BadRequest(
            f"The part from {start:g} s to {f'{end_s:g} s' if end_s is not None else 'the end'} has nothing "
            f"in it: the video is {length:.1f} s long.",
            code="bad_part",
            fix="Choose where the part begins and ends inside the video.",
        )
    return None if start == 0 and end is None else (start, end)


def upright_size(stream: av.VideoStream, frame: av.VideoFrame, upright: Orientation) -> tuple[int, int]:
    """``(width, height)`` in square pixels, upright. An absurd pixel shape is taken as square."""
    width, height = frame.width, frame.height
    shape = float(stream.sample_aspect_ratio or 1)
    if 0.25 <= shape <= 4 and shape != 1:
        width = round(width * shape)
    return (height, width) if upright.swaps_sides else (width, height)


def _check_argument(capture_fps: float | None) -> None:
    if capture_fps is not None and not (math.isfinite(capture_fps) and capture_fps > 0):
        raise BadRequest(
            f"The capture rate must be a positive number of frames per second, not {capture_fps}.",
            code="bad_capture_fps",
        )


def _first_frame(container: av.container.InputContainer, stream: av.VideoStream, path: Path) -> av.VideoFrame:
    frame = next(decoded(container, stream), None)
    if frame is None:
        raise bad_video("encrypted" if is_encrypted(path) else "unreadable")
    return frame


def _header_facts(
    container: av.container.InputContainer, stream: av.VideoStream, frame: av.VideoFrame
) -> _HeaderFacts:
    return {
        "codec": stream.codec_context.codec.canonical_name,
        "container": container.format.name,
        "pixel_format": frame.format.name,
        "has_audio": bool(container.streams.audio),
        "hdr": HDR.get(frame.color_trc, ""),
    }


def _file_rate(rows: Timeline, header_rate: float) -> float:
    """The usual rate from the times; the header's exact fraction when it says the same within 0.1 %."""
    if rows.fps and abs(header_rate - rows.fps) < 1e-3 * rows.fps:
        return header_rate
    return rows.fps


def _check_size(frame: av.VideoFrame, width: int, height: int, limits: Limits) -> None:
    if max(frame.width * frame.height, width * height) > limits.max_pixels:
        raise bad_video("too_many_pixels", width=width, height=height)
    if min(width, height) < limits.min_side:
        raise bad_video("too_small", width=width, height=height)


def _check_time(rows: Timeline, fps: float, slow: SlowMotion, limits: Limits) -> None:
    count = len(rows.file_s)
    if count > limits.max_frames:
        raise bad_video("too_many_frames", limit=limits.max_frames)
    if count < limits.min_frames:
        if rows.truncated:  # its length is not to blame
            raise bad_video("unreadable")
        raise bad_video("too_short", count=count, least=limits.min_frames)
    if rows.filmed_s > limits.max_duration_s:
        raise bad_video("too_long", length=minutes(rows.filmed_s), limit=minutes(limits.max_duration_s))
    real = fps / slow.time_scale
    if not limits.min_fps <= real <= limits.max_fps:
        raise bad_video("bad_frame_rate", fps=f"{real:.6g}")


def _warnings(rows: Timeline, slow: SlowMotion, interlaced: bool) -> list[dict[str, str]]:
    warnings = []
    if rows.truncated:
        message = f"The end of the video is missing; the first {minutes(rows.file_s[-1])} could be read."
        warnings.append(
            warning(
                "truncated", message, "If the pitch is not all there, copy the file from the camera again."
            )
        )
    if rows.mended:
        message = f"{rows.mended} of {len(rows.file_s)} frames have no usable time in the file; theirs was estimated."
        warnings.append(
            warning(
                "bad_timestamps",
                message,
                "Upload the camera's original file; chats and editors damage times.",
            )
        )
    if rows.breaks:
        warnings.append(_clock_jumps(rows))
    if rows.dropped:
        message = (
            f"The camera left out {rows.dropped} of {rows.dropped + len(rows.file_s)} frames; "
            "the others keep their true times."
        )
        warnings.append(
            warning(
                "dropped_frames",
                message,
                "Use a faster memory card, or film with a lower rate or resolution.",
            )
        )
    if interlaced:
        message = "The video is interlaced: two half-pictures in each frame blur fast movement."
        warnings.append(warning("interlaced", message, "Set the camera to a progressive mode, such as 60p."))
    if slow.warning:
        warnings.append(slow.warning)
    return warnings


def _clock_jumps(rows: Timeline) -> dict[str, str]:
    """What is said of a video whose clock does not run on: where it jumps, and by how much."""
    places = []
    for row in rows.breaks[:MOST_TOLD]:
        gap = float(rows.file_s[row] - rows.file_s[row - 1])
        length = (
            f"{gap:.1f} s" if gap > JUMP_RATIO * rows.interval_s else "for a time that the file does not tell"
        )
        places.append(f"after {rows.file_s[row - 1]:.2f} s ({length})")
    more = f" and {len(rows.breaks) - MOST_TOLD} more times" if len(rows.breaks) > MOST_TOLD else ""
    return warning(
        "clock_jumps",
        f"The video stops and goes on {', '.join(places)}{more}: it has gaps, as when clips are joined or the camera is "
        "paused. Its pieces keep their own times; nothing is measured across a gap.",
        "Upload each clip as the camera made it.",
    )
