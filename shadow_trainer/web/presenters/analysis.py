"""An analysis as a line of a list, as a progress page, and as the API's status."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ...catalog import Analysis
from ...labels import HANDS
from ...vocabulary import ACTIVE_STATES, State

STATE_WORDS: dict[str, str] = {
    State.QUEUED: "Waiting",
    State.PROCESSING: "Running",
    State.RETRYING: "Trying again soon",
    State.COMPLETED: "Done",
    State.FAILED: "Failed",
    State.CANCELED: "Canceled",
}
# Stages that count frames of the video; the others count steps, which mean nothing to a coach.
FRAME_STAGES = {"preview", "pose"}


@dataclass(frozen=True)
class Item:
    """One line of a list of analyses."""

    id: str
    title: str
    state: str
    created_iso: str
    created_words: str
    summary: str
    poster: str | None
    athlete: str = ""
    tags: tuple[str, ...] = ()
    day: str = ""
    note: str = ""


@dataclass(frozen=True)
class StageRow:
    """One stage on the progress page: ``state`` is ``done``, ``now`` or ``next``."""

    name: str
    words: str
    state: str
    detail: str = ""


def state_words(state: str) -> str:
    """``processing`` -> ``Running``."""
    return STATE_WORDS.get(state, state)


def item(row: Analysis, *, poster: str | None, now: datetime, athlete: str = "") -> Item:
    """A row of the catalog as a line of a list."""
    return Item(
        id=row.id,
        title=row.title,
        state=row.state,
        created_iso=row.created_at.isoformat(timespec="seconds"),
        created_words=ago(row.created_at, now),
        summary=_summary(row.result or {}),
        poster=poster,
        athlete=athlete,
        tags=tuple(row.tags or ()),
        day=day_words(row.recorded_on) if row.recorded_on else "",
        note=row.notes,
    )


def day_words(day: date) -> str:
    """A day in the order that no country misreads: ``3 May 2026``."""
    return f"{day.day} {day.strftime('%b %Y')}"


def ago(moment: datetime, now: datetime) -> str:
    """``4 minutes ago``; after a day the date, in the order that no country misreads."""
    seconds = max(0.0, (now - moment).total_seconds())
    if seconds < 45:
        return "just now"
    if seconds < 3600:
        minutes = max(1, round(seconds / 60))
        return f"{minutes} minute{'s' if minutes > 1 else ''} ago"
    if seconds < 24 * 3600:
        hours = max(1, round(seconds / 3600))
        return f"{hours} hour{'s' if hours > 1 else ''} ago"
    return day_words(moment)


def duration_words(seconds: float | None) -> str:
    """``about 2 minutes``, ``a few seconds``; empty when not known."""
    if seconds is None:
        return ""
    if seconds < 8:
        return "a few seconds"
    if seconds < 55:
        return f"about {5 * max(2, round(seconds / 5))} seconds"
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return f"about {minutes} minute{'s' if minutes > 1 else ''}"
    hours = max(1, round(seconds / 3600))
    return f"about {hours} hour{'s' if hours > 1 else ''}"


def stage_rows(stages: Iterable[Any], status: dict[str, Any]) -> list[StageRow]:
    """Every stage of the pipeline, those before the present one done."""
    names = [stage.name for stage in stages]
    now = names.index(status["stage"]) if status.get("stage") in names else -1
    if status["status"] == State.COMPLETED:
        now = len(names)
    rows = []
    for place, stage in enumerate(stages):
        running = status["status"] == State.PROCESSING
        state = "done" if place < now else "now" if place == now and running else "next"
        rows.append(StageRow(stage.name, stage.words, state, _frames(status) if state == "now" else ""))
    return rows


def _frames(status: dict[str, Any]) -> str:
    done, total = status.get("frames_done"), status.get("frames_total")
    if not total or status.get("stage") not in FRAME_STAGES or total < 2:
        return ""
    return f"frame {done} of {total}"


def status_page(status: dict[str, Any], stages: Sequence[Any]) -> dict[str, Any]:
    """The API's status with what the progress page needs on top: words and the list of stages."""
    active = status["status"] in ACTIVE_STATES
    eta = status.get("eta_s") if active else None
    return {
        **status,
        "eta_words": f"{duration_words(eta).capitalize()} left" if eta is not None else "",
        "stages": [row.__dict__ for row in stage_rows(stages, status)],
    }


def _summary(result: dict[str, Any]) -> str:
    parts = []
    if hand := HANDS.get(result.get("throws") or ""):
        parts.append(hand.lower())
    if isinstance(count := result.get("deliveries"), int) and count:
        parts.append("1 pitch" if count == 1 else f"{count} pitches")
    return ", ".join(parts)
