"""The whole way of a video as a coach goes it, on a analyses and on a telephone.

Without JavaScript the way from the upload to a readable report is walked by the ``report`` fixture; the telephone
goes on from there, the analyses begins with a video of its own.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect
from werkzeug.http import parse_options_header

from shadow_trainer.render.exports import EXPORTS
from tests.browser.conftest import DESKTOP, PHONE, Visitor
from tests.browser.looks import at_row, drag_mark, get, id_of, make_link, until_report

pytestmark = pytest.mark.browser
FILM = "sample_righty_rear.mp4"
# How a file of each kind begins, and where; JSON and CSV are read (kind_of).
BEGINNINGS = {
    "mp4": (4, b"ftyp"),
    "html": (0, b"<!doctype html>"),
    "npz": (0, b"PK\x03\x04"),
    "trc": (0, b"PathFileType\t4"),
    "c3d": (1, b"P"),
    "bvh": (0, b"HIERARCHY"),
}
DRAWN_MS = 180_000  # two of them, by a worker that other tests keep busy
# The videos, the report, and every export there is.
DOWNLOADS = Counter({"mp4": 3, "html": 1})
DOWNLOADS.update(export.suffix.rpartition(".")[2] for export in EXPORTS.values())


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_from_the_film_to_a_link_that_is_revoked(
    visit, report: str, films: Path, size: dict[str, int], tmp_path: Path
) -> None:
    visitor = visit(size)
    page = visitor.open(report) if size is PHONE else analysed(visitor, films / FILM)
    address = page.url
    page.wait_for_selector("canvas.overlay")
    step_to_release(page, address)
    move_foot_contact(page)
    save_as_reference(page, f"Best {size['width']}")
    page.goto(address)
    compare_with(page, report)
    page.goto(address)
    download_all(page, tmp_path)
    share_and_revoke(page, visit(size))


def analysed(visitor: Visitor, film: Path) -> Page:
    """Upload, honest progress, report."""
    page = visitor.open("/")
    page.set_input_files("#video", film)
    page.get_by_role("button", name="Analyze").click()
    page.wait_for_url(re.compile(r"/analyses/[0-9a-f]{32}$"))
    expect(page.locator("progress")).to_be_visible()
    expect(page.locator("[data-stage-name=probe]")).to_have_attribute("data-state", "done", timeout=120_000)
    until_report(page)
    return page


def step_to_release(page: Page, address: str) -> None:
    """From foot contact frame by frame, by keyboard alone."""
    events = json.loads(get(address, "info"))["analysis"]["deliveries"][0]["events"]
    contact, release = (events[name]["frame"] for name in ("foot_contact", "release"))
    assert contact < release
    page.keyboard.press("4")
    at_row(page, contact)
    for row in range(contact + 1, release + 1):
        page.keyboard.press("ArrowRight")
        at_row(page, row)
    page.keyboard.press("6")
    at_row(page, release)


def move_foot_contact(page: Page) -> None:
    """By its mark, with the mouse or a finger: the numbers follow, and go back when it is undone."""
    numbers = page.locator("#numbers")
    before = numbers.text_content()
    drag_mark(page, "foot_contact", -12)
    expect(page.locator("[data-events-note]")).to_contain_text("moved by hand", timeout=30_000)
    expect(numbers).not_to_have_text(before)
    page.get_by_role("button", name="Undo all").click()
    expect(numbers).to_have_text(before, timeout=30_000)


def save_as_reference(page: Page, name: str) -> None:
    page.get_by_text("Save this pitch as a reference").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Save reference").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.locator("svg.figure")).to_be_visible()


def compare_with(page: Page, report: str) -> None:
    """Side by side with the sample: each video stands at its own foot contact, steps, and keeps an offset."""
    page.get_by_role("link", name="Compare with another pitch").click()
    page.get_by_label("B", exact=True).select_option(f"{id_of(report)}.0")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name="Timing", exact=True)).to_be_visible()
    expect(page.locator("[data-controls]")).to_be_visible()
    page.get_by_label("Both videos stand at").select_option("foot_contact")
    page.wait_for_function("""() => [...document.querySelectorAll("[data-pair-film]")].every(film => Math.abs(
        film.querySelector("video").currentTime - JSON.parse(film.dataset.events).foot_contact) < 0.02)""")
    first, second = times(page)
    page.get_by_role("button", name="Forward one frame").click()
    page.wait_for_function(f"document.querySelector('.pair video').currentTime > {first + 0.01}")
    page.get_by_label("Shift by").nth(1).fill("5")
    page.wait_for_function(
        f"Math.abs(document.querySelectorAll('.pair video')[1].currentTime - {second + 6 / 60}) < 0.02"
    )


def times(page: Page) -> list[float]:
    return page.eval_on_selector_all(".pair video", "films => films.map(film => film.currentTime)")


def download_all(page: Page, folder: Path) -> None:
    """Every file that the report offers arrives and is what its name says."""
    links, paths = page.locator(".downloads a:not([data-drawn-video])").all(), []
    # A video is drawn first; then the download begins by itself.
    for link in page.locator(".downloads [data-drawn-video]").all():
        with page.expect_download(timeout=DRAWN_MS) as waiting:
            link.click()
        paths.append(folder / waiting.value.suggested_filename)
        waiting.value.save_as(paths[-1])
    # The others as the browser would fetch them; a dozen downloads one after the other are Chromium's matter.
    for link in links:
        answer = page.request.get(urljoin(page.url, link.get_attribute("href")))
        kind, options = parse_options_header(answer.headers["content-disposition"])
        assert (answer.status, kind) == (200, "attachment")
        paths.append(folder / options["filename"])
        paths[-1].write_bytes(answer.body())
    kinds = dict.fromkeys(DOWNLOADS, 0)
    for path in paths:
        kinds[kind_of(path)] += 1
    assert kinds == DOWNLOADS


def kind_of(path: Path) -> str:
    """The suffix, when the content is of that kind."""
    kind, data = path.suffix.removeprefix("."), path.read_bytes()
    assert len(data) > 100, path.name
    if kind == "json":
        assert json.loads(data)["deliveries"]
    elif kind == "csv":
        heading, row, *_ = data.decode().splitlines()
        assert heading.count(",") == row.count(",") > 3 or '"' in row, path.name
    else:
        assert kind in BEGINNINGS, f"BEGINNINGS in tests/browser/test_walk.py: say how a .{kind} begins"
        at, beginning = BEGINNINGS[kind]
        assert data[at : at + len(beginning)].lower() == beginning.lower(), path.name
    return kind


def share_and_revoke(page: Page, stranger: Visitor) -> None:
    """The link opens the report in a clean profile, and nothing once it is revoked."""
    page.get_by_role("link", name="Share").click()
    link = make_link(page)
    theirs = stranger.page
    assert theirs.goto(link).status == 200
    expect(theirs.get_by_role("heading", name="The numbers", exact=True)).to_be_visible()
    page.get_by_role("button", name=re.compile("^Revoke")).first.click()
    expect(page.get_by_text("The link was revoked")).to_be_visible()
    assert theirs.goto(link).status == 404
    # The browser notes the refused address itself.
    assert [line for line in stranger.complaints if "404" not in line] == []
    stranger.complaints.clear()
