"""Motion files as other programs write them: our own exports, disturbed in one way each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from shadow_trainer.body.series import PoseSeries
from shadow_trainer.pitching import importers
from shadow_trainer.render import exports

from . import bodies

NAMES, FIRST_ROW = 3, 6  # lines of a TRC
Rows = list[list[str]]


def pitch() -> PoseSeries:
    """The built-in delivery at 120 rows a second."""
    return bodies.sampled(bodies.pitch(), 2)


def written(kind: str, folder: Path, series: PoseSeries | None = None) -> Path:
    """Our own export of a pitch."""
    path = folder / f"pitch.{kind}"
    exports.write(kind, exports.Source(series or pitch(), {"deliveries": []}), path)
    return path


def rows_of(path: Path) -> tuple[list[str], Rows]:
    """Head and rows of a TRC."""
    lines = path.read_text(encoding="ascii").splitlines()
    return lines[:FIRST_ROW], [line.split("\t") for line in lines[FIRST_ROW:]]


def with_rows(path: Path, change: Callable[[Rows], Rows | None], head: dict[str, str] | None = None) -> Path:
    """A TRC with its rows changed, and words of its head replaced."""
    lines, rows = rows_of(path)
    rows = change(rows) or rows
    text = "\n".join([*lines, *("\t".join(row) for row in rows)]) + "\n"
    for old, new in (head or {}).items():
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    return path


def events(path: Path, **options: object) -> dict[str, float]:
    """Seconds of the events that are found in a file, on the file's own clock."""
    reference = importers.as_reference(importers.read(path, **options), name="x")  # type: ignore[arg-type]
    return {str(name): when for name, when in reference.events.items()}


def near(one: np.ndarray, other: np.ndarray, meters: float = 2e-3) -> bool:
    """Whether two (T, 33, 3) series have the same points wherever both know them."""
    both = np.isfinite(one) & np.isfinite(other)
    return bool(both.any() and np.abs(one - other)[both].max() < meters)
