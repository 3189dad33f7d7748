"""The table of the layers on the architecture page, written from the one in ``tests/test_house.py``.

``python -m tests.docs.layers`` writes it anew.
"""

from __future__ import annotations

from tests.conftest import ROOT
from tests.test_house import LAYERS

PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- layers: begin (generated) -->", "<!-- layers: end -->"


def table() -> str:
    """The layers, the highest first, as rows of Markdown."""
    rows = [f"| {', '.join(map(_name, names))} | {words} |" for names, words in LAYERS]
    return "\n".join(["| Rooms | What is in them |", "|---|---|", *rows])


def _name(room: str) -> str:
    return f"`{room.removeprefix('shadow_trainer.')}`"


def with_table(text: str) -> str:
    """The page with the present table between its marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
