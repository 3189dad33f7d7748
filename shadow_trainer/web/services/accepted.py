"""The API's answer to an analysis that was put into the queue."""

from __future__ import annotations

from flask import Response, jsonify, url_for

from ...catalog import Analysis
from ...vocabulary import State
from ..http.services import current

POLL_S = 2


def accepted(row: Analysis, message: str) -> Response:
    """202 with where to look for it."""
    address = url_for("api.status", analysis_id=row.id)
    page = url_for("analysis.page", analysis_id=row.id)
    response = jsonify(
        job_id=row.id,
        status=State.QUEUED,
        status_url=address,
        result_url=page,
        message=message,
        estimated_time=current().jobs.status(row.id).eta_s,
    )
    response.status_code = 202
    response.headers["Location"] = address
    response.headers["Retry-After"] = str(POLL_S)
    return response
