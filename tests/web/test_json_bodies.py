"""Bodies that are no upload: one megabyte at most, nested as little as our own, and told back in few words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import SampleAnalyses

ADDRESSES = ("/videos/{id}/events", "/videos/{id}/assumptions", "/videos/{id}/generate-evaluation",
             "/videos/get_3d_keypoints", "/videos/sample-lefty")  # fmt: skip
DEEP = "[" * 100_000
DEEP_VALUE = '{"a":' * 900 + "1" + "}" * 900


def post(client: FlaskClient, address: str, body: str) -> Any:
    return client.post(address, data=body, content_type="application/json")


@pytest.fixture
def addresses(analyses: SampleAnalyses) -> list[str]:
    """Every address that reads JSON, for an analysis that is there."""
    analysis_id = analyses.completed()
    return [address.format(id=analysis_id) for address in ADDRESSES]


def test_what_is_nested_is_refused(client: FlaskClient, addresses: list[str]) -> None:
    for address in addresses:
        fields = (
            "job_id",
            "events",
            "delivery",
            "throws",
            "height_m",
            "capture_fps",
            "model_size",
            "person",
            "view",
        )
        nested = [f'{{"{name}": {DEEP_VALUE}}}' for name in fields]
        for body in (DEEP, *nested):
            answer = post(client, address, body)
            assert answer.status_code == 400, (address, body[:40], answer.text[:200])


def test_a_body_above_a_megabyte_is_refused_unread(client: FlaskClient, addresses: list[str]) -> None:
    for address in (*addresses, "/samples", "/athletes"):
        for kind in ("application/json", "application/x-www-form-urlencoded", "text/plain"):
            answer = client.post(address, data=b"x" * 1_100_000, content_type=kind)
            assert answer.status_code == 413, (address, kind)
        answer = client.post(
            address, headers={"Transfer-Encoding": "chunked"}, content_type="application/json"
        )
        assert answer.status_code == 411, address


def test_what_was_sent_is_not_sent_back(client: FlaskClient, addresses: list[str]) -> None:
    long = "é" * 400_000
    for address in addresses:
        for body in ({long: 1}, {"throws": long}, {"level": long}, {"reference": long}, {"job_id": long}, {"view": long},
                     {"events": {long: 1}, "delivery": 0}, {"model_size": long}):  # fmt: skip
            answer = post(client, address, json.dumps(body, ensure_ascii=False))
            assert 400 <= answer.status_code < 500 or body.keys() == {"job_id"}, (address, answer.status_code)
            assert len(answer.data) < 20_000, (address, list(body)[0][:10])
