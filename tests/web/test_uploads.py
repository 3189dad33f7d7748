"""Uploads: accepted as they are, refused in words, and nothing left behind."""

from __future__ import annotations

import errno
import io
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shadow_trainer.web.uploads import receive, stream
from tests.web.conftest import SampleAnalyses, make_app

MB = 1_000_000


def leftovers(app: Flask) -> list[Path]:
    settings = app.extensions["shadow"].settings
    folders = (settings.data_path / "uploads", settings.data_path / "storage")
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def send(client: FlaskClient, name: str = "a.mp4", content: bytes = b"film", **fields: str):
    return client.post("/videos/upload", data={"video": (io.BytesIO(content), name), **fields})


def test_a_script_uploads_and_gets_where_to_ask(client: FlaskClient, analyses: SampleAnalyses) -> None:
    response = send(
        client, "Bullpen 3.MOV", bytes(2 * MB), throws="left", capture_fps="240", height_m="6'2\""
    )
    assert response.status_code == 202
    body = response.get_json()
    assert set(body) == {"job_id", "status", "status_url", "result_url", "message", "estimated_time"}
    assert response.headers["Location"] == body["status_url"]
    assert response.headers["Retry-After"]
    row = analyses.catalog.analyses.get(body["job_id"])
    assert (row.title, row.original_name, row.original_bytes) == ("Bullpen 3", "Bullpen 3.MOV", 2 * MB)
    assert row.original_key.endswith("/original.mov")
    assert row.options["throws"] == "left"
    assert row.options["capture_fps"] == 240
    assert row.options["height_m"] == pytest.approx(1.8796)
    assert analyses.storage.size(row.original_key) == 2 * MB
    assert not list((analyses.storage.root.parent / "uploads").iterdir())


def test_the_film_may_be_called_file_too(client: FlaskClient) -> None:
    response = client.post("/videos/upload", data={"file": (io.BytesIO(b"x"), "a.mp4")})
    assert response.status_code == 202


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\evil.mp4", "evil.mp4"),
        ("⚾️ bullpen 🔥.mp4", "⚾️ bullpen 🔥.mp4"),
        ("a" * 300 + ".mp4", "a" * 115 + "….mp4"),
        ("evil\u202egpj.mp4", "evilgpj.mp4"),
        ("...", "film"),
        ("<b>bold</b>.mp4", "b>.mp4"),
    ],
)
def test_any_name_is_shown_and_never_used_as_a_path(
    client: FlaskClient, analyses: SampleAnalyses, name: str, shown: str
) -> None:
    assert receive.display_name(name) == shown
    response = send(client, name)
    row = analyses.catalog.analyses.get(response.get_json()["job_id"])
    assert re.fullmatch(r"analyses/[0-9a-f]{32}/original(\.mp4)?", row.original_key)
    page = client.get(f"/analyses/{row.id}")
    assert page.status_code == 200
    assert "<b>" not in page.text
    original = client.get(f"/analyses/{row.id}/files/original")
    assert original.data == b"film"


def test_control_characters_are_not_shown() -> None:
    assert receive.display_name("tab\tand\nline.mp4") == "tabandline.mp4"


@pytest.mark.parametrize("name", ["film.txt", "film", "film.exe", "film.html"])
def test_the_extension_does_not_matter(client: FlaskClient, analyses: SampleAnalyses, name: str) -> None:
    row = analyses.catalog.analyses.get(send(client, name).get_json()["job_id"])
    assert row.original_key.endswith("/original")
    served = client.get(f"/videos/{row.id}/preview/original")
    assert served.mimetype == "application/octet-stream"
    assert served.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        ({}, 400, "no_file"),
        ({"video": (io.BytesIO(b""), "")}, 400, "no_file"),
        ({"video": (io.BytesIO(b""), "empty.mp4")}, 422, "empty_file"),
        ({"video": (io.BytesIO(b"<!doctype html><title>Sign in</title>"), "a.mp4")}, 422, "not_a_video"),
        (
            {"video": (io.BytesIO(b"HTTP/1.1 200 OK\r\nDate: today\r\n\r\n" + bytes(99)), "a.mov")},
            422,
            "not_a_video",
        ),
        (
            {"video": (io.BytesIO("1\n00:00:01,000 --> 00:00:02,000\nÁ".encode("utf-16")), "a.mp4")},
            422,
            "not_a_video",
        ),
        ({"video": (io.BytesIO(b"#EXTM3U\n#EXTINF:9,\na.ts\n"), "a.mp4")}, 422, "playlist"),
        ({"video": (io.BytesIO(b"\0\0\0\x18ftypheic" + bytes(99)), "a.mp4")}, 422, "still_image"),
        ({"video": (io.BytesIO(b"x"), "a.mp4"), "throws": "both"}, 400, "bad_throws"),
        ({"video": (io.BytesIO(b"x"), "a.mp4"), "height_m": "tall"}, 400, "bad_height_m"),
        ({"video": (io.BytesIO(b"x"), "a.mp4"), "capture_fps": "nan"}, 400, "bad_capture_fps"),
        ({"video": (io.BytesIO(b"x"), "a.mp4"), "model": "xxl"}, 400, "bad_model_size"),
    ],
)
def test_what_cannot_work_is_refused_in_words(
    app: Flask, client: FlaskClient, analyses: SampleAnalyses, data: dict, status: int, code: str
) -> None:
    copies = {k: (io.BytesIO(v[0].getvalue()), v[1]) if isinstance(v, tuple) else v for k, v in data.items()}
    response = client.post("/videos/upload", data=copies, content_type="multipart/form-data")
    assert (response.status_code, response.get_json()["code"]) == (status, code)
    assert response.mimetype == "application/problem+json"
    assert analyses.catalog.analyses.count() == 0
    assert leftovers(app) == []


