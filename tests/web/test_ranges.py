"""A range that is understood is a part; one that may be ignored is the whole; 416 is for what lies behind the end."""

from __future__ import annotations

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.http import http_date

from shadow_trainer.web.http.ranges import part_of
from tests.web.conftest import SampleAnalyses

IGNORED = [
    "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5", "bytes=9-5", "bytes=0-1-2", "=0-1", "0-99", "bytes 0-99",
    "bytes=1.5-3", "bytes=+1-3", "bytes=--5", "bytes=0x1-0x2", "bytes=\u0661-\u0662", "seconds=0-1", "items=1-2", "none",
    "bytes=0-1,4-9", "bytes=4-9,0-1", "bytes=0-99,50-150", "bytes=0-,-5", "bytes=0-1,x", ",", "bytes=,",
]  # fmt: skip
PARTS = [
    ("bytes=0-0", (0, 1)), ("bytes=100-199", (100, 200)), ("BYTES=100-199", (100, 200)), ("bytes=-10", (-10, None)),
    ("bytes=100-", (100, None)), ("bytes= 100-199 ", (100, 200)), ("bytes=,100-199,", (100, 200)),
    ("bytes=0-99999999999999999999999", (0, None)), ("bytes=-99999999999999999999", (0, None)),
]  # fmt: skip
BEHIND = [
    "bytes=99999999-",
    "bytes=99999999-100000000",
    "bytes=-0",
    "bytes=99999999-,88888888-",
    f"bytes={'9' * 30}-",
]


@pytest.fixture
def film(client: FlaskClient, analyses: SampleAnalyses) -> tuple[str, bytes, str, str]:
    """Address, content, ETag and day of a video."""
    address = f"/videos/{analyses.completed()}/preview/processed"
    whole = client.get(address)
    return address, whole.data, whole.headers["ETag"], whole.headers["Last-Modified"]


def test_every_kind_of_range_is_answered_as_the_standard_says(client: FlaskClient, film) -> None:
    address, whole, etag, _ = film
    for value in IGNORED:
        answer = client.get(address, headers={"Range": value.encode().decode("latin-1")})
        assert (answer.status_code, len(answer.data)) == (200, len(whole)), value
        assert "Content-Range" not in answer.headers and answer.headers["Accept-Ranges"] == "bytes"
    for value, (start, stop) in PARTS:
        answer = client.get(address, headers={"Range": value})
        assert (answer.status_code, answer.data) == (206, whole[start:stop]), value
        assert answer.headers["Content-Range"].endswith(f"/{len(whole)}")
        assert answer.headers["ETag"] == etag
    for value in BEHIND:
        answer = client.get(address, headers={"Range": value})
        assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{len(whole)}"), value


def test_a_part_is_for_the_version_that_if_range_names(client: FlaskClient, film) -> None:
    address, whole, etag, day = film
    earlier = http_date(1_000_000_000)
    for condition, status in [
        (etag, 206), (day, 206), ('"other"', 200), (f"W/{etag}", 200), (earlier, 200), ("nonsense", 200), ("", 200),
        (http_date(4_000_000_000), 200),
    ]:  # fmt: skip
        answer = client.get(address, headers={"Range": "bytes=0-9", "If-Range": condition})
        assert answer.status_code == status, condition
        assert answer.data == (whole[:10] if status == 206 else whole)


def test_conditions_come_before_ranges_and_ranges_are_for_get(client: FlaskClient, film) -> None:
    address, whole, etag, _ = film
    part = {"Range": "bytes=0-9"}
    assert client.get(address, headers={**part, "If-None-Match": etag}).status_code == 304
    assert client.get(address, headers={**part, "If-Match": '"other"'}).status_code == 412
    assert client.get(address, headers={**part, "If-None-Match": '"other"'}).status_code == 206
    head = client.head(address, headers=part)
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(whole)))


@pytest.mark.parametrize("name", ["original", "pose.npz", "an asset"])
def test_every_file_follows_the_same_rule(
    client: FlaskClient, analyses: SampleAnalyses, app: Flask, name: str
) -> None:
    address = f"/analyses/{analyses.completed()}/files/{name}"
    if name == "an asset":
        with app.test_request_context():
            address = app.jinja_env.globals["asset"]("img/sample_lefty.jpg")  # type: ignore[operator]
    assert client.get(address, headers={"Range": "bytes=0-9"}).status_code == 206
    for value in ("bytes=x", "seconds=0-1", "bytes=0-1,5-9"):
        assert client.get(address, headers={"Range": value}).status_code == 200, value


@given(st.text(alphabet="bytes=0123456789-, \tx", max_size=30), st.integers(1, 1000))
def test_whatever_is_asked_for_is_a_part_inside_or_none(value: str, length: int) -> None:
    part = part_of(value, length)
    if part is not None and part != f"{length}-":
        first, last = map(int, part.split("-"))
        assert 0 <= first <= last < length


def test_answers_of_the_application_follow_it(app: Flask) -> None:
    assert issubclass(app.response_class, Response) and app.response_class is not Response
