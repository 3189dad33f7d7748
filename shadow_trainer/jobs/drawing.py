"""Everything that is drawn of an analysis: by the pipeline at its end, and again when its numbers changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Progress = Callable[[int, int], None]

REPORT = ("report.html", "poster.jpg")
FILMS = ("overlay.mp4", "side_by_side.mp4")


@dataclass(frozen=True)
class Drawing:
    """What is drawn: the film and its facts, the motion, analysis.json, the curves of each delivery, and the
    shadow as :func:`.shadow_file.for_films` gives it."""

    film: Path
    info: Any
    series: Any
    document: dict[str, Any]
    curves: list[dict[str, Any]]
    ghost: dict[str, Any] = field(default_factory=dict)

    def report(self, out: Path) -> None:
        """Write :data:`REPORT` into a folder: the report that needs no server, and the still for lists."""
        from ..render import report, stills

        report.html(self.document, self.series, self.film, self.info, out / "report.html", curves=self.curves)
        picture = stills.poster(self.film, self.info, self.series, self.document)
        if picture:
            (out / "poster.jpg").write_bytes(picture)

    def films(
        self,
        out: Path,
        *,
        progress: Callable[[int], Progress] = lambda half: lambda done, total: None,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """Write :data:`FILMS` into a folder; ``progress(0)`` and ``progress(1)`` are told of the two."""
        from ..render import film

        for half, (make, name) in enumerate(zip((film.overlay, film.side_by_side), FILMS, strict=True)):
            make(
                self.film,
                self.info,
                self.series,
                self.document,
                out / name,
                progress=progress(half),
                check=check,
                **self.ghost,
            )
