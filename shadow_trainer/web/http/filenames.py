"""Names of the files that are handed out."""

from __future__ import annotations

import re

SLUG = re.compile(r"[^A-Za-z0-9._-]+")


def slug(title: str) -> str:
    """A title as part of a file's name on any system."""
    return SLUG.sub("-", title).strip("-.")[:60] or "analysis"
