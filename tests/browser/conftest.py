"""A real browser against the real stack: web server, Redis, worker and clock, in a data folder of its own.

While working on a page: SHADOW_BROWSER_REPORT=http://127.0.0.1:8000/analyses/<id> uses a stack that runs
already, and that report, instead.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from shadow_trainer.settings import ROOT, load
from tests.browser.films import small
from tests.browser.looks import get, pictures, until_report

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
UP_S, STOP_S = 60, 40
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}

RUNNING = os.environ.get("SHADOW_BROWSER_REPORT", "")


@dataclass(frozen=True)
class Stack:
    """The running house."""

    url: str
    data: Path


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of Chromium; skips loudly without one."""
    program = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    if program is None:
        pytest.skip("NO BROWSER TESTS: Chromium is not installed (Debian: apt-get install chromium)")
    return program


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """`python -m shadow_trainer up` on a free port, stopped as a person stops it."""
    if RUNNING:
        yield Stack(RUNNING.rsplit("/analyses/", 1)[0], Path())
        return
    models = load().data_path / "models"
    if not any(models.glob("*")):
        pytest.skip("NO BROWSER TESTS: the pose weights are not there; run `make setup`")
    data = tmp_path_factory.mktemp("stack")
    (data / "models").symlink_to(models)
    port = free_port()
    settings = {
        "SHADOW_DATA_DIR": str(data),
        "SHADOW_SECRET_KEY": "browser-tests-" + "x" * 32,
        "SHADOW_MODEL_SIZE": "xs",
        "SHADOW_MAX_UPLOAD_MB": "20",
        "SHADOW_MIN_FREE_DISK_MB": "0",
        # What is being drawn again at the end is nobody's.
        "SHADOW_SHUTDOWN_GRACE_S": "1",
        "PORT": str(port),
        # Nothing of the person who runs the tests: the stack's own Redis, database and storage.
        "REDIS_URL": "",
        "DATABASE_URL": "",
        "SHADOW_STORAGE_URL": "",
    }
    log = (data / "up.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "shadow_trainer", "up"],
        cwd=ROOT, env={**os.environ, **settings}, stdout=log, stderr=log, start_new_session=True,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_up(url, process, data / "up.log")
        yield Stack(url, data)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        log.close()


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_up(url: str, process: subprocess.Popen, log: Path) -> None:
    """Until /health answers; the log is the message when it never does."""
    deadline = time.monotonic() + UP_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=2):
                return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"the stack did not start:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def chrome(chromium: str) -> Iterator[Browser]:
    """One browser process for all tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Visitor:
    """A person with a browser profile of their own; what the browser complains about is kept."""

    context: BrowserContext
    page: Page
    url: str
    complaints: list[str]

    def open(self, path: str) -> Page:
        """Go to a page of the stack."""
        self.page.goto(path if path.startswith("http") else self.url + path)
        return self.page


@pytest.fixture
def visit(chrome: Browser, stack: Stack):
    """``visit(width, javascript=True)`` gives a Visitor; at the end nothing may have been complained about."""
    visitors: list[Visitor] = []

    def make(viewport: dict[str, int] = DESKTOP, *, javascript: bool = True) -> Visitor:
        phone = viewport["width"] < 600
        context = chrome.new_context(
            viewport=viewport, java_script_enabled=javascript, is_mobile=phone, has_touch=phone
        )
        page, complaints = context.new_page(), []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        visitors.append(Visitor(context, page, stack.url, complaints))
        return visitors[-1]

    yield make
    for visitor in visitors:
        visitor.context.close()
    assert [line for visitor in visitors for line in visitor.complaints] == []


@pytest.fixture(scope="session")
def films(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the two sample clips, small and cut to the pitch."""
    folder = tmp_path_factory.mktemp("films")
    for name in ("sample_lefty.mp4", "sample_righty_rear.mp4"):
        small(samples / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def report(chrome: Browser, stack: Stack, films: Path) -> str:
    """Address of the left-hander's report: uploaded, waited for and read on a telephone without JavaScript."""
    if RUNNING:
        return RUNNING
    context = chrome.new_context(viewport=PHONE, is_mobile=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(stack.url)
    page.set_input_files("#video", films / "sample_lefty.mp4")
    page.get_by_role("button", name="Analyze").click()
    page.wait_for_url(re.compile(r"/analyses/[0-9a-f]{32}$"))
    expect(page.locator("progress")).to_be_visible()
    until_report(page)
    address = page.url
    context.close()
    return address


@pytest.fixture(scope="session")
def events(report: str) -> dict[str, dict]:
    """The events of the sample as they were found."""
    return json.loads(get(report, "info"))["analysis"]["deliveries"][0]["events"]


@pytest.fixture(scope="session")
def film(report: str, tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """Every frame of the browser's copy, small and grey: (T, 90, 160)."""
    path = tmp_path_factory.mktemp("film") / "preview.mp4"
    path.write_bytes(get(report, "preview/original"))
    return pictures(path)


@pytest.fixture
def player(visit, report: str) -> Page:
    """The report with its video steppable."""
    page = visit().open(report)
    page.wait_for_selector("canvas.overlay")
    return page
