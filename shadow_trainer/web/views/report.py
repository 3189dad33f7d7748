"""The report: one page put together from what the worker left, top to bottom."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, request, url_for

from ...catalog import Analysis
from ...vocabulary import State
from ..accounts.viewer import catalog
from ..forms.analysis import CHOICES
from ..http.compression import repeats_nothing
from ..presenters import pitches
from ..presenters import report as report_view
from ..presenters.assumptions import assumed
from ..presenters.charts import Figure, figures
from ..services import analyses, corrections, drawn_videos, references
from ..services.urls import media_address, poster_address

VIDEOS = {"overlay": "overlay.mp4", "plain": "preview.mp4", "3d": "side_by_side.mp4"}
OTHERS = 40


@dataclass(frozen=True)
class Other:
    """A pitch that may be laid beside the one that is shown."""

    address: str
    words: str


def render(row: Analysis) -> str:
    """The page of a finished analysis; ``?delivery=``, ``?film=`` and ``?t=`` choose what it shows."""
    document = analyses.read_document(row.id)
    report = report_view.build(document, delivery=request.args.get("delivery", type=int))
    ready = {"preview.mp4", *drawn_videos.there(row)}
    wanted = request.args.get("film", "overlay")
    shown_video = wanted if wanted in VIDEOS else "overlay"
    repeats_nothing()
    return render_template(
        "report.html",
        attempts=catalog().analyses.attempts(row.id),
        row=row,
        report=report,
        figures=_figures(row, report),
        dropped=pitches.dropped_of(document, report.time_scale),
        joined=pitches.joined_of(document, report.selected.index if report.selected else None),
        others=_others(row, report),
        moved=document.get("moved_events"),
        assumed=assumed(document, row.options, references.choices()),
        choices=CHOICES,
        videos_are_old=corrections.videos_are_old(row.id, document),
        shown_video=shown_video,
        video_address=media_address(
            row, VIDEOS[shown_video] if VIDEOS[shown_video] in ready else "preview.mp4"
        ),
        ready=ready,
        offered=drawn_videos.offered(row),
        drawn_words=drawn_videos.WORDS,
        start_s=request.args.get("t", type=float),
        has=lambda name: name in (row.files or []),
        media=lambda name: media_address(row, name),
        poster=poster_address(row),
    )


def _figures(row: Analysis, report: report_view.Report) -> list[Figure]:
    """Charts of the pitch that is shown; older analyses have no curves."""
    if report.selected is None or "series.json" not in (row.files or []):
        return []
    curves = analyses.read_json(row.id, "series.json")["deliveries"]
    place = report.deliveries.index(report.selected)
    return figures(report.selected.raw, curves[place] if place < len(curves) else None)


def _others(row: Analysis, report: report_view.Report) -> list[Other]:
    """The other pitches of this video, then those of the coach's other analyses, the newest first."""
    shown = report.selected.index if report.selected else None
    pitches = [
        (row, place) for place in range(len(report.deliveries)) if report.deliveries[place].index != shown
    ]
    for other in analyses.list_analyses(states=(State.COMPLETED,), limit=OTHERS):
        if other.id != row.id:
            pitches += [(other, place) for place in range(int((other.result or {}).get("deliveries") or 0))]
    return [_other(one, place, several=_several(one, report, row)) for one, place in pitches[:OTHERS]]


def _several(one: Analysis, report: report_view.Report, row: Analysis) -> bool:
    count = len(report.deliveries) if one.id == row.id else int((one.result or {}).get("deliveries") or 0)
    return count > 1


def _other(row: Analysis, place: int, *, several: bool) -> Other:
    words = f"{row.title}, {row.created_at.day} {row.created_at.strftime('%b %Y')}"
    return Other(
        address=url_for("results.pitch", analysis_id=row.id, place=place),
        words=f"{words}, pitch {place + 1}" if several else words,
    )
