"""The sample from end to end: nginx, the Procfile's web, worker and clock, the real model, the report, its video.

Takes about a minute, so it runs with ``make proxy-check``; test_nginx.py has everything of it that is quick.
"""

from __future__ import annotations

import http.client
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy import proxied
from tests.deploy.proxied import Site
from tests.deploy.test_nginx import uploaded

pytestmark = pytest.mark.skipif(
    os.environ.get("SHADOW_PROXY_CHECK") != "true", reason="takes a minute: `make proxy-check` runs it"
)
PATIENCE_S = 600


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with proxied.site(tmp_path_factory.mktemp("through"), "worker", "clock") as running:
        yield running


def test_the_sample_becomes_a_report_and_a_film_that_plays_from_its_middle(site: Site, samples: Path) -> None:
    film = (samples / "sample_lefty.mp4").read_bytes()
    job = uploaded(site, film)
    status = wait_for_report(site, job)
    assert status["status"] == "completed", status
    info = json.loads(site.ask("GET", f"/videos/{job}/info")[1])
    [pitch] = info["analysis"]["deliveries"]
    assert info["analysis"]["athlete"]["throws"] == "left"
    assert len(pitch["events"]) == 8 and len(pitch["metrics"]) > 20
    address = f"/videos/{job}/preview/processed"
    answer, whole = drawn(site, address)
    assert answer.status == 200 and whole[4:8] == b"ftyp"
    half = len(whole) // 2
    answer, part = site.ask("GET", address, Range=f"bytes={half}-{half + 999}")
    assert (answer.status, part) == (206, whole[half : half + 1000])
    assert answer.headers["Content-Range"] == f"bytes {half}-{half + 999}/{len(whole)}"
    print(f"{len(pitch['metrics'])} numbers; a video of {len(whole)} bytes, a part of it by range")
    page, said = site.ask("GET", f"/videos/{job}/exports/trc")
    assert page.status == 200 and said.startswith(b"PathFileType")


def drawn(site: Site, address: str) -> tuple[http.client.HTTPResponse, bytes]:
    """A video that is drawn because it is asked for: 202 with a time to ask again, until it is there."""
    deadline = time.monotonic() + PATIENCE_S
    answer, content = site.ask("GET", address)
    assert answer.status == 202, "nobody had asked for it before"
    while answer.status == 202 and time.monotonic() < deadline:
        time.sleep(min(int(answer.headers["Retry-After"]), 2))
        answer, content = site.ask("GET", address)
    return answer, content


def wait_for_report(site: Site, job: str) -> dict:
    """The status once it is final."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        status = json.loads(site.ask("GET", f"/videos/{job}/status")[1])
        if status["status"] in ("completed", "failed", "canceled"):
            return status
        time.sleep(0.5)
    raise AssertionError(f"no report: {status}")
