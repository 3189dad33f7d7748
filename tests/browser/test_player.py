"""The video of the report: the frame shown, what is drawn over it, zoom, loop, drawing, and what moves it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from shadow_trainer.body.skeleton import INDEX
from tests.browser.looks import at_row, get, painted, seen

pytestmark = pytest.mark.browser


def test_the_landmarks_drawn_are_those_of_the_picture_shown(player: Page, film: np.ndarray, events) -> None:
    release = events["release"]["frame"]
    player.keyboard.press("6")
    for keys, row in (
        ((), release),
        (("ArrowLeft",), release - 1),
        (("ArrowLeft",) * 4, release - 5),
        (("Shift+ArrowRight",), release + 5),
        (("4",), events["foot_contact"]["frame"]),
        (("ArrowRight",) * 3, events["foot_contact"]["frame"] + 3),
    ):
        for key in keys:
            player.keyboard.press(key)
        at_row(player, row)
        expect(player.locator("[data-time]")).to_have_attribute("data-frame", str(row))
        difference = np.abs(film - seen(player)).mean(axis=(1, 2))
        assert int(difference.argmin()) == row
        runner_up = np.delete(difference, row).min()
        assert difference[row] < 0.8 * runner_up, "neighbouring frames must be told apart"


# Marks that the pointer does not find at their middle, for each that is chosen; and words cut off by the card or the page.
REACHED = """() => { const list = document.querySelector("[data-marks]"), lost = [];
const around = list.parentElement.getBoundingClientRect(), page = document.documentElement.getBoundingClientRect();
const card = around.width ? around : page; // on a phone the card has no box of its own
list.scrollIntoView({ block: "center", behavior: "instant" });
for (const link of list.querySelectorAll("a")) {
  const name = link.querySelector(".name").getBoundingClientRect(), disc = link.querySelector(".number").getBoundingClientRect();
  const there = document.elementFromPoint(disc.x + disc.width / 2, disc.y + disc.height / 2);
  if (there?.closest("a") !== link) lost.push(link.dataset.event);
  if (name.left < card.left || name.right > card.right) lost.push(link.dataset.event + "'s words");
} return lost; }"""


@pytest.mark.parametrize("width", [1440, 390])
def test_every_mark_on_the_time_line_is_reached_whichever_is_chosen(player: Page, width: int) -> None:
    player.set_viewport_size({"width": width, "height": 900})
    links = player.locator("[data-marks] a")
    for place in range(links.count()):
        player.keyboard.press(str(place + 1))
        expect(links.nth(place)).to_have_class(re.compile(r"\bnow\b"))
        assert player.evaluate(REACHED) == []


def test_a_film_whose_address_ran_out_goes_on_where_it_was(player: Page, events) -> None:
    """As Chromium says it when a bucket answers 403 in the middle of a video: an error, and the time wanted is kept."""
    player.keyboard.press("6")
    at_row(player, events["release"]["frame"])
    player.evaluate(
        """() => new Promise((done) => { const film = document.querySelector("[data-screen] video");
        film.addEventListener("loadstart", () => film.addEventListener("seeked", done, { once: true }), { once: true });
        film.dispatchEvent(new Event("error")); })"""
    )
    at_row(player, events["release"]["frame"])
    expect(player.locator("[data-time]")).to_have_attribute("data-frame", str(events["release"]["frame"]))


def test_while_it_plays_row_and_frame_stay_together(player: Page) -> None:
    player.locator("[data-speed]").select_option("0.25")
    player.keyboard.press("3")
    player.keyboard.press(" ")
    expect(player.get_by_role("button", name="Pause")).to_be_visible()
    pairs = player.evaluate(
        """async () => { const seen = [];
        const canvas = document.querySelector('canvas.overlay'), clock = document.querySelector('[data-time]');
        while (seen.length < 15) { await new Promise(requestAnimationFrame);
          seen.push([canvas.dataset.row, clock.dataset.frame]); } return seen; }"""
    )
    assert all(row == frame for row, frame in pairs)


def test_space_speed_and_help_answer_the_keyboard(player: Page) -> None:
    player.keyboard.press("?")
    expect(player.get_by_role("dialog", name="Keys and gestures")).to_be_visible()
    player.keyboard.press("Escape")
    expect(player.get_by_role("dialog", name="Keys and gestures")).to_be_hidden()
    for _ in range(3):
        player.keyboard.press("[")
    expect(player.locator("[data-speed]")).to_have_value("0.25")
    player.keyboard.press(" ")
    expect(player.get_by_role("button", name="Pause")).to_be_visible()
    player.keyboard.press(" ")
    expect(player.get_by_role("button", name="Play")).to_be_visible()


def test_what_is_laid_over_the_film_can_be_switched(player: Page) -> None:
    player.keyboard.press("4")
    at = player.locator("canvas.overlay")
    expect(at).to_have_attribute("data-row", re.compile(r"\d+"))
    expect(player.get_by_label("Shadow", exact=True).first).to_be_checked()
    player.keyboard.press("g")
    skeleton = painted(player, "canvas.overlay")
    assert skeleton > 500
    player.keyboard.press("r")
    expect(player.get_by_label("Angles", exact=True)).to_be_checked()
    assert painted(player, "canvas.overlay") > skeleton
    for key in "rk":
        player.keyboard.press(key)
    player.locator("[data-layer-menu] > summary").click()
    player.locator("[data-shows=events]").uncheck()
    assert painted(player, "canvas.overlay") == 0
    player.keyboard.press("g")
    expect(player.locator("[data-opacity]")).to_be_visible()
    player.wait_for_function("() => { const c = document.querySelector('canvas.overlay');"
        "return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v) }")  # fmt: skip
    together = player.locator("canvas.overlay").screenshot()
    with player.expect_response(re.compile("mode=real_speed")):
        player.locator("[data-shadow-mode][value=real_speed]").check()
    player.keyboard.press("2")
    player.locator("[data-shadow-mode][value=aligned]").check()
    assert player.locator("canvas.overlay").screenshot() != together
    player.reload()
    expect(player.locator("canvas.overlay")).to_have_attribute("data-row", re.compile(r"\d+"))
    on = player.locator("[data-shows]").evaluate_all(
        "all => all.filter(b => b.checked).map(b => b.dataset.shows)"
    )
    assert on == ["shadow"], "what was switched on last is on again"


def joint_on_page(page: Page, report: str, row: int, joint: str) -> tuple[float, float]:
    """Where a landmark of this row must be on the page, from the video element's own box, which may be wider."""
    frames = json.loads(get(report, "keypoints/user?part=2d"))
    x, y = (value / 10 for value in frames["frames"][row][2 * INDEX[joint] :][:2])
    box = page.locator("[data-screen] video").bounding_box()
    scale = min(box["width"] / frames["width"], box["height"] / frames["height"])
    aside = (box["width"] - frames["width"] * scale) / 2
    return box["x"] + aside + x * scale, box["y"] + y * scale


