"""The main job in a real browser: film in, honest progress, report out."""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser


def events_of(report: str) -> dict[str, dict]:
    url, analysis_id = report.rsplit("/analyses/", 1)
    with urllib.request.urlopen(f"{url}/videos/{analysis_id}/info") as answer:
        return json.load(answer)["analysis"]["deliveries"][0]["events"]


def test_an_upload_shows_progress_and_can_be_canceled_and_deleted(visit, samples: Path) -> None:
    page = visit().open("/")
    page.set_input_files("#video", samples / "sample_righty_rear.mp4")
    expect(page.locator("[data-chosen-name]")).to_have_text("sample_righty_rear.mp4")
    expect(page.locator("[data-chosen-facts]")).to_contain_text("MB")
    page.get_by_label("Right", exact=True).check()
    page.get_by_role("button", name="Analyse").click()
    page.wait_for_url(re.compile(r"/analyses/[0-9a-f]{32}$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("sample_righty_rear")
    expect(page.locator("progress")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", name="This analysis was canceled.")).to_be_visible()
    page.get_by_text("Delete…").click()
    page.get_by_role("button", name="Delete for ever").click()
    expect(page.locator(".flash")).to_contain_text("was deleted")


def test_what_is_too_large_is_said_before_it_is_sent(visit, tmp_path: Path) -> None:
    large = tmp_path / "large.mp4"
    with large.open("wb") as file:
        file.truncate(21_000_000)
    page = visit().open("/")
    page.set_input_files("#video", large)
    page.get_by_role("button", name="Analyse").click()
    expect(page.get_by_role("alert")).to_contain_text("larger than the limit of 20 MB")
    expect(page.locator("#upload-problem")).to_be_focused()


def test_a_wrong_height_keeps_the_form_and_names_the_field(visit, samples: Path) -> None:
    visitor = visit()
    page = visitor.open("/")
    page.set_input_files("#video", samples / "sample_righty_rear.mp4")
    page.get_by_text("More: height").click()
    page.get_by_label("Athlete’s height").fill("9 m")
    page.get_by_role("button", name="Analyse").click()
    expect(page.get_by_role("alert")).to_contain_text("is not a height")
    expect(page.get_by_label("Athlete’s height")).to_have_value("9 m")
    expect(page.locator("[data-chosen-name]")).to_have_text("sample_righty_rear.mp4")
    # The browser notes the refused request itself.
    assert [line for line in visitor.complaints if "400" not in line] == []
    visitor.complaints.clear()


def test_a_film_can_be_dropped(visit) -> None:
    page = visit().open("/")
    data = page.evaluate_handle(
        """() => { const data = new DataTransfer();
             data.items.add(new File(["film"], "dropped.mp4", {type: "video/mp4"})); return data; }"""
    )
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": data})
    expect(page.locator("[data-chosen-name]")).to_have_text("dropped.mp4")
    page.locator("[data-chosen-film]").evaluate("video => { video.removeAttribute('src'); }")


def test_the_report_answers_the_keyboard(visit, report: str) -> None:
    page = visit().open(report)
    page.wait_for_selector("canvas.overlay")
    page.locator("h1").click()
    page.keyboard.press("6")
    release = events_of(report)["release"]["frame"]
    expect(page.locator("canvas.overlay")).to_have_attribute("data-row", str(release))
    page.keyboard.press("ArrowLeft")
    expect(page.locator("canvas.overlay")).to_have_attribute("data-row", str(release - 1))
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("canvas.overlay")).to_have_attribute("data-row", str(release + 9))
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def test_the_skeleton_is_drawn_over_the_film(visit, report: str) -> None:
    page = visit().open(report)
    page.wait_for_selector("canvas.overlay")
    page.keyboard.press("4")
    page.wait_for_timeout(300)
    painted = """() => { const c = document.querySelector('canvas.overlay');
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        let n = 0; for (let i = 3; i < d.length; i += 4) n += d[i] > 0; return n; }"""
    assert page.evaluate(painted) > 500
    page.get_by_label("Skeleton").uncheck()
    assert page.evaluate(painted) == 0


def test_event_buttons_move_the_film(visit, report: str) -> None:
    page = visit().open(report)
    page.wait_for_selector("canvas.overlay")
    page.locator("tr[data-event-row=foot_contact] a").click()
    frame = events_of(report)["foot_contact"]["frame"]
    expect(page.locator("canvas.overlay")).to_have_attribute("data-row", str(frame))


def test_the_report_is_whole_without_javascript(visit, report: str) -> None:
    page = visit(javascript=False).open(report)
    expect(page.get_by_role("heading", name="The numbers")).to_be_visible()
    expect(page.locator("video")).to_be_visible()
    page.locator("tr[data-event-row=release] a").click()
    assert "t=" in page.url
    assert "overlay.mp4#t=" in page.locator("video").get_attribute("src")


def test_the_whole_way_without_javascript(visit, samples: Path) -> None:
    page = visit(javascript=False).open("/")
    page.set_input_files("#video", samples / "sample_righty_rear.mp4")
    page.get_by_role("button", name="Analyse").click()
    page.wait_for_url(re.compile(r"/analyses/[0-9a-f]{32}$"))
    assert page.locator("noscript").count() >= 1
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("This analysis was canceled.")).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/analyses", "report"])
def test_nothing_sticks_out_on_a_phone(visit, report: str, path: str) -> None:
    page = visit(PHONE).open(report if path == "report" else path)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_films_can_be_sought(stack, report: str) -> None:
    analysis_id = report.rsplit("/", 1)[1]
    address = f"{stack.url}/videos/{analysis_id}/preview/processed"
    request = urllib.request.Request(address, headers={"Range": "bytes=0-99"})
    with urllib.request.urlopen(request) as answer:
        assert (answer.status, len(answer.read())) == (206, 100)


def test_the_queues_dashboard_shows_its_pages(visit, report: str) -> None:
    page = visit().open("/rq/")
    expect(page.locator("body")).to_contain_text("pose")


def test_a_chart_moves_the_film_and_follows_it(visit, report: str) -> None:
    page = visit().open(report)
    page.wait_for_selector("canvas.overlay")
    chart = page.locator("[data-chart] svg").first
    chart.scroll_into_view_if_needed()
    before = page.locator("[data-time]").text_content()
    box = chart.bounding_box()
    page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    expect(page.locator("[data-time]")).not_to_have_text(before)
    expect(page.locator("[data-reading]").first).to_contain_text("Pelvis")


def test_every_chart_has_its_data_behind_it(visit, report: str) -> None:
    page = visit(javascript=False).open(report)
    charts = page.locator("[data-chart]")
    assert charts.count() >= 4
    charts.first.get_by_text("Data table").click()
    expect(charts.first.locator("tbody tr").first).to_be_visible()


def test_the_athlete_stands_in_space_and_can_be_turned(visit, report: str) -> None:
    page = visit().open(report)
    page.get_by_role("heading", name="In 3D").click()
    canvas = page.locator("[data-view3d] canvas")
    expect(canvas).to_have_attribute("data-row", re.compile(r"\d+"))
    before = canvas.screenshot()
    canvas.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert canvas.screenshot() != before


@pytest.mark.parametrize(
    "words", ["Metrics, CSV", "Markers, TRC", "Markers, C3D", "Skeleton, BVH", "Overlay film"]
)
def test_downloads_arrive(visit, report: str, words: str) -> None:
    page = visit().open(report)
    with page.expect_download() as download:
        page.get_by_role("link", name=words).click()
    assert Path(download.value.path()).stat().st_size > 100


def contact_time(page) -> str:
    return page.locator("tr[data-event-row=foot_contact] [data-event-time]").text_content()


def test_foot_contact_can_be_moved_and_the_numbers_follow(visit, report: str) -> None:
    page = visit().open(report)
    page.wait_for_selector("canvas.overlay")
    found, numbers = contact_time(page), page.locator("#numbers").inner_text()
    # By the frame that is shown
    page.keyboard.press("4")
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    page.locator("[data-set=foot_contact]").click()
    expect(page.locator("[data-events-note]")).to_contain_text("moved by hand", timeout=30_000)
    by_frame = contact_time(page)
    assert by_frame != found
    assert page.locator("#numbers").inner_text() != numbers
    # By dragging its mark
    disc = page.locator("[data-event=foot_contact] .number")
    disc.scroll_into_view_if_needed()
    mark = disc.bounding_box()
    x, y = mark["x"] + mark["width"] / 2, mark["y"] + mark["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 12, y, steps=4)
    page.mouse.up()
    expect(page.locator("tr[data-event-row=foot_contact] [data-event-time]")).not_to_have_text(
        by_frame, timeout=30_000
    )
    page.get_by_role("button", name="Undo all").click()
    expect(page.locator("tr[data-event-row=foot_contact] [data-event-time]")).to_have_text(
        found, timeout=30_000
    )
    expect(page.locator("#numbers")).to_have_text(re.compile("Foot contact"))


def test_an_event_cannot_leave_its_place_in_the_order(visit, report: str) -> None:
    visitor = visit()
    page = visitor.open(report)
    page.wait_for_selector("canvas.overlay")
    page.keyboard.press("2")
    page.locator("[data-set=release]").click()
    expect(page.locator("[data-events-note]")).to_contain_text("must come after", timeout=30_000)
    visitor.complaints.clear()
