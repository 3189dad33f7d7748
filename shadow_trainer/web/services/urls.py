"""Addresses of what belongs to an analysis, and its status as the API and the page show it."""

from __future__ import annotations

from typing import Any

from flask import g, url_for

from ...jobs.pipeline.stages import STAGES
from ..http.services import current
from ..presenters.analysis import status_page


def media_address(row: Any, name: str) -> str | None:
    """The address of a file of this analysis, or None when it does not exist (yet) or may not be seen here."""
    if name not in (row.files or []):
        return None
    if (token := g.get("share_token")) is not None:
        from ..views.shared_report import opens

        return url_for("shared.media", token=token, name=name) if opens(name) else None
    return url_for("media.file", analysis_id=row.id, name=name)


def report_address(row: Any, **arguments: Any) -> str:
    """The report that is being shown, at another moment or pitch: below its share link, when that opened it."""
    if (token := g.get("share_token")) is not None:
        return url_for("shared.report", token=token, **arguments)
    return url_for("pages.analysis", analysis_id=row.id, **arguments)


def poster_address(row: Any) -> str | None:
    """A still picture for lists, when the worker made one."""
    return media_address(row, "poster.jpg")


def status_of(row: Any) -> dict[str, Any]:
    """``{job_id, status, stage, progress, message, queue_position, eta_s, attempts, error, ...}``."""
    status = current().jobs.status_of(row).as_dict()
    done = status["status"] == "completed"
    status["job_id"] = row.id
    status["result_url"] = url_for("api.info", analysis_id=row.id) if done else None
    status["page_url"] = url_for("pages.analysis", analysis_id=row.id)
    status["preview_url"] = media_address(row, "preview.mp4")
    return status_page(status, STAGES)
