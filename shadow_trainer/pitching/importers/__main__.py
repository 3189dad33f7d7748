"""One import in a process of its own: `python -m shadow_trainer.pitching.importers FOLDER`.

FOLDER has ``request.json`` (:func:`main` lists its fields) and the motion file beside it; left there are
``reference.npz`` and ``understood.json``, or ``refused.json`` with an error of the tree. What a foreign file makes a
reader do ends with this process: its memory and time are bounded before anything is read.
"""

from __future__ import annotations

import json
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from ...errors import BadRequest


def main(folder: Path) -> None:
    """Read ``request.json`` (``file``, ``name``, ``hand``, ``level``, ``height_m``, ``fps``, ``labels``,
    ``max_bytes``, ``max_cpu_s``), bound this process, import, and leave the result."""
    asked = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    _bound(asked["max_bytes"], asked["max_cpu_s"])
    try:
        _import(folder, asked)
    except BadRequest as error:
        _leave(folder / "refused.json", error.as_dict())


def _bound(max_bytes: int, max_cpu_s: int) -> None:
    """Limits that the kernel keeps; no dump is written of what goes beyond."""
    for limit, most in (
        (resource.RLIMIT_AS, max_bytes),
        (resource.RLIMIT_CPU, max_cpu_s),
        (resource.RLIMIT_CORE, 0),
    ):
        # macOS knows no limit of addresses; there the parent's clock has to do.
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, resource.getrlimit(limit)[1]))


def _import(folder: Path, asked: dict[str, Any]) -> None:
    from . import as_reference, read

    labels = {name: tuple(sources) for name, sources in asked["labels"].items()}
    motion = read(folder / asked["file"], fps=asked["fps"], labels=labels)
    options = {name: asked[name] for name in ("name", "hand", "level", "height_m")}
    reference = as_reference(motion, **options)
    with (folder / "reference.npz").open("wb") as file:
        reference.save(file)
    understood = {
        "labels": {mark: list(used) for mark, used in motion.labels.items()},
        "notes": list(motion.notes),
        "format": motion.format,
        "fps": motion.fps,
        "frames": len(motion.time_s),
    }
    _leave(folder / "understood.json", understood)


def _leave(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
