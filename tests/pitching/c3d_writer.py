"""A C3D file field by field, so that head and parameters may disagree as those of real programs do."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

BLOCK = 512
INTEL, DEC, MIPS = 84, 85, 86
Values = Sequence[float] | Sequence[str]


@dataclass
class C3d:
    """``points`` (T, K, 3) in the file's units, NaN where not seen; ``scale`` below 0 writes floats.

    ``parameters`` GROUP:NAME -> (bytes of a value, values), replaces or adds; None leaves one out. ``head`` number
    of the head's word (from 1) -> value, a float for words 7 and 11.
    """

    points: np.ndarray
    labels: Sequence[str]
    rate: float = 120.0
    scale: float = -0.1
    processor: int = INTEL
    unit: str = "mm"
    first: int = 1
    analog: int = 0
    samples: int = 1
    most: int = 255
    residual: float = -1.0
    parameters: dict[str, tuple[int, Values] | None] = field(default_factory=dict)
    head: dict[int, float] = field(default_factory=dict)

    @property
    def order(self) -> str:
        return ">" if self.processor == MIPS else "<"

    def real(self, values: Any) -> bytes:
        """Floats as the processor writes them."""
        if self.processor != DEC:
            return np.asarray(values, dtype=f"{self.order}f4").tobytes()
        numbers = np.asarray(values, dtype=np.float32)
        bits = (numbers * np.float32(4)).view(np.uint32)
        bits = np.where(numbers == 0, 0, bits).astype(np.uint32)
        return np.stack([bits >> 16, bits & 0xFFFF], axis=-1).astype("<u2").tobytes()

    def words(self, values: Any) -> bytes:
        return (np.asarray(values).astype(np.int64) & 0xFFFF).astype(f"{self.order}u2").tobytes()

    def written(self) -> bytes:
        """The whole file."""
        blocks = 1
        while True:
            section = self._section(2 + blocks)
            if len(section) <= blocks * BLOCK:
                break
            blocks = -(-len(section) // BLOCK)
        head = self._header(2 + blocks)
        return head + section.ljust(blocks * BLOCK, b"\0") + self._data()

    def _header(self, start: int) -> bytes:
        frames = len(self.points)
        said: dict[int, float] = {
            2: self.points.shape[1], 3: self.analog * self.samples, 4: self.first, 5: self.first + frames - 1,
            6: 10, 7: self.scale, 9: start, 10: self.samples if self.analog else 0, 11: self.rate,
        }  # fmt: skip
        out = bytearray(BLOCK)
        out[:2] = b"\x02\x50"
        for word, value in {**said, **self.head}.items():
            raw = self.real([value]) if word in (7, 11) else self.words([value])
            out[2 * (word - 1) : 2 * (word - 1) + len(raw)] = raw
        return bytes(out)

    def _section(self, start: int) -> bytes:
        frames, count = self.points.shape[:2]
        said: dict[str, tuple[int, Values] | None] = {
            "POINT:USED": (2, [count]), "POINT:SCALE": (4, [self.scale]), "POINT:RATE": (4, [self.rate]),
            "POINT:DATA_START": (2, [start]), "POINT:FRAMES": (2, [min(frames, 65535)]),
            "POINT:UNITS": (-1, [self.unit]), "ANALOG:USED": (2, [self.analog]),
            "ANALOG:RATE": (4, [self.rate * self.samples if self.analog else 0.0]),
        }  # fmt: skip
        for part in range(0, len(self.labels), self.most):
            end = str(part // self.most + 1) if part else ""
            said[f"POINT:LABELS{end}"] = (-1, self.labels[part : part + self.most])
        said |= self.parameters
        groups = list(dict.fromkeys(name.partition(":")[0] for name in said))
        out = bytearray([1, 0x50, 10, self.processor])
        for number, group in enumerate(groups, start=1):
            out += struct.pack("bb", len(group), -number) + group.encode() + self.words([3]) + b"\0"
        for name, value in said.items():
            if value is not None:
                group, _, own = name.partition(":")
                body = self._values(*value)
                out += struct.pack("bb", len(own), groups.index(group) + 1) + own.encode()
                out += self.words([len(body) + 3]) + body + b"\0"
        return bytes(out) + b"\0\0"

    def _values(self, kind: int, values: Values) -> bytes:
        if kind == -1:
            raw = [str(value).encode() for value in values]
            width = max(map(len, raw), default=1)
            return bytes([0xFF, 2, width, len(raw)]) + b"".join(text.ljust(width) for text in raw)
        packed = {4: self.real, 2: self.words, 1: lambda v: bytes(int(n) for n in v)}[kind](values)
        return bytes([kind, 1, len(values)]) + packed

    def _data(self) -> bytes:
        seen = np.isfinite(self.points).all(axis=-1)
        four = np.zeros((*self.points.shape[:2], 4))
        unit = 1.0 if self.scale < 0 else 1.0 / self.scale
        four[..., :3] = np.where(seen[..., None], self.points * unit, 0.0)
        four[..., 3] = np.where(seen, 0.0, self.residual)
        rows = np.concatenate(
            [four.reshape(len(four), -1), np.ones((len(four), self.analog * self.samples))], axis=1
        )
        raw = self.real(rows.ravel()) if self.scale < 0 else self.words(np.round(rows.ravel()))
        return raw + bytes(-len(raw) % BLOCK)
