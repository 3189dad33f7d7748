"""Does the file end where it says it ends? Read from the outermost boxes of the container alone.

MP4 and MOV: a row of boxes with a length each (ISO 14496-12, 4.2). Matroska and WebM: one segment with a
length (RFC 8794, 6). AVI: one RIFF list with a length. Other containers do not say.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

SEGMENT_ID = b"\x18\x53\x80\x67"


def ends_early(path: Path, container: str) -> bool:
    """True when the file is shorter than its own header says. ``container`` is FFmpeg's format name."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if "mp4" in container:
            return _mp4_end(file, size) > size
        if "matroska" in container:
            return _matroska_end(file) > size
        if container == "avi":
            head = file.read(8)
            return 8 + int.from_bytes(head[4:8], "little") > size
    return False


def _mp4_end(file: BinaryIO, size: int) -> int:
    """Offset behind the last box; 0 when it is open-ended or no box at all (left to the reader)."""
    offset = 0
    while offset + 8 <= size:
        file.seek(offset)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length < 8:
            return 0
        offset += length
    return offset


def _matroska_end(file: BinaryIO) -> int:
    """Offset behind the segment; 0 when its length is not known (live recordings) or not found."""
    head = file.read(1 << 10)
    place = head.find(SEGMENT_ID)
    if place < 0 or place + 5 > len(head):
        return 0
    place += len(SEGMENT_ID)
    width = 9 - head[place].bit_length()  # the first set bit tells how many bytes the number has
    if width > 8:
        return 0
    value = int.from_bytes(head[place : place + width], "big") & ((1 << 7 * width) - 1)
    unknown = (1 << 7 * width) - 1
    return 0 if value == unknown else place + width + value
