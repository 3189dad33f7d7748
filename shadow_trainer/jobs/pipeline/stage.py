"""One stage of the pipeline: what it is, what it is given, and the receipt that it leaves."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...settings import Settings
from .request import AnalysisRequest

Progress = Callable[[str, int, int], None]
Check = Callable[[], None]


@dataclass(frozen=True)
class Stage:
    """One step: its name, the words a coach reads, its share of the whole, and what decides its output.

    ``weight`` is the typical share of the wall time, used to make one number of many progresses;
    ``options`` are the fields of AnalysisRequest that change the output of this stage; ``code`` the modules
    and folders of the package (whole trees, with their data) that do: another release of them does not trust this
    one's receipts. ``on_request``: it runs only when its files are asked for.
    """

    name: str
    words: str
    weight: float
    options: tuple[str, ...]
    run: Callable[[Run], None]
    code: tuple[str, ...] = ()
    on_request: bool = False


@dataclass
class Run:
    """What a stage gets: where to read, where to write, whom to tell, and how to stop.

    ``scanned`` is the fingerprint of everything up to the scan, and of the code that measures people.
    """

    request: AnalysisRequest
    video: Path
    work: Path
    settings: Settings
    engine_factory: Callable[[str], Any]
    progress: Progress
    check: Check
    stage: str = ""
    scratch: Path = field(default_factory=Path)
    scanned: str = ""
    steps: int = 0

    def advance(self, done: int, total: int) -> None:
        """Report frames (or steps) done in the present stage."""
        self.steps = max(total, 1)
        self.progress(self.stage, done, max(total, 1))

    def write(self, name: str) -> Path:
        """A path in the scratch folder; after the stage it is ``work/name``."""
        path = self.scratch / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def write_json(self, name: str, value: object) -> None:
        """Write JSON; NaN is an error here, because browsers cannot read it."""
        self.write(name).write_text(json.dumps(value, allow_nan=False, indent=1), encoding="utf-8")

    def read_json(self, name: str) -> Any:
        """JSON written by an earlier stage."""
        return json.loads((self.work / name).read_text(encoding="utf-8"))


def timings(work: Path) -> dict[str, float]:
    """Seconds each finished stage took, as its receipt says."""
    return {receipt["stage"]: receipt["seconds"] for receipt in _receipts(work)}


def steps(work: Path) -> dict[str, int]:
    """Over how many frames (or steps) each finished stage went."""
    return {receipt["stage"]: receipt.get("steps", 1) for receipt in _receipts(work)}


def _receipts(work: Path) -> list[dict[str, Any]]:
    paths = sorted((work / "receipts").glob("*.json"))
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]
