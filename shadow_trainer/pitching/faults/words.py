"""What is said around a number: what is usual, and how far to trust it."""

from __future__ import annotations

from ...labels import VIEWS, number, with_sign
from ...vocabulary import Confidence, View
from ..document import MetricEntry
from ..metrics.norms import STAND_IN


def usual(row: MetricEntry) -> str | None:
    """The middle 68 % of the norm: ``typical −23 to 3°``; None where there is no norm."""
    norm = row["norm"]
    if not norm or not norm["sd"]:
        return None
    low, high = (number(norm["mean"] + k * norm["sd"], row["unit"]) for k in (-1, 1))
    whose = " of adults" if norm["source"].startswith(STAND_IN) else ""
    return f"typical {low} to {with_sign(high, row['unit'])}{whose}"


def certainty(confidence: Confidence, fps: float, view: View) -> str:
    """How sure a finding is, and from what video: ``medium — from the open side, 120 fps``."""
    return f"{confidence} — {VIEWS[view]}, {fps:.0f} fps"
