"""The artifacts of an analysis: videos, report and stills, drawn by the pipeline and again after a correction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Progress = Callable[[int, int], None]

REPORT, POSTER = "report.html", "poster.jpg"
VIDEOS = ("overlay.mp4", "side_by_side.mp4")


def moments_of(delivery: int) -> str:
    """The file with the stills of one pitch side by side."""
    return f"moments_{delivery}.jpg"


@dataclass(frozen=True)
class Artifacts:
    """What is drawn: the video and its facts, the motion, analysis.json, the curves of each delivery, and the
    reference as :func:`.shadow_file.for_videos` gives it."""

    video: Path
    info: Any
    series: Any
    document: Mapping[str, Any]
    curves: list[dict[str, Any]]
    reference: dict[str, Any] = field(default_factory=dict)

    def report(self, out: Path) -> tuple[str, ...]:
        """Write into a folder, and name what was written: the report that needs no server, the still for lists,
        and for paper the moments of each pitch (:func:`moments_of`)."""
        from ...render import report, stills

        shots = stills.event_stills(self.video, self.info, self.series, self.document)
        report.html(self.document, out / REPORT, stills=shots, curves=self.curves)
        images = {
            moments_of(n): stills.strip([shot for shot in shots if shot.delivery == n])
            for n in {shot.delivery for shot in shots}
        }
        if poster := stills.poster(self.video, self.info, self.series, self.document):
            images[POSTER] = poster
        for name, data in images.items():
            (out / name).write_bytes(data)
        return (REPORT, *images)

    def videos(
        self,
        out: Path,
        *,
        names: Sequence[str] = VIDEOS,
        progress: Callable[[int], Progress] = lambda place: lambda done, total: None,
        check: Callable[[], None] = lambda: None,
    ) -> tuple[str, ...]:
        """Write these of :data:`VIDEOS` into a folder, and name them; ``progress(0)`` is told of the first."""
        from ...render.overlay_film import overlay
        from ...render.side_by_side import side_by_side

        makers = dict(zip(VIDEOS, (overlay, side_by_side), strict=True))
        for place, name in enumerate(names):
            makers[name](
                self.video,
                self.info,
                self.series,
                self.document,
                out / name,
                progress=progress(place),
                check=check,
                **self.reference,
            )
        return tuple(names)
