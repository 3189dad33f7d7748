"""Numbers as a coach says them."""

from __future__ import annotations

from typing import Any

from ..metrics.norms import STAND_IN

_UNITS = {
    "deg": "°", "%height": " %", "cm": " cm", "m/s": " m/s", "ms": " ms", "deg/s": "°/s",
    "head_widths": " head widths",
}  # fmt: skip
_DIGITS = {"m/s": 2, "head_widths": 1}
VIEWS = {"open-side": "side view", "rear": "rear view", "front": "front view", "other": "view at an angle"}


def quantity(value: float, unit: str) -> str:
    """``12°``, ``81 %``, ``0.14 m/s``: with as many digits as one camera can stand for."""
    return f"{rounded(value, unit):.{_DIGITS.get(unit, 0)}f}{_UNITS.get(unit, ' ' + unit)}".replace("-", "−")


def rounded(value: float, unit: str) -> float:
    """The number as it is read, and never minus nought."""
    return round(value, _DIGITS.get(unit, 0)) + 0.0


def usual(row: dict[str, Any]) -> str | None:
    """The middle 68 % of the norm: ``typical −23 to +3°; middle 68 %``."""
    norm = row["norm"]
    if not norm or not norm["sd"]:
        return None
    unit = row["unit"]
    digits = _DIGITS.get(unit, 0)
    low, high = (f"{round(norm['mean'] + k * norm['sd'], digits) + 0.0:.{digits}f}" for k in (-1, 1))
    whose = " of adults" if norm["source"].startswith(STAND_IN) else ""
    return f"typical {low} to {high}{_UNITS.get(unit, ' ' + unit)}; middle 68 %{whose}".replace("-", "−")


def certainty(sure: str, fps: float, view: str) -> str:
    """``medium — side view, 120 fps``."""
    return f"{sure} — {VIEWS.get(view, view)}, {fps:.0f} fps"
