"""What the databases of known holes say. Silence is never taken for "no hole"."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

from .pins import ROOT

TIMEOUT_S = 300
PIP_AUDIT = ROOT / ".venv-tools" / "bin" / "pip-audit"


def of_python(file: str) -> bool:
    """Whether pip-audit knows a hole in a package of this file."""
    if not PIP_AUDIT.exists():
        print("pip-audit is not installed: `make audit` does that.")
        return False
    options = ["--disable-pip", "--no-deps", "--progress-spinner", "off", "-f", "json", "-r", file]
    return told_by_pip_audit(file, _run([str(PIP_AUDIT), *options]))


def of_npm() -> bool:
    """Whether `npm audit` knows a hole in a package of the lock file."""
    npm = shutil.which("npm")
    if npm is None:
        print("npm audit: npm is not on the PATH.")
        return False
    return told_by_npm(_run([npm, "audit", "--json", "--audit=true"]))


def told_by_pip_audit(file: str, said: str) -> bool:
    """Print what its JSON says; whether there is a hole."""
    rows = _rows(said).get("dependencies")
    if rows is None:
        print(f"pip-audit, {file}: its database cannot be reached from here.")
        return False
    asked = [row for row in rows if "vulns" in row]
    if not asked:
        print(f"pip-audit, {file}: its database answered about none of {len(rows)} packages.")
        return False
    pairs = [(row, hole) for row in asked for hole in row["vulns"]]
    for row, hole in pairs:
        better = ", ".join(hole["fix_versions"]) or "no version yet"
        print(f"pip-audit, {file}: {row['name']} {row['version']}: {hole['id']}, mended in {better}")
    print(f"pip-audit, {file}: {len(asked)} of {len(rows)} packages looked up, {len(pairs)} known holes.")
    return bool(pairs)


def told_by_npm(said: str) -> bool:
    """Print what its JSON says; whether there is a hole."""
    counts = _rows(said).get("metadata", {}).get("vulnerabilities")
    if counts is None:
        print("npm audit: its database cannot be reached from here.")
        return False
    print(f"npm audit: {counts['total']} known holes.")
    return bool(counts["total"])


def _rows(said: str) -> dict[str, Any]:
    try:
        answer = json.loads(said)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _run(command: list[str]) -> str:
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout
