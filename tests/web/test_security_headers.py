"""What every answer carries."""

from __future__ import annotations

import gzip
import re

import pytest
from flask.testing import FlaskClient

from shadow_trainer.web.http.assets import STATIC

PAGES = ["/", "/analyses", "/help", "/nothing"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_allow_no_inline_script_or_style(client: FlaskClient, path: str) -> None:
    policy = client.get(path).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("state", ["queued", "running", "failed", "completed"])
def test_no_page_contains_what_the_policy_forbids(client: FlaskClient, analyses, state: str) -> None:
    html = client.get(f"/analyses/{getattr(analyses, state)()}").text
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


def test_a_page_asks_once_for_its_sheets_and_knows_of_its_modules_beforehand(client: FlaskClient) -> None:
    page = client.get("/").text
    sheets = re.findall(r'href="(/assets/[^"]+\.css)"', page)
    assert len(sheets) == 2
    css = [(STATIC / "css" / f"{name}.css").read_text() for name in ("tokens", "base", "parts", "lists")]
    assert client.get(sheets[0]).text == "\n".join(css)
    preloaded = re.findall(r'rel="modulepreload" href="/assets/[0-9a-f]+/([^"]+)"', page)
    written = {path.relative_to(STATIC).as_posix() for path in (STATIC / "js" / "upload").glob("*.js")}
    assert written | {"js/direct_upload.js"} == set(preloaded)
    assert len(preloaded) == len(set(preloaded))


def test_what_the_browser_has_already_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/assets/old/css/base.css", headers={"Accept-Encoding": "gzip"})
    tag = first.headers["ETag"]
    assert gzip.decompress(first.data) == (STATIC / "css" / "base.css").read_bytes()
    asked = {"Accept-Encoding": "gzip", "If-None-Match": tag}
    assert client.get("/assets/old/css/base.css", headers=asked).status_code == 304
    assert client.get("/assets/old/css/base.css", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "../wsgi.py", "js/../../wsgi.py", "vendor/../wsgi.py", "vendor/x.js", "x", "css", "css/none.css",
        "css/base+none.css", "css/base+..+parts.css", "css/base+x/y.css",
    ],
)  # fmt: skip
def test_assets_are_only_what_is_meant_to_be_served(client: FlaskClient, path: str) -> None:
    assert client.get(f"/assets/v/{path}").status_code == 404
