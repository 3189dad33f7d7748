"""The modules of this program and what each imports, read from the code itself; lazy imports count as others do."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# A migration is found by its number and belongs to its own day.
NO_MODULES = "migrations/versions"


def tracked(*patterns: str) -> list[Path]:
    """Files that are part of the repository (or about to be)."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


@cache
def import_graph() -> dict[str, set[str]]:
    """Module -> the modules of this program that it imports, anywhere in its text."""
    files = [
        path
        for path in tracked("shadow_trainer/*.py", "workers/*.py", "wsgi.py")
        if NO_MODULES not in path.as_posix()
    ]
    modules = {_name(path): path for path in files}
    return {name: set(_imports(path, modules)) - {name} for name, path in modules.items()}


def imported_packages(path: Path) -> set[str]:
    """Top-level names of what is imported from outside, anywhere in the text of one file."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def circle(graph: dict[str, set[str]]) -> list[str]:
    """The modules of one import circle, the first again at the end; empty when there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path: Path, modules: dict[str, Path]) -> Iterator[str]:
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            source = ".".join((*base, *(node.module or "").split("."))).strip(".")
            for alias in node.names:
                if f"{source}.{alias.name}" in modules:
                    yield f"{source}.{alias.name}"
                elif source in modules:
                    yield source
