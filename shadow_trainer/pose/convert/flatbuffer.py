"""Read-only access to FlatBuffers tables: just enough to walk a TFLite file.

A FlatBuffers table starts with a signed offset back to its vtable, which gives the position of each
field in the table (0: field absent, its default holds). Vectors and sub-tables are reached by relative
offsets. Source: the FlatBuffers internals page of the format's own documentation.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Table:
    """One table in ``data`` at byte ``at``; fields are addressed by their id in the schema."""

    data: bytes
    at: int

    @classmethod
    def root(cls, data: bytes) -> Table:
        """The root table of a whole buffer."""
        return cls(data, struct.unpack_from("<I", data, 0)[0])

    def _field(self, field: int) -> int:
        """Byte position of a field, 0 when it is absent."""
        vtable = self.at - struct.unpack_from("<i", self.data, self.at)[0]
        size = struct.unpack_from("<H", self.data, vtable)[0]
        slot = 4 + 2 * field
        if slot >= size:
            return 0
        offset = struct.unpack_from("<H", self.data, vtable + slot)[0]
        return self.at + offset if offset else 0

    def scalar(self, field: int, kind: str, default: float = 0) -> int:
        """A number; ``kind`` is its struct letter: b B H i I q."""
        position = self._field(field)
        if not position:
            return int(default)
        (value,) = struct.unpack_from("<" + kind, self.data, position)
        return int(value)

    def table(self, field: int) -> Table | None:
        """A sub-table, or None when it is absent."""
        position = self._field(field)
        return Table(self.data, self._follow(position)) if position else None

    def tables(self, field: int) -> list[Table]:
        """A vector of tables; empty when it is absent."""
        start, count = self._vector(field)
        return [Table(self.data, self._follow(start + 4 * i)) for i in range(count)]

    def array(self, field: int, dtype: str) -> np.ndarray:
        """A vector of numbers as a read-only array (n,); empty when it is absent."""
        start, count = self._vector(field)
        return np.frombuffer(self.data, np.dtype(dtype).newbyteorder("<"), count, start)

    def text(self, field: int) -> str:
        """A string; empty when it is absent."""
        return self.array(field, "u1").tobytes().decode("utf-8")

    def _vector(self, field: int) -> tuple[int, int]:
        position = self._field(field)
        if not position:
            return 0, 0
        start = self._follow(position)
        return start + 4, struct.unpack_from("<I", self.data, start)[0]

    def _follow(self, position: int) -> int:
        (offset,) = struct.unpack_from("<I", self.data, position)
        return position + int(offset)
