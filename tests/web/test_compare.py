"""Two pitches beside each other: differences are judged by their errors, times by the videos' own clocks."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from shadow_trainer.web.presenters import differences
from tests.web import documents
from tests.web.conftest import SampleAnalyses
from tests.web.test_athletes import with_value
from tests.web.test_events import measured  # noqa: F401


def test_a_difference_counts_when_it_exceeds_both_errors_together() -> None:
    value = {"value": 10.0, "error": 3.0, "confidence": "high"}
    assert differences.verdict(value, {**value, "value": 15.1, "error": 4.0}) == "more"
    assert differences.verdict(value, {**value, "value": 14.9, "error": 4.0}) == "within"
    assert differences.verdict(value, {**value, "value": 99.0, "confidence": "low"}) == "unsure"
    assert differences.verdict(value, {**value, "value": 99.0, "error": None}) == "unsure"


def test_two_films_are_compared_without_a_script(client: FlaskClient, analyses: SampleAnalyses) -> None:
    first = analyses.completed(title="Before")
    document = with_value("stride_length", "foot_contact", 93.2)
    document["deliveries"][0]["events"]["release"]["time_s"] += 0.02
    second = analyses.completed(document, title="After")
    page = client.get(f"/compare?a={first}.0&b={second}.0").text
    row = re.search(r'<tr class="(\w+)"><th scope="row">Stride length.*?</tr>', page, re.S)
    assert row[1] == "more"
    assert "+10 % of height" in row[0]
    assert '<tr class="unsure"><th scope="row">Arm slot' in page
    timing = page[page.index('id="intervals-title"') :]
    assert re.search(
        r"Foot strike to release</th><td class=\"num\">141 ms</td><td class=\"num\">161 ms</td>.*?\+20 ms",
        timing,
    )
    assert page.count("<video") == 2
    events = [json.loads(unescape(text)) for text in re.findall(r'data-events="([^"]*)"', page)]
    assert events[1]["release"] == pytest.approx(events[0]["release"] + 0.02)


def test_a_film_in_slow_motion_stands_on_its_own_clock(client: FlaskClient, analyses: SampleAnalyses) -> None:
    document = documents.document()
    document["video"].update(fps=30.0, capture_fps=240.0, time_scale=0.125)
    slow, plain = analyses.completed(document), analyses.completed()
    page = client.get(f"/compare?a={plain}.0&b={slow}.0").text
    first, second = (json.loads(unescape(text)) for text in re.findall(r'data-events="([^"]*)"', page))
    assert second["release"] == pytest.approx(8 * first["release"])


def test_a_pitch_is_like_itself(client: FlaskClient, measured: str) -> None:  # noqa: F811
    page = client.get(f"/compare?a={measured}.0&b={measured}.0").text
    score = int(re.search(r'class="alike"><strong>(\d+)</strong>', page)[1])
    assert score > 95


def test_a_quick_model_gets_no_score(client: FlaskClient, analyses: SampleAnalyses) -> None:
    rough = analyses.completed({**documents.document(), "model": {"size": "xs"}})
    page = client.get(f"/compare?a={rough}.0&b={analyses.completed()}.0").text
    assert "they get no score" in page
    assert 'class="alike"' not in page


def test_every_pitch_of_a_film_can_be_chosen(client: FlaskClient, analyses: SampleAnalyses) -> None:
    several = analyses.completed(documents.document(deliveries=3))
    page = client.get(f"/compare?a={several}.2").text
    assert page.count(f'value="{several}.1"') == 2
    assert f'value="{several}.2" selected' in page
    assert "<video" not in page
    assert "Nothing to compare yet" not in page


@pytest.mark.parametrize(
    ("query", "status"), [("a=x", 404), ("a=" + "0" * 32, 404), ("a=%s.9", 404), ("", 200)]
)
def test_odd_choices(client: FlaskClient, analyses: SampleAnalyses, query: str, status: int) -> None:
    done = analyses.completed()
    assert client.get("/compare?" + query.replace("%s", done)).status_code == status


def test_what_is_not_finished_cannot_be_compared(client: FlaskClient, analyses: SampleAnalyses) -> None:
    assert client.get(f"/compare?a={analyses.running()}").status_code == 409


def test_an_interval_of_an_inferred_event_is_shown_and_not_compared() -> None:
    seen, guessed = documents.delivery(), documents.delivery()
    for delivery, estimated in ((seen, False), (guessed, True)):
        for name, event in delivery["events"].items():
            delivery["events"][name] = {**event, "estimated": estimated and name == "max_external_rotation"}
    rows = {row.label: row for row in differences.intervals(seen, guessed)}
    layback = rows["Foot strike to layback"]
    assert (layback.a_guessed, layback.b_guessed, layback.difference) == (False, True, "–")
    assert rows["Foot strike to release"].difference == "0 ms"
