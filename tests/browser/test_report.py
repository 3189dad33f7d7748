"""What points into the film from the rest of the report, and what a moved event changes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from benchmarks.report_weight import LIMIT_BYTES, measure
from shadow_trainer.labels import LEVELS
from tests.browser.conftest import PHONE
from tests.browser.looks import at_row, drag_mark, fingers, painted, until

pytestmark = pytest.mark.browser


def test_a_chart_moves_the_film_and_follows_it(player: Page, events) -> None:
    chart = player.locator("[data-chart=knees]")
    chart.scroll_into_view_if_needed()
    plot = chart.locator(".u-over")
    expect(plot).to_be_visible()
    box = plot.bounding_box()
    before = player.locator("[data-time]").text_content()
    player.mouse.click(box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"])
    expect(player.locator("[data-time]")).not_to_have_text(before)
    expect(chart.get_by_role("button", name="Lead knee")).to_contain_text("°")
    player.keyboard.press("4")
    at_row(player, events["foot_contact"]["frame"])
    at = float(chart.get_attribute("data-at"))
    assert abs(at) < 0.5 / 60
    player.keyboard.press("ArrowLeft")
    # Where in its frame the event lies is the video's affair.
    player.wait_for_function(
        "at => Math.abs(document.querySelector('[data-chart=knees]').dataset.at - at) < 0.001",
        arg=at - 1 / 60,
    )
    hide = chart.get_by_role("button", name="Lead knee")
    hide.click()
    expect(hide).to_have_attribute("aria-pressed", "false")


def test_the_pair_stands_in_space_and_can_be_turned(player: Page, events) -> None:
    player.get_by_role("heading", name="Second view").click()
    canvas = player.locator("[data-view-part=space] canvas")
    player.keyboard.press("4")
    expect(canvas).to_have_attribute("data-row", str(events["foot_contact"]["frame"]))
    before = canvas.screenshot()
    canvas.focus()
    for _ in range(5):
        player.keyboard.press("ArrowRight")
    turned = canvas.screenshot()
    assert turned != before
    player.get_by_role("button", name="Top", exact=True).click()
    top = canvas.screenshot()
    assert top != turned
    player.locator("[data-ghost]").uncheck()
    until(lambda: canvas.screenshot() != top)


def test_without_webgl_the_pair_is_drawn_plainly(visit, report: str) -> None:
    visitor = visit()
    visitor.page.add_init_script(
        """const get = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
          return kind.startsWith('webgl') ? null : get.call(this, kind, ...more); };"""
    )
    page = visitor.open(report)
    page.get_by_role("heading", name="Second view").click()
    expect(page.locator("[data-view-part=space]")).to_have_attribute("data-view", "plain")
    canvas = page.locator("[data-view-part=space] canvas")
    expect(canvas).to_have_attribute("data-row", re.compile(r"\d+"))
    assert painted(page, "[data-view-part=space] canvas") > 1000


def test_the_same_film_beside_itself_shows_the_same_moment(player: Page, report: str, events) -> None:
    """The list offers other pitches; the video itself, put there, must run in step and keep its offset."""
    player.get_by_role("heading", name="Second view").click()
    player.get_by_label("Another pitch", exact=True).check()
    analysis_id = report.rsplit("/", 1)[1]
    player.locator("[data-other]").evaluate(
        "(s, a) => { s.append(new Option('itself', a)); s.value = a; s.dispatchEvent(new Event('change')); }",
        f"/videos/{analysis_id}/pitches/0",
    )
    other = player.locator("[data-other-film] canvas.overlay")
    release = events["release"]["frame"]
    expect(other).to_have_attribute("data-row", str(release), timeout=10_000)
    at_row(player, release)
    player.locator("h1").click()
    player.keyboard.press("ArrowLeft")
    at_row(player, release - 1)
    expect(other).to_have_attribute("data-row", str(release - 1))
    player.locator("[data-offset]").last.fill("3")
    expect(other).to_have_attribute("data-row", str(release + 2))
    player.locator("[data-pair-event]").select_option("leg_lift")
    at_row(player, events["leg_lift"]["frame"])
    expect(other).to_have_attribute("data-row", str(events["leg_lift"]["frame"] + 3))


def contact_time(page: Page) -> str:
    return page.locator("tr[data-event-row=foot_contact] [data-event-time]").text_content()


def test_foot_contact_can_be_moved_and_the_numbers_follow(player: Page) -> None:
    measured, numbers = contact_time(player), player.locator("#numbers").inner_text()
    time = player.locator("tr[data-event-row=foot_contact] [data-event-time]")
    # By the frame that is shown
    player.keyboard.press("4")
    for _ in range(3):
        player.keyboard.press("ArrowLeft")
    player.locator("[data-set=foot_contact]").click()
    expect(player.locator("[data-events-note]")).to_contain_text("moved by hand", timeout=30_000)
    by_frame = contact_time(player)
    assert by_frame != measured
    assert player.locator("#numbers").inner_text() != numbers
    # By dragging its mark
    drag_mark(player, "foot_contact", -12)
    expect(time).not_to_have_text(by_frame, timeout=30_000)
    # By the keyboard: two frames later
    by_drag = contact_time(player)
    player.locator("[data-marks] [data-event=foot_contact]").focus()
    for _ in range(2):
        player.keyboard.press(".")
    expect(time).to_have_text(f"{float(by_drag.removesuffix(' s')) + 2 / 60:.3f} s", timeout=30_000)
    expect(player.locator("[data-marks] [data-event=foot_contact]")).to_be_focused()
    player.get_by_role("button", name="Undo all").click()
    expect(time).to_have_text(measured, timeout=30_000)
    expect(player.locator("#numbers")).to_have_text(re.compile("Foot strike"))


def test_an_event_cannot_leave_its_place_in_the_order(visit, report: str) -> None:
    visitor = visit()
    page = visitor.open(report)
    page.wait_for_selector("canvas.overlay")
    page.keyboard.press("2")
    page.locator("[data-set=release]").click()
    expect(page.locator("[data-events-note]")).to_contain_text("must come after", timeout=30_000)
    visitor.complaints.clear()


def test_event_buttons_move_the_film(player: Page, events) -> None:
    player.locator("tr[data-event-row=foot_contact] a").click()
    at_row(player, events["foot_contact"]["frame"])


def test_the_report_is_whole_without_javascript(visit, report: str) -> None:
    page = visit(javascript=False).open(report)
    expect(page.get_by_role("heading", name="The numbers", exact=True)).to_be_visible()
    expect(page.locator("video:visible")).to_have_count(1)
    charts = page.locator("[data-chart]")
    assert charts.count() >= 4
    charts.first.scroll_into_view_if_needed()
    assert charts.first.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    charts.first.get_by_text("Data table").click()
    expect(charts.first.locator("tbody tr").first).to_be_visible()
    page.locator("tr[data-event-row=release] a").click()
    assert "t=" in page.url
    assert "preview.mp4#t=" in page.locator("video:visible").get_attribute("src")


def test_on_a_phone_two_fingers_zoom_and_a_tap_plays(visit, report: str) -> None:
    visitor = visit(PHONE)
    page = visitor.open(report)
    page.wait_for_selector("canvas.overlay")
    screen = page.locator("[data-screen]")
    screen.scroll_into_view_if_needed()
    box = screen.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = fingers(page)
    touch("touchStart", (x - 20, y), (x + 20, y))
    for width in (40, 60, 80):
        touch("touchMove", (x - width, y), (x + width, y))
    touch("touchEnd")
    expect(screen).to_have_class(re.compile("zoomed"))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    while "zoomed" in screen.get_attribute("class"):
        page.get_by_role("button", name="Zoom out").click()
    screen.scroll_into_view_if_needed()
    box = screen.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.touchscreen.tap(x, y)
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def test_the_first_load_is_light(chrome, report: str) -> None:
    load = measure(chrome, report)
    assert load.total < LIMIT_BYTES, load.addresses
    assert not [address for address in load.addresses if "three" in address]


def test_a_printed_report_shows_what_was_drawn_and_leaves_the_player_out(player: Page, events) -> None:
    snapshot = player.locator("[data-print-snapshot]")
    player.keyboard.press("3")
    assert len(player.pdf()) > 20_000
    # Whatever frame happens to be on the screen is none that somebody chose for paper.
    expect(snapshot.locator("img")).to_have_count(1)
    player.keyboard.press("4")
    at_row(player, events["foot_contact"]["frame"])
    player.keyboard.press("p")
    player.get_by_label("Circle", exact=True).check()
    player.locator("canvas.annotation-canvas").focus()
    for key in ("Enter", "ArrowRight", "ArrowRight", "Enter"):
        player.keyboard.press(key)
    expect(player.locator("canvas.annotation-canvas")).to_have_attribute("data-shapes", "1")
    player.pdf()
    expect(snapshot.locator("canvas")).to_have_count(1)
    expect(snapshot).to_contain_text(f"{events['foot_contact']['frame'] / 60:.3f} s")
    player.emulate_media(media="print")
    expect(snapshot).to_be_visible()
    moments = player.locator(".print-moments img")
    expect(moments).to_be_visible()
    until(lambda: moments.evaluate("image => image.naturalWidth > 3 * image.naturalHeight"))
    expect(player.locator("[data-player]")).to_be_hidden()
    expect(player.get_by_role("heading", name="The numbers", exact=True)).to_be_visible()


def test_the_level_is_corrected_on_the_page(player: Page) -> None:
    numbers, form = player.locator("#numbers"), player.locator("#assumptions")
    for level in ("youth", "adult"):
        form.get_by_label("Compare with").select_option(level)
        form.get_by_role("button", name="Recalculate").click()
        expect(numbers).to_contain_text(LEVELS[level], timeout=30_000)
        expect(form.get_by_label("Compare with")).to_have_value(level)


def test_events_are_moved_by_a_plain_form(visit, report: str) -> None:
    page = visit(javascript=False).open(report)
    page.get_by_text("Correct the times…").click()
    field = page.get_by_label("Foot strike, seconds")
    measured = field.input_value()
    field.fill(f"{float(measured) - 0.05:.3f}")
    page.locator("#events").get_by_role("button", name="Recalculate").click()
    expect(page.locator(".flash")).to_contain_text("Measured again")
    page.get_by_text("Correct the times…").click()
    assert abs(float(page.get_by_label("Foot strike, seconds").input_value()) - float(measured) + 0.05) < 0.02
    page.get_by_role("button", name="As they were found").click()
    page.get_by_text("Correct the times…").click()
    expect(page.get_by_label("Foot strike, seconds")).to_have_value(measured)
