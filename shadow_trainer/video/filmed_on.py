"""The day of a video, as its camera wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

# Apple writes the place's own time with its zone; `creation_time` is UTC by the format.
KEYS = ("com.apple.quicktime.creationdate", "creation_time", "date")
# Before it nobody filmed with a phone: a camera whose clock was never set says 1904, 1970 or 1980.
FIRST = date(2000, 1, 1)


def filmed_on(metadata: Mapping[str, str], today: date) -> date | None:
    """The day in the camera's own zone where it names one, else in this machine's; None when none can be believed.

    ``metadata`` are a container's texts by key. A day after tomorrow is a wrong clock, too.
    """
    for key in KEYS:
        day = _day(metadata.get(key, ""))
        if day is not None and FIRST <= day <= today + timedelta(days=1):
            return day
    return None


def _day(text: str) -> date | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if text.strip().endswith("Z"):
        return moment.astimezone().date()
    return moment.date()
