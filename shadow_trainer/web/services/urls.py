"""Addresses of what belongs to an analysis, and its status as the API and the page show it."""

from __future__ import annotations

import re
from typing import Any

from flask import g, url_for

from ...catalog import Analysis
from ...jobs.pipeline.stages import table
from ...vocabulary import State
from ..http.services import current
from ..presenters.analysis import status_page

# What a share link opens; the video as it was uploaded (with the place where it was taken) is not among it.
SHARED_FILES = ("overlay.mp4", "preview.mp4", "side_by_side.mp4", "poster.jpg")
SHARED_STILLS = re.compile(r"moments_\d+\.jpg")


def is_shared(name: str) -> bool:
    """Whether a share link opens this file."""
    return name in SHARED_FILES or SHARED_STILLS.fullmatch(name) is not None


def media_address(row: Analysis, name: str) -> str | None:
    """The address of a file of this analysis, or None when it does not exist (yet) or may not be seen here."""
    if name not in (row.files or []):
        return None
    if (token := g.get("share_token")) is not None:
        return url_for("shared_report.media", token=token, name=name) if is_shared(name) else None
    return url_for("files.file", analysis_id=row.id, name=name)


def report_address(row: Analysis, **arguments: Any) -> str:
    """The report that is being shown, at another moment or pitch: below its share link, when that opened it."""
    if (token := g.get("share_token")) is not None:
        return url_for("shared_report.report", token=token, **arguments)
    return url_for("analysis.page", analysis_id=row.id, **arguments)


def poster_address(row: Analysis) -> str | None:
    """A still frame for lists, when the worker made one."""
    return media_address(row, "poster.jpg")


def status_of(row: Analysis) -> dict[str, Any]:
    """``{job_id, status, stage, progress, message, queue_position, eta_s, attempts, error, ...}``."""
    status = current().jobs.status_of(row).as_dict()
    done = status["status"] == State.COMPLETED
    status["job_id"] = row.id
    status["estimated_time"] = status["eta_s"]  # as the first release called it
    status["result_url"] = url_for("api.info", analysis_id=row.id) if done else None
    status["page_url"] = url_for("analysis.page", analysis_id=row.id)
    status["preview_url"] = media_address(row, "preview.mp4")
    return status_page(status, table())
