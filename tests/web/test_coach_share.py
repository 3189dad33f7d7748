"""Films are counted, however they are sent, and each coach has a part of the queue."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.web.accounts import Person, site

QUEUE, PART = 20, 50


def films(number: int) -> dict[str, Any]:
    """A form with so many videos."""
    return {"video": [(io.BytesIO(b"film"), f"{n}.mp4") for n in range(number)]}


def send(person: Person, number: int) -> TestResponse:
    return person.post("/", films(number), content_type="multipart/form-data")


@pytest.fixture
def people(template: Path, tmp_path: Path) -> dict[str, Person]:
    """Two coaches and an admin before a short queue."""
    app = site(
        template, tmp_path / "data", queue_limit=QUEUE, coach_queue_percent=PART, upload_rate="15 per minute"
    )
    return {name: Person(app, name) for name in ("ana", "bob", "root")}


def waiting(person: Person) -> int:
    return int(person.app.extensions["shadow"].catalog.statistics.number_waiting())


def test_a_form_with_more_films_than_a_coach_may_have_waiting_is_refused_whole(
    people: dict[str, Person],
) -> None:
    ana, bob = people["ana"], people["bob"]
    for number in (QUEUE + 1, QUEUE * PART // 100 + 1):
        answer = send(ana, number)
        assert answer.status_code in (413, 429, 503) and waiting(ana) == 0
        assert not list((ana.app.extensions["shadow"].settings.data_path / "uploads").glob("*.part"))
    assert send(bob, 6).status_code == 303 and waiting(bob) == 6


def test_one_coach_leaves_room_for_the_others(people: dict[str, Person]) -> None:
    ana, bob = people["ana"], people["bob"]
    assert send(ana, 8).status_code == 303
    answer = send(ana, 3)
    assert answer.status_code == 503 and "8 videos of yours are waiting, and 10 may be" in answer.text
    assert waiting(ana) == 8
    assert send(bob, 10).status_code == 303
    answer = people["root"].post("/samples", {"name": "lefty"})
    assert answer.status_code == 303
    answer = people["root"].post("/samples", {"name": "lefty"})
    assert answer.status_code == 303
    answer = people["root"].post("/samples", {"name": "lefty"})
    assert answer.status_code == 503 and "no more are accepted" in answer.text


def test_every_film_of_a_form_counts_against_the_rate(people: dict[str, Person]) -> None:
    ana = people["ana"]
    assert send(ana, 8).status_code == 303
    for row in ana.app.extensions["shadow"].catalog.statistics.active():
        ana.app.extensions["shadow"].catalog.attempts.cancel(row.id)
    answer = send(ana, 8)
    assert answer.status_code == 429 and waiting(ana) == 0
