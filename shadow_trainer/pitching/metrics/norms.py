"""Published norms by level: mean, SD, percentile, and where the number comes from (`data/norms.csv`).

Two rules keep them honest (docs/method.md, sections 2.4 and 3). A pose model sees the line between the
shoulders, marker systems see the ribcage, and the two differ by 20 degrees at foot contact: such angles are
only ever compared with norms of joint lines. And numbers that were noted from memory are not shown.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from ...vocabulary import Event, Level
from ..document import NormEntry
from .names import MetricKey, key_in, quantity_of

ADULT = "app_adult_line_definition"
# What a coach may choose -> the levels of the table to look through, the first that has the metric wins.
LEVELS: dict[Level, tuple[str, ...]] = {
    Level.ADULT: (ADULT,),
    Level.YOUTH: ("adolescent_12-15y", ADULT),
    Level.HIGH_SCHOOL: (ADULT,),  # OpenBiomechanics has seven high-school pitchers: too few to score against
    Level.COLLEGE: ("college", "college_japan", ADULT),
    Level.PRO: ("pro_milb+independent", ADULT),
}
# What differs between the shoulder line and a marker cluster; a cluster's norm must never score them.
LINE_SENSITIVE = frozenset(
    (
        "trunk_rotation",
        "hip_shoulder_separation",
        "shoulder_horizontal_abduction",
        "shoulder_external_rotation",
        "glove_shoulder_horizontal_abduction",
        "glove_shoulder_external_rotation",
        "trunk_rotation_velocity",
    )
)
_LINE_LEVELS = frozenset((ADULT, "adolescent_12-15y", "college_japan"))
# Kageyama's foot contact is earlier than ours, and the hips and the chest turn by 20 degrees until then (docs/method.md,
# section 3.2): turns at contact are not compared with his. Their difference, the separation, hardly changes.
_EARLIER_CONTACT = frozenset(("adolescent_12-15y", "college_japan"))
_TURNING_AT_CONTACT = frozenset(
    (("pelvis_rotation", Event.FOOT_CONTACT), ("trunk_rotation", Event.FOOT_CONTACT))
)
# Youth have adult means with a wider spread where nothing better is published (docs/method.md, section 3.4).
YOUTH_WIDER = 1.5
# How the source of an adult norm begins that stands in for another level.
STAND_IN = "adult reference"
DATA = Path(__file__).parent.parent / "data" / "norms.csv"
ATTRIBUTION = "OpenBiomechanics Project, Driveline Baseball (CC BY-NC-SA 4.0), aggregates"
# A value noted from memory is used where nothing better is known, and no paper is named for it.
UNCHECKED = "Working value of this app, not yet checked against a paper"
_PERCENTS = (5, 25, 50, 75, 95)


@dataclass(frozen=True)
class Norm:
    """One published distribution; ``points`` are (percent, value) where the source gives percentiles."""

    mean: float
    sd: float | None
    n: int | None
    level: str
    source: str
    points: tuple[tuple[float, float], ...] = ()

    def z(self, value: float) -> float | None:
        """Distance from the mean in SD."""
        return (value - self.mean) / self.sd if self.sd else None

    def percentile(self, value: float) -> float | None:
        """Share of athletes below ``value``, 0..100: between published percentiles, else of a normal curve."""
        if self.points and self.points[0][1] <= value <= self.points[-1][1]:
            percents, values = zip(*self.points, strict=True)
            return float(np.interp(value, values, percents))
        z = self.z(value)
        return None if z is None else 50.0 * (1.0 + math.erf(z / math.sqrt(2.0)))

    def as_entry(self) -> NormEntry:
        """Its form in analysis.json."""
        return {"mean": self.mean, "sd": self.sd, "source": self.source, "level": self.level, "n": self.n}


@cache
def table() -> dict[tuple[str, MetricKey], Norm]:
    """``(level, (metric, event)) -> Norm`` of every row that may be shown."""
    norms = {}
    with DATA.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if not row["mean"] or "FROM MEMORY" in row["note"].upper():
                continue
            percents = [(p, row[f"p{p}"]) for p in _PERCENTS]
            norms[row["level"], key_in(row)] = Norm(
                mean=float(row["mean"]),
                sd=float(row["sd"]) if row["sd"] else None,
                n=int(row["n"]) if row["n"] else None,
                level=row["level"],
                source=_source(row),
                points=tuple((float(p), float(v)) for p, v in percents if v),
            )
    return norms


def norm_for(key: MetricKey, level: Level = Level.ADULT) -> Norm | None:
    """The norm of a metric for a level that a coach chose, or None."""
    for candidate in LEVELS[level]:
        if quantity_of(key[0]) in LINE_SENSITIVE and candidate not in _LINE_LEVELS:
            continue
        if candidate in _EARLIER_CONTACT and key in _TURNING_AT_CONTACT:
            continue
        norm = table().get((candidate, key))
        if norm is None or norm.sd is None and candidate != ADULT:
            continue
        return _adapted(norm, level)
    return None


def _adapted(norm: Norm, level: Level) -> Norm:
    """An adult norm that stands in for another level says so; for youth its spread is wider."""
    if norm.level != ADULT or level == Level.ADULT:
        return norm
    sd = norm.sd * YOUTH_WIDER if norm.sd and level == Level.YOUTH else norm.sd
    return replace(norm, sd=sd, source=f"{STAND_IN}; {norm.source}")


def _source(row: dict[str, str]) -> str:
    """The citation; of composites the published parts only, without what was noted from memory."""
    if row["level"] != ADULT:
        return ATTRIBUTION if row["source"].startswith("OpenBiomechanics") else row["source"]
    known = [name for mark, name in _PARTS if mark in row["note"]]
    return f"Composite for joint-line angles: {', '.join(known)}" if known else UNCHECKED


_PARTS = (
    ("OBP", "OpenBiomechanics Project"),
    ("Kageyama", "Kageyama 2015"),
    ("Driveline", "Driveline 2019"),
    ("Bullock", "Bullock 2021"),
)
