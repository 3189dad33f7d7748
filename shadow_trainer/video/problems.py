"""What can be wrong with a video, in a coach's words: one row for each code."""

from __future__ import annotations

from .. import first_bytes
from ..errors import BadVideo
from ..first_bytes import COPY

AGAIN = "Film again with the phone's own camera app and upload that file unchanged."
TRIM = "Trim the video to the pitch on the phone and upload the short piece."

PROBLEMS: dict[str, tuple[str, str]] = {
    **first_bytes.PROBLEMS,
    "empty_file": ("The file is empty.", COPY),
    "unreadable": (
        "The video cannot be read: the file is damaged, or its end is missing.",
        COPY,
    ),
    "encrypted": (
        "The video is copy-protected (encrypted) and cannot be read.",
        "Upload a video you recorded yourself, exported without protection.",
    ),
    "unsupported_codec": (
        "The video is in a format that is not supported ({codec}).",
        "Export it as MP4 (H.264) and upload that.",
    ),
    "too_short": (
        "The video is too short: {count} usable frame(s), and a pitch needs at least {least}.",
        "Upload a video that shows the whole delivery, from the set to the follow-through.",
    ),
    "too_long": ("The video is {length} long; at most {limit} are accepted.", TRIM),
    "too_many_frames": ("The video has more than {limit} frames.", TRIM),
    "too_many_pixels": (
        "The video's picture is {width} x {height}, which is larger than is accepted.",
        "Film in 4K or 1080p, or export the video at 1080p.",
    ),
    "too_small": (
        "The video's picture is only {width} x {height} pixels; a body cannot be measured in that.",
        "Film in 1080p or 720p and upload the original file.",
    ),
    "no_times": (
        "The video does not say when its frames were taken.",
        "Upload the camera's original file, or give the capture rate with the upload.",
    ),
    "bad_frame_rate": (
        "The video's frame rate ({fps} per second) makes no sense for a pitch.",
        "Film at 60 frames per second or more and upload that file unchanged. "
        "If it is slow motion, give the capture rate with the upload.",
    ),
}


def bad_video(code: str, **values: object) -> BadVideo:
    """The BadVideo of this code, with the numbers filled in."""
    message, fix = PROBLEMS[code]
    return BadVideo(message.format(**values), code=code, fix=fix)


def warning(code: str, message: str, fix: str) -> dict[str, str]:
    """A warning as VideoInfo holds it."""
    return {"code": code, "message": message, "fix": fix}


def minutes(seconds: float) -> str:
    """A length a person reads: ``45 s``, ``3 min``, ``3 h 5 min``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    hours, rest = divmod(round(seconds / 60), 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"
