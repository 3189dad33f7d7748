"""Types: mypy over everything, against the number of old errors per module in ``mypy.ratchet``.

The numbers may only fall. A module with more errors than are listed fails the check; so does one with fewer, until
`python -m scripts.type_check --write` has lowered the list. The packages in STRICT may not stand in it at all.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RATCHET = ROOT / "mypy.ratchet"
# Packages that must be clean.
STRICT = (
    "shadow_trainer/body/",
    "shadow_trainer/catalog/",
    "shadow_trainer/cli/",
    "shadow_trainer/errors.py",
    "shadow_trainer/jobs/",
    "shadow_trainer/labels.py",
    "shadow_trainer/pitching/",
    "shadow_trainer/render/",
    "shadow_trainer/services.py",
    "shadow_trainer/settings.py",
    "shadow_trainer/storage/",
    "shadow_trainer/video/",
    "shadow_trainer/vocabulary.py",
    "shadow_trainer/web/",
    "scripts/",
    "workers/",
)
HEADER = (
    "# Errors that mypy still finds, by module: python -m scripts.type_check --write lowers the numbers.\n"
)


class CheckFailed(Exception):
    """mypy itself did not run to its end; the text is what it printed."""


def main(arguments: list[str]) -> int:
    """Check, or with ``--write`` lower the list; the exit code of the process."""
    if arguments not in ([], ["--write"]):
        print("usage: python -m scripts.type_check [--write]", file=sys.stderr)
        return 2
    try:
        errors = find_errors()
    except CheckFailed as failure:
        print(f"types: mypy failed: {failure}", file=sys.stderr)
        return 1
    counted = Counter(name for name, _ in errors)
    listed = read(RATCHET.read_text(encoding="utf-8")) if RATCHET.exists() else None
    if arguments:
        lowered = dict(counted) if listed is None else lower(listed, counted)
        RATCHET.write_text(as_text(lowered), encoding="utf-8")
        listed = lowered
    problems = compare(listed or {}, counted)
    grown = {name for name in counted if counted[name] > (listed or {}).get(name, 0)}
    for line in [text for name, text in errors if name in grown] + problems:
        print(line)
    print(
        f"types: {counted.total()} old errors in {len(counted)} modules"
        + (", not as listed" if problems else "")
    )
    return 1 if problems else 0


def find_errors() -> list[tuple[str, str]]:
    """Module and whole line of every error that mypy finds."""
    command = [sys.executable, "-m", "mypy", "--output", "json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1) or done.stderr:
        raise CheckFailed(done.stderr or done.stdout)
    items = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return [
        (item["file"], f"{item['file']}:{item['line']}: {item['message']} [{item['code']}]")
        for item in items
        if item["severity"] == "error"
    ]


def read(text: str) -> dict[str, int]:
    """The list: errors by module."""
    lines = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return {name: int(count) for name, count in lines}


def as_text(listed: dict[str, int]) -> str:
    """The list as it stands in its file."""
    return HEADER + "".join(f"{name} {listed[name]}\n" for name in sorted(listed))


def lower(listed: dict[str, int], counted: Counter[str]) -> dict[str, int]:
    """The list with every number that fell; none rises and no module comes in."""
    least = {name: min(count, counted[name]) for name, count in listed.items()}
    return {name: count for name, count in least.items() if count}


def compare(listed: dict[str, int], counted: Counter[str]) -> list[str]:
    """What is not as it must be, in one line each."""
    problems = [
        f"types: {name} has {counted[name]} errors and {count} are listed"
        + ("" if counted[name] > count else "; lower the list with python -m scripts.type_check --write")
        for name, count in sorted({**dict.fromkeys(counted, 0), **listed}.items())
        if counted[name] != count
    ]
    strict = [name for name in listed if name.startswith(STRICT)]
    return problems + [f"types: {name} must be clean and may not be listed" for name in strict]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
