"""The likeness of one delivery to its reference as bars, a part of the body each."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from ..labels import UNKNOWN
from .palette import ON_PAPER, css_variables

WIDTH, LEFT, RIGHT, TOP, ROW, BAR = 720, 170, 60, 44, 24, 14
CSS = (
    ".chart text{fill:var(--c-ink)}.chart .rule{stroke:var(--c-rule)}.chart .back{fill:var(--c-band)}"
    ".chart .bar{fill:var(--c-shoulder)}"
)
TITLE = "Likeness to the reference"


def standalone(similarity: Mapping[str, Any], key: str) -> str:
    """An SVG file that follows the reader's light or dark preference; ``similarity`` as in analysis.json."""
    rows = similarity.get("joints") or ()
    height = TOP + ROW * len(rows) + 12
    overall = similarity.get("overall")
    whole = f"{overall:.0f} of 100" if overall is not None else similarity.get("message") or UNKNOWN
    parts = [
        f'<svg class="chart" role="img" aria-labelledby="{escape(key)}-t {escape(key)}-d" viewBox="0 0 {WIDTH} {height}" '
        'xmlns="http://www.w3.org/2000/svg" font-family="system-ui, sans-serif" font-size="12">',
        f"<style>{css_variables()}{CSS}</style>",
        f'<title id="{escape(key)}-t">{TITLE}</title>',
        f'<desc id="{escape(key)}-d">{escape(_words(similarity, whole))}</desc>',
        _text(LEFT, 22, f"{similarity.get('reference') or ''}: {whole}".removeprefix(": "), "start", 14),
    ]
    for place, row in enumerate(rows):
        parts += _bar(row, TOP + ROW * place)
    return "\n".join([*parts, "</svg>"])


def _words(similarity: Mapping[str, Any], whole: str) -> str:
    said = "; ".join(f"{row['label']} {_score(row)}" for row in similarity.get("joints") or ())
    return f"{TITLE}: {whole}. {said}."


def _bar(row: Mapping[str, Any], top: float) -> list[str]:
    width, middle = WIDTH - LEFT - RIGHT, top + BAR - 2
    shapes = [
        _text(LEFT - 10, middle, str(row["label"]), "end"),
        f'<rect class="back" x="{LEFT}" y="{top}" width="{width}" height="{BAR}" rx="3" fill="{ON_PAPER["band"]}"/>',
    ]
    if row["score"] is not None:
        drawn = width * float(row["score"]) / 100
        shapes.append(
            f'<rect class="bar" x="{LEFT}" y="{top}" width="{drawn:.1f}" height="{BAR}" rx="3" '
            f'fill="{ON_PAPER["shoulder"]}"/>'
        )
    return [*shapes, _text(WIDTH - RIGHT + 10, middle, _score(row), "start")]


def _score(row: Mapping[str, Any]) -> str:
    return UNKNOWN if row["score"] is None else f"{row['score']:.0f}"


def _text(x: float, y: float, words: str, anchor: str, size: int = 12) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="{size}" fill="{ON_PAPER["ink"]}">{escape(words)}</text>'
