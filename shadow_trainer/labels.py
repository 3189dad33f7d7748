"""What a coach reads for the words that stand in data: units with their digits, events, views, hands, levels.

The only table of these labels: films, charts, reports, pages, findings and exports all take them from here, so
that no two of them disagree. The label of a metric is in the table of metrics (:mod:`.pitching.metrics.table`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .vocabulary import Confidence, Event, Hand, Level, ModelSize, Span, Unit, View

UNKNOWN = "–"  # stands where a number would stand that is not known
MINUS = "−"


@dataclass(frozen=True)
class UnitLabel:
    """What stands behind a number, and how many decimals one camera can stand for."""

    sign: str
    digits: int


UNITS: Mapping[str, UnitLabel] = {
    Unit.DEGREES: UnitLabel("°", 0),
    Unit.DEGREES_PER_SECOND: UnitLabel("°/s", 0),
    Unit.PERCENT_HEIGHT: UnitLabel("% of height", 0),
    Unit.HEIGHTS_PER_SECOND: UnitLabel("heights/s", 2),
    Unit.HEAD_WIDTHS: UnitLabel("head widths", 1),
    Unit.METERS: UnitLabel("m", 2),
    Unit.CENTIMETERS: UnitLabel("cm", 0),
    Unit.METERS_PER_SECOND: UnitLabel("m/s", 2),
    Unit.MILES_PER_HOUR: UnitLabel("mph", 0),
    Unit.SECONDS: UnitLabel("s", 2),
    Unit.MILLISECONDS: UnitLabel("ms", 0),
    Unit.RATIO: UnitLabel("", 1),
}
EVENTS: Mapping[str, str] = {
    Event.FIRST_MOVEMENT: "First movement",
    Event.LEG_LIFT: "Leg lift",
    Event.HAND_SEPARATION: "Hand break",
    Event.FOOT_CONTACT: "Foot strike",
    Event.MAX_EXTERNAL_ROTATION: "Layback",
    Event.RELEASE: "Release",
    Event.MAX_INTERNAL_ROTATION: "Arm snap ends",
    Event.FOLLOW_THROUGH: "Follow-through",
}
SPANS: Mapping[str, str] = {
    Span.MAX: "Peak",
    Span.MIN: "Least",
    Span.FOOT_CONTACT_TO_RELEASE: "Foot strike to release",
    Span.DELIVERY: "Whole pitch",
}
VIEWS: Mapping[str, str] = {
    View.OPEN_SIDE: "from the open side",
    View.REAR: "from behind",
    View.FRONT: "from the plate",
    View.OTHER: "from an angle",
}
HANDS: Mapping[str, str] = {Hand.RIGHT: "Right-handed", Hand.LEFT: "Left-handed"}
LEVELS: Mapping[str, str] = {
    Level.ADULT: "Adults, as this app measures them",
    Level.YOUTH: "Youth, 12 to 15 years",
    Level.HIGH_SCHOOL: "High school",
    Level.COLLEGE: "College",
    Level.PRO: "Professional",
}
CONFIDENCES: Mapping[str, str] = {
    Confidence.HIGH: "Sure",
    Confidence.MEDIUM: "Likely",
    Confidence.LOW: "Rough",
}
DOTS: Mapping[str, str] = {Confidence.HIGH: "●●●", Confidence.MEDIUM: "●●○", Confidence.LOW: "●○○"}
# The one explanation of the one scale of doubt, for numbers, events and findings alike.
CONFIDENCE_HELP: Mapping[str, str] = {
    Confidence.HIGH: "rely on it, even with one camera",
    Confidence.MEDIUM: "leave a wide margin, and look at several pitches",
    Confidence.LOW: "a guess or a trend: watch how it changes; it is never scored",
}
# From these probabilities on an event that was seen is sure, or likely.
SURE_FROM, LIKELY_FROM = 0.8, 0.5
MODELS: Mapping[str, str] = {
    ModelSize.XS: "Quick look",
    ModelSize.S: "Fast",
    ModelSize.M: "Standard",
    ModelSize.L: "Most careful",
}
# How results of earlier releases wrote "the whole delivery".
_WHOLE = ("", "-")


def event_label(name: str) -> str:
    """Return the label of an event or a span: ``foot_contact`` -> ``Foot strike``; others are made readable."""
    if name in _WHOLE:
        return SPANS[Span.DELIVERY]
    return EVENTS.get(name) or SPANS.get(name) or readable(name)


def unit_label(unit: str) -> str:
    """Return the sign of a unit: ``deg`` -> ``°``; a unit that is not in the table is its own sign."""
    return UNITS[unit].sign if unit in UNITS else unit


def readable(name: str) -> str:
    """Return a name in data as words: ``pelvis_rotation`` -> ``Pelvis rotation``."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def rounded(value: float, unit: str = Unit.RATIO) -> float:
    """Return the number as it is read, with the digits of its unit, and never minus zero."""
    return round(value, _digits(unit)) + 0.0


