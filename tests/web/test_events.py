"""A coach moves an event: the numbers follow at once, and can be put back."""

from __future__ import annotations

import contextlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shadow_trainer import pitching
from shadow_trainer.jobs.correction import remeasure
from shadow_trainer.jobs.pipeline.document import plain
from tests.pitching.bodies import pitch
from tests.web import documents
from tests.web.conftest import SampleAnalyses, make_app


def measure(analyses: SampleAnalyses) -> str:
    """A finished analysis whose pose and numbers belong together."""
    series = pitch(fps=120.0)
    analysis = pitching.analyse(series)
    video = {**documents.document()["video"], "fps": 120.0, "capture_fps": 120.0, "frame_count": len(series)}
    changed = {name: analysis[name] for name in ("athlete", "view", "deliveries", "consistency")}
    analysis_id = analyses.completed(plain({**documents.document(), **changed, "video": video}))
    path = analyses.storage.root.parent / "draft"
    series.save(path)
    analyses.storage.put(f"analyses/{analysis_id}/pose.npz", path)
    return analysis_id


@pytest.fixture
def measured(analyses: SampleAnalyses) -> str:
    """One of them."""
    return measure(analyses)


def stored(analyses: SampleAnalyses, analysis_id: str) -> dict[str, Any]:
    with analyses.storage.open(f"analyses/{analysis_id}/analysis.json") as file:
        return json.load(file)


def knee(document: dict[str, Any]) -> float:
    rows = document["deliveries"][0]["metrics"]
    return next(
        row["value"] for row in rows if (row["name"], row["event"]) == ("lead_knee_flexion", "foot_contact")
    )


def send(client: FlaskClient, analysis_id: str, **body: Any):
    return client.post(f"/videos/{analysis_id}/events", json=body)


def test_a_moved_event_changes_the_numbers_and_can_be_put_back(
    client: FlaskClient, analyses: SampleAnalyses, measured: str
) -> None:
    before = stored(analyses, measured)
    contact = before["deliveries"][0]["events"]["foot_contact"]["time_s"]
    response = send(client, measured, delivery=0, events={"foot_contact": contact - 0.05})
    assert response.status_code == 200, response.text
    after = stored(analyses, measured)
    event = after["deliveries"][0]["events"]["foot_contact"]
    assert event["time_s"] == pytest.approx(contact - 0.05, abs=1e-6)
    assert event["estimated"] is False
    assert knee(after) != pytest.approx(knee(before), abs=0.1)
    assert "moved by hand" in client.get(f"/analyses/{measured}").text
    assert (
        analyses.catalog.analyses.deliveries(measured)[0].summary["events"]["foot_contact"] == event["time_s"]
    )
    assert send(client, measured, delivery=0, events={}).status_code == 200
    back = stored(analyses, measured)
    assert knee(back) == pytest.approx(knee(before), abs=1e-3)
    assert "moved by hand" not in client.get(f"/analyses/{measured}").text


def test_two_corrections_at_once_are_both_kept(
    analyses: SampleAnalyses, data_dir: Path, measured: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = stored(analyses, measured)["deliveries"][0]["events"]
    moved = {name: round(events[name]["time_s"] - 0.02, 4) for name in ("leg_lift", "foot_contact")}
    # As two web machines: no lock of one process.
    monkeypatch.setattr(remeasure, "_one_at_a_time", contextlib.nullcontext())
    apps = [make_app(data_dir) for _ in moved]

    def correct(app: Flask, name: str) -> int:
        client = app.test_client(use_cookies=False)
        return send(client, measured, delivery=0, events={name: moved[name]}).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(correct, apps, moved)) == [200, 200]
    assert stored(analyses, measured)["moved_events"] == {"0": moved}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"events": {"foot_contact": 999.0}}, "event_outside"),
        ({"events": {"dance": 1.0}}, "no_such_event"),
        ({"delivery": 7, "events": {"release": 1.0}}, "no_such_delivery"),
        ({"events": {"release": "soon"}}, "bad_events"),
        ({"events": {"release": True}}, "bad_events"),
        ({"events": [1]}, "bad_json"),
        ({}, "bad_json"),
    ],
)
def test_an_event_that_cannot_be_there_changes_nothing(
    client: FlaskClient, analyses: SampleAnalyses, measured: str, body: dict, code: str
) -> None:
    before = stored(analyses, measured)
    response = send(client, measured, **body)
    assert (response.status_code, response.get_json()["code"]) == (400, code)
    assert stored(analyses, measured) == before


def test_what_is_not_finished_has_no_events_to_move(client: FlaskClient, analyses: SampleAnalyses) -> None:
    assert send(client, analyses.running(), events={"release": 1.0}).status_code == 409


def test_events_are_moved_and_put_back_by_a_plain_form(
    browser: FlaskClient, analyses: SampleAnalyses, measured: str
) -> None:
    before = stored(analyses, measured)["deliveries"][0]["events"]
    page = browser.get(f"/analyses/{measured}").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    values = {name: f"{event['time_s']:.3f}" for name, event in before.items()}
    form = {**values, "csrf_token": token, "delivery": "0"}
    contact = before["foot_contact"]["time_s"] - 0.02

    def post(**changes: str):
        return browser.post(f"/analyses/{measured}/events", data={**form, **changes}, follow_redirects=True)

    assert "No event was moved" in post().text
    assert "Measured again" in post(foot_contact=f"{contact:.3f}").text
    document = stored(analyses, measured)
    assert set(document["moved_events"]["0"]) == {"foot_contact"}
    assert abs(document["deliveries"][0]["events"]["foot_contact"]["time_s"] - contact) < 0.02
    assert "must come" in post(foot_contact="0.001").text
    post(undo="1")
    after = stored(analyses, measured)["deliveries"][0]["events"]
    for name, event in before.items():
        assert after[name]["time_s"] == pytest.approx(event["time_s"], abs=1e-6)
    assert browser.post(f"/analyses/{measured}/events", data={**form, "delivery": "7"}).status_code == 404
