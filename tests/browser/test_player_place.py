"""The player is where the eye and the thumb are: whole above the fold on a desk, on top of the page on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.looks import at_row

pytestmark = pytest.mark.browser


def opened(visit, report: str, size: dict[str, int]) -> Page:
    page = visit(size).open(report)
    page.wait_for_selector("canvas.overlay")
    return page


def bottom(page: Page, selector: str) -> float:
    box = page.locator(selector).bounding_box()
    return box["y"] + box["height"]


def test_on_a_desk_picture_time_line_and_play_are_above_the_fold(visit, report: str) -> None:
    page = opened(visit, report, DESKTOP)
    order = [
        page.locator(one).bounding_box()["y"] for one in ("[data-screen]", "[data-marks]", "[data-do=play]")
    ]
    assert order == sorted(order)
    assert bottom(page, "[data-do=play]") <= DESKTOP["height"]
    assert page.locator("[data-screen] video").bounding_box()["height"] <= 0.62 * DESKTOP["height"]


def test_one_button_holds_the_layers(visit, report: str) -> None:
    page = opened(visit, report, DESKTOP)
    skeleton = page.locator("[data-shows=skeleton]")
    expect(skeleton).not_to_be_visible()
    page.locator("summary", has_text="Layers").click()
    expect(skeleton).to_be_visible()
    page.mouse.click(*(page.locator("h1").bounding_box()[side] + 5 for side in ("x", "y")))
    expect(skeleton).not_to_be_visible()


def test_on_a_phone_the_picture_stays_on_top_and_the_buttons_in_reach(visit, report: str, events) -> None:
    page = opened(visit, report, PHONE)
    assert page.locator("[data-screen]").bounding_box()["y"] < 80, "under the site's one row of places"
    page.locator("#downloads").scroll_into_view_if_needed()
    assert page.locator("[data-screen]").bounding_box()["y"] == pytest.approx(0, abs=1)
    names = ("event-back", "back", "play", "forward", "event-forward")
    boxes = [page.locator(f"[data-player] [data-do={name}]").bounding_box() for name in names]
    assert [box["x"] for box in boxes] == sorted(box["x"] for box in boxes)
    for box in boxes:
        assert box["y"] > 0.85 * PHONE["height"] and box["y"] + box["height"] <= PHONE["height"]
        assert min(box["width"], box["height"]) >= 44
    expect(page.locator("[data-screen]")).to_be_in_viewport()


def test_the_event_buttons_go_from_event_to_event(visit, report: str, events) -> None:
    page = opened(visit, report, PHONE)
    order = sorted(events, key=lambda name: events[name]["time_s"])
    go = {step: page.locator(f"[data-player] [data-do=event-{step}]") for step in ("forward", "back")}
    page.locator("tr[data-event-row=leg_lift] a").click()
    at_row(page, events["leg_lift"]["frame"])
    shown = page.locator("[data-marks] a.now")
    go["forward"].click()
    expect(shown).to_have_attribute("data-event", order[order.index("leg_lift") + 1])
    go["back"].click()
    expect(shown).to_have_attribute("data-event", "leg_lift")


def test_a_key_position_leads_to_its_frame(visit, report: str, events) -> None:
    page = opened(visit, report, DESKTOP)
    strip = page.get_by_role("navigation", name="Key positions")
    expect(strip.get_by_role("link")).to_have_count(6)
    strip.get_by_role("link", name="Foot strike").click()
    at_row(page, events["foot_contact"]["frame"])
