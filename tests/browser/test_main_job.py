"""The main job in a real browser: film in, honest progress, report out."""

from __future__ import annotations

import re
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser


def test_an_upload_shows_progress_and_can_be_canceled_and_deleted(visit, samples: Path) -> None:
    page = visit().open("/")
    page.set_input_files("#video", samples / "sample_righty_rear.mp4")
    expect(page.locator("[data-chosen-name]")).to_have_text("sample_righty_rear.mp4")
    expect(page.locator("[data-chosen-facts]")).to_contain_text("MB")
    page.get_by_label("Right", exact=True).check()
    page.get_by_role("button", name="Analyze").click()
    page.wait_for_url(re.compile(r"/analyses/[0-9a-f]{32}$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("sample_righty_rear")
    expect(page.locator("progress")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", name="This analysis was canceled.")).to_be_visible()
    page.get_by_text("Delete…").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator(".flash")).to_contain_text("moved to the trash")


def test_what_is_too_large_is_said_before_it_is_sent(visit, tmp_path: Path) -> None:
    large = tmp_path / "large.mp4"
    with large.open("wb") as file:
        file.truncate(21_000_000)
    page = visit().open("/")
    page.set_input_files("#video", large)
    page.get_by_role("button", name="Analyze").click()
    expect(page.get_by_role("alert")).to_contain_text("larger than the limit of 20 MB")
    expect(page.locator("#upload-problem")).to_be_focused()


def test_a_wrong_height_keeps_the_form_and_names_the_field(visit, samples: Path) -> None:
    visitor = visit()
    page = visitor.open("/")
    page.set_input_files("#video", samples / "sample_righty_rear.mp4")
    page.get_by_text("More: height").click()
    page.get_by_label("Athlete’s height").fill("9 m")
    page.get_by_role("button", name="Analyze").click()
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


def test_the_sample_is_one_button_and_can_be_canceled_without_javascript(visit) -> None:
    page = visit(javascript=False).open("/")
    page.get_by_role("button", name="Try the sample").click()
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
    address = f"{stack.url}/videos/{analysis_id}/preview/original"
    request = urllib.request.Request(address, headers={"Range": "bytes=0-99"})
    with urllib.request.urlopen(request) as answer:
        assert (answer.status, len(answer.read())) == (206, 100)


def test_the_queues_dashboard_shows_its_pages(visit, report: str) -> None:
    page = visit().open("/rq/")
    expect(page.locator("body")).to_contain_text("pose")
