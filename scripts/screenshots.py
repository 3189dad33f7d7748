"""Pictures of the main pages for the README, taken from a running stack.

    python -m scripts.screenshots http://127.0.0.1:8000/analyses/ID docs/screenshots [http://…/analyses/OTHER]

The address is that of a finished analysis; with a second one the comparison shows the two, else the video beside
itself. Needs the test requirements and Chromium, and a stack in single-user mode on this machine.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, ViewportSize, sync_playwright

FLAGS = ("--headless", "--no-sandbox", "--no-first-run", "--disable-background-networking")
# Chromium draws the view in space with the processor where there is no graphics card.
SPACE_FLAGS = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")
DESKTOP, PHONE = ViewportSize(width=1280, height=860), ViewportSize(width=390, height=844)
LOOKS: tuple[tuple[str, ViewportSize, Literal["light", "dark"]], ...] = (
    ("", DESKTOP, "light"),
    ("-dark", DESKTOP, "dark"),
    ("-phone", PHONE, "light"),
)
QUALITY = 82
PAGES = {
    "home": "/",
    "history": "/analyses",
    "references": "/references",
    "admin": "/admin",
}


def take(report: str, out: Path, other: str | None = None) -> None:
    """Write the pictures into ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    url, analysis_id = report.split("/analyses/")
    beside = (other or report).split("/analyses/")[1]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=[*FLAGS, *SPACE_FLAGS]
        )
        for name, viewport, scheme in LOOKS:
            page = browser.new_page(viewport=viewport, color_scheme=scheme)
            take_report(page, report, out / f"report{name}.jpg")
            page.close()
        page = browser.new_page(viewport=DESKTOP, color_scheme="light")
        take_space(page, report, out / "report-3d.jpg")
        for name, path in PAGES.items():
            page.goto(url + path)
            shoot(page, out / f"{name}.jpg")
        page.goto(f"{url}/athletes")
        if page.locator("main a[href^='/athletes/']").count():
            page.locator("main a[href^='/athletes/']").first.click()
            shoot(page, out / "athlete.jpg")
        page.goto(f"{url}/compare?a={analysis_id}.0&b={beside}.0")
        shoot(page, out / "compare.jpg")
        browser.close()


def take_report(page: Page, report: str, path: Path) -> None:
    """The report at foot contact, with the shadow and the way of the hand."""
    page.goto(report)
    page.wait_for_selector("canvas.overlay")
    page.keyboard.press("4")
    page.locator("[data-layer-menu] > summary").click()
    page.locator("[data-shows=wrist]").check()
    if page.locator("[data-shows=shadow]").count():
        page.locator("[data-shows=shadow]").check()
    page.locator("[data-layer-menu] > summary").click()
    page.evaluate("window.scrollTo(0, 0)")
    shoot(page, path)


def take_space(page: Page, report: str, path: Path) -> None:
    """Film and view in space side by side, at release."""
    page.goto(report)
    page.wait_for_selector("canvas.overlay")
    page.keyboard.press("6")
    page.locator("[data-view-panel] summary").click()
    page.wait_for_selector("[data-view-part=space] canvas[data-row]")
    page.locator("[data-player]").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('[data-player]').scrollIntoView()")
    shoot(page, path)


def shoot(page: Page, path: Path) -> None:
    """One picture of what is on the screen, after the video and the fonts have settled."""
    page.wait_for_timeout(1200)
    page.screenshot(path=path, type="jpeg", quality=QUALITY)


if __name__ == "__main__":
    take(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:4])
