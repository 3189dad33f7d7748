"""What every answer carries."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

PAGES = ["/", "/analyses", "/help", "/nothing"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_allow_no_inline_script_or_style(client: FlaskClient, path: str) -> None:
    policy = client.get(path).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("state", ["queued", "running", "failed", "completed"])
def test_no_page_contains_what_the_policy_forbids(client: FlaskClient, desk, state: str) -> None:
    html = client.get(f"/analyses/{getattr(desk, state)()}").text
    assert not re.search(r"\son[a-z]+=", html)
    assert not re.search(r"\sstyle=", html)
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", html)


def test_every_answer_has_the_fixed_headers_and_an_id(client: FlaskClient) -> None:
    for path in (*PAGES, "/health", "/videos/x/status"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert re.fullmatch(r"[0-9a-f]{16}", headers["X-Request-ID"])


def test_a_callers_request_id_is_kept_when_it_is_harmless(client: FlaskClient) -> None:
    assert (
        client.get("/health", headers={"X-Request-ID": "trace-12345"}).headers["X-Request-ID"]
        == "trace-12345"
    )
    odd = client.get("/health", headers={"X-Request-ID": "<script>"}).headers["X-Request-ID"]
    assert "<" not in odd


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: FlaskClient) -> None:
    cookie = browser.get("/").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_static_files_are_kept_for_a_year_under_an_address_that_changes(client: FlaskClient) -> None:
    address = re.search(r'href="(/assets/[0-9a-f]+/css/app?[^"]*|/assets/[^"]+\.css)"', client.get("/").text)[
        1
    ]
    response = client.get(address)
    assert response.status_code == 200
    assert "immutable" in response.headers["Cache-Control"]
    old = re.sub(r"/assets/[0-9a-f]+/", "/assets/000000000000/", address)
    assert "immutable" not in client.get(old).headers["Cache-Control"]


@pytest.mark.parametrize("path", ["../wsgi.py", "js/../../wsgi.py", "vendor/../wsgi.py", "vendor/x.js", "x"])
def test_assets_are_only_what_is_meant_to_be_served(client: FlaskClient, path: str) -> None:
    assert client.get(f"/assets/v/{path}").status_code == 404
