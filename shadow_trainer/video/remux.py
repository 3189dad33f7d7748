"""The browser's copy without encoding: the packets of a video that browsers play and the player can step through."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from .decode import frame_times
from .encode import temporary_name
from .info import VideoInfo
from .source import open_video

Check = Callable[[], None]
PROFILES = {"Baseline", "Constrained Baseline", "Main", "High"}
# Stepping back decodes from the key frame before: farther ones are encoded anew with near ones.
KEY_FRAME_MOST_S = 1.05
MOST_BITS_S, MOST_BYTES = 20_000_000, 100_000_000  # its packets are held at once
# Of a frame's time: what a frame may be off the constant clock by which the player counts frames.
OFF_CLOCK = 0.15


def remux(
    path: Path | str, info: VideoInfo, out: Path, *, max_side: int, fps: Fraction, check: Check
) -> bool:
    """Copy the video's packets to ``out``, without sound and without what else the file says; False (and no file)
    when it has to be encoded for a browser or for the player."""
    if not _may_be(info, max_side) or not _is_steady(frame_times(path, info) / info.time_scale, float(fps)):
        return False
    temporary = temporary_name(out)
    try:
        with open_video(path) as (source, stream):
            if not _plays(stream):
                return False
            packets = [packet for packet in source.demux(stream) if packet.size]
            if not _are_frames(packets, info) or not _keys_are_near(packets, stream):
                return False
            _write(temporary, stream, packets, fps, check)
        temporary.replace(out)
    except (av.error.FFmpegError, ValueError):
        return False  # encoding says what is wrong with it, or mends it
    finally:
        temporary.unlink(missing_ok=True)
    return True


def _may_be(info: VideoInfo, max_side: int) -> bool:
    """By the facts of the file alone."""
    sides = (info.width, info.height)
    upright = not (info.rotation_deg or info.mirrored)
    whole = info.part is None and not info.truncated and info.frame_count_exact and not info.breaks
    whole = whole and not info.held and not info.stalled
    small = max(sides) <= max_side and info.size_bytes <= MOST_BYTES
    light = 8 * info.size_bytes <= MOST_BITS_S * max(info.duration_s, 1e-6)
    known = info.codec == "h264" and info.pixel_format == "yuv420p" and not info.hdr
    return bool(known and upright and whole and small and light and not any(side % 2 for side in sides))


def _is_steady(times_s: np.ndarray, fps: float) -> bool:
    off = np.abs(times_s * fps - np.arange(len(times_s)))
    return bool(off.max(initial=0.0) <= OFF_CLOCK)


def _plays(stream: Any) -> bool:
    context = stream.codec_context
    square = context.sample_aspect_ratio in (None, 0, 1)
    return context.profile in PROFILES and bool(square)


def _are_frames(packets: list[Any], info: VideoInfo) -> bool:
    """Whether each packet is one frame with a time of its own, from a key frame on."""
    times = {packet.pts for packet in packets}
    if None in times or any(packet.dts is None for packet in packets):
        return False
    return len(packets) == len(times) == info.frame_count and packets[0].is_keyframe


def _write(path: Path, stream: Any, packets: list[Any], fps: Fraction, check: Check) -> None:
    """The packets on the constant clock, and nothing else."""
    rows = {pts: row for row, pts in enumerate(sorted(packet.pts for packet in packets))}
    late = max(place - rows[packet.pts] for place, packet in enumerate(packets))
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as target:
        copy = target.add_stream_from_template(stream)
        copy.metadata.clear()
        copy.time_base = 1 / fps
        for place, packet in enumerate(packets):
            check()
            packet.stream, packet.time_base = copy, 1 / fps
            packet.pts, packet.dts, packet.duration = rows[packet.pts], place - late, 1
            target.mux(packet)


def _keys_are_near(packets: list[Any], stream: Any) -> bool:
    keys = [float(packet.pts * stream.time_base) for packet in packets if packet.is_keyframe]
    last = max(float(packet.pts * stream.time_base) for packet in packets)
    return bool(np.diff([*keys, last]).max(initial=0.0) <= KEY_FRAME_MOST_S)
