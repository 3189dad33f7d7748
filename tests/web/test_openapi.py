"""The API says what it is, and is what it says: addresses, answers, and one kind of error everywhere."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from shadow_trainer.web.openapi import describe
from shadow_trainer.web.openapi.document import api_rules
from shadow_trainer.web.openapi.operations import OPERATIONS
from tests.web.conftest import SampleAnalyses
from tests.web.test_events import measured  # noqa: F401


def check(app: Flask, schema: str, value: Any) -> None:
    """The value is what the schema of this name says."""
    components = describe(app)["components"]
    Draft202012Validator({"$ref": f"#/components/schemas/{schema}", "components": components}).validate(value)


def test_the_description_is_openapi(client: FlaskClient) -> None:
    answer = client.get("/openapi.json")
    assert answer.status_code == 200
    assert list(OpenAPIV31SpecValidator(answer.get_json()).iter_errors()) == []


def test_every_route_of_the_api_is_described_and_nothing_else(app: Flask) -> None:
    there = {rule.endpoint for rule, _ in api_rules(app)}
    assert there == set(OPERATIONS)
    paths = describe(app)["paths"]
    for path in (
        "/videos/upload", "/videos/sample-lefty", "/videos/get_3d_keypoints",
        "/videos/{analysis_id}/keypoints/pro", "/videos/{analysis_id}/generate-evaluation", "/pro-keypoints/list",
    ):  # fmt: skip
        assert path in paths
    for entry in paths.values():
        for operation in entry.values():
            assert operation["summary"]


def test_options_carry_their_own_limits(app: Flask) -> None:
    options = describe(app)["components"]["schemas"]["Options"]["properties"]
    assert options["model_size"]["enum"] == ["xs", "s", "m", "l"]
    assert options["height_m"]["maximum"] == 2.4


def addresses(app: Flask) -> list[tuple[str, str, str]]:
    """``(endpoint, method, address with an unknown analysis)`` of the whole API."""
    values = {"analysis_id": "0" * 32, "name": "json", "place": "0"}
    routes = []
    for rule, method in api_rules(app):
        path = rule.rule.replace("<int:", "<")
        for name, value in values.items():
            path = path.replace(f"<{name}>", value)
        routes.append((rule.endpoint, method, path))
    return routes


def test_every_error_of_every_address_is_a_problem(app: Flask, client: FlaskClient) -> None:
    for endpoint, method, path in addresses(app):
        answers = {"wrong method": client.open(path, method="PATCH")}
        if "0" * 32 in path:
            answers["unknown id"] = client.open(path, method=method)
        elif method == "POST":
            answers["no body"] = client.open(path, method=method, data="{", content_type="application/json")
        for words, answer in answers.items():
            assert 400 <= answer.status_code < 500, (endpoint, words)
            assert answer.mimetype == "application/problem+json", (endpoint, words)
            check(app, "Problem", answer.get_json())
            assert answer.get_json()["status"] == answer.status_code


@pytest.mark.parametrize("state", ["queued", "running", "failed", "completed"])
def test_answers_are_what_their_schemas_say(
    app: Flask, client: FlaskClient, analyses: SampleAnalyses, state: str
) -> None:
    analysis_id = getattr(analyses, state)()
    check(app, "Status", client.get(f"/videos/{analysis_id}/status").get_json())
    check(app, "Info", client.get(f"/videos/{analysis_id}/info").get_json())
    if state == "completed":
        check(app, "Keypoints", client.get(f"/videos/{analysis_id}/keypoints/user").get_json())
        evaluation = client.post(f"/videos/{analysis_id}/generate-evaluation").get_json()
        check(app, "Evaluation", evaluation)
        assert evaluation["deliveries"][0]["faults"][0]["title"] == "The chest opens early"
    check(app, "Health", client.get("/health").get_json())
    check(app, "Ready", client.get("/ready").get_json())
    check(app, "References", client.get("/pro-keypoints/list").get_json())
    check(app, "Accepted", client.post("/videos/sample-lefty").get_json())


def test_landmarks_in_space_come_for_a_film_or_for_a_job(
    app: Flask, client: FlaskClient, analyses: SampleAnalyses
) -> None:
    import io

    address = "/videos/get_3d_keypoints"
    sent = client.post(address, data={"video": (io.BytesIO(b"film"), "a.mp4"), "model_size": "s"})
    assert sent.status_code == 202
    assert analyses.catalog.analyses.get(sent.get_json()["job_id"]).options["model_size"] == "s"
    again = client.post(address, json={"job_id": sent.get_json()["job_id"]})
    assert (again.status_code, again.headers["Location"]) == (202, sent.get_json()["status_url"])
    answer = client.post(address, json={"job_id": analyses.completed()}).get_json()
    check(app, "Keypoints", answer)
    assert "world" in answer and "frames" not in answer
    assert client.post(address, json={"job_id": analyses.failed()}).status_code == 409
    assert client.post(address, json={}).get_json()["code"] == "bad_json"
    assert client.post(address).get_json()["code"] == "no_file"


def test_an_evaluation_under_other_assumptions_measures_again(client: FlaskClient, measured: str) -> None:  # noqa: F811
    address = f"/videos/{measured}/generate-evaluation"
    answer = client.post(address, json={"level": "youth", "reference": "none"})
    assert answer.status_code == 200, answer.text
    assert answer.get_json()["level"] == "youth"
    assert answer.get_json()["deliveries"][0]["similarity"] is None
    assert client.post(address, json={"reference": "nobody"}).get_json()["code"] == "no_such_reference"
    assert client.post(address, json=[1]).get_json()["code"] == "bad_json"
