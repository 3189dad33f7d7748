"""When each frame was taken, from the stream's own timestamps.

One cheap pass over the packets gives the presentation times; nothing is decoded. Where the packets cannot be
trusted to be frames (a cut file, missing or repeated times, hidden frames) the video is decoded once and the
frames that really come out are counted. A frame's row in this table is its index everywhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Any

import av
import numpy as np

from .boxes import ends_early
from .limits import DEFAULT, Limits
from .pieces import closed, filmed_s, find_jumps, in_pieces, usual_interval, usual_rate
from .problems import bad_video
from .source import is_system_error, open_video, tick_seconds

HIDDEN_FRAME_CODECS = {"vp8"}  # packets that show nothing
NO_PRESENTATION_TIMES = {"avi"}  # containers that know only the order of decoding
ODD_SHARE = 0.005  # of intervals that differ from the usual one: above this the rate is variable
REMEMBER = 4  # videos
LEEWAY_S = 1e-6  # a frame at exactly the beginning belongs to a span whatever the last bit says
Check = Callable[[], None]
_lock = Lock()
_remembered: dict[tuple[Path, int, int], Timeline] = {}


@dataclass(frozen=True)
class Timeline:
    """Rows of a video. ``file_s`` (T,) seconds of the file's clock from the first frame, increasing.

    ``pts`` (T,) int64 names each row in stream ticks; when it is None the times in the file do not name
    frames and rows are counted in the order in which they are decoded (and no seeking is possible).
    ``before`` counts the video's frames that come before the first row, when this is a part of it. ``breaks`` are the
    rows at which the clock has jumped (:mod:`.pieces`): a new piece begins there. ``dropped`` counts the frames that
    the camera itself left out and whose place the file keeps. ``kept`` (T,) are the numbers of the rows among all of the
    part, where some were cut out (:mod:`.held_pictures`).
    """

    file_s: np.ndarray
    pts: np.ndarray | None
    truncated: bool
    decoded: bool
    mended: int = 0  # rows whose time was missing or out of order
    before: int = 0
    breaks: tuple[int, ...] = ()
    dropped: int = 0
    kept: np.ndarray | None = None

    def part(self, start_s: float, end_s: float | None) -> Timeline:
        """The rows with ``start_s <= time < end_s`` (file seconds), with times from the first of them."""
        end = np.inf if end_s is None else end_s
        first, last = np.searchsorted(self.file_s, [start_s - LEEWAY_S, end - LEEWAY_S])
        times = self.file_s[first:last]
        pts = None if self.pts is None else self.pts[first:last]
        times = times - times[0] if len(times) else times
        breaks = tuple(int(row - first) for row in self.breaks if first < row < last)
        return replace(self, file_s=times, pts=pts, before=self.before + int(first), breaks=breaks)

    @property
    def interval_s(self) -> float:
        """The usual time between two frames (median)."""
        return usual_interval(self.file_s)

    @property
    def fps(self) -> float:
        """Frames per second of the file's clock where it runs on; 0 when there is no span."""
        return usual_rate(self.file_s)

    @property
    def filmed_s(self) -> float:
        """Seconds from the first frame to the last without the jumps between."""
        return filmed_s(self.file_s)

    def spread(self, rate: float) -> Timeline:
        """The same rows evenly at ``rate``: for a video that does not say when its frames were taken."""
        count = len(self.file_s)
        return replace(self, file_s=np.arange(count) / rate, mended=count, breaks=())

    def is_variable(self, tick_s: float) -> bool:
        """True when more than a few intervals differ from the usual one by over 10 % and over one tick."""
        gaps = np.diff(self.file_s)
        odd = np.abs(gaps - self.interval_s) > max(0.1 * self.interval_s, 1.01 * tick_s)
        odd[find_jumps(self.file_s) - 1] = False
        return bool(odd.sum() > ODD_SHARE * max(len(gaps), 1))


@dataclass
class _Packets:
    """What one pass over the packets tells."""

    pts: list[int | None] = field(default_factory=list)
    dts: list[int | None] = field(default_factory=list)
    cut_away: int = 0  # packets that the edit list hides
    empty: int = 0  # packets with nothing in them
    dropped: int = 0  # frames that the camera left out and whose place the file keeps
    doubtful: bool = False  # packets may not be frames
    truncated: bool = False

    @property
    def one_time_each(self) -> bool:
        """True when every packet has a time of its own."""
        return None not in self.pts and len(set(self.pts)) == len(self.pts)


def timeline(path: Path | str, limits: Limits = DEFAULT, *, check: Check | None = None) -> Timeline:
    """The video's rows. Remembered for the last few files, by path, size and change time."""
    path = Path(path).absolute()
    stat = path.stat()
    key = (path, stat.st_size, stat.st_mtime_ns)
    rows = _remembered.get(key)
    if rows is None:
        rows = _read(path, limits, check or (lambda: None))
        with _lock:
            while len(_remembered) >= REMEMBER:
                _remembered.pop(next(iter(_remembered)))
            _remembered[key] = rows
    return rows


