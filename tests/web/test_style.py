"""The style sheets agree with the colours chosen once in render/palette.py."""

from __future__ import annotations

import re
from pathlib import Path

from shadow_trainer.render import palette
from shadow_trainer.settings import ROOT

CSS = ROOT / "static" / "css"


def declared(text: str) -> dict[str, str]:
    return dict(re.findall(r"--c-([a-z]+):\s*(#[0-9a-f]{6})", text))


def test_line_colours_are_those_of_the_films() -> None:
    text = (CSS / "tokens.css").read_text()
    light, dark = text.split("@media (prefers-color-scheme: dark)")
    assert declared(light) == palette.ON_PAPER
    assert declared(dark) == palette.ON_DARK


def test_the_players_key_has_the_colours_of_the_films() -> None:
    text = (CSS / "player.css").read_text()
    for colour in (palette.THROWING, palette.GLOVE, palette.REFERENCE):
        assert f"background: {palette.hex_of(colour)};" in text


def test_the_drawing_board_offers_the_colours_that_are_drawn() -> None:
    script = (ROOT / "static" / "js" / "report" / "shapes.js").read_text()
    offered = re.findall(
        r"\.colour-\d input \{\s*background: (#[0-9a-f]{6})", (CSS / "annotation_canvas.css").read_text()
    )
    listed = re.search(r"COLOURS = \[(.*?)\]", script)
    assert listed and offered == re.findall(r"#[0-9a-f]{6}", listed[1])


def test_no_style_sheet_imports_from_elsewhere() -> None:
    for path in Path(CSS).glob("*.css"):
        assert "@import" not in path.read_text()
        assert "http" not in path.read_text()
