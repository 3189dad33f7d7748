"""The colours can be told apart, on every ground and by everybody."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from shadow_trainer.render import palette

GRASS, DIRT, NIGHT = (62, 120, 40), (170, 115, 70), (12, 18, 28)
# Machado, Oliveira & Fernandes 2009, severity 1.0, on linear RGB.
DEFICIENCIES = {
    "none": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}  # fmt: skip


def linear(colour) -> np.ndarray:
    c = np.asarray(colour) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ rgb
    f = np.cbrt(np.maximum(xyz / np.array([0.9505, 1.0, 1.089]), 1e-6))
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def luminance(colour) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(a, b) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def from_hex(text: str) -> tuple[int, ...]:
    return tuple(int(text[i : i + 2], 16) for i in (1, 3, 5))


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_athlete_sides_and_shadow_stay_apart_for_colour_blind_eyes(deficiency):
    seen = DEFICIENCIES[deficiency]
    film = (palette.THROWING, palette.GLOVE, palette.REFERENCE)
    pages = [
        [from_hex(t[n]) for n in ("throwing", "glove", "shadow")] for t in (palette.ON_PAPER, palette.ON_DARK)
    ]
    for a, b in itertools.chain.from_iterable(itertools.combinations(c, 2) for c in (film, *pages)):
        distance = np.linalg.norm(lab(np.clip(seen @ linear(a), 0, 1)) - lab(np.clip(seen @ linear(b), 0, 1)))
        assert distance > 25, (a, b, deficiency)


@pytest.mark.parametrize("ground", [GRASS, DIRT, NIGHT])
def test_every_line_stands_out_from_its_dark_edge_or_the_ground(ground):
    for colour in (palette.THROWING, palette.GLOVE, palette.REFERENCE, palette.CENTRE):
        assert max(contrast(colour, ground), contrast(palette.CASING, ground)) >= 2.0
        assert contrast(colour, palette.CASING) >= 3.0


@pytest.mark.parametrize("theme", [palette.ON_PAPER, palette.ON_DARK])
def test_chart_lines_and_text_are_readable_on_the_page(theme):
    for name in ("throwing", "glove", "shadow", "pelvis", "shoulder"):
        assert contrast(from_hex(theme[name]), from_hex(theme["paper"])) >= 3.0, name
    for name in ("ink", "quiet"):
        assert contrast(from_hex(theme[name]), from_hex(theme["paper"])) >= 4.5, name