def test_every_wrong_field_is_named_at_once(client: FlaskClient) -> None:
    errors = send(client, throws="both", height_m="9").get_json()["errors"]
    assert [error["field"] for error in errors] == ["throws", "height_m"]


def test_too_large_is_known_before_it_is_read(data_dir: Path) -> None:
    app = make_app(data_dir, max_upload_mb=1)
    response = send(app.test_client(use_cookies=False), content=b"x" * 2 * MB)
    assert (response.status_code, response.get_json()["code"]) == (413, "too_large")
    assert "1 MB" in response.get_json()["message"]
    assert leftovers(app) == []


def test_too_large_is_noticed_while_it_is_read(data_dir: Path) -> None:
    app = make_app(data_dir, max_upload_mb=1)
    response = send(app.test_client(use_cookies=False), content=b"x" * (MB + 1000))
    assert (response.status_code, response.get_json()["code"]) == (413, "too_large")
    assert leftovers(app) == []


def test_a_full_disk_is_known_before_it_is_read(data_dir: Path) -> None:
    app = make_app(data_dir, min_free_disk_mb=10**9)
    response = send(app.test_client(use_cookies=False))
    assert (response.status_code, response.get_json()["code"]) == (507, "storage_full")
    assert leftovers(app) == []


def test_a_disk_that_fills_up_meanwhile_leaves_nothing(
    app: Flask, client: FlaskClient, analyses: SampleAnalyses, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = stream.UploadStream.open

    class Full(io.FileIO):
        def write(self, data: bytes) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    def full() -> stream.UploadStream:
        stream = opened()
        stream.file = Full(stream.path, "w+b")
        return stream

    monkeypatch.setattr(stream.UploadStream, "open", full)
    response = send(client, content=b"x" * MB)
    assert (response.status_code, response.get_json()["code"]) == (507, "storage_full")
    assert analyses.catalog.analyses.count() == 0
    assert leftovers(app) == []


def test_a_full_queue_says_so(data_dir: Path, samples: Path) -> None:
    app = make_app(data_dir, queue_limit=1)
    SampleAnalyses(app, samples).queued()
    client = app.test_client(use_cookies=False)
    for response in (send(client), client.post("/videos/sample-lefty")):
        assert (response.status_code, response.get_json()["code"]) == (503, "queue_full")
        assert response.headers["Retry-After"]


def test_another_person_is_not_chosen_when_the_queue_is_full(data_dir: Path, samples: Path) -> None:
    analyses = SampleAnalyses(app := make_app(data_dir, queue_limit=1), samples)
    done, _ = analyses.completed(), analyses.queued()
    browser = app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/").text)[1]
    answer = browser.post(f"/analyses/{done}/person", data={"csrf_token": token, "person": "1"})
    assert answer.status_code == 503
    assert analyses.catalog.analyses.get(done).options.get("person") is None


def test_a_film_without_a_row_is_not_kept(
    app: Flask, client: FlaskClient, analyses: SampleAnalyses, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        raise RuntimeError("no database")

    monkeypatch.setattr(analyses.catalog.analyses, "create", broken)
    assert send(client).status_code == 500
    assert leftovers(app) == []


def test_the_form_keeps_its_values_and_links_to_the_wrong_field(browser: FlaskClient) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/").text)[1]
    fields = {"csrf_token": token, "throws": "left", "view": "rear", "height_m": "9 m", "model_size": "s"}
    response = browser.post("/", data={**fields, "video": (io.BytesIO(b"x"), "a.mp4")})
    assert response.status_code == 400
    assert 'value="left" checked' in response.text
    assert '<option value="rear" selected>' in response.text
    assert 'value="9 m"' in response.text
    assert 'href="#height_m"' in response.text
    assert 'aria-describedby="height_m-problem"' in response.text


def test_the_form_leads_to_the_analysis(browser: FlaskClient) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/").text)[1]
    response = browser.post("/", data={"csrf_token": token, "video": (io.BytesIO(b"x"), "a.mp4")})
    assert response.status_code == 303
    assert re.fullmatch(r"/analyses/[0-9a-f]{32}", response.headers["Location"])


def test_what_a_killed_process_left_is_swept(app: Flask) -> None:
    import os

    folder = stream.area(app)
    old, fresh = folder / "upload-old.part", folder / "upload-new.part"
    for path in (old, fresh):
        path.touch()
    os.utime(old, (0, 0))
    stream.sweep(app)
    assert [path.name for path in folder.iterdir()] == ["upload-new.part"]
