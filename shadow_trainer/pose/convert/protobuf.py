"""Write Protocol Buffers messages: the two wire types that an ONNX file needs.

Each helper returns the bytes of one field; a message is their concatenation.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

VARINT, BYTES, FIXED32 = 0, 2, 5


def varint(value: int) -> bytes:
    """Base-128 integer; negative numbers as 64-bit two's complement."""
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def integer(field: int, value: int) -> bytes:
    """An int or enum field."""
    return varint(field << 3 | VARINT) + varint(value)


def real(field: int, value: float) -> bytes:
    """A float field."""
    return varint(field << 3 | FIXED32) + struct.pack("<f", value)


def message(field: int, *parts: bytes) -> bytes:
    """A bytes or embedded-message field made of ``parts``."""
    body = b"".join(parts)
    return varint(field << 3 | BYTES) + varint(len(body)) + body


def text(field: int, value: str) -> bytes:
    """A string field."""
    return message(field, value.encode("utf-8"))


def integers(field: int, values: Iterable[int]) -> bytes:
    """A packed repeated integer field."""
    return message(field, *(varint(value) for value in values))
