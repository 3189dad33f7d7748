"""Every page passes axe-core's rules for WCAG 2.2 AA, in light and dark, and nobody needs a mouse."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # What passes is only counted: describing every node of it takes most of the time.
    "resultTypes": ["violations"],
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/analyses", "/nothing", "report"])
def test_axe_finds_nothing(visit, report: str, path: str, scheme: str) -> None:
    visitor = visit()
    visitor.page.emulate_media(color_scheme=scheme)
    page = visitor.open(report if path == "report" else path)
    if path == "report":
        page.wait_for_selector("canvas.overlay")
    violations = Axe().run(page, options=RULES)
    words = [f"{v['id']}: {v['nodes'][0]['html'][:150]}" for v in violations.response["violations"]]
    visitor.complaints.clear() if path == "/nothing" else None
    assert words == []


def test_the_upload_form_works_by_keyboard(visit) -> None:
    page = visit().open("/")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to content")).to_be_focused()
    page.get_by_label("Auto-detect", exact=True).first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("input[name=throws][value=right]")).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.locator("#view")).to_be_focused()
