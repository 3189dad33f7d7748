"""Open a file as a video, or say in a coach's words why it is none. Nothing is decoded here."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av

from .. import first_bytes
from ..first_bytes import HEAD_BYTES, IMAGES, SOUNDS
from .limits import CODECS, CONTAINERS, DEFAULT, Limits
from .problems import bad_video

READ_BYTES = 1 << 20
SYSTEM_ERRORS = {
    errno.EMFILE,
    errno.ENFILE,
    errno.EACCES,
    errno.ENOENT,
    errno.ESTALE,
    errno.ETIMEDOUT,
}
# FFmpeg stops a decoder at this many pixels; it is above the limits so that 8K is still named as 8K.
HARD_PIXELS = 64_000_000
READING = {
    "protocol_whitelist": "file",
    "format_whitelist": ",".join(sorted(CONTAINERS)),
    "enable_drefs": "0",
    "use_absolute_path": "0",
    "max_pixels": str(HARD_PIXELS),
    "threads": "1",
}
# Of several tracks those move that have so large a share of the most pictures among the first so many.
MOVING_SHARE, COUNTED = 0.4, 400
ENCRYPTED_TAGS = {b"encv", b"drmi"}
Opened = tuple[av.container.InputContainer, av.VideoStream]


@contextmanager
def open_video(path: Path | str, limits: Limits = DEFAULT, *, thread_count: int = 1) -> Iterator[Opened]:
    """``(container, stream)`` of the main video stream; raises BadVideo when there is none to open.

    Only local files and the formats of :mod:`.limits` are opened: a playlist or a reference inside the file
    cannot make the reader open another file or address.
    """
    path = Path(path).absolute()
    head = _head(path)
    try:
        container = av.open(f"file:{path}", options=READING, metadata_errors="replace")
    except av.error.FFmpegError as error:
        if is_system_error(error, path):
            raise
        raise _why_not_open(head) from error
    with container:
        stream = _main_stream(container, head, path)
        _check_stream(stream, limits)
        stream.codec_context.thread_count = max(1, thread_count)
        if thread_count > 1:
            stream.codec_context.thread_type = "AUTO"
        stream.codec_context.options = {"max_pixels": str(max(limits.max_pixels, 1))}
        yield container, stream


def _head(path: Path) -> bytes:
    """The first bytes of a regular file; BadVideo when it is empty or no regular file."""
    if not path.is_file():
        if path.exists():
            raise bad_video("not_a_video")
        raise FileNotFoundError(2, "No such file", str(path))
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise bad_video("empty_file")
    first_bytes.check(head)
    return head


def _why_not_open(head: bytes) -> Exception:
    """The reason as the first bytes tell it: a still image, a sound, a damaged video, or something else."""
    riff = head[:4] == b"RIFF"
    if head.startswith(IMAGES):
        return bad_video("still_image")
    if head.startswith(SOUNDS) or (riff and head[8:12] == b"WAVE"):
        return bad_video("audio_only")
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"):
        return bad_video("unreadable")
    if head[:4] == b"\x1aE\xdf\xa3" or (riff and head[8:12] == b"AVI ") or head[:3] == b"FLV":
        return bad_video("unreadable")
    return bad_video("not_a_video")


def _main_stream(container: av.container.InputContainer, head: bytes, path: Path) -> av.VideoStream:
    """Return the video stream with the moving pictures; BadVideo when there is none."""
    cover = av.stream.Disposition.attached_pic | av.stream.Disposition.timed_thumbnails
    streams = [s for s in container.streams.video if not s.disposition & cover]
    readable = [s for s in streams if s.codec_context is not None]
    if len(readable) > 1:
        counts = _pictures(path, readable)
        moving = [s for s in readable if counts[s.index] >= MOVING_SHARE * max(counts.values())]
        return max(moving, key=_standing)
    if readable:
        return readable[0]
    if streams:
        raise bad_video("unsupported_codec", codec="unknown")
    if container.streams.audio or container.streams.video:
        raise bad_video("audio_only")
    raise _why_not_open(head)


def _standing(stream: av.VideoStream) -> tuple[bool, int]:
    """Of several moving tracks the one that players show by default, then the largest picture."""
    default = bool(stream.disposition & av.stream.Disposition.default)
    return default, stream.codec_context.width * stream.codec_context.height


def _pictures(path: Path, streams: list[av.VideoStream]) -> dict[int, int]:
    """How many different pictures each stream has in the first ones of them all, by its index.

    Counted and not believed: many containers do not say, and a still that is sent again is no new picture.
    """
    seen: dict[int, set[int]] = {stream.index: set() for stream in streams}
    with av.open(f"file:{path}", options=READING, metadata_errors="replace") as container:
        numbers = tuple(seen)
        try:
            for count, packet in enumerate(container.demux(container.streams.get(video=numbers))):
                if packet.size:
                    seen[packet.stream.index].add(hash(bytes(packet)))
                if count >= COUNTED:
                    break
        except av.error.FFmpegError:
            pass  # what could be read of a damaged file says which track moves
    return {index: len(pictures) for index, pictures in seen.items()}


def _check_stream(stream: av.VideoStream, limits: Limits) -> None:
    """Size and codec as the header tells them, before anything is decoded."""
    context = stream.codec_context
    if context.codec.canonical_name not in CODECS:
        raise bad_video("unsupported_codec", codec=context.codec.canonical_name)
    width, height = context.width, context.height
    if width * height > limits.max_pixels:
        raise bad_video("too_many_pixels", width=width, height=height)
    if not width or not height:
        raise bad_video("unreadable")


def tick_seconds(stream: av.VideoStream) -> float:
    """Return the seconds of one tick of the stream's timestamps; BadVideo when the file names none."""
    if stream.time_base is None:
        raise bad_video("no_times")
    return float(stream.time_base)


def is_system_error(error: BaseException, path: Path) -> bool:
    """True for an error of the system, not of the video: another try may succeed.

    FFmpeg also calls a video that ends too early an input error; then the bytes that are there can be read.
    It calls a header that claims absurd sizes a lack of memory: that is the video's fault.
    """
    if not isinstance(error, OSError):
        return False
    if error.errno != errno.EIO:
        return error.errno in SYSTEM_ERRORS
    try:
        with path.open("rb") as file:
            while file.read(READ_BYTES):
                pass
    except OSError:
        return True
    return False


def is_encrypted(path: Path) -> bool:
    """True when an MP4's sample description names an encrypted video track (ISO 14496-12, `encv`)."""
    return _mentions(path, ENCRYPTED_TAGS)


def _mentions(path: Path, tags: set[bytes], block: int = 1 << 20) -> bool:
    """Whether one of the tags stands in the first or last megabytes, where MP4 keeps its tables."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(block)
        file.seek(max(0, size - block))
        data = head + file.read(block)
    return any(tag in data for tag in tags)
