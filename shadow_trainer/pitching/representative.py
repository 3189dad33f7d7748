"""Which of several pitches to look at: the one with the least to work on, and the one like the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..vocabulary import Confidence
from .consistency import WITHIN_SD
from .metrics.names import MetricKey

LEAST_FOR_TYPICAL = 3  # of two, neither is more like the other
LEAST_METRICS = 4


def best(deliveries: Sequence[Mapping[str, Any]]) -> int | None:
    """Place of the pitch with the fewest findings, then with the numbers nearest to the norms.

    None for fewer than two pitches, or when the numbers of any of them cannot be held against norms.
    """
    ranks: list[tuple[int, float]] = []
    for delivery in deliveries:
        distance = _distance_to_norms(delivery)
        if distance is None:
            return None
        ranks.append((len(delivery.get("faults") or ()), distance))
    return ranks.index(min(ranks)) if len(ranks) >= 2 else None


def typical(deliveries: Sequence[Mapping[str, Any]]) -> int | None:
    """Place of the pitch whose numbers lie nearest to the middle of all of them; None for fewer than three.

    Distances are in units of the published spread within one pitcher, or of the error where that is larger.
    """
    if len(deliveries) < LEAST_FOR_TYPICAL:
        return None
    rows = [_sure(delivery) for delivery in deliveries]
    shared = [key for key in rows[0] if all(key in row for row in rows)]
    if len(shared) < LEAST_METRICS:
        return None
    values = np.array([[row[key]["value"] for key in shared] for row in rows], dtype=float)
    unit = [max(WITHIN_SD.get(key, 0.0), *(row[key]["error"] or 0.0 for row in rows)) for key in shared]
    known = np.array(unit) > 0
    if known.sum() < LEAST_METRICS:
        return None
    away = np.abs(values - np.median(values, axis=0))[:, known] / np.array(unit)[known]
    return int(away.mean(axis=1).argmin())


def _sure(delivery: Mapping[str, Any]) -> dict[MetricKey, Mapping[str, Any]]:
    return {
        (row["name"], row.get("event")): row
        for row in delivery.get("metrics") or ()
        if row.get("value") is not None and row.get("confidence") != Confidence.LOW
    }


def _distance_to_norms(delivery: Mapping[str, Any]) -> float | None:
    """Mean distance beyond the middle 68 % of the norms, in standard deviations."""
    scores = [abs(row["z"]) for row in _sure(delivery).values() if row.get("z") is not None]
    if len(scores) < LEAST_METRICS:
        return None
    return float(np.mean([max(0.0, score - 1.0) for score in scores]))
