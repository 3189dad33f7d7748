"""A video without a pitch is a player: the coach says where the ball is released, and has the last word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from shadow_trainer import pitching
from shadow_trainer.jobs.pipeline.document import plain
from shadow_trainer.web.http.assets import STATIC
from tests.browser.conftest import PHONE, RUNNING, Stack
from tests.browser.films import SIZE
from tests.browser.looks import get
from tests.browser.test_accessibility import RULES
from tests.pitching import bodies
from tests.web import documents
from tests.web.conftest import SampleAnalyses, make_app

pytestmark = pytest.mark.browser
FPS, FRAMES = 60.0, 180


@pytest.fixture
def address(stack: Stack, films: Path, samples: Path, tmp_path: Path) -> str:
    """A report in which the engine took the one pitch for none; two people are in the video."""
    if RUNNING:
        pytest.skip("needs the data folder of the stack")
    series = bodies.between(bodies.pitch(FPS), 0.0, FRAMES / FPS)
    result = pitching.analyse(series, throws="right")
    (throw,) = result["deliveries"]
    dropped = {
        "time_s": throw["events"]["release"]["time_s"], "start_s": throw["start_s"], "end_s": throw["end_s"],
        "probability": 0.21, "missing": ["leg_lift", "stride"], "why": "improbable",
    }  # fmt: skip
    solved = {
        "throws": "right", "height_m": 1.8, "capture_fps": FPS, "time_scale": 1.0, "rate_given": False,
        "usual_height_m": 1.8, "spans": [[0.0, FRAMES / FPS, 0]],
    }  # fmt: skip
    document = {
        **documents.document(people=2), "athlete": result["athlete"], "deliveries": [], "consistency": {},
        "dropped": [dropped], "verdicts": [], "solved": solved,
    }  # fmt: skip
    document["video"] |= {
        "width": SIZE[0],
        "height": SIZE[1],
        "frame_count": FRAMES,
        "duration_s": FRAMES / FPS,
    }
    series.save(tmp_path / "pose.npz")
    times = [n / 10 for n in range(int(10 * FRAMES / FPS) + 1)]
    boxes = {0: [260, 60, 120, 280], 1: [20, 60, 100, 280]}
    people = [{"id": one, "times": times, "boxes": [box] * len(times)} for one, box in boxes.items()]
    places = {"width": SIZE[0], "height": SIZE[1], "time_scale": 1.0, "people": people}
    (tmp_path / "people.json").write_text(json.dumps(places))
    files = {name: tmp_path / name for name in ("pose.npz", "people.json")}
    files |= {"preview.mp4": films / "sample_lefty.mp4"}
    files |= {f"people/{number}.jpg": STATIC / "img" / "sample_lefty.jpg" for number in boxes}
    analysis_id = SampleAnalyses(make_app(stack.data), samples).completed(
        plain(document), title="No pitch found", files=files
    )
    return f"{stack.url}/analyses/{analysis_id}"


def press(page: Page, name: str) -> None:
    """As a keyboard does."""
    button = page.get_by_role("button", name=name)
    button.focus()
    button.press("Enter")


def test_a_pitch_is_marked_taken_back_and_had_back_by_the_keyboard_on_a_telephone(
    visit, address: str
) -> None:
    page = visit(PHONE).open(address)
    expect(page.get_by_role("heading", name="What the engine thinks it saw")).to_be_visible()
    expect(page.get_by_text("missing a leg lift and a stride")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert not json.loads(json.dumps(Axe().run(page, options=RULES).response["violations"]))
    look = page.get_by_role("link", name="Look at")
    wanted = float(look.get_attribute("data-seek") or "")
    look.focus()
    look.press("Enter")
    expect(page.locator("[data-time]")).to_have_attribute("data-frame", str(round(wanted * FPS)))
    scrub = page.get_by_role("slider", name="Whole video")
    expect(scrub).to_have_value(str(round(wanted * FPS)))
    scrub.focus()
    for key, frame in (("ArrowLeft", -1), ("ArrowRight", 0)):
        scrub.press(key)
        expect(page.locator("[data-time]")).to_have_attribute("data-frame", str(round(wanted * FPS) + frame))
    press(page, "Release is here")
    expect(page.get_by_text("Press the pitcher on the video")).to_be_visible()
    press(page, "Person 1 is the pitcher")
    expect(page.get_by_role("heading", name="The numbers", exact=True)).to_be_visible()
    analysis = json.loads(get(address, "info"))["analysis"]
    (delivery,) = analysis["deliveries"]
    assert abs(delivery["events"]["release"]["time_s"] - wanted) < 1.0 / FPS
    assert analysis["verdicts"][0]["verdict"] == "release" and analysis["verdicts"][0]["person"] == 0
    press(page, "This is no pitch")
    expect(page.get_by_text("You said that this is no pitch.")).to_be_visible()
    press(page, "Take that back")
    expect(page.get_by_role("heading", name="The numbers", exact=True)).to_be_visible()
    assert json.loads(get(address, "info"))["analysis"]["verdicts"] == []
