"""A coach says what is a pitch and what is none: the numbers follow at once, or a job measures what is missing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from shadow_trainer import pitching
from shadow_trainer.jobs.pipeline.document import plain
from shadow_trainer.vocabulary import State
from tests.pitching import bodies
from tests.web import documents
from tests.web.conftest import SampleAnalyses
from tests.web.test_events import stored


def measure(analyses: SampleAnalyses, tmp_path: Path, count: int = 2, people: int = 2) -> str:
    """A finished analysis whose pose and numbers belong together, and of which it is known what was measured."""
    series = bodies.pitch(60.0, count=count)
    result = pitching.analyse(series)
    end_s = float(series.time_s[-1])
    video = {**documents.document()["video"], "frame_count": len(series), "duration_s": end_s + 4.0}
    solved = {
        "throws": "right", "height_m": 1.8, "capture_fps": 60.0, "time_scale": 1.0, "rate_given": False,
        "usual_height_m": 1.8, "spans": [[0.0, end_s, 0]],
    }  # fmt: skip
    kept = {name: result[name] for name in ("athlete", "view", "deliveries", "dropped", "consistency")}
    document = {**documents.document(people=people), **kept, "verdicts": [], "video": video, "solved": solved}
    pose, places = tmp_path / "pose.npz", tmp_path / "people.json"
    series.save(pose)
    times = [n / 10 for n in range(int(10 * end_s) + 40)]
    boxes = [[0, 0, 10, 10]] * len(times)
    seen = [{"id": 0, "times": times, "boxes": boxes}, {"id": 1, "times": times[-20:], "boxes": boxes[-20:]}]
    places.write_text(json.dumps({"width": 1280, "height": 720, "time_scale": 1.0, "people": seen}))
    return analyses.completed(plain(document), files={"pose.npz": pose, "people.json": places})


@pytest.fixture
def measured(analyses: SampleAnalyses, tmp_path: Path) -> str:
    return measure(analyses, tmp_path)


def say(client: FlaskClient, analysis_id: str, **body: Any):
    return client.post(f"/videos/{analysis_id}/deliveries", json=body)


def releases(document: dict[str, Any]) -> list[float]:
    return [delivery["events"]["release"]["time_s"] for delivery in document["deliveries"]]


def test_a_pitch_is_said_to_be_none_and_taken_back(
    client: FlaskClient, analyses: SampleAnalyses, measured: str
) -> None:
    first, second = releases(stored(analyses, measured))
    answer = client.delete(f"/videos/{measured}/deliveries/0")
    assert answer.status_code == 200, answer.text
    after = stored(analyses, measured)
    assert releases(after) == pytest.approx([second], abs=1e-6)
    assert [(one["why"], round(one["time_s"], 2)) for one in after["dropped"]] == [("said", round(first, 2))]
    assert after["verdicts"] == [{"at_s": pytest.approx(first), "verdict": "no_pitch", "person": None}]
    row = analyses.catalog.analyses.get(measured)
    assert row.result["deliveries"] == 1 and len(row.options["verdicts"]) == 1
    assert say(client, measured, at_s=after["dropped"][0]["time_s"], verdict=None).status_code == 200
    assert releases(stored(analyses, measured)) == pytest.approx([first, second], abs=1e-6)
    assert "verdicts" not in analyses.catalog.analyses.get(measured).options


def test_the_last_pitch_may_go_and_the_page_stays(
    client: FlaskClient, analyses: SampleAnalyses, tmp_path: Path
) -> None:
    only = measure(analyses, tmp_path, count=1)
    assert client.delete(f"/videos/{only}/deliveries/0").status_code == 200
    assert stored(analyses, only)["deliveries"] == []
    page = client.get(f"/analyses/{only}")
    assert page.status_code == 200 and "no pitch" in page.text.lower()


def test_a_release_is_set_where_the_motion_reaches(
    client: FlaskClient, analyses: SampleAnalyses, measured: str
) -> None:
    first, second = releases(stored(analyses, measured))
    client.post(f"/videos/{measured}/events", json={"delivery": 1, "events": {"foot_contact": second - 0.16}})
    client.post(f"/videos/{measured}/events", json={"delivery": 0, "events": {"release": first + 0.01}})
    answer = say(client, measured, at_s=first + 0.05, person=0)
    assert answer.status_code == 200, answer.text
    after = stored(analyses, measured)
    assert releases(after) == pytest.approx([first + 0.05, second], abs=1e-4)
    assert after["deliveries"][0]["verdict"] == "release"
    # What was moved of the other pitch stays; the release that was moved by hand gives way to the one that is set.
    assert after["moved_events"] == {"1": {"foot_contact": pytest.approx(second - 0.16)}}
    (moved,) = analyses.catalog.analyses.get(measured).options["moved"]
    assert moved["at_s"] == pytest.approx(second, abs=1e-4)


@pytest.mark.parametrize("body", [{"verdict": "release"}, {"verdict": "release", "person": 1}])
def test_where_the_motion_does_not_reach_a_job_measures_that_stretch(
    client: FlaskClient, analyses: SampleAnalyses, measured: str, body: dict[str, Any]
) -> None:
    at_s = stored(analyses, measured)["video"]["duration_s"] - 1.0
    answer = say(client, measured, at_s=at_s, **body)
    assert answer.status_code == 202 and answer.get_json()["status_url"], answer.text
    row = analyses.catalog.analyses.get(measured)
    assert row.state == State.QUEUED
    (said,) = row.options["verdicts"]
    assert said == {"at_s": pytest.approx(at_s), "verdict": "release", "person": body.get("person")}


def test_without_the_video_nothing_is_lost_where_the_motion_does_not_reach(
    client: FlaskClient, analyses: SampleAnalyses, measured: str
) -> None:
    analyses.storage.delete(analyses.catalog.analyses.get(measured).original_key)
    answer = say(client, measured, at_s=stored(analyses, measured)["video"]["duration_s"] - 1.0)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "original_missing")
    assert analyses.catalog.analyses.get(measured).state == State.COMPLETED


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "bad_json"),
        ({"at_s": 1.0, "who": 1}, "unknown_option"),
        ({"at_s": "soon"}, "bad_release"),
        ({"at_s": 999.0}, "bad_release"),
        ({"at_s": 1.0, "verdict": "perhaps"}, "bad_verdicts"),
        ({"at_s": 1.0, "person": "me"}, "bad_person"),
        ({"at_s": 1.0, "person": 9}, "no_such_person"),
        ({"at_s": 1.0, "person": 1}, "person_not_there"),
    ],
)
def test_what_cannot_be_said_changes_nothing_and_says_what_to_do(
    client: FlaskClient, analyses: SampleAnalyses, measured: str, body: dict[str, Any], code: str
) -> None:
    before = stored(analyses, measured)
    answer = say(client, measured, **body)
    assert (answer.status_code, answer.get_json()["code"]) == (400, code) and answer.get_json()["fix"]
    assert stored(analyses, measured) == before


def test_two_pitches_too_near_to_each_other_are_refused(
    client: FlaskClient, analyses: SampleAnalyses, measured: str
) -> None:
    first, _ = releases(stored(analyses, measured))
    assert say(client, measured, at_s=first).status_code == 200
    answer = say(client, measured, at_s=first + 1.0)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "pitches_too_near")
    assert client.delete(f"/videos/{measured}/deliveries/7").status_code == 404


def test_a_form_says_it_as_well(browser: FlaskClient, analyses: SampleAnalyses, measured: str) -> None:
    first, second = releases(stored(analyses, measured))
    page = browser.get(f"/analyses/{measured}").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": token, "at_s": f"{first:.3f}", "verdict": "no_pitch"}
    assert (
        "Measured again"
        in browser.post(f"/analyses/{measured}/verdicts", data=form, follow_redirects=True).text
    )
    assert releases(stored(analyses, measured)) == pytest.approx([second], abs=1e-6)
    wrong = browser.post(
        f"/analyses/{measured}/verdicts", data={**form, "at_s": "soon"}, follow_redirects=True
    )
    assert "at_s is no time" in wrong.text