def whitest_at(page: Page, x: float, y: float) -> int:
    """How white the overlay is at a place of the page: the whitest pixel within two of the canvas' own.

    A joint is a white dot with a dark rim, and another joint's rim may cross it.
    """
    return page.evaluate(
        """([x, y]) => { const c = document.querySelector('canvas.overlay'), b = c.getBoundingClientRect();
        const k = c.width / b.width, at = (v, from) => Math.round((v - from) * k) - 2;
        const pixels = c.getContext('2d').getImageData(at(x, b.left), at(y, b.top), 5, 5).data;
        return Math.max(...Array.from({length: 25}, (_, i) => Math.min(...pixels.slice(4 * i, 4 * i + 4)))); }""",
        [x, y],
    )


def test_zoomed_in_the_overlay_lies_where_the_picture_is(player: Page, report: str, events) -> None:
    row = events["foot_contact"]["frame"]
    player.keyboard.press("4")
    at_row(player, row)
    player.locator("[data-layer-menu] > summary").click()
    player.locator("[data-shows=events]").uncheck()
    player.keyboard.press("Escape")
    expect(player.locator("[data-draw]")).not_to_be_visible()
    player.locator("[data-screen]").scroll_into_view_if_needed()
    plain = player.locator("[data-screen] video").bounding_box()
    x, y = joint_on_page(player, report, row, "right_hip")
    assert whitest_at(player, x, y) > 150, "the white dot of a joint; beside it the overlay is clear"
    player.mouse.move(x, y)
    player.keyboard.down("Control")
    player.mouse.wheel(0, -300)
    player.keyboard.up("Control")
    expect(player.locator("[data-screen]")).to_have_class(re.compile("zoomed"))
    player.get_by_role("button", name="Zoom in").click()
    player.keyboard.press("d")
    player.locator("[data-screen]").scroll_into_view_if_needed()  # the button is below it
    zoomed = player.locator("[data-screen] video").bounding_box()
    assert zoomed["width"] > 2 * plain["width"]
    for joint in ("right_hip", "left_hip"):
        x, y = joint_on_page(player, report, row, joint)
        assert whitest_at(player, x, y) > 150
    player.mouse.move(x, y)
    player.mouse.down()
    player.mouse.move(x - 60, y - 30, steps=3)
    player.mouse.up()
    player.wait_for_function(
        "x => Math.abs(document.querySelector('[data-screen] video').getBoundingClientRect().x - x) < 1",
        arg=zoomed["x"] - 60,
    )
    x, y = joint_on_page(player, report, row, "left_hip")
    assert whitest_at(player, x, y) > 150
    player.locator("[data-screen]").dblclick(position={"x": 300, "y": 200})
    whole = player.locator("[data-screen] video").bounding_box()
    assert [whole[name] for name in ("x", "width", "height")] == [
        plain[name] for name in ("x", "width", "height")
    ]
    at_row(player, row)


