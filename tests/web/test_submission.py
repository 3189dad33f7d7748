"""What comes with a video: the athlete's facts fill what the form leaves open, and nothing is made in vain."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from tests.web.conftest import SampleAnalyses
from tests.web.test_history import Hand, hand  # noqa: F401


def film(name: str = "a.mp4") -> tuple[io.BytesIO, str]:
    return io.BytesIO(b"film"), name


def send(client: FlaskClient, **fields: Any):
    return client.post("/videos/upload", data={"video": film(), **fields})


def test_the_athletes_facts_fill_what_is_left_open(client: FlaskClient, analyses: SampleAnalyses) -> None:
    ann = analyses.catalog.athletes.create(name="Ann", throws="left", height_m=1.7, level="college")
    answer = send(client, athlete=str(ann.id), throws="auto", height_m="180 cm", recorded_on="2026-05-31")
    row = analyses.catalog.analyses.get(answer.get_json()["job_id"])
    assert (row.athlete_id, row.recorded_on) == (ann.id, date(2026, 5, 31))
    assert (row.options["throws"], row.options["height_m"], row.options["level"]) == ("left", 1.8, "college")


def test_several_films_with_one_new_name_make_one_athlete(
    client: FlaskClient, analyses: SampleAnalyses
) -> None:
    given = {"athlete": "new", "new_athlete": "Bo  Bell", "throws": "right", "tags": "Bullpen", "notes": "ok"}
    rows = [analyses.catalog.analyses.get(send(client, **given).get_json()["job_id"]) for _ in range(2)]
    (bo,) = analyses.catalog.athletes.all()
    assert (bo.name, bo.throws) == ("Bo Bell", "right")
    assert {row.athlete_id for row in rows} == {bo.id}
    assert (rows[0].tags, rows[0].notes, rows[0].queue) == (["bullpen"], "ok", "pose")
    later = analyses.catalog.analyses.get(send(client, bulk="1").get_json()["job_id"])
    assert later.queue == "batch"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"athlete": "new", "new_athlete": " "}, "new_athlete"),
        ({"recorded_on": "soon"}, "recorded_on"),
        ({"start_s": "2", "end_s": "2.1"}, "end_s"),
        ({"turn_deg": "45"}, "turn_deg"),
        ({"tags": "x" * 50}, "tags"),
    ],
)
def test_a_wrong_wish_names_its_field_and_makes_nothing(
    client: FlaskClient, analyses: SampleAnalyses, fields: dict[str, str], wrong: str
) -> None:
    answer = send(client, **fields)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.get_json()["errors"]] == [wrong]
    assert analyses.catalog.analyses.count() == 0
    assert analyses.catalog.athletes.all() == []


def test_no_film_makes_no_athlete(client: FlaskClient, analyses: SampleAnalyses) -> None:
    data = {"athlete": "new", "new_athlete": "Bo", "video": (io.BytesIO(), "a.mp4")}
    assert client.post("/videos/upload", data=data).status_code == 422
    assert analyses.catalog.athletes.all() == []


def test_an_unknown_athlete_is_not_found(client: FlaskClient, analyses: SampleAnalyses) -> None:
    assert send(client, athlete="99").status_code == 404
    assert analyses.catalog.analyses.count() == 0


def test_several_films_arrive_without_a_script(analyses: SampleAnalyses, hand: Hand) -> None:  # noqa: F811
    data = MultiDict([("csrf_token", hand.token), ("video", film("a.mp4")), ("video", film("b.mp4"))])
    answer = hand.browser.post("/", data=data)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/analyses")
    assert {row.title for row in analyses.catalog.analyses.page()} == {"a", "b"}
