"""Names of the files that are handed out."""

from __future__ import annotations

import unicodedata

MAX_CHARS = 60
# A file's name has 255 bytes on most systems; the rest is for what is put behind the title.
MAX_BYTES = 180
# Letters, the signs on them, and digits of every writing.
_KEPT = ("L", "M", "N")
# Devices of Windows, whatever stands behind the point.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(1, 10))}


def slug(title: str) -> str:
    """A title as part of a file's name on any system; letters of every language stay."""
    kept = "".join(
        sign if sign in "._-" or unicodedata.category(sign)[0] in _KEPT else " "
        for sign in unicodedata.normalize("NFC", title)
    )
    name = _cut("-".join(kept.split()).strip("-."))
    if name.partition(".")[0].lower() in _DEVICES:
        name = f"{name}_" if "." not in name else f"_{name}"
    return name or "analysis"


def _cut(name: str) -> str:
    """At most so many characters and bytes, with no sign cut off its letter."""
    end = min(len(name), MAX_CHARS)
    while len(name[:end].encode()) > MAX_BYTES or (
        end < len(name) and unicodedata.category(name[end])[0] == "M" and end
    ):
        end -= 1
    return name[:end].strip("-.")
