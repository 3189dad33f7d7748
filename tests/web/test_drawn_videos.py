"""A drawn video is a download: while it is not there, asking for it has it drawn, and the answer says when to come back."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from flask.testing import FlaskClient

from shadow_trainer.jobs.correction import videos
from shadow_trainer.jobs.queue.manager import Drawing
from shadow_trainer.vocabulary import State
from tests.web import documents
from tests.web.conftest import SampleAnalyses
from tests.web.test_history import Hand, hand  # noqa: F401 - a fixture

NAMES = ("overlay.mp4", "side_by_side.mp4")


@pytest.fixture
def asked(app: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What was asked of the queue, which here takes jobs in and no more."""
    said: list[tuple[str, str]] = []

    def draw(analysis_id: str, name: str) -> Drawing:
        said.append((analysis_id, name))
        return Drawing(State.PROCESSING, 40.0)

    monkeypatch.setattr(app.extensions["shadow"].jobs, "_draw", draw)
    return said


def undrawn(analyses: SampleAnalyses) -> str:
    """A finished analysis as this release publishes it."""
    done = analyses.completed(drawn=())
    assert not set(NAMES) & set(analyses.catalog.analyses.get(done).files)
    return done


@pytest.mark.parametrize(
    "path", ["/videos/{}/preview/processed", "/videos/{}/download", "/analyses/{}/files/overlay.mp4"]
)
def test_what_is_not_drawn_is_asked_for(
    client: FlaskClient, analyses: SampleAnalyses, asked: list[tuple[str, str]], path: str
) -> None:
    done = undrawn(analyses)
    assert client.get(f"/videos/{done}/status").json["status"] == "completed"
    answer = client.get(path.format(done), headers={"Accept": "application/json"})
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (202, True)
    assert answer.json.items() >= {"status": "processing", "progress": 40.0, "video": "overlay.mp4"}.items()
    assert asked == [(done, "overlay.mp4")]


def test_a_browser_without_a_script_asks_again_by_itself(
    client: FlaskClient, analyses: SampleAnalyses, asked: list[tuple[str, str]]
) -> None:
    done = undrawn(analyses)
    page = client.get(f"/analyses/{done}/files/side_by_side.mp4?download", headers={"Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (202, "text/html")
    assert page.headers["Refresh"] == page.headers["Retry-After"]
    assert "40 %" in page.text and asked == [(done, "side_by_side.mp4")]


def test_the_report_offers_them_and_plays_without_them(
    client: FlaskClient, analyses: SampleAnalyses, asked: list[tuple[str, str]]
) -> None:
    done = undrawn(analyses)
    page = client.get(f"/analyses/{done}").text
    assert page.count("data-drawn-video") == 2 and "preview.mp4" in page
    assert set(client.get(f"/videos/{done}/info").json["videos"]) == set(NAMES)
    assert asked == [], "looking at a report draws nothing"


def test_an_old_analysis_keeps_its_videos(
    client: FlaskClient, analyses: SampleAnalyses, asked: list[tuple[str, str]]
) -> None:
    done = analyses.completed()
    assert client.get(f"/videos/{done}/preview/processed").status_code == 200
    assert client.get(f"/analyses/{done}/files/side_by_side.mp4?download").status_code == 200
    assert asked == []


def test_without_the_video_itself_it_is_not_to_be_had(
    client: FlaskClient, analyses: SampleAnalyses, asked: list[tuple[str, str]]
) -> None:
    done = undrawn(analyses)
    analyses.storage.delete(analyses.catalog.analyses.get(done).original_key)
    answer = client.get(f"/videos/{done}/download")
    assert (answer.status_code, answer.json["code"], asked) == (404, "original_missing", [])
    assert "data-drawn-video" not in client.get(f"/analyses/{done}").text


def test_a_drawing_that_fails_each_time_is_an_error(
    client: FlaskClient,
    analyses: SampleAnalyses,
    asked: list[tuple[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done = undrawn(analyses)
    monkeypatch.setattr(videos.drawing_tries, "of", lambda *_: videos.drawing_tries.MOST)
    answer = client.get(f"/videos/{done}/download")
    assert (answer.status_code, answer.json["code"], asked) == (500, "not_drawn", [])


def test_a_share_link_has_them_drawn_and_opens_without_them(
    client: FlaskClient, analyses: SampleAnalyses, asked: list[tuple[str, str]]
) -> None:
    done = undrawn(analyses)
    _, token = analyses.catalog.shares.create(done, days=7, by=None)
    page = client.get(f"/s/{token}")
    assert page.status_code == 200 and "media/preview.mp4" in page.text and "overlay.mp4" not in page.text
    assert asked == [(done, name) for name in NAMES]
    answer = client.get(f"/s/{token}/media/overlay.mp4")
    assert (answer.status_code, answer.mimetype) == (202, "application/json")


def test_a_zip_has_the_plain_video_where_none_is_drawn(
    hand: Hand,  # noqa: F811
    analyses: SampleAnalyses,
    asked: list[tuple[str, str]],
) -> None:
    ids = [undrawn(analyses), analyses.completed()]
    answer = hand.send("/analyses/selected", id=ids, action="download")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        inside = [name.partition("/")[::2] for name in archive.namelist() if name.endswith(".mp4")]
    assert sorted((folder[:2], name) for folder, name in inside) == [
        ("01", "preview.mp4"), ("02", "overlay.mp4"), ("02", "side_by_side.mp4"),
    ]  # fmt: skip
    assert asked == []


def test_without_a_pitch_there_is_nothing_to_draw(
    client: FlaskClient, analyses: SampleAnalyses, asked: list[tuple[str, str]]
) -> None:
    done = analyses.completed({**documents.document(), "deliveries": []}, drawn=())
    answer = client.get(f"/videos/{done}/download")
    assert (answer.status_code, answer.json["code"], asked) == (404, "no_such_file", [])
    assert client.get(f"/videos/{done}/info").json["videos"] == {}
