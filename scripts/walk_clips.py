"""Films through the upload page of a running stack to their reports, with pictures to look at.

    python -m scripts.walk_clips http://127.0.0.1:8000 FOLDER FILM...

Each video is sent by the form with nothing told, as by a coach in a hurry; of each report there is a picture of the
first screen of a desk and of the whole page on a telephone, and a line of what it says. Needs the test requirements,
Chromium, and a stack in single-user mode on this machine. Exit code 1 when a video has no report.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from scripts.screenshots import FLAGS, SPACE_FLAGS

DESK, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
FINAL = ("completed", "failed", "canceled")
PATIENCE_S, POLL_S, SETTLE_MS = 1800, 2.0, 2000


def walk(url: str, folder: Path, films: list[Path]) -> int:
    """Send all, then look at each; how many have no report."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=[*FLAGS, *SPACE_FLAGS]
        )
        addresses = {film: send(browser, url, film) for film in films}
        missing = 0
        for film, address in addresses.items():
            status = wait(url, address.rsplit("/", 1)[1])
            print(f"{film.stem}: {said(url, address, status)}", flush=True)
            missing += status["status"] != "completed"
            look(browser, address, folder / film.stem)
        browser.close()
    return missing


def send(browser: Browser, url: str, film: Path) -> str:
    """By the form, with its defaults; the address of the analysis."""
    page = browser.new_page(viewport=DESK)
    page.goto(url)
    page.set_input_files("#video", film)
    page.get_by_role("button", name="Analyze", exact=True).click()
    page.wait_for_url("**/analyses/*", timeout=120_000)
    address = page.url
    page.close()
    return address


def wait(url: str, job: str) -> dict[str, Any]:
    """The final status."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        status = ask(f"{url}/videos/{job}/status")
        if status["status"] in FINAL or time.monotonic() > deadline:
            return status
        time.sleep(POLL_S)


def said(url: str, address: str, status: dict[str, Any]) -> str:
    """What became of it, in a line."""
    if status["status"] != "completed":
        return f"{status['status']}: {(status['error'] or {}).get('message')}"
    analysis = ask(f"{url}/videos/{address.rsplit('/', 1)[1]}/info")["analysis"]
    faults = [fault["name"] for pitch in analysis["deliveries"] for fault in pitch.get("faults", ())]
    warnings = [warning["code"] for warning in analysis["warnings"]]
    video = analysis["video"]
    return (
        f"{analysis['athlete']['throws']}, {analysis['view']['name']}, {video['fps']:g} fps (captured "
        f"{video.get('capture_fps') or 0:g}), {len(analysis['deliveries'])} pitches, faults {faults}, warnings {warnings}"
    )


def look(browser: Browser, address: str, stem: Path) -> None:
    """The first screen of a desk at release, and the whole page on a telephone."""
    page = browser.new_page(viewport=DESK)
    page.goto(address)
    page.wait_for_timeout(SETTLE_MS)
    page.keyboard.press("6")
    page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=stem.with_suffix(".desk.png"))
    page.close()
    page = browser.new_page(viewport=PHONE)
    page.goto(address)
    page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=stem.with_suffix(".phone.png"), full_page=True)
    page.close()


def ask(address: str) -> dict[str, Any]:
    """JSON from the stack."""
    with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 - the stack that was named
        status: dict[str, Any] = json.load(answer)
        return status


if __name__ == "__main__":
    sys.exit(
        1 if walk(sys.argv[1].rstrip("/"), Path(sys.argv[2]), [Path(name) for name in sys.argv[3:]]) else 0
    )
