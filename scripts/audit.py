"""`make audit`: known holes in what we depend on, or, where nobody can be asked, what it is and how old our pin is.

pip-audit and `npm audit` ask databases on the network. Without pip-audit, or without network, the table below
is what a person needs to look for themselves: each package, its version, its licence, and since when the
version is pinned here. Exit code 1: a hole was found, or a package is not what is pinned.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]+\])?==([^\s;]+)")
AUDIT_TIMEOUT_S = 300


@dataclass(frozen=True)
class Pin:
    """One package: where it is pinned, since when (ISO date, empty when not known), and what is installed."""

    name: str
    version: str
    file: str
    since: str
    installed: str
    licence: str


def main() -> int:
    """Print what is known; the exit code."""
    pins = [*python_pins("requirements.txt"), *python_pins("requirements-dev.txt"), *npm_pins()]
    width = max(len(pin.name) for pin in pins)
    for pin in sorted(pins, key=lambda pin: pin.since):
        print(f"{pin.name:{width}}  {pin.version:24}  pinned {pin.since or '(not committed)'}  {pin.licence}")
    wrong = [pin for pin in pins if pin.installed and pin.installed != pin.version]
    for pin in wrong:
        print(
            f"{pin.name} {pin.installed} is installed, {pin.version} is pinned in {pin.file}", file=sys.stderr
        )
    found = [holes(*tool) for tool in tools()]
    return 1 if wrong or any(found) else 0


def python_pins(file: str) -> list[Pin]:
    """The packages of a requirements file."""
    since = dates(file)
    found = []
    for number, line in enumerate((ROOT / file).read_text().splitlines()):
        if match := PIN.match(line):
            name, version = match.groups()
            found.append(Pin(name, version, file, since.get(number, ""), *_installed(name)))
    return found


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


def _installed(name: str) -> tuple[str, str]:
    """``(version, licence)`` of an installed package; the version is empty when it is not there."""
    try:
        found = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return "", "(not installed here)"
    classifiers = [
        c.split(" :: ")[-1] for c in found.get_all("Classifier") or [] if c.startswith("License ::")
    ]
    licence = found.get("License-Expression") or ", ".join(classifiers) or found.get("License") or "?"
    return found["Version"].partition("+")[0], licence.splitlines()[0][:60]


def tools() -> list[tuple[str, list[str]]]:
    """The programs that can ask a database, each with its command."""
    pip_audit = shutil.which("pip-audit")
    npm = shutil.which("npm")
    found = []
    if pip_audit:
        found.append(("pip-audit", [pip_audit, "--disable-pip", "--no-deps", "-r", "requirements.txt"]))
    else:
        print(
            "pip-audit is not installed: `pip install pip-audit` elsewhere, then run this again with it on the PATH."
        )
    if npm:
        found.append(("npm audit", [npm, "audit", "--audit=true", "--omit=dev"]))
    return found


def holes(name: str, command: list[str]) -> bool:
    """Whether a tool found something. One that cannot reach its database is said, and counts as nothing."""
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=AUDIT_TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        print(f"{name}: no answer; its database cannot be reached from here.")
        return False
    said = done.stdout + done.stderr
    if done.returncode and not re.search(r"\bvulnerabilit(y|ies)\b", said):
        print(
            f"{name}: its database cannot be reached from here ({said.strip().splitlines()[-1][:200] if said.strip() else done.returncode})."
        )
        return False
    print(f"{name}: {said.strip()}")
    return bool(done.returncode)


if __name__ == "__main__":
    sys.exit(main())