def decoded(container: av.container.InputContainer, stream: av.VideoStream) -> Iterator[av.VideoFrame]:
    """Whole frames in the order of showing; damaged packets and frames are left out.

    Ends where the file ends or cannot be read further. Raises BadVideo for an encrypted one, of whose noise a decoder
    now and then makes a picture.
    """
    for packet in readable_packets(container, stream):
        if packet.has_sidedata("encryption_info"):
            raise bad_video("encrypted")
        try:
            frames = packet.decode()
        except av.error.FFmpegError:
            continue  # decoders report damage by many names; none of them reads a file
        for frame in frames:
            if not frame.is_corrupt:
                yield frame


def readable_packets(
    container: av.container.InputContainer, stream: av.VideoStream
) -> Iterator[av.Packet[av.VideoStream]]:
    """Packets up to where the file can be read, and the empty one that flushes the decoder."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except av.error.FFmpegError as error:
            if is_system_error(error, Path(container.name.removeprefix("file:"))):
                raise
            return
        except IndexError:
            return  # PyAV trips over streams that appeared on the way, when ours has ended
        if packet is None:
            return
        yield packet


def _read(path: Path, limits: Limits, check: Check) -> Timeline:
    with open_video(path, limits) as (container, stream):
        packets = _scan_packets(container, stream, limits, check)
        tick_s, rate = tick_seconds(stream), float(stream.average_rate or 0)
        early, name = ends_early(path, container.format.name), container.format.name
        missing = max(stream.frames - len(packets.pts) - packets.cut_away, 0)
        # An empty packet keeps the place of a frame that the camera had no time for; AVI's reader passes over it.
        packets.dropped = (
            0 if early else missing if name in NO_PRESENTATION_TIMES else min(missing, packets.empty)
        )
        packets.truncated = early or missing > packets.dropped
    if packets.doubtful or packets.truncated or not packets.one_time_each:
        return _from_decoded(_decode_times(path, limits, check), packets, tick_s, rate)
    pts = np.sort(np.array(packets.pts, dtype=np.int64))
    times, breaks = closed(_seconds(pts, tick_s))
    return Timeline(times, pts, truncated=False, decoded=False, breaks=breaks, dropped=packets.dropped)


def _scan_packets(
    container: av.container.InputContainer, stream: av.VideoStream, limits: Limits, check: Check
) -> _Packets:
    """Presentation times of all packets that are to be shown."""
    codec, name = stream.codec_context.codec.canonical_name, container.format.name
    packets = _Packets(doubtful=codec in HIDDEN_FRAME_CODECS or name in NO_PRESENTATION_TIMES)
    for number, packet in enumerate(readable_packets(container, stream)):
        if packet.size == 0:
            packets.empty += packet.dts is not None  # the one that flushes has no time
            continue
        if number % 1000 == 0:
            check()
        if packet.is_corrupt:
            packets.doubtful = True
        if packet.is_discard:
            packets.cut_away += 1
            continue
        if not packets.pts:
            # A video that starts between key frames, or whose first frames need earlier ones.
            packets.doubtful |= not packet.is_keyframe
        elif packet.pts is not None and packets.pts[0] is not None and packet.pts < packets.pts[0]:
            packets.doubtful = True
        newest = packets.dts[-1] if packets.dts else None
        if packet.dts is not None and newest is not None and packet.dts < newest:
            packets.doubtful = True  # the clock goes back
        packets.pts.append(packet.pts)
        packets.dts.append(packet.dts)
        if len(packets.pts) > limits.max_frames:
            raise bad_video("too_many_frames", limit=limits.max_frames)
    return packets


def _decode_times(path: Path, limits: Limits, check: Check) -> list[int | None]:
    """Times in ticks of the frames that come out of the decoder, in order."""
    times = []
    with open_video(path, limits) as (container, stream):
        for number, frame in enumerate(decoded(container, stream)):
            if number % 20 == 0:
                check()
            times.append(frame.pts)
            if len(times) > limits.max_frames:
                raise bad_video("too_many_frames", limit=limits.max_frames)
    return times


def _from_decoded(times: list[int | None], packets: _Packets, tick_s: float, rate: float) -> Timeline:
    """Rows of what was decoded: by their own times when these increase, else counted."""
    known = np.array([np.nan if t is None else t for t in times], dtype=float)
    facts: dict[str, Any] = {"truncated": packets.truncated, "decoded": True, "dropped": packets.dropped}
    if len(known) and np.isfinite(known).all() and (np.diff(known) > 0).all():
        pts = np.array(times, dtype=np.int64)
        seconds, breaks = closed(_seconds(pts, tick_s))
        return Timeline(seconds, pts, breaks=breaks, **facts)
    slots = np.array([np.nan if t is None else t for t in packets.dts], dtype=float)
    if len(slots) == len(times) and np.isfinite(slots).all() and (np.diff(slots) > 0).all():
        # Without B-frames or with them, the n-th frame shown takes the n-th slot of decoding.
        seconds, breaks = closed(_seconds(slots, tick_s))
        return Timeline(seconds, None, breaks=breaks, **facts)
    if not np.isfinite(known).any():
        return Timeline(np.zeros(len(times)), None, **facts).spread(rate or 1.0)
    mended, breaks, count = in_pieces(known * tick_s)
    return Timeline(mended, None, mended=count, breaks=breaks, **facts)


def _seconds(pts: np.ndarray, tick_s: float) -> np.ndarray:
    return (pts - pts[0]) * tick_s if len(pts) else np.zeros(0)