def number(value: float, unit: str = Unit.RATIO) -> str:
    """Return a value as text with the digits of its unit and a minus sign: ``−12``, ``0.14``."""
    return f"{rounded(value, unit):.{_digits(unit)}f}".replace("-", MINUS)


def quantity(value: float | None, unit: str) -> str:
    """Return value and unit as text: ``36°``, ``85 % of height``, ``141 ms``; ``–`` for what is not known."""
    return UNKNOWN if value is None else with_sign(number(value, unit), unit)


def signed(value: float, unit: str) -> str:
    """Return a difference as text with its sign: ``+140 ms``, ``−35 ms``, and ``0 ms`` for what rounds to it."""
    return f"{'+' if rounded(value, unit) > 0 else ''}{quantity(value, unit)}"


def with_sign(amount: str, unit: str) -> str:
    """Return a number's text with the sign of its unit; only a degree sign stands close to the number."""
    gap = "" if stands_close(unit) else " "
    return f"{amount}{gap}{unit_label(unit)}".strip()


def stands_close(unit: str) -> bool:
    """Whether the sign of a unit follows its number without a gap."""
    return unit_label(unit).startswith("°")


def _digits(unit: str) -> int:
    return UNITS[unit if unit in UNITS else Unit.RATIO].digits


def z_words(z: float | None) -> str:
    """Return how far from typical in words. Nothing is "wrong": healthy pitchers differ widely."""
    if z is None:
        return "not scored"
    if abs(z) < 1:
        return "typical"
    return f"{'well ' if abs(z) >= 2 else ''}{'above' if z > 0 else 'below'} typical"


def doubt(confidence: str) -> str:
    """``●●○ likely``, for where there is only text."""
    return f"{DOTS[confidence]} {CONFIDENCES[confidence].lower()}" if confidence in DOTS else ""


def doubt_key() -> str:
    """The scale of doubt in one sentence."""
    return "; ".join(f"{doubt(one)}: {help_}" for one, help_ in CONFIDENCE_HELP.items()) + "."


def event_confidence(event: Mapping[str, Any]) -> Confidence | None:
    """How sure an event of analysis.json is; one that was inferred and not seen is rough, whatever its probability."""
    share = event.get("confidence")
    if event.get("estimated"):
        return Confidence.LOW
    if share is None:
        return None
    return (
        Confidence.HIGH
        if share >= SURE_FROM
        else Confidence.MEDIUM
        if share >= LIKELY_FROM
        else Confidence.LOW
    )


def certainty_parts(certainty: str) -> tuple[str, str]:
    """``medium — from behind, 120 fps`` as its level and what it rests on; an unknown level is empty."""
    level, _, basis = certainty.partition(" — ")
    return (level, basis) if level in CONFIDENCES else ("", certainty)
