"""Similarity to the reference, and of the deliveries to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...labels import quantity, with_sign

REFERENCE_WORDS = {"elite": "the elite reference"}


@dataclass(frozen=True)
class Joint:
    """One part of the body against the reference: ``score`` 0..100, mean angle between them."""

    label: str
    group: str
    score: int | None
    apart: str


@dataclass(frozen=True)
class Similarity:
    """The comparison of one delivery with the reference."""

    reference: str
    overall: int | None
    message: str
    joints: tuple[Joint, ...]


@dataclass(frozen=True)
class Spread:
    """One metric over several pitches."""

    label: str
    mean: str
    sd: str
    usual: str
    verdict: str
    count: int


def similarity_of(similarity: Mapping[str, Any], *, scored: bool) -> Similarity | None:
    """The similarity of a delivery to the reference; None without one or with a model too coarse for it."""
    if not similarity or not scored:
        return None
    overall, name = similarity.get("overall"), str(similarity.get("reference") or "")
    joints = tuple(
        Joint(
            label=row["label"],
            group=row["group"],
            score=None if row["score"] is None else round(row["score"]),
            apart="–" if row["mean_deg"] is None else f"{row['mean_deg']:.0f}°",
        )
        for row in similarity.get("joints") or ()
    )
    return Similarity(
        reference=REFERENCE_WORDS.get(name, name),
        overall=None if overall is None else round(overall),
        message=similarity.get("message") or "",
        joints=joints,
    )


def spreads(consistency: Mapping[str, Any]) -> tuple[Spread, ...]:
    """Rows of the consistency table."""
    return tuple(_spread(row) for row in consistency.get("metrics") or ())


def drifts(consistency: Mapping[str, Any]) -> tuple[str, ...]:
    """``Stride length: falls by 0.4 % of height with each pitch.``, for what changes over the pitches."""
    rows = consistency.get("metrics") or ()
    return tuple(_drift(row) for row in rows if row.get("trend_per_pitch") is not None)


def _drift(row: Mapping[str, Any]) -> str:
    slope = row["trend_per_pitch"]
    amount = with_sign(f"{abs(slope):.2g}", row.get("unit") or "")
    return f"{row['label']}: {'rises' if slope > 0 else 'falls'} by {amount} with each pitch."


def repeated(consistency: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """Faults with the number of pitches they were seen in, those that are marked first."""
    return tuple(sorted(consistency.get("faults") or (), key=lambda f: (not f["marked"], -f["count"])))


def _spread(row: Mapping[str, Any]) -> Spread:
    unit = row.get("unit") or ""
    return Spread(
        label=row["label"],
        mean=quantity(row["mean"], unit),
        sd=quantity(row["sd"], unit),
        usual=quantity(row.get("within_sd"), unit),
        verdict=row.get("verdict") or "",
        count=row["n"],
    )
