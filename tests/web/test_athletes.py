"""Athletes: facts that become defaults, and numbers that become trends."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from shadow_trainer.render import trend
from tests.web import documents
from tests.web.conftest import SampleAnalyses
from tests.web.test_history import Hand, hand  # noqa: F401

FACTS = {"name": "Ann  Ace", "throws": "left", "height_m": "6'2\"", "level": "college", "birth_year": "2006"}


def with_value(name: str, event: str, value: float, **changes: Any) -> dict[str, Any]:
    """A document in which one metric has another value."""
    document = documents.document()
    for metric in document["deliveries"][0]["metrics"]:
        if (metric["name"], metric["event"]) == (name, event):
            metric.update(value=value, **changes)
    return document


def film_on(analyses: SampleAnalyses, athlete: int, day: date, document: dict[str, Any]) -> str:
    analysis_id = analyses.completed(document, title=f"Film of {day}")
    analyses.catalog.analyses.annotate(analysis_id, athlete_id=athlete, recorded_on=day)
    return analysis_id


def test_an_athlete_is_made_changed_and_deleted(analyses: SampleAnalyses, hand: Hand) -> None:  # noqa: F811
    made = hand.send("/athletes", **FACTS)
    assert made.status_code == 303
    (row,) = analyses.catalog.athletes.all()
    assert (row.name, row.throws, row.height_m, row.level, row.birth_year) == (
        "Ann Ace", "left", pytest.approx(1.8796), "college", 2006,
    )  # fmt: skip
    page = hand.browser.get(made.headers["Location"]).text
    assert "Ann Ace" in page
    assert "1.88 m" in page
    hand.send(f"/athletes/{row.id}/edit", **{**FACTS, "name": "Ann Better", "height_m": ""})
    changed = analyses.catalog.athletes.find(row.id)
    assert (changed.name, changed.height_m) == ("Ann Better", None)
    film = film_on(analyses, row.id, date(2026, 5, 1), documents.document())
    hand.send(f"/athletes/{row.id}/delete")
    assert analyses.catalog.athletes.find(row.id) is None
    assert analyses.catalog.analyses.get(film).athlete_id is None


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", " "), ("height_m", "9 m"), ("birth_year", "1066"), ("level", "martian"), ("throws", "both")],
)
def test_a_wrong_fact_is_named_and_nothing_is_kept(
    analyses: SampleAnalyses,
    hand: Hand,  # noqa: F811
    field: str,
    value: str,
) -> None:
    answer = hand.send("/athletes", **{**FACTS, field: value})
    assert answer.status_code == 400
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}-problem"' in answer.text
    assert analyses.catalog.athletes.all() == []


def test_two_entries_of_one_pitcher_become_one(analyses: SampleAnalyses, hand: Hand) -> None:  # noqa: F811
    old = analyses.catalog.athletes.create(name="A. Ace", height_m=1.9, throws="right", notes="old")
    new = analyses.catalog.athletes.create(name="Ann Ace", throws="left")
    film = film_on(analyses, old.id, date(2026, 5, 1), documents.document())
    hand.send(f"/athletes/{old.id}/merge", into=str(new.id))
    assert analyses.catalog.athletes.find(old.id) is None
    merged = analyses.catalog.athletes.find(new.id)
    assert (merged.throws, merged.height_m, merged.notes) == ("left", 1.9, "old")
    assert analyses.catalog.analyses.get(film).athlete_id == new.id
    assert hand.send(f"/athletes/{new.id}/merge", into=str(new.id)).status_code == 400


@pytest.mark.parametrize("number", ["0", "99", "x", "9" * 20])
def test_an_unknown_athlete_is_not_found(client: FlaskClient, number: str) -> None:
    assert client.get(f"/athletes/{number}").status_code == 404


def test_trends_follow_the_days_and_keep_unsure_values_apart(
    client: FlaskClient, analyses: SampleAnalyses
) -> None:
    ann = analyses.catalog.athletes.create(name="Ann Ace").id
    film_on(analyses, ann, date(2026, 6, 1), with_value("stride_length", "foot_contact", 88.0))
    film_on(analyses, ann, date(2026, 5, 1), with_value("stride_length", "foot_contact", 80.0))
    film_on(
        analyses, ann, date(2026, 7, 1), with_value("stride_length", "foot_contact", 50.0, confidence="low")
    )
    page = client.get(f"/athletes/{ann}").text
    chart = page[page.index('id="trend-stride-length-foot-contact-t"') :].split("</figure>")[0]
    assert "80 % of height on 2026-05-01, 88 % of height on 2026-06-01" in chart
    assert chart.count("dot sure") == 2
    assert chart.count("dot unsure") == 1
    assert 'class="band"' in chart
    days = [chart.index(day) for day in ('"row">2026-05-01', '"row">2026-06-01', '"row">2026-07-01')]
    assert days == sorted(days)
    assert "Rough</span> not in the curve" in chart
    layback = page[page.index('id="trend-shoulder-external-rotation') :].split("</figure>")[0]
    assert "dot sure" not in layback


def test_a_fault_is_marked_when_it_is_seen_again_and_again(
    client: FlaskClient, analyses: SampleAnalyses
) -> None:
    ann = analyses.catalog.athletes.create(name="Ann Ace").id
    for day in (1, 2, 3):
        document = documents.document()
        document["deliveries"][0]["faults"] = documents.FAULTS if day < 3 else documents.FAULTS[1:]
        film_on(analyses, ann, date(2026, 5, day), document)
    page = client.get(f"/athletes/{ann}").text
    marks = page[page.index("Seen again and again") :].split("</section>")[0]
    assert "2 of 3 pitches" in marks
    assert "3 of 3 pitches" in marks
    assert marks.count("flag") == 2  # two of three pitches are 60 % and more
    assert "Consistency over 3 pitches" in page


def test_the_pitches_of_one_day_are_a_session_with_a_drift_of_its_own(
    client: FlaskClient, analyses: SampleAnalyses
) -> None:
    ann = analyses.catalog.athletes.create(name="Ann Ace").id
    for day, strides in ((1, (84, 84, 84, 84, 84)), (2, (90, 88, 86, 84, 82))):
        for stride in strides:
            film_on(
                analyses, ann, date(2026, 5, day), with_value("stride_length", "foot_contact", float(stride))
            )
    page = client.get(f"/athletes/{ann}").text
    sessions = page[page.index("Session by session") :].split("</section>")[0]
    latest, _, earlier = sessions.partition("2026-05-01")
    assert "2026-05-02, 5 pitches" in latest
    assert "falls by 2 % of height with each pitch" in latest
    assert "with each pitch" not in earlier


def test_a_model_that_is_too_coarse_makes_no_trend(client: FlaskClient, analyses: SampleAnalyses) -> None:
    ann = analyses.catalog.athletes.create(name="Ann Ace").id
    film_on(analyses, ann, date(2026, 5, 1), {**documents.document(), "model": {"size": "xs"}})
    page = client.get(f"/athletes/{ann}").text
    assert "dot unsure" in page
    assert "dot sure" not in page


def test_labels_of_days_never_touch() -> None:
    days = [date(2026, 1, 1), date(2026, 1, 2), date(2026, 3, 1), date(2026, 5, 29), date(2026, 5, 30)]
    assert trend.shown_days(days) == [date(2026, 1, 1), date(2026, 3, 1), date(2026, 5, 30)]
    assert trend.shown_days(days[:1]) == days[:1]
