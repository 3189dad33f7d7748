"""The viewer's athletes, and how an analysis is given to one of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...catalog import Athlete
from ..accounts.viewer import catalog
from ..forms.athlete import facts

NEW = "new"


def find(athlete_id: int | str) -> Athlete:
    """The athlete of this number; NotFound for none and for somebody else's."""
    text = str(athlete_id)
    return catalog().athletes.get(int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0)


def chosen(form: Mapping[str, str]) -> int | None:
    """The athlete that a form names in ``athlete``: a number, ``new`` with a name in ``new_athlete``, or none.

    A new one is made, with the hand and height of the same form where they are given.
    """
    value = form.get("athlete", "")
    if value == NEW or (not value and form.get("new_athlete", "").strip()):
        return create({"name": form.get("new_athlete", "")}, field="new_athlete").id
    return find(value).id if value else None


def create(form: Mapping[str, str], *, field: str = "name") -> Athlete:
    """A new athlete of the viewer's; FieldErrors with every wrong field."""
    return catalog().athletes.create(**facts(form, name_field=field))


def defaults(athlete: Athlete | None) -> dict[str, Any]:
    """What is known of an athlete, as options of a new analysis; empty where nothing is known."""
    if athlete is None:
        return {}
    known = {"throws": athlete.throws, "height_m": athlete.height_m, "level": athlete.level}
    return {name: value for name, value in known.items() if value}
