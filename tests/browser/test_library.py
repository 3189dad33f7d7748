"""Around the report in a real browser: films cut and sent in numbers, athletes, trash."""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, Stack
from tests.browser.looks import id_of
from tests.browser.test_accessibility import RULES

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
RIGHTY = "sample_righty_rear.mp4"


def ask(stack: Stack, path: str, method: str = "GET") -> dict:
    request = urllib.request.Request(stack.url + path, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or b"{}")


def stop(stack: Stack, address: str) -> str:
    """The analysis is not needed any more; its id."""
    analysis_id = re.search(r"[0-9a-f]{32}", address)[0]
    ask(stack, f"/videos/{analysis_id}/terminate", "POST")
    return analysis_id


@SIZES
def test_a_part_of_a_turned_film_is_sent(visit, stack: Stack, samples: Path, size: dict[str, int]) -> None:
    page = visit(size).open("/")
    page.set_input_files("#video", samples / RIGHTY)
    expect(page.locator("[data-cutter]")).to_be_visible(timeout=30_000)
    start = page.get_by_role("slider", name="Begin here")
    start.focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#start_s")).to_have_value("0.20")
    page.locator("[data-chosen-film]").evaluate("film => { film.currentTime = 1.5; }")
    page.get_by_role("button", name="End at this frame").click()
    expect(page.locator("[data-cut-words]")).to_contain_text("0.20 s to 1.50 s")
    page.get_by_role("button", name="Turn the picture").click()
    page.get_by_text("More: height").click()
    page.get_by_label("Note").fill("Windy")
    page.get_by_role("button", name="Analyze").click()
    page.wait_for_url(re.compile(r"/analyses/[0-9a-f]{32}$"))
    analysis_id = stop(stack, page.url)
    options = ask(stack, f"/videos/{analysis_id}/info")["options"]
    assert (options["start_s"], options["end_s"], options["turn_deg"]) == (0.2, 1.5, 90)
    page.goto(f"{stack.url}/analyses/{analysis_id}/edit")
    expect(page.get_by_label("Note")).to_have_value("Windy")


def test_what_was_cut_off_one_film_is_not_cut_off_the_next(visit, samples: Path) -> None:
    page = visit().open("/")
    page.set_input_files("#video", samples / RIGHTY)
    expect(page.locator("[data-cutter]")).to_be_visible(timeout=30_000)
    page.get_by_role("slider", name="Begin here").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#start_s")).not_to_have_value("")
    page.get_by_role("button", name="Turn the picture").click()
    film = page.locator("[data-chosen-film]")
    assert not film.evaluate("film => film.controls"), "the browser's own buttons would lie on their side"
    page.set_input_files("#video", samples / "sample_lefty.mp4")
    expect(page.locator("[data-cut-words]")).to_have_text("The whole video")
    expect(page.locator("#start_s")).to_have_value("")
    assert film.evaluate("film => film.controls && film.dataset.turned === '0'")


def test_lists_follow_what_runs(visit, stack: Stack) -> None:
    analysis_id = ask(stack, "/videos/sample-lefty", "POST")["job_id"]
    pages = [visit().open(path) for path in ("/", "/analyses")]
    chips = [page.locator(f"a[href='/analyses/{analysis_id}'] .chip") for page in pages]
    for chip in chips:
        expect(chip).to_have_text(re.compile("Waiting|Running"))
    ask(stack, f"/videos/{analysis_id}/terminate", "POST")
    for chip in chips:
        expect(chip).to_have_text("Canceled", timeout=20_000)


@SIZES
def test_several_films_have_a_progress_each_and_one_new_athlete(
    visit, stack: Stack, samples: Path, size: dict[str, int]
) -> None:
    name = f"Several {size['width']}"
    page = visit(size).open("/")
    page.set_input_files("#video", [samples / RIGHTY, samples / "sample_lefty.mp4"])
    expect(page.locator("[data-batch] li")).to_have_count(2)
    expect(page.locator("[data-cutter]")).to_be_hidden()
    page.get_by_label("Athlete", exact=False).first.select_option("new")
    page.get_by_label("Name of a new athlete").fill(name)
    page.get_by_role("button", name="Analyze").click()
    links = page.locator("[data-batch] a")
    expect(links).to_have_count(2)
    addresses = [links.nth(n).get_attribute("href") for n in range(2)]
    for address in addresses:
        stop(stack, address)
    page.goto(f"{stack.url}/athletes")
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.locator(".analysis-row")).to_have_count(2)


def test_a_film_that_is_none_is_refused_before_it_is_sent(visit, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("no video")
    page = visit().open("/")
    page.set_input_files("#video", text)
    page.get_by_role("button", name="Analyze").click()
    expect(page.get_by_role("alert")).to_contain_text("is not a video")


@SIZES
def test_an_athletes_films_become_a_trend(visit, report: str, size: dict[str, int]) -> None:
    page = visit(size).open("/athletes")
    name = f"Trend {size['width']}"
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Height").fill("188 cm")
    page.get_by_role("button", name="Add athlete").click()
    expect(page.get_by_text("1.88 m")).to_be_visible()
    page.goto(f"{report}/edit")
    page.get_by_label("Athlete", exact=False).first.select_option(label=name)
    page.get_by_label("Filmed on").fill("2026-05-31")
    page.get_by_role("button", name="Save").click()
    page.goto(page.url.split("/analyses/")[0] + "/athletes")
    page.get_by_role("link", name=name).click()
    # The quick model is not sure of anything: its dots are hollow, behind a word.
    page.locator(".trends > summary").first.click()
    chart = page.locator("svg.trend").first
    expect(chart).to_be_visible()
    assert chart.locator(".dot.unsure").count() == 1
    page.get_by_text("Data table").first.click()
    expect(page.get_by_role("rowheader", name="2026-05-31").first).to_be_visible()


@SIZES
def test_deleting_is_undone(visit, stack: Stack, samples: Path, size: dict[str, int]) -> None:
    page = visit(size, javascript=size is DESKTOP).open("/")
    page.set_input_files("#video", samples / RIGHTY)
    page.get_by_role("button", name="Analyze").click()
    page.wait_for_url(re.compile(r"/analyses/[0-9a-f]{32}$"))
    analysis_id = stop(stack, page.url)
    box = f"input[type=checkbox][value='{analysis_id}']"
    page.goto(f"{stack.url}/analyses")
    page.locator(box).check()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(box)).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(box)).to_have_count(1)
    page.locator(box).check()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("link", name=re.compile("Trash")).click()
    page.locator(box).check()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.locator(box)).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_sticks_out(visit, report: str, scheme: str) -> None:
    visitor = visit(PHONE if scheme == "dark" else DESKTOP)
    visitor.page.emulate_media(color_scheme=scheme)
    pitch = f"{id_of(report)}.0"
    places = ("/athletes", "/references", "/references/elite", "/trash", f"/compare?a={pitch}&b={pitch}")
    for place in (*places, f"/analyses/{id_of(report)}/edit", "/analyses"):
        page = visitor.open(place)
        violations = Axe().run(page, options=RULES)
        words = [f"{v['id']}: {v['nodes'][0]['html'][:150]}" for v in violations.response["violations"]]
        assert (place, words) == (place, [])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), place
