"""What is said around a number: what is usual, and how far to trust it."""

from __future__ import annotations

from typing import Any

from ...labels import VIEWS, number, with_sign
from ..metrics.norms import STAND_IN


def usual(row: dict[str, Any]) -> str | None:
    """The middle 68 % of the norm: ``typical −23 to 3°; middle 68 %``; None where there is no norm."""
    norm = row["norm"]
    if not norm or not norm["sd"]:
        return None
    low, high = (number(norm["mean"] + k * norm["sd"], row["unit"]) for k in (-1, 1))
    whose = " of adults" if norm["source"].startswith(STAND_IN) else ""
    return f"typical {low} to {with_sign(high, row['unit'])}; middle 68 %{whose}"


def certainty(confidence: str, fps: float, view: str) -> str:
    """How sure a finding is, and from what film: ``medium — from the open side, 120 fps``."""
    return f"{confidence} — {VIEWS.get(view, view)}, {fps:.0f} fps"
