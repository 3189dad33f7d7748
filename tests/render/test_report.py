"""The report stands alone, says what is known and how well, and never scores what it cannot."""

from __future__ import annotations

import copy
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from shadow_trainer.render import report, stills
from shadow_trainer.render.stills import STILL_SIZE

from .conftest import FPS, FRAMES, make_analysis

CURVES = [
    {
        "time_s": (np.arange(FRAMES) / FPS).tolist(),
        "angles": {
            "pelvis_rotation": np.linspace(0, 110, FRAMES).tolist(),
            "lead_knee_flexion": [None] * FRAMES,
        },
    }
]


class Checker(HTMLParser):
    """Collects addresses and looks whether every element is closed."""

    VOID = {"meta", "img", "br", "link", "rect", "circle", "line", "path"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.tags: list[tuple[str, dict]] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.addresses += [v for k, v in attrs if k in ("src", "href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag


@pytest.fixture(scope="module")
def written(case, tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("report") / "report.html"
    pictures = stills.event_stills(case.path, case.info, case.series, case.analysis)
    report.html(case.analysis, path, stills=pictures, curves=CURVES)
    return path.read_text(encoding="utf-8")


def test_the_report_needs_nothing_but_itself(written):
    checker = Checker()
    checker.feed(written)
    assert checker.open == []
    assert checker.addresses and all(a.startswith("data:image/jpeg;base64,") for a in checker.addresses)
    assert "<script" not in written and "@import" not in written and "url(" not in written
    assert len(written) < 1_500_000


def test_every_picture_has_a_text_and_every_chart_a_table(written):
    checker = Checker()
    checker.feed(written)
    assert all(attrs.get("alt") for tag, attrs in checker.tags if tag == "img")
    charts = [attrs for tag, attrs in checker.tags if tag == "svg" and attrs.get("class") == "chart"]
    assert len(charts) == 1, "a curve without any value gets no chart"
    assert written.count("As a table") == 1


def test_values_come_with_error_and_typical_range(written):
    row = re.search(r"<tr[^>]*>\s*<th scope=\"row\">Lead-knee bend.*?</tr>", written, re.S).group()
    assert "52°" in row and "± 6" in row and "37 to 55°" in row and "typical" in row and "●●● sure" in row


def test_low_confidence_is_shown_as_trend_only(written):
    row = re.search(r"<tr class=\"low\">.*?</tr>", written, re.S).group()
    assert "external rotation" in row and "trend only" in row
    assert "<svg" not in row and "typical" not in row


def test_what_is_not_known_is_a_dash_and_not_a_zero(written):
    row = re.search(r"<tr>\s*<th scope=\"row\">Stride length.*?</tr>", written, re.S).group()
    assert "<b>–</b>" in row


def test_words_from_outside_cannot_become_markup(written):
    assert "Chest &lt;turned&gt; early." in written


def test_all_events_stand_with_their_time_and_how_sure_they_are(case):
    analysis = copy.deepcopy(case.analysis)
    events = analysis["deliveries"][0]["events"]
    page = report.page(analysis, [], [])
    table = page[page.index("The events") :].split("</table>")[0]
    assert table.count("<tr><th") == len(events) + 1
    assert "%" not in table and "estimated" not in table and "●○○ rough" in table and "0 ms" in table
    assert "●●● sure" in table or "●●○ likely" in table


def test_a_finding_says_how_certain_it_is_and_how_often_it_was_seen(case):
    analysis = copy.deepcopy(case.analysis)
    fault = {
        "title": "Short stride",
        "text": "Short.",
        "certainty": "medium — 3 of 4 pitches, from the open side, 120 fps",
    }
    analysis["deliveries"][0]["faults"] = [{**fault, "marked": True, "n": 4}]
    analysis["deliveries"][0]["similarity"] = {"reference": "elite", "overall": 71.4, "message": ""}
    page = report.page(analysis, [], [])
    assert "How sure: ●●○ likely — 3 of 4 pitches, from the open side, 120 fps" in page
    assert "Short stride (marked)" in page
    assert "Like the shadow (elite): 71 of 100" in page


def test_estimated_events_say_so(written):
    caption = re.search(r"<figcaption><b>Layback</b>.*?</figcaption>", written, re.S).group()
    assert "rough" in caption


def test_stills_show_the_athlete_at_each_event(case):
    pictures = stills.event_stills(case.path, case.info, case.series, case.analysis)
    assert [s.event for s in pictures] == [
        "leg_lift", "foot_contact", "max_external_rotation", "release", "follow_through"
    ]  # fmt: skip
    import cv2

    for still in pictures:
        image = cv2.imdecode(np.frombuffer(still.jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert image.shape == (STILL_SIZE[1], STILL_SIZE[0], 3)
    together = cv2.imdecode(np.frombuffer(stills.strip(pictures), np.uint8), cv2.IMREAD_COLOR)
    assert together.shape[1] > 3 * together.shape[0], "five of them beside each other"


def test_a_report_without_film_curves_or_pitch_is_still_a_report(case, tmp_path):
    nothing = {**make_analysis(), "deliveries": []}
    report.html(nothing, tmp_path / "r.html")
    assert "No pitch was found" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_several_pitches_have_a_section_each_and_a_spread(case):
    analysis = make_analysis()
    second = copy.deepcopy(analysis["deliveries"][0])
    second["index"] = 1
    analysis["deliveries"].append(second)
    analysis["consistency"] = {
        "metrics": [
            {"name": "stride_length", "event": "foot_contact", "unit": "%height", "mean": 84.2, "sd": 1.3}
        ]
    }
    page = report.page(analysis, [], [])
    assert "Pitch 1" in page and "Pitch 2" in page
    assert "84 % of height" in page and "± 1" in page


def test_the_poster_is_the_whole_frame(case):
    import cv2

    data = stills.poster(case.path, case.info, case.series, case.analysis)
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert image.shape[:2] == (case.info.height, case.info.width)
