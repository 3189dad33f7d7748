"""Films straight from the browser to the bucket: a ticket after every check, a take-over after every check."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shadow_trainer.catalog.users import COACH
from shadow_trainer.errors import Unavailable
from shadow_trainer.web.accounts.viewer import Viewer
from shadow_trainer.web.uploads import tickets
from tests.storage.service import KEYS, Service
from tests.storage.test_s3 import post
from tests.web.conftest import make_app

PRESIGN, COMPLETE = "/videos/uploads/presign", "/videos/uploads/complete"


@pytest.fixture
def app(data_dir: Path, service: Service) -> Flask:
    """The application, with its videos in a bucket."""
    return make_app(data_dir, storage_url=service.new_bucket(), queue_limit=3, max_upload_mb=1, **KEYS)


@pytest.fixture
def storage(app: Flask):
    return app.extensions["shadow"].storage


def signed(client: FlaskClient, film: bytes = b"film", **fields: str) -> dict:
    answer = client.post(PRESIGN, data={"name": "IMG 1.MOV", "size_bytes": str(len(film)), **fields})
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


def sent(client: FlaskClient, film: bytes = b"film") -> str:
    """A video in the bucket; the word to claim it by."""
    ticket = signed(client, film)
    assert post(ticket["url"], ticket["fields"], film) in (200, 201, 204)
    return ticket["claim"]


def test_a_film_goes_to_the_bucket_and_into_the_queue(client: FlaskClient, app: Flask, storage) -> None:
    word = sent(client)
    answer = client.post(COMPLETE, data={"claim": word, "throws": "left"})
    assert answer.status_code == 202
    assert answer.headers["Location"] == answer.get_json()["status_url"]
    row = app.extensions["shadow"].catalog.analyses.get(answer.get_json()["job_id"])
    assert (row.state, row.original_name, row.title) == ("queued", "IMG 1.MOV", "IMG 1")
    assert (row.original_bytes, row.options["throws"]) == (4, "left")
    assert list(storage.list()) == [f"analyses/{row.id}/original.mov"]


def test_completing_twice_is_one_analysis(client: FlaskClient, app: Flask) -> None:
    word = sent(client)
    first, again = (client.post(COMPLETE, data={"claim": word}).get_json()["job_id"] for _ in range(2))
    assert first == again
    assert app.extensions["shadow"].catalog.analyses.count() == 1


def test_a_ticket_cannot_change_a_film_that_was_taken_over(client: FlaskClient, storage) -> None:
    ticket = signed(client)
    post(ticket["url"], ticket["fields"], b"film")
    row_id = client.post(COMPLETE, data={"claim": ticket["claim"]}).get_json()["job_id"]
    post(ticket["url"], ticket["fields"], b"evil")
    assert storage.open(f"analyses/{row_id}/original.mov").read() == b"film"


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"size_bytes": "1000001"}, 413, "too_large"),
        ({"size_bytes": "0"}, 422, "empty_file"),
        ({"size_bytes": "many"}, 400, "bad_size"),
        ({"size_bytes": "9" * 5000}, 400, "bad_size"),
        ({"size_bytes": ""}, 400, "bad_size"),
        ({"size_bytes": "5", "throws": "up"}, 400, "bad_throws"),
    ],
)
def test_what_would_be_refused_gets_no_ticket(
    client: FlaskClient, fields: dict[str, str], status: int, code: str
) -> None:
    answer = client.post(PRESIGN, data={"name": "a.mp4", **fields})
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def test_a_full_queue_gives_no_ticket(client: FlaskClient) -> None:
    for _ in range(3):
        client.post(COMPLETE, data={"claim": sent(client)})
    answer = client.post(PRESIGN, data={"name": "a.mp4", "size_bytes": "5"})
    assert (answer.status_code, answer.get_json()["code"]) == (503, "queue_full")


def test_what_has_not_arrived_whole_is_no_analysis(client: FlaskClient, storage) -> None:
    ticket = signed(client, b"film")
    answer = client.post(COMPLETE, data={"claim": ticket["claim"]})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "not_arrived")
    post(ticket["url"], ticket["fields"], b"fi")
    answer = client.post(COMPLETE, data={"claim": ticket["claim"]})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "not_whole")
    assert list(storage.list()) == []


def test_what_begins_with_text_is_no_analysis_and_goes(client: FlaskClient, storage) -> None:
    word = sent(client, b'{"error": "The link has expired."}')
    answer = client.post(COMPLETE, data={"claim": word})
    assert (answer.status_code, answer.get_json()["code"]) == (422, "not_a_video")
    assert "text" in answer.get_json()["message"]
    assert list(storage.list()) == []


def test_only_words_of_ours_count(client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    word = sent(client)
    for wrong in ("", "x", word[:-1], word.swapcase()):
        assert client.post(COMPLETE, data={"claim": wrong}).get_json()["code"] == "bad_claim"
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + tickets.GOOD_FOR_S + 5)
    assert client.post(COMPLETE, data={"claim": word}).get_json()["code"] == "bad_claim"


def test_somebody_elses_film_cannot_be_claimed(
    client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    word = sent(client)
    monkeypatch.setattr(tickets, "viewer", lambda: Viewer(7, "Somebody else", COACH))
    answer = client.post(COMPLETE, data={"claim": word})
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_claim")
    assert app.extensions["shadow"].catalog.analyses.count() == 0


def test_another_site_gets_no_ticket(client: FlaskClient) -> None:
    answer = client.post(
        PRESIGN, data={"name": "a.mp4", "size_bytes": "5"}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403


def test_a_film_is_not_lost_when_the_database_is_away(
    client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    word, catalog = sent(client), app.extensions["shadow"].catalog

    def away(**_: object) -> None:
        raise Unavailable("The database does not answer.")

    with monkeypatch.context() as broken:
        broken.setattr(catalog.analyses, "create", away)
        assert client.post(COMPLETE, data={"claim": word}).status_code == 503
    assert client.post(COMPLETE, data={"claim": word}).status_code == 202


def test_what_nobody_claims_is_swept(client: FlaskClient, storage) -> None:
    sent(client)
    storage.sweep(3600)
    assert len(list(storage.list("incoming"))) == 1
    storage.sweep(-1)
    assert list(storage.list()) == []


def test_the_form_knows_where_films_go(client: FlaskClient, data_dir: Path, tmp_path: Path) -> None:
    assert f'data-presign="{PRESIGN}"' in client.get("/").text
    folder = make_app(tmp_path / "other").test_client(use_cookies=False)
    assert "data-presign" not in folder.get("/").text
    answer = folder.post(PRESIGN, data={"name": "a.mp4", "size_bytes": "5"})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "no_direct_upload")
    sent_through_us = folder.post("/videos/upload", data={"video": (io.BytesIO(b"film"), "a.mp4")})
    assert sent_through_us.status_code == 202
