"""What a coach writes about an analysis, field by field: texts of a form as values."""

from __future__ import annotations

from datetime import date

from ...errors import BadRequest

TAG_MAX_CHARS, TAGS_MAX, NOTES_MAX_CHARS = 40, 20, 10_000
EARLIEST = date(1950, 1, 1)


def title_of(text: str) -> str:
    """The title of an analysis, at most 200 characters of it; BadRequest for an empty one."""
    title = " ".join(text.split())[:200]
    if not title:
        raise BadRequest("The title is empty.", code="badtitle_of", fix="Write a title.")
    return title


def tags_of(text: str) -> list[str]:
    """``Bullpen, fastball`` -> ``["bullpen", "fastball"]``: lower case, each once, in the order written."""
    tags = [tag for tag in dict.fromkeys(" ".join(part.split()).lower() for part in text.split(",")) if tag]
    if len(tags) > TAGS_MAX or any(len(tag) > TAG_MAX_CHARS for tag in tags):
        raise BadRequest(
            f"At most {TAGS_MAX} tags of {TAG_MAX_CHARS} characters each.",
            code="bad_tags",
            fix="Separate tags by commas, and keep them short.",
        )
    return tags


def day_of(text: str) -> date | None:
    """The day on which a video was recorded; empty is not known."""
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        day = date.max
    # A day ahead is still today somewhere.
    if not day >= EARLIEST or (day - date.today()).days > 1:
        raise BadRequest(
            f"“{text[:20]}” is not a day on which this video can have been recorded.",
            code="bad_recorded_on",
            fix="Write it like 2026-05-31, or leave it empty.",
        )
    return day


def note_of(text: str) -> str:
    """A note without surrounding space; BadRequest for one that is too long."""
    if len(text) > NOTES_MAX_CHARS:
        raise BadRequest(
            f"The note is longer than {NOTES_MAX_CHARS} characters.", code="bad_notes", fix="Shorten it."
        )
    return text.replace("\r\n", "\n").strip()
