"""A coach corrects hand, height, capture rate, level, shadow or view: measured again without the video."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from shadow_trainer.body.series import PoseSeries
from shadow_trainer.jobs.correction import redraw
from tests.web.conftest import SampleAnalyses
from tests.web.test_events import measured, stored  # noqa: F401 - the fixture is used by name


def send(client: FlaskClient, analysis_id: str, **changes: Any):
    return client.post(f"/videos/{analysis_id}/assumptions", json=changes)


def metric(document: dict[str, Any], name: str, event: str = "foot_contact") -> dict[str, Any]:
    rows = document["deliveries"][0]["metrics"]
    return next(row for row in rows if (row["name"], row["event"]) == (name, event))


def pose(analyses: SampleAnalyses, analysis_id: str) -> PoseSeries:
    with analyses.storage.open(f"analyses/{analysis_id}/pose.npz") as file:
        import io

        return PoseSeries.load(io.BytesIO(file.read()))


def test_a_level_changes_the_norms_and_never_the_values(
    client: FlaskClient, analyses: SampleAnalyses, measured: str  # noqa: F811
) -> None:  # fmt: skip
    before = stored(analyses, measured)
    response = send(client, measured, level="youth")
    assert response.status_code == 200, response.text
    after = stored(analyses, measured)
    knee, young = metric(before, "lead_knee_flexion"), metric(after, "lead_knee_flexion")
    assert young["value"] == pytest.approx(knee["value"], abs=1e-3)
    assert young["norm"] != knee["norm"]
    assert after["level"] == response.get_json()["level"] == "youth"
    assert analyses.catalog.analyses.get(measured).options["level"] == "youth"
    assert response.get_json()["assumptions"]["level"] == "youth"


def test_a_height_scales_the_metres_and_can_be_taken_back(
    client: FlaskClient, analyses: SampleAnalyses, measured: str  # noqa: F811
) -> None:  # fmt: skip
    send(client, measured, height_m=1.85)
    first, solved = stored(analyses, measured), pose(analyses, measured)
    assert send(client, measured, height_m=1.665).status_code == 200
    small = stored(analyses, measured)
    speed = ("pelvis_forward_velocity@max", None)
    assert metric(small, *speed)["value"] == pytest.approx(0.9 * metric(first, *speed)["value"], rel=0.01)
    assert small["athlete"] == {**first["athlete"], "height_m": 1.665, "height_source": "given"}
    np.testing.assert_allclose(pose(analyses, measured).world_m, 0.9 * solved.world_m, rtol=1e-5)
    send(client, measured, height_m=None)
    assert stored(analyses, measured)["athlete"]["height_source"] == "estimated"
    np.testing.assert_allclose(pose(analyses, measured).world_m, solved.world_m, rtol=1e-6)


def test_a_capture_rate_scales_the_seconds_and_moved_events_with_them(
    client: FlaskClient, analyses: SampleAnalyses, measured: str  # noqa: F811
) -> None:  # fmt: skip
    contact = stored(analyses, measured)["deliveries"][0]["events"]["foot_contact"]["time_s"]
    client.post(
        f"/videos/{measured}/events", json={"delivery": 0, "events": {"foot_contact": contact - 0.02}}
    )
    before = stored(analyses, measured)
    response = send(client, measured, capture_fps=132)
    assert response.status_code == 200, response.text
    after = stored(analyses, measured)
    assert after["video"]["capture_fps"] == 132
    assert after["video"]["time_scale"] == pytest.approx(before["video"]["fps"] / 132)
    moved = after["moved_events"]["0"]["foot_contact"]
    assert moved == pytest.approx((contact - 0.02) * 120 / 132)
    assert after["deliveries"][0]["events"]["foot_contact"]["time_s"] == pytest.approx(moved)
    assert [w["code"] for w in after["warnings"]].count("capture_rate_changed") == 1
    send(client, measured, capture_fps="")
    back = stored(analyses, measured)
    assert back["video"] == before["video"]
    assert back["moved_events"]["0"]["foot_contact"] == pytest.approx(contact - 0.02)
    assert "capture_rate_changed" not in [w["code"] for w in back["warnings"]]


def test_without_a_shadow_its_file_goes_and_comes_back(
    client: FlaskClient, analyses: SampleAnalyses, measured: str  # noqa: F811
) -> None:  # fmt: skip
    send(client, measured, reference="elite")
    assert "shadow.npz" in analyses.catalog.analyses.get(measured).files
    send(client, measured, reference="none")
    assert "shadow.npz" not in analyses.catalog.analyses.get(measured).files
    assert stored(analyses, measured)["deliveries"][0]["similarity"] == {}
    assert client.get(f"/analyses/{measured}").status_code == 200


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"throws": "left"}, "no_pitch_found"),
        ({"throws": "both"}, "bad_throws"),
        ({"height_m": 9}, "bad_height_m"),
        ({"capture_fps": "fast"}, "bad_capture_fps"),
        ({"capture_fps": 960}, "no_pitch_found"),
        ({"level": "olympic"}, "bad_level"),
        ({"reference": "nobody"}, "no_such_reference"),
        ({"model_size": "xs"}, "unknown_option"),
        ({}, "bad_json"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(
    client: FlaskClient, analyses: SampleAnalyses, measured: str, changes: dict, code: str  # noqa: F811
) -> None:  # fmt: skip
    before, options = stored(analyses, measured), analyses.catalog.analyses.get(measured).options
    response = send(client, measured, **changes)
    assert response.status_code in (400, 404) and response.get_json()["code"] == code, response.text
    assert stored(analyses, measured) == before
    assert analyses.catalog.analyses.get(measured).options == options


def post_form(app: Any, analysis_id: str, **form: str):
    """The form without JavaScript."""
    browser = app.test_client()
    page = browser.get(f"/analyses/{analysis_id}").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    response = browser.post(f"/analyses/{analysis_id}/assumptions", data={**form, "csrf_token": token})
    return response, browser.get(f"/analyses/{analysis_id}").text


def test_the_page_says_that_the_report_file_is_old_until_it_is_made_again(
    app: Any, client: FlaskClient, analyses: SampleAnalyses, measured: str  # noqa: F811
) -> None:  # fmt: skip
    assert "made again as soon as" not in client.get(f"/analyses/{measured}").text
    form = {"throws": "right", "height_m": "6'1\"", "capture_fps": "", "level": "college", "view": "auto"}
    response, _ = post_form(app, measured, **form)
    assert (response.status_code, response.headers["Location"]) == (303, f"/analyses/{measured}#assumptions")
    page = client.get(f"/analyses/{measured}").text
    assert "made again as soon as" in page
    assert 'value="1.8542"' in page and '<option value="college" selected>' in page
    revision = stored(analyses, measured)["revision"]
    path = analyses.storage.root.parent / "draft"
    path.write_text(f'{{"revision": "{revision}"}}')
    analyses.storage.put(f"analyses/{measured}/{redraw.DRAWN}", path)
    assert "made again as soon as" not in client.get(f"/analyses/{measured}").text


def test_a_wrong_field_is_said_on_the_page(app: Any, analyses: SampleAnalyses, measured: str) -> None:  # noqa: F811
    _, page = post_form(app, measured, height_m="tall")
    assert "is not a height" in page and 'role="alert"' in page


def test_what_is_not_finished_has_nothing_to_correct(client: FlaskClient, analyses: SampleAnalyses) -> None:
    assert send(client, analyses.running(), level="pro").status_code == 409
