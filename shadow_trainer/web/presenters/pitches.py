"""What is a pitch and what is none, as the report shows it: throws that were left out, and pitches to join."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...pitching.film_warnings import MISSING
from ...vocabulary import Event, Thrown

# Two pitches farther from each other than this are never two halves of one.
JOINED_WITHIN_S = 6.0
WHY = {
    "said": "You said that this is no pitch.",
    "unfinished": "The video ends before the ball is released.",
    "beside_likelier": "Another throw in this video is likelier a pitch.",
    "improbable": "Too little speaks for a pitch.",
}
THROWN: dict[str, str] = {
    Thrown.OVERHAND: "A throw, not a pitch,",
    Thrown.UNDERHAND: "An underhand throw, not a pitch,",
}


@dataclass(frozen=True)
class Dropped:
    """A throw that was not taken as a pitch: what it is, when, how likely it is one, what is missing and why it was left
    out."""

    title: str
    at_s: float
    video_s: float
    chance: str
    missing: str
    why: str
    said: bool


@dataclass(frozen=True)
class Joined:
    """The pitch next to the one that is shown, and which of the two is no pitch of its own when they are one."""

    number: int
    lesser_at_s: float


def dropped_of(document: Mapping[str, Any], scale: float) -> tuple[Dropped, ...]:
    """Every throw that was left out, in the order of time; nothing in results of the releases before."""
    return tuple(
        Dropped(
            title=_title(one),
            at_s=one["time_s"],
            video_s=one["time_s"] / scale,
            chance=_chance(one["probability"]),
            missing=_listed([MISSING[name] for name in one["missing"] if name in MISSING]),
            why=WHY.get(one["why"], ""),
            said=one["why"] == "said",
        )
        for one in document.get("dropped") or ()
    )


def joined_of(document: Mapping[str, Any], index: int | None) -> tuple[Joined, ...]:
    """The pitches with which the one that is shown may be one."""
    rows = document["deliveries"]
    shown = next((row for row in rows if row["index"] == index), None)
    if shown is None:
        return ()
    near = [
        (number, row)
        for number, row in enumerate(rows, start=1)
        if row is not shown and abs(_release(row) - _release(shown)) < JOINED_WITHIN_S
    ]
    return tuple(
        Joined(number, _release(min(shown, row, key=lambda one: one["probability"]))) for number, row in near
    )


def _title(one: Mapping[str, Any]) -> str:
    thrown = one.get("thrown") if one["why"] in ("said", "improbable") else None
    return THROWN.get(str(thrown), "Throw-like motion")


def _chance(probability: float) -> str:
    return "under 1\u00a0%" if probability < 0.01 else f"{100 * probability:.0f}\u00a0%"


def _release(row: Mapping[str, Any]) -> float:
    return float(row["events"][Event.RELEASE]["time_s"])


def _listed(words: list[str]) -> str:
    """``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
