"""What a motion file may cost. A file of a few kilobytes can claim, or unpack to, more than a machine holds."""

from __future__ import annotations

from pathlib import Path

from ...errors import BadRequest

MAX_FILE_BYTES = 100_000_000
MAX_FRAMES = 60_000  # eight minutes at 120 frames per second
MAX_POINTS = 1_000
MAX_NUMBERS = 20_000_000  # coordinates in all: 160 MB


def too_large(path: Path, what: str) -> BadRequest:
    """The error for a file above a limit."""
    return BadRequest(
        f"{path.name} is too large: {what}.",
        code="motion_too_large",
        fix="Cut the motion to the pitch and export it again with the body's markers alone.",
    )


def check_file(path: Path) -> None:
    """Refuse a file that is too large to be read."""
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise too_large(path, f"{size // 1_000_000} MB, at most {MAX_FILE_BYTES // 1_000_000}")


def check_shape(path: Path, frames: int, points: int) -> None:
    """Refuse a motion by what its head claims, before room is made for it."""
    if not (0 <= frames <= MAX_FRAMES and 0 <= points <= MAX_POINTS and frames * points * 3 <= MAX_NUMBERS):
        raise too_large(path, f"{frames} frames of {points} points")


def check_numbers(path: Path, frames: int, channels: int) -> None:
    """Refuse rows of numbers that are no points, such as turns, by how many they are."""
    if not 0 <= frames * channels <= MAX_NUMBERS:
        raise too_large(path, f"{frames} frames of {channels} numbers")


def check_bytes(path: Path, size: int) -> None:
    """Refuse arrays by the size they unpack to."""
    if size > 8 * MAX_NUMBERS:
        raise too_large(path, f"it unpacks to {size // 1_000_000} MB")
