"""What is sent twice makes one analysis: a form without scripts, a program that tries again, both at once."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shadow_trainer.catalog.key_values import SENT
from tests.web.conftest import SampleAnalyses
from tests.web.test_pages import token_of

FILM, OTHER = b"\0\0\0\x18ftypmp42" + b"a" * 5000, b"\0\0\0\x18ftypmp42" + b"b" * 5000


def once_of(page: str) -> str:
    token = re.search(r'name="once" value="([^"]+)"', page)
    assert token, "the form has no token of its own"
    return token[1]


class Form:
    """The upload page as a browser without scripts sends it."""

    def __init__(self, browser: FlaskClient) -> None:
        self.browser = browser
        page = browser.get("/").text
        self.hidden = {"csrf_token": token_of(page), "once": once_of(page)}

    def send(self, *films: tuple[bytes, str], **fields: str) -> str:
        """Where the answer leads."""
        videos = [(io.BytesIO(content), name) for content, name in films or [(FILM, "a.mp4")]]
        answer = self.browser.post("/", data={**self.hidden, **fields, "video": videos})
        assert answer.status_code == 303, answer.text
        return answer.location


@pytest.fixture
def form(browser: FlaskClient, analyses: SampleAnalyses) -> Iterator[Form]:
    before = analyses.catalog.analyses.count()
    yield Form(browser)
    assert before == 0


def count(analyses: SampleAnalyses) -> int:
    return analyses.catalog.analyses.count()


def test_a_form_sent_twice_is_one_analysis(form: Form, analyses: SampleAnalyses) -> None:
    assert form.send() == form.send() == form.send()
    assert count(analyses) == 1


@pytest.mark.parametrize(
    ("film", "fields"),
    [((OTHER, "a.mp4"), {}), ((FILM, "b.mp4"), {}), ((FILM, "a.mp4"), {"throws": "left"})],
)
def test_another_film_or_other_options_from_the_same_page_are_another_analysis(
    film: tuple[bytes, str], fields: dict[str, str], form: Form, analyses: SampleAnalyses
) -> None:
    assert form.send() != form.send(film, **fields)
    assert count(analyses) == 2


def test_a_page_opened_again_may_send_the_same_film_again(
    browser: FlaskClient, form: Form, analyses: SampleAnalyses
) -> None:
    assert form.send() != Form(browser).send()
    assert count(analyses) == 2


def test_several_films_sent_twice_are_each_one_analysis(form: Form, analyses: SampleAnalyses) -> None:
    films = [(FILM, "a.mp4"), (OTHER, "b.mp4"), (FILM, "a.mp4")]
    form.send(*films)
    form.send(*films)
    assert count(analyses) == 3


def test_the_sample_is_asked_for_once(form: Form, analyses: SampleAnalyses) -> None:
    first, second = (form.browser.post("/samples", data=form.hidden).location for _ in range(2))
    assert first == second and count(analyses) == 1


def test_after_the_trash_the_same_form_makes_a_new_one(form: Form, analyses: SampleAnalyses) -> None:
    first = form.send()
    job = first.rpartition("/")[2]
    analyses.jobs.cancel(job)
    assert (
        form.browser.delete(f"/videos/{job}", headers={"X-CSRFToken": form.hidden["csrf_token"]}).status_code
        == 204
    )
    assert form.send() != first


def send(client: FlaskClient, key: str | None, content: bytes = FILM, name: str = "a.mp4"):
    headers = {"Idempotency-Key": key} if key is not None else {}
    return client.post("/videos/upload", data={"video": (io.BytesIO(content), name)}, headers=headers)


@pytest.mark.parametrize("key", ["8e03978e-40d5-43dd-bc93-6894a57f9324", '"quoted"', "x" * 255])
def test_a_key_stands_for_one_film(key: str, client: FlaskClient, analyses: SampleAnalyses) -> None:
    answers = [send(client, key) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.get_json()["job_id"] for answer in answers}) == 1 == count(analyses)
    kept = list(analyses.storage.list("analyses"))
    assert len(kept) == 1


def test_without_a_key_each_is_its_own(client: FlaskClient, analyses: SampleAnalyses) -> None:
    assert len({send(client, None).get_json()["job_id"] for _ in range(2)}) == 2


@pytest.mark.parametrize(("content", "name"), [(OTHER + b"b", "a.mp4"), (OTHER, "a.mp4"), (FILM, "b.mp4")])
def test_a_key_with_another_film_is_refused(
    content: bytes, name: str, client: FlaskClient, analyses: SampleAnalyses
) -> None:
    send(client, "one")
    answer = send(client, "one", content, name)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "idempotency_key_reused")
    assert count(analyses) == 1 == len(list(analyses.storage.list("analyses")))


@pytest.mark.parametrize("key", ["", '""', "x" * 256, "caf\xe9"])
def test_a_key_that_is_none_is_refused(key: str, client: FlaskClient, analyses: SampleAnalyses) -> None:
    answer = send(client, key)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_idempotency_key")
    assert count(analyses) == 0


def test_samples_have_keys_too(client: FlaskClient, analyses: SampleAnalyses) -> None:
    jobs = {
        client.post("/videos/sample-lefty", headers={"Idempotency-Key": "s"}).get_json()["job_id"]
        for _ in range(2)
    }
    assert len(jobs) == 1 == count(analyses)


def test_sent_twice_at_once_is_one_analysis_with_its_video(app: Flask, analyses: SampleAnalyses) -> None:
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: send(app.test_client(), "at once"), range(4)))
    jobs = {answer.get_json()["job_id"] for answer in answers}
    assert len(jobs) == 1 == count(analyses)
    row = analyses.catalog.analyses.get(jobs.pop())
    with analyses.storage.open(row.original_key) as file:
        assert file.read() == FILM


def test_what_is_kept_of_a_key_s_video_goes_with_the_analysis(
    client: FlaskClient, analyses: SampleAnalyses
) -> None:
    job = send(client, "kept").get_json()["job_id"]
    assert list(analyses.catalog.key_values.all(SENT)) == [SENT + job]
    assert send(client, "kept").get_json()["job_id"] == job
    analyses.jobs.delete(job, purge=True)
    assert analyses.catalog.key_values.all(SENT) == {}
    send(client, None)
    assert analyses.catalog.key_values.all(SENT) == {}, "without a key nothing is kept"


def test_of_the_release_before_nothing_is_kept_and_name_and_size_must_do(
    client: FlaskClient, analyses: SampleAnalyses
) -> None:
    job = send(client, "old").get_json()["job_id"]
    analyses.catalog.key_values.delete(SENT + job)
    assert send(client, "old").get_json()["job_id"] == job
    assert send(client, "old", FILM + b"more").get_json()["code"] == "idempotency_key_reused"
