"""The head and the parameters of a C3D file: three kinds of processors, groups by name, nothing taken for granted.

After the format's description (C3D user guide, c3d.org). What a field says is kept apart from what is done with it:
files of forty years disagree with themselves.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from ...body.arrays import Floats

BLOCK = 512
_INTEL, _DEC, _MIPS = 84, 85, 86
_KEY = 0x50


@dataclass(frozen=True)
class Parameter:
    """One parameter: ``kind`` -1 text, 1, 2 or 4 bytes a value; ``dims``; its bytes."""

    kind: int
    dims: tuple[int, ...]
    raw: bytes


class Words:
    """How numbers are written by the file's processor."""

    def __init__(self, processor: int) -> None:
        self.dec = processor == _DEC
        self.order = ">" if processor == _MIPS else "<"

    def floats(self, raw: bytes | memoryview) -> Floats:
        """32-bit floats; DEC's have their halves exchanged and twice two powers more, and no zero but all zeros."""
        if not self.dec:
            return np.frombuffer(raw, dtype=f"{self.order}f4", count=len(raw) // 4).astype(np.float32)
        halves = np.frombuffer(raw, dtype="<u2", count=len(raw) // 4 * 2).reshape(-1, 2).astype(np.uint32)
        bits = (halves[:, 0] << 16) | halves[:, 1]
        values = bits.view(np.float32) / np.float32(4.0)
        # An exponent of nothing is zero, whatever the rest says.
        values[(bits & 0x7F800000) == 0] = 0.0
        return np.asarray(values)

    def integers(self, raw: bytes | memoryview) -> Floats:
        """16-bit integers with a sign."""
        return np.frombuffer(raw, dtype=f"{self.order}i2", count=len(raw) // 2)


class Head:
    """The fields of the first block and all parameters of a file's bytes. ValueError when it is no C3D file."""

    def __init__(self, raw: bytes) -> None:
        if len(raw) < BLOCK or raw[1] != _KEY:
            raise ValueError("no C3D file")
        self.raw = raw
        start = (max(raw[0], 2) - 1) * BLOCK
        if len(raw) < start + 4:
            raise ValueError("no parameters")
        self.words = Words(raw[start + 3])
        self.parameters = dict(_parameters(raw, start + 4, self.words.order))

    def field(self, number: int) -> int:
        """One of the head's 16-bit words, counted from 1, without a sign."""
        return int(struct.unpack_from(f"{self.words.order}H", self.raw, 2 * (number - 1))[0])

    def field_float(self, number: int) -> float:
        """A float of two of the head's words."""
        return float(self.words.floats(self.raw[2 * (number - 1) : 2 * (number + 1)])[0])

    def numbers(self, group: str, name: str) -> list[float]:
        """The values of a parameter, integers without a sign; empty where there is none."""
        parameter = self.parameters.get((group, name))
        if parameter is None or parameter.kind == -1:
            return []
        if parameter.kind == 4:
            return [float(value) for value in self.words.floats(parameter.raw)]
        kind = "u1" if parameter.kind == 1 else f"{self.words.order}u2"
        return [float(value) for value in np.frombuffer(parameter.raw, dtype=kind)]

    def number(self, group: str, name: str) -> float | None:
        """The first value of a parameter, None where there is none or none that is finite."""
        value = next(iter(self.numbers(group, name)), None)
        return value if value is not None and np.isfinite(value) else None

    def texts(self, group: str, name: str) -> list[str]:
        """The texts of a parameter and of those that continue it: LABELS, LABELS2, LABELS3 ..."""
        out = _texts(self.parameters.get((group, name)))
        number = 2
        while (more := self.parameters.get((group, f"{name}{number}"))) is not None:
            out += _texts(more)
            number += 1
        return out


def _parameters(raw: bytes, at: int, order: str) -> list[tuple[tuple[str, str], Parameter]]:
    """``((group, name), parameter)`` of every record; what is cut off ends the list."""
    groups: dict[int, str] = {}
    parameters: list[tuple[int, str, Parameter]] = []
    while at + 4 < len(raw):
        length, number = abs(struct.unpack_from("b", raw, at)[0]), struct.unpack_from("b", raw, at + 1)[0]
        name = raw[at + 2 : at + 2 + length].decode("latin-1").strip(" \0").upper()
        after = at + 2 + length
        if not length or after + 2 > len(raw):
            break
        step = struct.unpack_from(f"{order}H", raw, after)[0]
        if number < 0:
            groups[-number] = name
        elif (parameter := _parameter(raw, after + 2)) is not None:
            parameters.append((number, name, parameter))
        if step == 0:
            break
        at = after + step
    return [((groups.get(number, ""), name), parameter) for number, name, parameter in parameters]


def _parameter(raw: bytes, at: int) -> Parameter | None:
    """A parameter's values; None when they do not lie in the file."""
    if at + 2 > len(raw):
        return None
    kind, count = struct.unpack_from("b", raw, at)[0], raw[at + 1]
    dims = tuple(raw[at + 2 : at + 2 + count])
    size = abs(kind) * int(np.prod(dims, dtype=np.int64)) if kind in (-1, 1, 2, 4) else 0
    values = raw[at + 2 + count : at + 2 + count + size]
    return Parameter(kind, dims, values) if len(values) == size else None


def _texts(parameter: Parameter | None) -> list[str]:
    if parameter is None or parameter.kind != -1 or not parameter.dims:
        return []
    width = parameter.dims[0]
    if not width:
        return [""] * int(np.prod(parameter.dims[1:], dtype=np.int64))
    parts = [parameter.raw[at : at + width] for at in range(0, len(parameter.raw), width)]
    return [_decoded(part).strip(" \0") for part in parts]


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")
