"""/metrics tells what the catalog knows."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.web.conftest import Desk


def test_the_queue_can_be_scraped(client: FlaskClient, desk: Desk) -> None:
    desk.queued()
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    assert 'shadow_jobs{queue="pose",state="queued"} 1' in answer.text.splitlines()
