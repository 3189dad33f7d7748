"""What coaches send is served as film or as a download, from addresses of its own, and never as a page."""

from __future__ import annotations

import io

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import SampleAnalyses

PAGE = b"<!doctype html><script>alert(1)</script>"
# Begins as no text does, so that it comes past the door.
HIDDEN = b"\0\0\0\x18ftypmp42" + PAGE
NAMES = ["a.html", "a.svg", "a.xml", "a.mp4", "a.mov", "a", "a.js", "a.htm.mp4", "a.pdf", "../a.html"]
SAFE = {"video/mp4", "video/quicktime", "video/webm", "application/octet-stream"}


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_refused_at_the_door(client: FlaskClient, name: str) -> None:
    assert client.post("/videos/upload", data={"video": (io.BytesIO(PAGE), name)}).status_code == 422


@pytest.mark.parametrize("name", NAMES)
def test_a_page_that_calls_itself_a_film_is_never_shown_as_a_page(
    client: FlaskClient, analyses: SampleAnalyses, name: str
) -> None:
    sent = client.post("/videos/upload", data={"video": (io.BytesIO(HIDDEN), name)})
    job = sent.get_json()["job_id"]
    for address in (f"/analyses/{job}/files/original", f"/videos/{job}/preview/original"):
        answer = client.get(address)
        assert answer.data == HIDDEN
        assert answer.mimetype in SAFE
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        policy = answer.headers["Content-Security-Policy"]
        assert "sandbox" in policy and "default-src 'none'" in policy and "script-src" not in policy
        if answer.mimetype == "application/octet-stream":
            assert answer.headers["Content-Disposition"].startswith("attachment")


def test_what_the_page_shows_inline_is_on_a_short_list(client: FlaskClient, analyses: SampleAnalyses) -> None:
    job = analyses.completed()
    for name in client.get(f"/videos/{job}/info").get_json()["files"]:
        answer = client.get(f"/analyses/{job}/files/{name}")
        inline = not answer.headers.get("Content-Disposition", "").startswith("attachment")
        assert not inline or answer.mimetype in SAFE | {"image/jpeg", "application/json"}, name
        assert "sandbox" in answer.headers["Content-Security-Policy"]