def test_a_phase_is_looped(player: Page, events) -> None:
    player.locator("[data-loop]").check()
    player.locator("[data-speed]").select_option("0.1")
    player.locator("[data-loop-from]").select_option("foot_contact")
    player.locator("[data-loop-to]").select_option("release")
    first, last = events["foot_contact"]["frame"], events["release"]["frame"]
    player.keyboard.press("2")
    player.locator("h1").click()
    player.keyboard.press(" ")
    rows = player.evaluate(
        """async last => { const rows = []; const canvas = document.querySelector('canvas.overlay');
        let turns = 0, before = 1e9;
        while (turns < 2 && rows.length < 2000) { await new Promise(requestAnimationFrame);
          const row = Number(canvas.dataset.row); if (row < before) turns += 1;
          before = row; rows.push(row); } return rows; }""",
        last,
    )
    # It came back to the first event, and never reached the next one: how many frames it runs over depends on
    # how busy the machine is.
    inside = rows[next(k for k, row in enumerate(rows) if row >= first - 1) :]
    assert first - 1 <= min(inside) <= first + 4
    assert max(inside) < events["follow_through"]["frame"]
    # An end before the beginning is mended, not obeyed.
    player.locator("[data-loop-from]").select_option("follow_through")
    assert player.locator("[data-loop-to]").input_value() == "follow_through"
    assert player.locator("[data-loop-from]").input_value() == "max_internal_rotation"


def test_lines_and_angles_are_drawn_kept_and_saved(player: Page, events, tmp_path: Path) -> None:
    row = events["foot_contact"]["frame"]
    player.keyboard.press("4")
    at_row(player, row)
    player.get_by_role("button", name="Draw on the frame").click()
    player.locator("[data-screen]").scroll_into_view_if_needed()
    box = player.locator("[data-screen]").bounding_box()
    x, y = box["x"] + 200, box["y"] + 150
    player.mouse.move(x, y)
    player.mouse.down()
    player.mouse.move(x + 240, y + 80, steps=4)
    player.mouse.up()
    annotation_canvas = player.locator("canvas.annotation-canvas")
    expect(annotation_canvas).to_have_attribute("data-shapes", "1")
    player.get_by_label("Angle", exact=True).check()
    for dx, dy in ((0, 0), (100, 0), (100, 80)):
        player.mouse.click(x + dx, y + dy)
    expect(annotation_canvas).to_have_attribute("data-shapes", "2")
    # By keyboard: a circle from the middle of the picture.
    player.get_by_label("Circle", exact=True).check()
    annotation_canvas.focus()
    for key in ("Enter", "ArrowRight", "ArrowRight", "Enter"):
        player.keyboard.press(key)
    expect(annotation_canvas).to_have_attribute("data-shapes", "3")
    at_row(player, row)
    player.get_by_role("button", name="Undo", exact=True).click()
    expect(annotation_canvas).to_have_attribute("data-shapes", "2")
    player.get_by_role("button", name="Done", exact=True).click()
    with player.expect_download() as download:
        player.get_by_role("button", name="Save this frame").click()
    snapshot = cv2.imread(str(download.value.path()))[:, :, ::-1]
    told = player.locator("[data-player]")
    size = tuple(int(told.get_attribute(f"data-{side}")) for side in ("height", "width"))
    assert snapshot.shape[:2] == size, "the video's own size"
    yellow = (np.abs(snapshot.astype(int) - (255, 212, 0)) < 12).all(axis=2).sum()
    assert yellow > 200
    # Another frame has none of it; after loading again the frame still has both.
    player.locator("h1").click()
    player.keyboard.press("ArrowRight")
    expect(annotation_canvas).to_have_attribute("data-shapes", "0")
    player.reload()
    player.wait_for_selector("canvas.overlay")
    player.keyboard.press("4")
    expect(annotation_canvas).to_have_attribute("data-shapes", "2")
    player.get_by_role("button", name="Draw on the frame").click()
    # The list leads to the frame, and takes one away at a time.
    drawn = player.get_by_role("list", name="What was drawn")
    expect(drawn.get_by_role("listitem")).to_have_count(2)
    player.locator("h1").click()
    player.keyboard.press("6")
    expect(annotation_canvas).to_have_attribute("data-shapes", "0")
    drawn.get_by_role("button", name=re.compile("^Line")).click()
    at_row(player, row)
    drawn.get_by_role("button", name=re.compile("^Remove: Line")).press("Enter")
    expect(annotation_canvas).to_have_attribute("data-shapes", "1")
    expect(drawn.get_by_role("button", name=re.compile("^Remove: Angle"))).to_be_focused()
    player.get_by_role("button", name="Clear", exact=True).click()
    expect(annotation_canvas).to_have_attribute("data-shapes", "0")
