"""Joints are set by hand: by pointer, by the keyboard on a telephone, undone, done again, and seen in a second tab."""

from __future__ import annotations

import json
import re
import urllib.request

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE
from tests.browser.looks import get
from tests.browser.test_accessibility import RULES

pytestmark = pytest.mark.browser
SOLVED_MS = 120_000
FOLLOWS, UNDONE, AGAIN = "The numbers follow it", "Undone", "Done again"


def correcting(page: Page) -> Page:
    """At the release, with the handles there."""
    page.locator("[data-marks] [data-event=release]").click()
    page.get_by_role("button", name="Correct joints").click()
    expect(wrist(page)).to_be_visible()
    return page


def wrist(page: Page):
    """The first handle: that of the throwing wrist."""
    return page.locator(".handle").first


def told(page: Page, words: str) -> None:
    expect(page.locator("[data-joints-note]")).to_contain_text(words, timeout=SOLVED_MS)


def numbers(report: str) -> dict[str, tuple[float | None, float | None]]:
    delivery = json.loads(get(report, "info"))["analysis"]["deliveries"][0]
    return {f"{m['name']} {m['event']}": (m["value"], m["error"]) for m in delivery["metrics"]}


def everything_as_found(report: str) -> None:
    """Other tests read the same report."""
    url, analysis_id = report.rsplit("/analyses/", 1)
    urllib.request.urlopen(urllib.request.Request(f"{url}/videos/{analysis_id}/joints", method="DELETE"))


def test_joints_are_set_undone_and_done_again_and_a_second_tab_sees_the_first(visit, report: str) -> None:
    as_found = numbers(report)
    visitors = visit(), visit(PHONE)
    first, second = (visitor.open(report) for visitor in visitors)
    for page in (first, second):
        page.wait_for_selector("canvas.overlay")
        correcting(page)
    try:
        box = wrist(first).bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        first.mouse.move(x, y)
        first.mouse.down()
        first.mouse.move(x + 12, y + 8)
        first.mouse.move(x + 24, y + 16)
        expect(first.locator("canvas.loupe")).to_be_visible()
        # The picture follows before the server has answered.
        moved = wrist(first).bounding_box()
        assert moved and moved["x"] - box["x"] == pytest.approx(24, abs=2)
        first.mouse.up()
        told(first, FOLLOWS)
        expect(wrist(first)).to_have_attribute("aria-label", re.compile("set by hand"))
        followed = numbers(report)
        assert followed != as_found
        by_keyboard_on_a_telephone(second, report)
        # The first tab is the late one now: it is told, and sees what was done.
        first.get_by_role("button", name="Undo", exact=True).first.click()
        told(first, "Somebody changed this analysis meanwhile")
        first.keyboard.press("Control+y")
        told(first, AGAIN)
        assert numbers(report) == followed
    finally:
        everything_as_found(report)
    assert numbers(report) == as_found
    for visitor in visitors:
        (refused,) = visitor.complaints
        assert "409" in refused
        visitor.complaints.clear()


def by_keyboard_on_a_telephone(page: Page, report: str) -> None:
    """The second of two: refused with what the first did, then the first's step undone."""
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert not Axe().run(page, options=RULES).response["violations"]
    size = wrist(page).bounding_box()
    assert size and size["width"] >= 44 and size["height"] >= 44
    wrist(page).focus()
    for key in ("Shift+ArrowRight", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    told(page, "Somebody changed this analysis meanwhile")
    expect(wrist(page)).to_have_attribute("aria-label", re.compile("set by hand"))
    page.keyboard.press("Control+z")
    told(page, UNDONE)
    expect(wrist(page)).to_have_attribute("aria-label", re.compile("sure"))
