"""The colours of Shadow Trainer, chosen once for videos, 3D views, charts, report and pages.

Throwing side and glove side must be told apart from each other and from the reference on grass, dirt and
a dark page, by everybody: the three differ in hue *and* in lightness, and stay apart in the simulation
of protanopia, deuteranopia and tritanopia (tests/render/test_palette.py). Colour never stands alone:
the reference is also dashed or translucent, and estimates are also labelled.
"""

from __future__ import annotations

RGB = tuple[int, int, int]

THROWING: RGB = (255, 179, 0)  # amber: lightest, warm
GLOVE: RGB = (61, 165, 255)  # azure
REFERENCE: RGB = (240, 90, 160)  # rose
CENTRE: RGB = (244, 247, 250)  # spine, pelvis and shoulder line, head
CASING: RGB = (11, 17, 26)  # dark edge that keeps every line readable on any ground
INK: RGB = (255, 255, 255)
INK_QUIET: RGB = (196, 206, 217)
PLATE: RGB = (13, 19, 29)  # the plate under text
STAGE_TOP: RGB = (26, 34, 46)  # the 3D stage, top and bottom of its gradient
STAGE_BOTTOM: RGB = (13, 18, 26)
GRID: RGB = (74, 90, 110)

# Line colours on white paper and on a dark page. The bright video colours would be too light on paper.
ON_PAPER: dict[str, str] = {
    "throwing": "#a86200",
    "glove": "#0b62c4",
    "shadow": "#c2186b",
    "pelvis": "#0b6650",
    "shoulder": "#5b3fc0",
    "ink": "#17202b",
    "quiet": "#566373",
    "rule": "#d4dae1",
    "band": "#e3efe6",
    "paper": "#ffffff",
}
ON_DARK: dict[str, str] = {
    "throwing": "#ffb300",
    "glove": "#3da5ff",
    "shadow": "#f05aa0",
    "pelvis": "#52cba3",
    "shoulder": "#b3a0ff",
    "ink": "#f1f4f8",
    "quiet": "#a9b6c4",
    "rule": "#334052",
    "band": "#1d3a2c",
    "paper": "#10161f",
}


def hex_of(colour: RGB) -> str:
    """``#rrggbb`` of an RGB triple."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def css_variables() -> str:
    """The line colours as CSS custom properties (``--c-throwing`` ...), light first, dark by preference."""

    def block(colours: dict[str, str]) -> str:
        return "".join(f"--c-{name}:{value};" for name, value in colours.items())

    return (
        f":root{{{block(ON_PAPER)}}}@media (prefers-color-scheme:dark){{@media screen{{:root"
        f"{{{block(ON_DARK)}}}}}}}"
    )
