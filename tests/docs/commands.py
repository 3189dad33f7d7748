"""The commands of the documentation: every line of a block marked ``sh``, and how a test runs it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.conftest import ROOT
from tests.import_graph import tracked

PAGES = sorted(path for path in tracked("*.md") if path.name != "CHANGELOG.md")
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.M | re.S)


@dataclass(frozen=True)
class Command:
    """One line of a page."""

    page: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}: {self.text}"


def commands() -> list[Command]:
    """Every command, each once."""
    return list(dict.fromkeys(_commands()))


def _commands() -> Iterator[Command]:
    for page in PAGES:
        for block in BLOCK.findall(page.read_text(encoding="utf-8")):
            for line in block.replace("\\\n", " ").splitlines():
                text = line.split("  #")[0].strip()
                if text and not text.startswith("#"):
                    yield Command(page.relative_to(ROOT).as_posix(), text)


def kind_of(text: str) -> str:
    """How it is tested: see the table in test_docs.py."""
    for kind, pattern in KINDS.items():
        if re.fullmatch(pattern, text):
            return kind
    return ""


PYTHON = r"\.venv/bin/python -m shadow_trainer"
KINDS = {
    # Never end by themselves, or change this folder; `--help` shows that command and options exist.
    "help": rf"{PYTHON} (?:redis &|workers up .*|worker .*|clock|up|api --write|settings --write|demo|analyse .*"
    rf"|reference import .*|storage (?:cors|lifecycle).*|backup restore .*)",
    # Say what is not running here: the command must exist and be honest.
    "honest": rf"{PYTHON} (?:health \w+|doctor|queue self-test)",
    # Run for real in a scratch folder, in the order of the page.
    "run": rf"(?:printf '.*' \| )?{PYTHON} .*",
    "tests": r"\.venv/bin/python -m (?:pytest|ruff) .*",
    "make": r"make [\w-]+",
    "compose": r"docker compose .*",
    "systemd": r"(?:systemctl|journalctl) .*",
    "script": r"deploy/scripts/\w+\.sh.*",
    "curl": r"curl .*",
    "git": r"git pull",
    "hooks": r"\.venv/bin/pre-commit install",
}
