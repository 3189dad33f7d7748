"""A video whose rate varies, with two people in it: each frame has its own landmarks, and the right one is tapped."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from shadow_trainer.pose.tracking.candidates import Person, Scan
from shadow_trainer.pose.tracking.person_boxes import whereabouts
from shadow_trainer.video import frame_times, probe
from shadow_trainer.video.preview import make_preview
from shadow_trainer.web.http.assets import STATIC
from tests.browser.conftest import PHONE, RUNNING, Stack
from tests.browser.films import SIZE, small
from tests.browser.looks import pictures, seen
from tests.browser.test_accessibility import RULES
from tests.web import documents
from tests.web.conftest import SampleAnalyses, make_app

pytestmark = pytest.mark.browser
DROPPED = (7, 11)  # pictures left out: every seventh, every eleventh, and six in a row before the release


@pytest.fixture(scope="module")
def varied(films: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The left-hander with a quarter of the pictures missing, at uneven distances."""
    path = tmp_path_factory.mktemp("varied") / "varied.mp4"
    gaps = range(128, 134)
    return small(
        films / "sample_lefty.mp4",
        path,
        part_s=(0.0, 9.0),
        keep=lambda n: n % DROPPED[0] != 3 and n % DROPPED[1] != 5 and n not in gaps,
    )


@pytest.fixture(scope="module")
def address(stack: Stack, varied: Path, samples: Path) -> str:
    """Its report, published as a worker does; the landmarks are made up, the times are the video's own."""
    if RUNNING:
        pytest.skip("needs the data folder of the stack")
    folder = varied.parent
    info = probe(varied)
    times = frame_times(varied, info)
    facts = make_preview(varied, info, folder / "preview.mp4", max_side=640)
    document = documents.document(people=2)
    document["video"] |= {
        "width": SIZE[0], "height": SIZE[1], "fps": info.fps, "capture_fps": info.fps,
        "preview_fps": facts["fps"], "frame_count": len(times), "variable_frame_rate": True,
    }  # fmt: skip
    pose = replace(documents.pose(len(times)), time_s=times)
    pose.save(folder / "pose.npz")
    (folder / "people.json").write_text(json.dumps(whereabouts(everybody(times), info)))
    files = {name: folder / name for name in ("preview.mp4", "pose.npz", "people.json")}
    files |= {f"people/{number}.jpg": STATIC / "img" / "sample_lefty.jpg" for number in (0, 1)}
    analysis_id = SampleAnalyses(make_app(stack.data), samples).completed(
        document, title="Two people", files=files
    )
    return f"{stack.url}/analyses/{analysis_id}"


def everybody(times: np.ndarray) -> Scan:
    """Two people: one in the middle all the time, one on the left until 1.5 s."""

    def stands(number: int, x: float, until_s: float) -> Person:
        own = times[times < until_s]
        rois = np.tile([x, 200.0, 250.0, 0.0], (len(own), 1))
        pieces = np.zeros(len(own), int)
        return Person(number, 0.5, own[0], own[-1], until_s, 200.0, 1.0, own, rois, pieces)

    return Scan((stands(0, 320, 9.0), stands(1, 90, 1.5)), 0, ())


def test_the_landmarks_drawn_belong_to_the_picture_shown_where_the_rate_varies(
    visit, address: str, varied: Path
) -> None:
    page = visit().open(address)
    page.wait_for_selector("canvas.overlay[data-row]:not([data-row=''])")
    originals = pictures(varied)
    page.keyboard.press("4")
    clock, rows = page.locator("[data-time]"), []
    contact = round(documents.EVENTS["foot_contact"][0] * 60)
    for tick in range(contact, contact + 14):
        expect(clock).to_have_attribute("data-frame", str(tick))
        picture, row = seen(page), int(page.locator("canvas.overlay").get_attribute("data-row"))
        difference = np.abs(originals - picture).mean(axis=(1, 2))
        assert int(difference.argmin()) == row
        rows.append(row)
        page.keyboard.press("ArrowRight")
    assert len(set(rows)) < len(rows), "some pictures stand longer than others"
    assert set(rows) == set(range(rows[0], rows[-1] + 1)), "and none is left out"


@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_the_right_person_is_tapped_on_the_film_and_it_runs_again(visit, address: str, size) -> None:
    page: Page = (visit(size) if size else visit()).open(address)
    page.wait_for_selector("canvas.overlay[data-row]:not([data-row=''])")
    page.keyboard.press("6")
    toggle = page.get_by_role("button", name="Wrong person?")
    toggle.focus()
    page.keyboard.press("Enter")
    # The other one left before the release: the video goes back to where they were, and the keyboard with it.
    other = page.get_by_role("button", name="Measure person 2 instead")
    expect(other).to_be_focused()
    expect(page.locator("[data-people-note]")).to_contain_text("Nobody else was on that frame")
    assert float(page.locator("[data-time]").inner_text().removesuffix(" s")) < 1.6
    over_the_film(page, other)
    expect(page.get_by_role("button", name="Measured: person 1")).to_be_disabled()
    if size is None:
        assert [v["id"] for v in Axe().run(page, options=RULES).response["violations"]] == []
        page.keyboard.press("Escape")
        expect(other).to_be_hidden()
        expect(toggle).to_be_focused()
        return
    other.tap()
    expect(page.locator("progress")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    # The report that was there stays until a run publishes another.
    expect(page.get_by_role("heading", name="The numbers", exact=True)).to_be_visible()
    assert re.search(r"/analyses/[0-9a-f]{32}$", page.url)
    page.get_by_role("button", name="Wrong person?").tap()
    over_the_film(page, other)


def over_the_film(page: Page, button) -> None:
    """The button stands on the left of the picture, large enough for a finger."""
    film, box = page.locator("[data-screen] video").bounding_box(), button.bounding_box()
    middle = box["x"] + box["width"] / 2
    # Where the height of the player is limited, bars stand on both sides of the picture.
    width = min(film["width"], film["height"] * SIZE[0] / SIZE[1])
    assert abs(middle - (film["x"] + (film["width"] - width) / 2 + width * 90 / SIZE[0])) < 2
    assert min(box["width"], box["height"]) >= 44
