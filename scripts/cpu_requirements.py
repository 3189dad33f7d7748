"""Writes requirements-cpu.txt: requirements.txt without the packages that only a graphics card needs."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GROUP = "\n# The graphics card"
HEAD = """\
# requirements.txt without its last group: for machines with a CPU alone and little room, such as a dyno.
# ONNX Runtime runs the networks there. `python -m scripts.cpu_requirements` writes this file.
"""


def text(full: str) -> str:
    """requirements-cpu.txt for the text of requirements.txt."""
    body = full.partition(GROUP)[0].rstrip("\n") + "\n"
    # The comment at the top speaks of the other file.
    return HEAD + "\n" + body.partition("\n\n")[2]


if __name__ == "__main__":
    path = ROOT / "requirements-cpu.txt"
    path.write_text(text((ROOT / "requirements.txt").read_text(encoding="utf-8")), encoding="utf-8")
