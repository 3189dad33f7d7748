"""The web over a bucket: films are served from there, scripts get their JSON from us, and the policy knows it."""

from __future__ import annotations

import json
import urllib.request
from email.message import Message
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.storage.service import KEYS, Service
from tests.web.conftest import SampleAnalyses, make_app


@pytest.fixture
def app(data_dir: Path, service: Service) -> Flask:
    """The application, with its videos in a bucket."""
    return make_app(data_dir, storage_url=service.new_bucket(), **KEYS)


@pytest.fixture
def done(analyses: SampleAnalyses) -> str:
    """A finished analysis in the bucket."""
    return analyses.completed()


def fetch(address: str, **headers: str) -> tuple[int, bytes, Message]:
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
        return answer.status, answer.read(), answer.headers


def test_films_come_from_the_bucket_with_ranges(client: FlaskClient, done: str, samples: Path) -> None:
    film = (samples / "sample_lefty.mp4").read_bytes()
    for path in (f"/videos/{done}/preview/processed", f"/analyses/{done}/files/overlay.mp4"):
        answer = client.get(path)
        assert answer.status_code == 302
        status, body, headers = fetch(answer.location, Range="bytes=100-199")
        assert (status, body) == (206, film[100:200])
        assert headers["Content-Type"] == "video/mp4"
        assert headers["Content-Disposition"].startswith("inline")


def test_downloads_have_their_names(client: FlaskClient, analyses: SampleAnalyses) -> None:
    done = analyses.completed(title="Über die Mitte")
    _, _, headers = fetch(client.get(f"/videos/{done}/download").location)
    assert headers["Content-Disposition"].startswith("attachment; filename=")
    _, _, headers = fetch(client.get(f"/analyses/{done}/files/original").location)
    assert headers["Content-Disposition"] == "attachment; filename=bullpen.mp4"
    # A report is a page with scripts: never shown from there, always a download.
    _, _, headers = fetch(client.get(f"/analyses/{done}/files/report.html").location)
    assert headers["Content-Disposition"].startswith("attachment")


def test_scripts_get_json_from_us(client: FlaskClient, done: str) -> None:
    answer = client.get(f"/analyses/{done}/files/analysis.json")
    assert answer.status_code == 200 and json.loads(answer.data)["deliveries"]
    again = client.get(
        f"/analyses/{done}/files/analysis.json", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304
    assert client.get(f"/videos/{done}/keypoints/user").status_code == 200


def test_the_report_and_its_exports_need_no_disk(client: FlaskClient, done: str) -> None:
    assert client.get(f"/analyses/{done}").status_code == 200
    export = client.get(f"/videos/{done}/exports/trc")
    assert export.status_code == 200 and len(export.data) > 100


def test_a_film_can_be_asked_about_without_fetching_it(client: FlaskClient, done: str, samples: Path) -> None:
    answer = client.head(f"/videos/{done}/preview/processed")
    assert answer.status_code == 200
    assert answer.content_length == (samples / "sample_lefty.mp4").stat().st_size


def test_the_policy_allows_the_bucket_and_nothing_else(client: FlaskClient, app: Flask) -> None:
    origin = app.extensions["shadow"].storage.origins[0]
    policy = dict(
        part.split(" ", 1) for part in client.get("/").headers["Content-Security-Policy"].split("; ")
    )
    assert policy["media-src"] == f"'self' blob: {origin}"
    assert policy["connect-src"] == f"'self' {origin}"
    assert origin in policy["img-src"]
    assert [name for name, value in policy.items() if origin in value] == [
        "img-src",
        "media-src",
        "connect-src",
    ]


def test_ready_says_what_is_wrong_with_the_bucket(app: Flask, client: FlaskClient, service: Service) -> None:
    assert client.get("/ready").get_json()["checks"]["storage"]["ok"]
    storage = app.extensions["shadow"].storage
    storage._client.delete_bucket(Bucket=storage.address.bucket)
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert "no bucket" in answer.get_json()["checks"]["storage"]["detail"]


def test_a_film_sent_through_the_form_reaches_the_bucket(
    client: FlaskClient, app: Flask, samples: Path
) -> None:
    with (samples / "sample_lefty.mp4").open("rb") as film:
        answer = client.post("/videos/upload", data={"video": (film, "bullpen.mp4")})
    assert answer.status_code == 202
    shadow = app.extensions["shadow"]
    row = shadow.catalog.analyses.get(answer.get_json()["job_id"])
    assert shadow.storage.size(row.original_key) == (samples / "sample_lefty.mp4").stat().st_size
    assert not list((shadow.settings.data_path / "uploads").iterdir())
