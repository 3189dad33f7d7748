"""Clients of the first release are understood, and what nobody reads is named and not ignored."""

from __future__ import annotations

import io
from datetime import datetime
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shadow_trainer.settings import load
from shadow_trainer.web.http.access_rules import Who, rule_of
from shadow_trainer.web.openapi.document import api_rules
from tests.web import documents
from tests.web.conftest import SampleAnalyses
from tests.web.test_openapi import addresses, check

OLD = {"model_size": "xs", "is_lefty": "true", "pro_keypoints_filename": "elite.npy"}


def options_of(analyses: SampleAnalyses, answer) -> dict:
    assert answer.status_code == 202, answer.text
    return analyses.catalog.analyses.get(answer.get_json()["job_id"]).options


@pytest.mark.parametrize("address", ["/videos/upload", "/videos/get_3d_keypoints", "/videos/sample-lefty"])
@pytest.mark.parametrize(("lefty", "throws"), [("true", "left"), ("False", "right"), ("1", "left")])
def test_options_in_the_address_are_read(
    client: FlaskClient, analyses: SampleAnalyses, address: str, lefty: str, throws: str
) -> None:
    body = {} if "sample" in address else {"data": {"video": (io.BytesIO(b"film"), "a.mp4")}}
    answer = client.post(address, query_string={**OLD, "is_lefty": lefty}, **body)
    options = options_of(analyses, answer)
    assert (options["model_size"], options["throws"], options["reference"]) == ("xs", throws, "elite")


def test_the_old_names_are_read_as_fields_too(client: FlaskClient, analyses: SampleAnalyses) -> None:
    options = options_of(analyses, client.post("/videos/sample-lefty", json={"is_lefty": False}))
    assert options["throws"] == "right"
    form = {"is_lefty": "true", "throws": "left", "video": (io.BytesIO(b"film"), "a.mp4")}
    assert options_of(analyses, client.post("/videos/upload", data=form))["throws"] == "left"


@pytest.mark.parametrize(
    ("query", "fields", "code"),
    [
        ({"is_lefty": "perhaps"}, {}, "bad_is_lefty"),
        ({"is_lefty": "true"}, {"throws": "right"}, "contradiction"),
        ({"model_size": "xs"}, {"model_size": "m"}, "contradiction"),
        ({"model_size": "huge"}, {}, "bad_model_size"),
        ({"pro_keypoints_filename": "nobody.npy"}, {}, "no_such_reference"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    client: FlaskClient, analyses: SampleAnalyses, query: dict[str, str], fields: dict[str, str], code: str
) -> None:
    data = {**fields, "video": (io.BytesIO(b"film"), "a.mp4")}
    answer = client.post("/videos/upload", query_string=query, data=data)
    assert (answer.status_code, answer.get_json()["code"]) == (400, code)
    assert analyses.catalog.analyses.count() == 0


def test_health_says_what_old_clients_ask_for(app: Flask, client: FlaskClient) -> None:
    health = client.get("/health").get_json()
    assert (health["status"], health["config"]) == ("healthy", "single-user")
    assert health["device"] == load({}).device
    assert datetime.fromisoformat(health["timestamp"]).tzinfo is not None
    check(app, "Health", health)


def test_the_old_addresses_answer_and_name_their_successors(
    app: Flask, client: FlaskClient, analyses: SampleAnalyses
) -> None:
    analysis_id = analyses.completed()
    for old, new in (
        (f"/videos/{analysis_id}/preview", f"/videos/{analysis_id}/preview/processed"),
        ("/pro_keypoints/list", "/pro-keypoints/list"),
    ):
        answer, now = client.get(old), client.get(new)
        assert answer.status_code == now.status_code == 200 and "Deprecation" not in now.headers
        assert answer.headers["Deprecation"].startswith("@")
        assert answer.headers["Link"] == f'<{new}>; rel="successor-version"'
        if "preview" in old:
            assert answer.data == now.data
        else:
            check(app, "ReferenceFiles", answer.get_json())
            assert answer.get_json()["references"] == now.get_json()["references"]
            assert "elite" in answer.get_json()["files"]
    described = client.get("/openapi.json").get_json()["paths"]
    assert described["/pro_keypoints/list"]["get"]["deprecated"] is True


def test_how_long_it_takes_is_said_at_once(client: FlaskClient, analyses: SampleAnalyses) -> None:
    answer = client.post("/videos/sample-lefty").get_json()
    assert "estimated_time" in answer
    status = client.get(answer["status_url"]).get_json()
    assert status["estimated_time"] == status["eta_s"]


def test_every_address_names_what_it_does_not_read(app: Flask, client: FlaskClient) -> None:
    """Before it looks at anything else; what load balancers ask takes any address."""
    rules = {rule.endpoint: rule_of(app.view_functions[rule.endpoint]) for rule, _ in api_rules(app)}
    tried = 0
    for endpoint, method, path in addresses(app):
        if rules[endpoint].who == Who.ANONYMOUS:
            assert client.open(path + "?colour=red", method=method).status_code in (200, 503)
            continue
        tried += 1
        answer = client.open(path + "?colour=red&model_sise=xs", method=method)
        assert answer.status_code == 400, (endpoint, answer.text)
        problem = answer.get_json()
        assert problem["code"] == "unknown_option" and "colour, model_sise" in problem["message"], endpoint
        assert [error["field"] for error in problem["errors"]] == ["colour", "model_sise"]
        if method in ("POST", "DELETE"):
            answer = client.open(path, method=method, json={"colour": "red"})
            assert (answer.status_code, answer.get_json()["code"]) == (400, "unknown_option"), endpoint
            assert "colour" in answer.get_json()["message"]
    assert tried > 20


def test_likeness_is_a_plot(client: FlaskClient, analyses: SampleAnalyses) -> None:
    document = documents.document()
    similarity = document["deliveries"][0]["similarity"]
    answer = client.get(f"/videos/{analyses.completed(document)}/plots/similarity.svg")
    assert answer.mimetype == "image/svg+xml" and "sandbox" in answer.headers["Content-Security-Policy"]
    drawing = ElementTree.fromstring(answer.text)
    said = " ".join(element.text or "" for element in drawing.iter())
    assert f"{similarity['overall']:.0f} of 100" in said
    assert similarity["joints"] and all(joint["label"] in said for joint in similarity["joints"])
    bars = [float(e.get("width")) for e in drawing.iter() if e.get("class") == "bar"]
    scores = [joint["score"] for joint in similarity["joints"] if joint["score"] is not None]
    assert bars == pytest.approx([score * 4.9 for score in scores], abs=0.06)
    rough = documents.document()
    rough["model"]["size"] = "xs"
    address = f"/videos/{analyses.completed(rough, title='Rough')}/plots/similarity"
    assert client.get(address).get_json()["code"] == "no_such_chart"
