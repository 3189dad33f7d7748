"""A real browser sends a video straight to the bucket; the site sees two small requests and no video."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Route, expect
from werkzeug.serving import make_server

from tests.storage.service import KEYS, Service
from tests.web.conftest import SampleAnalyses, make_app

pytestmark = pytest.mark.browser
RESULT = re.compile(r"/analyses/[0-9a-f]{32}$")


@pytest.fixture
def site(tmp_path: Path, service: Service) -> Iterator[Callable[..., tuple[Flask, str]]]:
    """``site(storage address)``: the application on a port of its own; nobody works on its queue."""
    servers = []

    def start(address: str) -> tuple[Flask, str]:
        app = make_app(tmp_path / "data", storage_url=address, model_size="xs", **KEYS)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        servers.append(server)
        return app, f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()


@pytest.fixture
def page(chrome: Browser) -> Iterator[Page]:
    context = chrome.new_context()
    yield context.new_page()
    context.close()


def choose(page: Page, url: str, film: Path) -> list[str]:
    """Open the form and choose a video; the requests that the page makes from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url.partition('?')[0]}"))
    page.goto(url)
    page.set_input_files("#video", film)
    return asked


def test_a_film_goes_straight_to_the_bucket(
    site: Callable, service: Service, page: Page, samples: Path
) -> None:
    app, url = site(service.new_bucket())
    film = samples / "sample_lefty.mp4"
    asked = choose(page, url, film)
    page.get_by_role("button", name="Analyze", exact=True).click()
    page.wait_for_url(RESULT)
    shadow = app.extensions["shadow"]
    row = shadow.catalog.analyses.get(page.url.rsplit("/", 1)[1])
    assert (row.original_name, row.original_bytes) == (film.name, film.stat().st_size)
    assert shadow.storage.open(row.original_key).read() == film.read_bytes()
    bucket = f"POST {service.url}/{shadow.storage.address.bucket}"
    assert [line for line in asked if line.startswith("POST")] == [
        f"POST {url}/videos/uploads/presign", bucket, f"POST {url}/videos/uploads/complete",
    ]  # fmt: skip


def test_a_film_on_its_way_to_the_bucket_can_be_stopped(
    site: Callable, service: Service, page: Page, samples: Path
) -> None:
    app, url = site(service.new_bucket())
    held: list[Route] = []
    page.route(f"{service.url}/**", lambda route: held.append(route))  # the bucket never answers
    choose(page, url, samples / "sample_lefty.mp4")
    page.get_by_role("button", name="Analyze", exact=True).click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("[data-sending]")).to_be_hidden()
    expect(page.get_by_role("button", name="Analyze", exact=True)).to_be_enabled()
    assert app.extensions["shadow"].catalog.analyses.count() == 0
    for route in held:
        route.abort()


def test_a_bucket_that_browsers_cannot_reach_costs_no_film(
    site: Callable, service: Service, page: Page, samples: Path
) -> None:
    app, url = site(service.new_bucket() + "&public=http://127.0.0.1:9")
    asked = choose(page, url, samples / "sample_lefty.mp4")
    page.get_by_role("button", name="Analyze", exact=True).click()
    page.wait_for_url(RESULT)
    assert f"POST {url}/videos/upload" in asked
    assert app.extensions["shadow"].catalog.analyses.count() == 1


def test_what_the_site_refuses_is_said_before_the_film_is_sent(
    site: Callable, service: Service, page: Page, samples: Path, tmp_path: Path
) -> None:
    _, url = site(service.new_bucket())
    film = Path(shutil.copy(samples / "sample_lefty.mp4", tmp_path / "film.mp4"))
    asked = choose(page, url, film)
    page.locator("summary", has_text="height").click()
    page.fill("#height_m", "9")
    page.get_by_role("button", name="Analyze", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("height")
    assert not [line for line in asked if service.url in line]


def test_a_film_of_the_bucket_plays_and_its_frame_can_be_saved(
    site: Callable, service: Service, page: Page, samples: Path
) -> None:
    app, url = site(service.new_bucket())
    done = SampleAnalyses(app, samples).completed()
    answers: list[tuple[int, str]] = []
    page.on("response", lambda answer: answers.append((answer.status, answer.url)))
    page.goto(f"{url}/analyses/{done}")
    page.locator("[data-screen] video").evaluate(
        "film => film.readyState > 1 || new Promise((ready) => { film.onloadeddata = ready; })"
    )
    assert any(status in (200, 206) and line.startswith(service.url) for status, line in answers)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save this frame as a picture").click()
    assert download.value.path().read_bytes().startswith(b"\x89PNG")
