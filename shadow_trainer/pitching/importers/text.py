"""Text of a motion file in whatever encoding it was saved, and its numbers in whatever way they are written."""

from __future__ import annotations

import codecs
import math
import re
from pathlib import Path

from ...errors import BadRequest

# The mark of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LOOKED_AT = 400
_MOSTLY = 0.3
# How programs write a number that they do not have: NaN, C's 1.#QNAN and -nan(ind), Excel's #N/A, words.
_NO_NUMBER = re.compile(
    r"[-+]?(nan(\(.*\))?|n/?a|#n/?a|#num!|#value!|inf(inity)?|\d\.#(qnan|snan|ind|inf)\d*"
    r"|null|none|missing|undefined|[-\u2013\u2014*.?_]+)",
    re.IGNORECASE,
)


def read_text(path: Path) -> str:
    """The text of a file: UTF-8, UTF-16 or UTF-32 with or without its mark, else Windows' own table."""
    raw = path.read_bytes()
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, errors="replace")
    head = raw[:_LOOKED_AT]
    # Latin text in UTF-16 has a zero in every other byte.
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if (
            len(head) > 1
            and head[first::2].count(0) > _MOSTLY * len(head)
            and not head[1 - first :: 2].count(0)
        ):
            return raw.decode(encoding, errors="replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def number(cell: str) -> float:
    """A cell as a number, with a point or a comma; NaN where it holds none. ValueError for other words."""
    word = cell.strip().strip("\"'").strip().replace("\u2212", "-")
    if not word or _NO_NUMBER.fullmatch(word):
        return math.nan
    if "," in word:
        point = max(word.rfind(","), word.rfind("."))
        whole = re.sub(r"[.,]", "", word[:point])
        word = f"{whole}.{word[point + 1 :]}"
    return float(word)


def numbers(cells: list[str], where: str) -> list[float]:
    """Cells as numbers. Raises BadRequest that names the place and the words of the first that is none."""
    try:
        return [float(cell) for cell in cells]
    except ValueError:
        pass
    out = []
    for cell in cells:
        try:
            out.append(number(cell))
        except ValueError as error:
            raise BadRequest(
                f"“{cell.strip()[:40]}” in {where} is no number.",
                code="bad_motion_file",
                fix="Leave a cell empty or write NaN where nothing was measured, and export the file again.",
            ) from error
    return out
