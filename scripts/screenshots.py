"""Pictures of the main pages for the README, taken from a running stack.

    python -m scripts.screenshots http://127.0.0.1:8000/analyses/ID docs/screenshots

The address is that of a finished analysis. Needs the test requirements and Chromium.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
DESKTOP, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
QUALITY = 82


def take(report: str, out: Path) -> None:
    """Write the pictures into ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    home = report.split("/analyses/")[0] + "/"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        for name, viewport, scheme in (
            ("", DESKTOP, "light"),
            ("-dark", DESKTOP, "dark"),
            ("-phone", PHONE, "light"),
        ):
            page = browser.new_page(viewport=viewport, color_scheme=scheme)
            page.goto(home)
            shoot(page, out / f"home{name}.jpg")
            page.goto(report)
            page.wait_for_selector("canvas.overlay")
            page.keyboard.press("4")
            page.get_by_label("Trails").check()
            if page.locator("[data-shows=shadow]").count():
                page.locator("[data-shows=shadow]").check()
            page.evaluate("window.scrollTo(0, 0)")
            shoot(page, out / f"report{name}.jpg")
            page.close()
        browser.close()


def shoot(page: Page, path: Path) -> None:
    """One picture of what is on the screen, after the film and the fonts have settled."""
    page.wait_for_timeout(800)
    page.screenshot(path=path, type="jpeg", quality=QUALITY)


if __name__ == "__main__":
    take(sys.argv[1], Path(sys.argv[2]))
