"""Where references come from by name, and how a measured delivery becomes one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...errors import BadRequest, NotFound
from ...pose.series import PoseSeries
from ..world import as_right_hander
from .elite import elite
from .model import Reference

BUILT_IN = {"elite": elite}


def get(reference: str | Reference | None) -> Reference | None:
    """A built-in reference by name; a reference itself and None are passed through."""
    if reference is None or isinstance(reference, Reference):
        return reference
    if reference not in BUILT_IN:
        raise NotFound(
            f"There is no reference named {reference!r}.",
            code="no_such_reference",
            fix=f"Choose one of: {', '.join(sorted(BUILT_IN))}, or none.",
        )
    return BUILT_IN[reference]()


def from_delivery(
    series: PoseSeries,
    analysis: dict[str, Any],
    index: int,
    *,
    name: str,
    level: str = "adult",
    source: str = "",
) -> Reference:
    """One delivery of an analysis as a reference, with the film's own joints and events."""
    try:
        delivery = analysis["deliveries"][index]
    except IndexError as error:
        raise BadRequest(f"This analysis has no delivery {index + 1}.", code="no_such_delivery") from error
    hand = analysis["athlete"]["throws"]
    rows = (series.time_s >= delivery["start_s"] - 1e-9) & (series.time_s <= delivery["end_s"] + 1e-9)
    return Reference(
        name=name,
        time_s=series.time_s[rows],
        points=as_right_hander(series.world_m[rows], hand),
        events={key: float(event["time_s"]) for key, event in delivery["events"].items()},
        height_m=float(analysis["athlete"]["height_m"]),
        hand=hand,
        level=level,
        source=source or "Measured from a film by this system",
    )


class Library:
    """Saved references in one folder, beside the built-in ones; names are file names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> list[str]:
        """Built-in names first, then the saved ones."""
        saved = sorted(path.stem for path in self.folder.glob("*.npz")) if self.folder.is_dir() else []
        return [*BUILT_IN, *(name for name in saved if name not in BUILT_IN)]

    def facts(self) -> list[dict[str, object]]:
        """What is known of each reference."""
        return [self.get(name).facts() for name in self.names()]

    def get(self, name: str) -> Reference:
        """A reference by name."""
        if name in BUILT_IN:
            return BUILT_IN[name]()
        path = self._path(name)
        if not path.is_file():
            raise NotFound(f"There is no reference named {name!r}.", code="no_such_reference")
        return Reference.load(path)

    def save(self, reference: Reference) -> None:
        """Add or replace one; the built-in ones stay."""
        if reference.name in BUILT_IN:
            raise BadRequest(
                f"{reference.name!r} is built in.", code="bad_reference", fix="Choose another name."
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._path(reference.name)
        part = path.with_suffix(".part")
        reference.save(part)
        part.replace(path)

    def _path(self, name: str) -> Path:
        clean = "".join(ch for ch in name if ch.isalnum() or ch in " -_").strip()
        if not clean or clean != name or len(name) > 80:
            raise BadRequest(
                f"{name!r} is no name for a reference.",
                code="bad_reference",
                fix="Use letters, digits, spaces, - and _, at most 80 of them.",
            )
        return self.folder / f"{clean}.npz"
