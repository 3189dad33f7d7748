"""What a coach does with the site: log in, send the sample (with and without JavaScript), look at the report."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, TimeoutError, sync_playwright

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")
RESULT = re.compile(r"/analyses/[0-9a-f]{32}$")
ANALYSIS_S, POLL_MS = 900, 1000


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's browser, headless."""
    path = next((program for name in CHROMIUM if (program := shutil.which(name))), None)
    if path is None:
        raise SystemExit("heroku-check: there is no Chromium here (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


def enter(browser: Browser, url: str, name: str, password: str, *, javascript: bool) -> BrowserContext:
    """A browser profile that is logged in."""
    context = browser.new_context(ignore_https_errors=True, java_script_enabled=javascript, base_url=url)
    page = context.new_page()
    page.goto("/login")
    page.fill("#name", name)
    page.fill("#password", password)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url(f"{url}/")
    return context


def send(context: BrowserContext, film: Path) -> tuple[Page, list[str]]:
    """Send a video by the form; the page of its analysis, and the addresses that were posted to."""
    page, posted = context.pages[0], []
    page.on("request", lambda r: posted.append(r.url.partition("?")[0]) if r.method == "POST" else None)
    page.goto("/")
    page.set_input_files("#video", film)
    page.get_by_text("More:").click()
    page.select_option("#model_size", "xs")
    page.get_by_role("button", name="Analyze", exact=True).click()
    page.wait_for_url(RESULT, timeout=120_000)
    return page, posted


def wait_until_at_work(context: BrowserContext, page: Page, still_well: Callable[[], None]) -> None:
    """Until a worker has begun with the analysis of this page."""
    address = page.url.replace("/analyses/", "/videos/") + "/status"
    for _ in range(ANALYSIS_S * 1000 // POLL_MS):
        still_well()
        state = context.request.get(address).json()["status"]
        if state == "processing":
            return
        if state in ("completed", "failed"):
            raise SystemExit(
                f"heroku-check: the analysis was {state} before anybody could be interrupted at it"
            )
        page.wait_for_timeout(POLL_MS / 4)
    raise SystemExit(f"heroku-check: no worker began within {ANALYSIS_S} s")


def wait_for_report(page: Page, still_well: Callable[[], None], *, javascript: bool) -> None:
    """Until the page is the report; SystemExit when the analysis failed or takes too long.

    With JavaScript the page turns into the report by itself.
    """
    report = page.get_by_role("heading", name="The numbers", exact=True)
    failed = page.get_by_role("button", name="Try again")
    for _ in range(ANALYSIS_S * 1000 // POLL_MS):
        still_well()
        try:
            report.or_(failed).first.wait_for(timeout=POLL_MS)
        except TimeoutError:
            if not javascript:
                page.reload()
            continue
        if failed.count():
            raise SystemExit(f"heroku-check: the analysis failed: {page.inner_text('main')[:500]}")
        return
    raise SystemExit(f"heroku-check: no report after {ANALYSIS_S} s")


def film_plays(page: Page) -> float:
    """Play the report's film and jump in it; the second that it is at. Only ranges make a jump possible."""
    second: float = page.evaluate(
        """async () => {
          const film = document.querySelector("video");
          film.muted = true;
          await new Promise((ready, broken) => {
            if (film.readyState >= 1) ready();
            film.onloadedmetadata = ready;
            film.onerror = () => broken(new Error("the video does not load"));
          });
          const there = new Promise((done) => { film.onseeked = done; });
          film.currentTime = film.duration * 0.6;
          await there;
          return film.currentTime;
        }"""
    )
    return second
