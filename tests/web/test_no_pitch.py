"""A video without a found pitch is a finished analysis: every page and address answers for it."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from shadow_trainer.render import exports
from tests.web import documents
from tests.web.conftest import SampleAnalyses


def dropped(at_s: float, **changes: Any) -> dict[str, Any]:
    """A throw that was not taken as a pitch."""
    entry = {
        "time_s": at_s,
        "start_s": at_s - 1.5,
        "end_s": at_s + 0.5,
        "probability": 0.21,
        "missing": ["leg_lift"],
    }
    return {**entry, "why": "improbable", **changes}


def document(**changes: Any) -> dict[str, Any]:
    """Nobody pitched, as the engine sees it."""
    empty = {
        **documents.document(people=2),
        "deliveries": [],
        "consistency": {},
        "dropped": [dropped(1.9)],
        "verdicts": [],
    }
    return {**empty, **changes}


@pytest.fixture
def pitchless(analyses: SampleAnalyses) -> str:
    return analyses.completed(document(), title="Nothing thrown")


def test_its_page_is_the_player_with_what_the_engine_thinks_it_saw(
    client: FlaskClient, pitchless: str
) -> None:
    page = client.get(f"/analyses/{pitchless}").text
    assert "data-player" in page and "Nothing thrown" in page


@pytest.mark.parametrize(
    "address",
    [
        "/", "/analyses", "/athletes", "/references", "/compare", "/videos/{0}/info", "/videos/{0}/status",
        "/videos/{0}/keypoints/user", "/videos/{0}/keypoints/user?part=2d&as=packed",
        "/analyses?search=Nothing", "/analyses/{0}/edit", "/analyses/{0}/shares",
    ],
)  # fmt: skip
def test_every_page_that_lists_it_answers(client: FlaskClient, pitchless: str, address: str) -> None:
    response = client.get(address.format(pitchless))
    assert response.status_code == 200, response.text


@pytest.mark.parametrize("name", [name for name in exports.EXPORTS])
def test_every_export_is_a_file_or_says_why_not(client: FlaskClient, pitchless: str, name: str) -> None:
    response = client.get(f"/videos/{pitchless}/exports/{name}")
    assert response.status_code == 200 or response.get_json()["fix"], response.text


@pytest.mark.parametrize(
    "address", ["/videos/{0}/charts", "/videos/{0}/plots/knees", "/videos/{0}/pitches/0", "/compare?a={0}.0"]
)
def test_what_belongs_to_a_pitch_is_not_there(client: FlaskClient, pitchless: str, address: str) -> None:
    assert client.get(address.format(pitchless)).status_code == 404


def test_it_is_evaluated_and_shared_as_a_video_without_a_pitch(
    browser: FlaskClient, analyses: SampleAnalyses, pitchless: str
) -> None:
    answer = browser.post(f"/videos/{pitchless}/generate-evaluation")
    assert answer.status_code == 200 and answer.get_json()["deliveries"] == []
    _, token = analyses.catalog.shares.create(pitchless, days=7, by=None)
    page = browser.get(f"/s/{token}")
    assert page.status_code == 200 and "No pitch" in page.text
