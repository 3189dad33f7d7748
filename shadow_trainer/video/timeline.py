"""When each frame was taken, from the stream's own timestamps.

One cheap pass over the packets gives the presentation times; nothing is decoded. Where the packets cannot be
trusted to be frames (a cut file, missing or repeated times, hidden frames) the video is decoded once and the
frames that really come out are counted. A frame's row in this table is its index everywhere else.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock

import av
import numpy as np

from .boxes import ends_early
from .limits import DEFAULT, Limits
from .problems import bad_video
from .source import is_system_error, open_video, tick_seconds

HIDDEN_FRAME_CODECS = {"vp8"}  # packets that show nothing
NO_PRESENTATION_TIMES = {"avi"}  # containers that know only the order of decoding
ODD_SHARE = 0.005  # of intervals that differ from the usual one: above this the rate is variable
TRUSTED_SHARE = 0.5  # of timestamps that must increase for the others to be mended from them
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
    ``before`` counts the video's frames that come before the first row, when this is a part of it.
    """

    file_s: np.ndarray
    pts: np.ndarray | None
    truncated: bool
    decoded: bool
    mended: int = 0  # rows whose time was missing or out of order
    before: int = 0

    def part(self, start_s: float, end_s: float | None) -> Timeline:
        """The rows with ``start_s <= time < end_s`` (file seconds), with times from the first of them."""
        end = np.inf if end_s is None else end_s
        first, last = np.searchsorted(self.file_s, [start_s - LEEWAY_S, end - LEEWAY_S])
        times = self.file_s[first:last]
        pts = None if self.pts is None else self.pts[first:last]
        times = times - times[0] if len(times) else times
        return replace(self, file_s=times, pts=pts, before=self.before + int(first))

    @property
    def interval_s(self) -> float:
        """The usual time between two frames (median)."""
        return float(np.median(np.diff(self.file_s))) if len(self.file_s) > 1 else 0.0

    @property
    def fps(self) -> float:
        """Average rate over the whole video; 0 when there is no span."""
        span = float(self.file_s[-1] - self.file_s[0]) if len(self.file_s) > 1 else 0.0
        return (len(self.file_s) - 1) / span if span > 0 else 0.0

    def spread(self, rate: float) -> Timeline:
        """The same rows evenly at ``rate``: for a video that does not say when its frames were taken."""
        count = len(self.file_s)
        return replace(self, file_s=np.arange(count) / rate, mended=count)

    def is_variable(self, tick_s: float) -> bool:
        """True when more than a few intervals differ from the usual one by over 10 % and over one tick."""
        gaps = np.diff(self.file_s)
        odd = np.abs(gaps - self.interval_s) > max(0.1 * self.interval_s, 1.01 * tick_s)
        return bool(odd.sum() > ODD_SHARE * max(len(gaps), 1))


@dataclass
class _Packets:
    """What one pass over the packets tells."""

    pts: list[int | None] = field(default_factory=list)
    dts: list[int | None] = field(default_factory=list)
    cut_away: int = 0  # packets that the edit list hides
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

    Ends where the file ends or cannot be read further.
    """
    for packet in readable_packets(container, stream):
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
        missing = stream.frames > len(packets.pts) + packets.cut_away
        packets.truncated = missing or ends_early(path, container.format.name)
    if packets.doubtful or packets.truncated or not packets.one_time_each:
        return _from_decoded(_decode_times(path, limits, check), packets, tick_s, rate)
    pts = np.sort(np.array(packets.pts, dtype=np.int64))
    return Timeline(_seconds(pts, tick_s), pts, truncated=False, decoded=False)


def _scan_packets(
    container: av.container.InputContainer, stream: av.VideoStream, limits: Limits, check: Check
) -> _Packets:
    """Presentation times of all packets that are to be shown."""
    codec, name = stream.codec_context.codec.canonical_name, container.format.name
    packets = _Packets(doubtful=codec in HIDDEN_FRAME_CODECS or name in NO_PRESENTATION_TIMES)
    for number, packet in enumerate(readable_packets(container, stream)):
        if packet.size == 0:
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
    if len(known) and np.isfinite(known).all() and (np.diff(known) > 0).all():
        pts = np.array(times, dtype=np.int64)
        return Timeline(_seconds(pts, tick_s), pts, packets.truncated, decoded=True)
    slots = np.array([np.nan if t is None else t for t in packets.dts], dtype=float)
    if len(slots) == len(times) and np.isfinite(slots).all() and (np.diff(slots) > 0).all():
        # Without B-frames or with them, the n-th frame shown takes the n-th slot of decoding.
        return Timeline(_seconds(slots, tick_s), None, packets.truncated, decoded=True)
    if not np.isfinite(known).any():
        return Timeline(np.zeros(len(times)), None, packets.truncated, decoded=True).spread(rate or 1.0)
    mended, count = mend_times(known * tick_s)
    return Timeline(mended, None, packets.truncated, decoded=True, mended=count)


def mend_times(times_s: np.ndarray) -> tuple[np.ndarray, int]:
    """(T,) seconds with gaps (NaN) and steps back -> ((T,) strictly increasing from 0, rows mended).

    The longest increasing run of times is kept and the others are put between their neighbours; when it
    holds less than half of the rows nothing can be trusted: all times are 0.
    """
    count = len(times_s)
    if count == 0:
        return np.zeros(0), 0
    keep = _longest_increasing(times_s)
    if len(keep) < max(2, TRUSTED_SHARE * count):
        return np.zeros(count), count
    rows = np.arange(count)
    mended = np.interp(rows, keep, times_s[keep])
    slope = (times_s[keep[-1]] - times_s[keep[0]]) / (keep[-1] - keep[0])
    mended[: keep[0]] = times_s[keep[0]] + (rows[: keep[0]] - keep[0]) * slope
    mended[keep[-1] :] = times_s[keep[-1]] + (rows[keep[-1] :] - keep[-1]) * slope
    return mended - mended[0], count - len(keep)


def _longest_increasing(values: np.ndarray) -> np.ndarray:
    """Rows of a longest strictly increasing subsequence; NaN never belongs to it."""
    tails: list[float] = []
    rows: list[int] = []
    before = np.full(len(values), -1)
    for row, value in enumerate(values):
        if np.isnan(value):
            continue
        place = bisect_left(tails, value)
        if place < len(tails) and tails[place] == value:
            continue  # of two equal times the first is the true one
        before[row] = rows[place - 1] if place else -1
        tails[place : place + 1] = [value]
        rows[place : place + 1] = [row]
    kept = []
    row = rows[-1] if rows else -1
    while row >= 0:
        kept.append(row)
        row = before[row]
    return np.array(kept[::-1], dtype=int)


def _seconds(pts: np.ndarray, tick_s: float) -> np.ndarray:
    return (pts - pts[0]) * tick_s if len(pts) else np.zeros(0)
