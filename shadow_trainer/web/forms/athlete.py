"""The athlete's form: its texts checked and turned into values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from ...errors import BadRequest, FieldErrors
from ...jobs.pipeline.request import LEVELS
from ...vocabulary import Hand
from .analysis import parse_height

NAME_MAX_CHARS, NOTES_MAX_CHARS = 120, 10_000
OLDEST_YEARS = 100
HANDS = tuple(Hand)


def facts(form: Mapping[str, str], *, name_field: str = "name") -> dict[str, Any]:
    """Name, hand, height, level, birth year and notes of a form; FieldErrors with every wrong field."""
    values: dict[str, Any] = {}
    errors: list[dict[str, str]] = []
    for name, read in READERS.items():
        try:
            values[name] = read(form.get(name, "").strip())
        except BadRequest as error:
            errors.append({"field": name_field if name == "name" else name, **error.as_dict()})
    if errors:
        raise FieldErrors.of(errors)
    return values


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > NAME_MAX_CHARS:
        raise BadRequest(
            "An athlete needs a name of at most 120 characters.",
            code="bad_athlete_name",
            fix="Write the athlete’s name.",
        )
    return name


def _hand(text: str) -> str | None:
    if text and text not in HANDS:
        raise BadRequest(
            "The hand is right, left or not known.", code="bad_throws", fix="Choose one of them."
        )
    return text or None


def _height(text: str) -> float | None:
    return parse_height(text) if text else None


def _level(text: str) -> str | None:
    if text and text not in LEVELS:
        raise BadRequest("There is no such level.", code="bad_level", fix="Choose one of the list.")
    return text or None


def _birth_year(text: str) -> int | None:
    if not text:
        return None
    this_year = date.today().year
    if not re.fullmatch(r"[0-9]{4}", text) or not this_year - OLDEST_YEARS <= int(text) <= this_year:
        raise BadRequest(
            f"“{text[:20]}” is not a year of birth.",
            code="bad_birth_year",
            fix="Write four digits, such as 2009, or leave it empty.",
        )
    return int(text)


def _notes(text: str) -> str:
    if len(text) > NOTES_MAX_CHARS:
        raise BadRequest("The note is too long.", code="bad_notes", fix=f"Keep it below {NOTES_MAX_CHARS}.")
    return text.replace("\r\n", "\n")


READERS = {
    "name": _name,
    "throws": _hand,
    "height_m": _height,
    "level": _level,
    "birth_year": _birth_year,
    "notes": _notes,
}
