"""Single-user mode answers this machine only, and changes come from our pages or from scripts."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from shadow_trainer import create_app
from shadow_trainer.errors import SetupError
from shadow_trainer.settings import load

PLACES = ["/", "/analyses", "/health", "/videos/0/status", "/rq/"]


@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ({"Host": "evil.example"}, "127.0.0.1"),  # DNS rebinding
        ({"Host": "192.168.1.20:8000"}, "127.0.0.1"),
        ({"Host": "localhost.evil.example"}, "127.0.0.1"),
        ({}, "192.168.1.7"),
        ({"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1"),
        ({"Forwarded": "for=127.0.0.1"}, "127.0.0.1"),
    ],
)
def test_nobody_else_is_answered(client: FlaskClient, path: str, headers: dict, address: str) -> None:
    response = client.get(path, headers=headers, environ_base={"REMOTE_ADDR": address})
    assert response.status_code == 403
    assert b"not_local" in response.data


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000"])
def test_this_machine_is_answered_by_all_its_names(client: FlaskClient, host: str) -> None:
    assert client.get("/health", headers={"Host": host}).status_code == 200


def test_ipv6_loopback_is_this_machine(client: FlaskClient) -> None:
    assert client.get("/health", environ_base={"REMOTE_ADDR": "::1"}).status_code == 200


FORMS = [
    "/",
    "/samples",
    "/analyses/{id}/cancel",
    "/analyses/{id}/retry",
    "/analyses/{id}/person",
    "/analyses/{id}/rename",
    "/analyses/{id}/delete",
]


@pytest.mark.parametrize("path", FORMS)
def test_every_form_needs_its_token(browser: FlaskClient, analyses, path: str) -> None:
    address = path.format(id=analyses.completed())
    assert browser.post(address, data={"csrf_token": "wrong"}).status_code == 403
    assert analyses.catalog.analyses.count() == 1


CROSS_SITE = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Cookie": "shadow_session=x"},
]


@pytest.mark.parametrize("headers", CROSS_SITE)
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/videos/sample-lefty"), ("POST", "/videos/{id}/terminate"), ("DELETE", "/videos/{id}")],
)
def test_another_sites_page_cannot_use_the_api(
    client: FlaskClient, analyses, method: str, path: str, headers: dict
) -> None:
    address = path.format(id=analyses.completed())
    response = client.open(address, method=method, headers=headers)
    assert response.status_code == 403
    assert response.get_json()["code"] == "csrf"
    assert analyses.catalog.analyses.count() == 1


def test_our_own_page_uses_the_api_with_its_token(browser: FlaskClient) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/").text)[1]
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin", "X-CSRFToken": token}
    assert browser.post("/videos/sample-lefty", headers=headers).status_code == 202


def test_there_is_no_secret_key_by_default() -> None:
    with pytest.raises(SetupError, match="SHADOW_SECRET_KEY"):
        create_app(load({}))
