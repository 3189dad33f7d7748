"""TRC, the marker file of Motion Analysis and OpenSim: a head, then one row of tabs per frame.

Spreadsheets and editors save it with other separators, decimal commas, a byte order mark or as UTF-16, and some
programs leave lines of the head out: what a line is, is told from what stands in it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ...errors import BadRequest
from . import units
from .limits import check_shape
from .motion import Raw
from .text import number, numbers, read_text

_HEAD_LINES = 20
_FIRST = 2  # columns before the markers: the frame's number and its time
_CLOCK = re.compile(r"\d+(:\d\d?){0,2}:\d\d?([.,]\d*)?")
_Head = dict[str, str]


def read_trc(path: Path) -> Raw:
    """Markers of a TRC file; what is not there is NaN. Raises BadRequest when the head is not a TRC's."""
    lines = read_text(path).splitlines()
    place = next((n for n, line in enumerate(lines[:_HEAD_LINES]) if _names_markers(line)), None)
    if place is None:
        raise BadRequest(
            f"{path.name} is not a TRC file: the line of marker names, which begins with Frame# and Time, is missing.",
            code="bad_motion_file",
            fix="Export it as TRC again.",
        )
    separator = next((sign for sign in "\t;," if sign in lines[place]), None)
    names = _cells(lines[place], separator)[_FIRST:]
    check_shape(path, len(lines), len(names) // 3)
    head = _head(lines[:place], separator)
    first = place + 1 + _lines_of_axes(lines[place + 1 : place + 4], separator)
    # Lines are taken apart one at a time: all cells at once would be ten times the file.
    rows = [line for line in lines[first:] if line.strip()]
    widest = max((len(_cells(line, separator)) for line in rows), default=0)
    columns = _columns(path, names, widest - _FIRST)
    check_shape(path, len(rows), len(columns))
    table, short = _table(path, rows, separator, columns)
    rate = _number_of(head, "datarate", "camerarate")
    unit = units.named(head.get("units", ""))
    return Raw(
        table[:, _FIRST:].reshape(len(table), len(columns), 3),
        tuple(columns.values()),
        rate,
        "trc",
        unit,
        time_s=table[:, 1],
        frames=table[:, 0],
        notes=tuple(_notes(head, unit, len(rows), short)),
    )


def _names_markers(line: str) -> bool:
    # A second cell that is no time is a marker's: then the names are not above their columns.
    return bool(re.match(r"\W*frame\s*#?(\W+time\b|\s*[\t,;]\s*[\t,;])", line, re.IGNORECASE))


def _cells(line: str, separator: str | None) -> list[str]:
    return [cell.strip().strip('"') for cell in line.split(separator)]


def _head(lines: list[str], separator: str | None) -> _Head:
    """The names of the head with what stands below them, whatever is between."""
    for keys, values in itertools.pairwise(line for line in lines if line.strip()):
        if "datarate" not in keys.lower().replace(" ", "") and "units" not in keys.lower():
            continue
        names, said = _cells(keys, separator), _cells(values, separator)
        if len(names) < 2:
            names, said = keys.split(), values.split()
        return {name.replace(" ", "").lower(): value for name, value in zip(names, said, strict=False)}
    return {}


def _number_of(head: _Head, *names: str) -> float | None:
    for name in names:
        try:
            value = number(head.get(name, ""))
        except ValueError:
            continue
        if value > 0:
            return value
    return None


def _lines_of_axes(lines: list[str], separator: str | None) -> int:
    """Lines between the names and the first row: X1, Y1, Z1 ..., and empty ones."""
    for count, line in enumerate(lines):
        cells = [cell for cell in _cells(line, separator) if cell]
        if cells and not re.match(r"[xyz]", cells[0], re.IGNORECASE):
            return count
    return len(lines)


def _columns(path: Path, names: list[str], width: int) -> dict[int, str]:
    """Number of the three columns -> the marker's name; markers without a name are left out.

    A name stands above one of its own three columns. Where names stand side by side, there must be as many as
    markers.
    """
    named = [(place // 3, name) for place, name in enumerate(names) if name]
    if len({place for place, _ in named}) == len(named):
        return {place: name for place, name in named if 3 * place < max(width, 1)}
    if 3 * len(named) != width:
        raise BadRequest(
            f"{path.name} names {len(named)} markers side by side and has {width} columns of numbers: which name "
            "belongs to which column cannot be told.",
            code="bad_motion_file",
            fix="Put each marker's name above the first of its three columns, or export the file again.",
        )
    return {place: name for place, (_, name) in enumerate(named)}


def _table(
    path: Path, rows: list[str], separator: str | None, columns: Iterable[int]
) -> tuple[np.ndarray, int]:
    """``(numbers of frame, time and the named markers, rows that end too early)``."""
    wanted = [0, 1, *(_FIRST + 3 * place + axis for place in columns for axis in range(3))]
    last = max(wanted)
    out = np.full((len(rows), len(wanted)), np.nan)
    short = 0
    for place, line in enumerate(rows):
        row = _cells(line, separator)
        if len(row) <= last:
            # Empty cells at the end are often left out; a row without one of its last numbers was cut.
            short += 1
            row = row + [""] * (last + 1 - len(row))
        row[1] = _seconds(row[1])
        out[place] = numbers([row[column] for column in wanted], f"row {place + 1} of {path.name}")
    return out, short


def _seconds(cell: str) -> str:
    """A time that is written as on a clock, 00:01:02.345, in seconds; any other cell as it is."""
    if not _CLOCK.fullmatch(cell):
        return cell
    total = 0.0
    for part in cell.split(":"):
        total = 60.0 * total + number(part)
    return repr(total)


def _notes(head: _Head, unit: str | None, rows: int, short: int) -> Iterable[str]:
    if (said := head.get("units", "")) and unit is None:
        yield f"the head's unit “{said[:20]}” is not known"
    claimed = _number_of(head, "numframes")
    if claimed is not None and claimed != rows:
        yield f"the head says {claimed:g} frames, the file has {rows}"
    if short:
        yield f"{short} {'row ends' if short == 1 else 'rows end'} before the last marker: the rest is missing"
