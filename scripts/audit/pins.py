"""What is pinned: names, versions, since when, under which licence."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]+\])?==([^\s;]+)")


@dataclass(frozen=True)
class Pin:
    """One package: where it is pinned, since when (ISO date, empty when not known), and what is installed."""

    name: str
    version: str
    file: str
    since: str
    installed: str
    licence: str


def python_pins(file: str, venv: str = ".venv") -> list[Pin]:
    """The packages of a requirements file, and what of them is in its environment."""
    since, there = dates(file), _installed(ROOT / venv)
    pins = []
    for number, line in enumerate((ROOT / file).read_text().splitlines()):
        if match := PIN.match(line):
            name, version = match.groups()
            about = there.get(normal(name), ("", "(not installed here)"))
            pins.append(Pin(name, version, file, since.get(number, ""), *about))
    return pins


def npm_pins() -> list[Pin]:
    """The packages of the lock file."""
    since = dates("package-lock.json")
    newest = max(since.values(), default="")
    rows = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    return [
        Pin(
            folder.removeprefix("node_modules/"),
            row["version"],
            "package-lock.json",
            newest,
            "",
            row.get("license", "?"),
        )
        for folder, row in rows.items()
        if folder
    ]


def dates(file: str) -> dict[int, str]:
    """Line number -> date of the commit that wrote it; empty outside a clone."""
    command = ["git", "blame", "--line-porcelain", "--", file]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    times = re.findall(r"^committer-time (\d+)$", done.stdout, re.M)
    return {number: f"{datetime.fromtimestamp(int(time), UTC):%Y-%m-%d}" for number, time in enumerate(times)}


def normal(name: str) -> str:
    """A project's name as an index writes it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _installed(venv: Path) -> dict[str, tuple[str, str]]:
    """Normal name -> ``(version, licence)`` of every package of an environment."""
    folders = [str(folder) for folder in venv.glob("lib/python*/site-packages")]
    return {
        normal(distribution.name): (distribution.version.partition("+")[0], _licence(distribution.metadata))
        for distribution in metadata.distributions(path=folders)
        if distribution.name
    }


def _licence(about: metadata.PackageMetadata) -> str:
    classifiers = [
        c.split(" :: ")[-1] for c in about.get_all("Classifier") or [] if c.startswith("License ::")
    ]
    named = [
        *(about.get_all("License-Expression") or []),
        ", ".join(classifiers),
        *(about.get_all("License") or []),
    ]
    return next((words for words in named if words), "?").splitlines()[0][:60]
