"""Pages: readable in every state, without JavaScript, and errors in the API's own words."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from tests.web import documents
from tests.web.conftest import SampleAnalyses


def token_of(page: str) -> str:
    return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]


def test_progress_refreshes_itself_without_javascript(client: FlaskClient, analyses: SampleAnalyses) -> None:
    page = client.get(f"/analyses/{analyses.running()}").text
    assert '<noscript><meta http-equiv="refresh"' in page
    assert re.search(r'<progress[^>]*value="42.0"', page)
    assert 'aria-current="step"' in page
    assert "preview.mp4" in page


def test_a_finished_analysis_no_longer_refreshes(client: FlaskClient, analyses: SampleAnalyses) -> None:
    for analysis_id in (analyses.completed(), analyses.failed()):
        assert "http-equiv" not in client.get(f"/analyses/{analysis_id}").text


def test_a_failed_analysis_shows_film_reason_and_what_to_do(
    client: FlaskClient, analyses: SampleAnalyses
) -> None:
    page = client.get(f"/analyses/{analyses.failed()}").text
    assert "There is a person in this video, but no pitch was found." in page
    assert "Film one whole delivery" in page
    assert "Try again" in page
    # Another attempt at this video cannot succeed: another video is what is offered first.
    assert page.index("Upload another video") < page.index("Try again all the same")
    assert "<video" in page


def test_the_report_shows_every_event_and_metric(client: FlaskClient, analyses: SampleAnalyses) -> None:
    page = client.get(f"/analyses/{analyses.completed()}").text
    for words in ("First movement", "Foot strike", "Release", "Follow-through", "Rough", "−141 ms"):
        assert words in page
    assert (
        "% sure" not in page
        and ">est." not in page
        and "Certainty" not in page
        and page.count("data-doubt-key") == 1
    )
    assert page.count("data-metric=") == len(documents.METRICS)
    assert "<strong>83" in page
    assert "± 4" in page


def test_low_confidence_is_never_scored(client: FlaskClient, analyses: SampleAnalyses) -> None:
    page = client.get(f"/analyses/{analyses.completed()}").text
    rows = re.findall(r'<tr class="low".*?</tr>', page, re.S)
    assert len(rows) == 2
    for row in rows:
        assert "zbar" not in row
        assert "not scored" in row


def test_event_links_work_without_javascript(client: FlaskClient, analyses: SampleAnalyses) -> None:
    analysis_id = analyses.completed()
    page = client.get(f"/analyses/{analysis_id}").text
    link = re.search(r'href="([^"]*t=2\.191[^"]*)"', page)[1].replace("&amp;", "&")
    assert "overlay.mp4#t=2.191" in client.get(link).text


def test_each_pitch_of_a_film_has_its_page(client: FlaskClient, analyses: SampleAnalyses) -> None:
    analysis_id = analyses.completed(documents.document(deliveries=3, people=2))
    second = client.get(f"/analyses/{analysis_id}?delivery=1").text
    assert "6.191 s" in second
    assert second.count('class="delivery"') == 3
    assert "Is this the right person?" in second


def test_the_report_compares_with_the_shadow_and_pitch_with_pitch(
    client: FlaskClient, analyses: SampleAnalyses
) -> None:
    page = client.get(f"/analyses/{analyses.completed(documents.document(deliveries=3))}").text
    assert "<strong>71</strong>" in page
    assert "not seen" in page
    assert "as steady as usual" in page


def test_a_report_of_several_pitches_tells_what_returns_and_what_drifts(
    client: FlaskClient, analyses: SampleAnalyses
) -> None:
    document = documents.document(deliveries=3)
    seen = {
        "id": "flying_open",
        "title": "The chest opens early",
        "count": 3,
        "n": 3,
        "words": "3 of 3 pitches",
    }
    document["consistency"]["faults"] = [{**seen, "marked": True}]
    document["consistency"]["metrics"][0]["trend_per_pitch"] = -0.41
    document["deliveries"][0]["faults"] = [{**documents.FAULTS[0], "marked": True, "count": 3, "n": 3}]
    page = client.get(f"/analyses/{analyses.completed(document)}").text
    together = page[page.index("Consistency over 3 pitches") :].split("</section>")[0]
    assert "3 of 3 pitches" in together and "marked" in together
    assert "falls by 0.41 % of height with each pitch" in together
    saw = page[page.index("Findings") :].split("</section>")[0]
    assert '<span class="flag">marked</span>' in saw and "Pitch Smart" in saw
    two = client.get(f"/analyses/{analyses.completed(documents.document(deliveries=2))}").text
    assert "too few for words" in two and "as steady as usual" not in two


def test_a_model_that_is_too_coarse_judges_nothing(client: FlaskClient, analyses: SampleAnalyses) -> None:
    rough = {**documents.document(deliveries=2), "model": {"size": "xs"}}
    page = client.get(f"/analyses/{analyses.completed(rough)}").text
    for words in ("zbar", "The chest opens early", "Against the shadow", "Consistency over"):
        assert words not in page


@pytest.mark.parametrize("query", ["delivery=99", "delivery=x", "t=nan", "t=x", "film=x"])
def test_odd_addresses_of_a_report_still_show_it(
    client: FlaskClient, analyses: SampleAnalyses, query: str
) -> None:
    assert client.get(f"/analyses/{analyses.completed()}?{query}").status_code == 200


def test_history_searches_and_filters(client: FlaskClient, analyses: SampleAnalyses) -> None:
    analyses.completed(title="Bullpen 50% effort")
    analyses.failed()
    assert "1 analysis" in client.get("/analyses?q=50%25").text
    assert "1 analysis" in client.get("/analyses?state=failed").text
    assert "Nothing found" in client.get("/analyses?q=nobody").text
    assert client.get("/analyses?page=x&state=odd").status_code == 200


def test_titles_are_shown_as_text(client: FlaskClient, analyses: SampleAnalyses) -> None:
    analyses.completed(title="<img src=x onerror=alert(1)>")
    for path in ("/", "/analyses"):
        assert "<img src=x" not in client.get(path).text


def test_buttons_do_what_they_say(browser: FlaskClient, analyses: SampleAnalyses) -> None:
    running = analyses.running()
    token = token_of(browser.get(f"/analyses/{running}").text)
    send = lambda path, **fields: browser.post(path, data={"csrf_token": token, **fields})  # noqa: E731
    assert send(f"/analyses/{running}/cancel").status_code == 303
    assert analyses.catalog.analyses.get(running).state == "canceled"
    send(f"/analyses/{running}/retry")
    assert analyses.catalog.analyses.get(running).state == "queued"
    done = analyses.completed()
    send(f"/analyses/{done}/rename", title="  New   name ")
    assert analyses.catalog.analyses.get(done).title == "New name"
    send(f"/analyses/{done}/person", person="1")
    assert analyses.catalog.analyses.get(done).options["person"] == 1
    response = send(f"/analyses/{done}/delete")
    assert analyses.catalog.analyses.get(done).deleted_at is not None
    assert "“New name” was moved to the trash" in browser.get(response.headers["Location"]).text


@pytest.mark.parametrize(
    ("path", "status"), [("/nothing", 404), ("/analyses/abc", 404), ("/analyses/abc/files/x", 404)]
)
def test_page_errors_have_the_words_of_the_api(client: FlaskClient, path: str, status: int) -> None:
    page = client.get(path, headers={"Accept": "text/html"})
    problem = client.get(path, headers={"Accept": "application/json"})
    assert page.status_code == problem.status_code == status
    assert problem.get_json()["title"] in page.text.replace("&#39;", "'")
    assert problem.mimetype == "application/problem+json"


def test_an_unexpected_error_tells_a_number_and_nothing_else(
    client: FlaskClient, analyses: SampleAnalyses, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(analyses.catalog.analyses, "page", broken)
    response = client.get("/")
    assert response.status_code == 500
    assert "secret detail" not in response.text
    assert response.headers["X-Request-ID"] in response.text


@pytest.mark.parametrize("where", ["running", "completed", "failed"])
def test_the_history_of_attempts_is_on_the_page(
    client: FlaskClient, analyses: SampleAnalyses, where: str
) -> None:
    analysis_id = analyses.queued()
    error = {"code": "worker_lost", "message": "The worker vanished.", "fix": "Wait."}
    number = analyses.catalog.attempts.claim(analysis_id, "machine-7").number
    analyses.catalog.attempts.advance(analysis_id, number, "motion", 60.0)
    analyses.catalog.attempts.postpone(analysis_id, number, error, delay_s=0, outcome="lost")
    number = analyses.catalog.attempts.claim(analysis_id, "machine-8").number
    if where == "failed":
        analyses.catalog.attempts.fail(analysis_id, number, error)
    page = client.get(f"/analyses/{analysis_id}").text if where != "completed" else _report(client, analyses)
    for words in ("machine-7", "machine-8", "motion", "lost: The worker vanished."):
        assert words in page


def _report(client: FlaskClient, analyses: SampleAnalyses) -> str:
    """The page of a report that took two attempts."""
    analysis_id = analyses.completed()
    error = {"code": "worker_lost", "message": "The worker vanished.", "fix": "Wait."}
    analyses.catalog.attempts.requeue(analysis_id)
    number = analyses.catalog.attempts.claim(analysis_id, "machine-7").number
    analyses.catalog.attempts.advance(analysis_id, number, "motion", 60.0)
    analyses.catalog.attempts.postpone(analysis_id, number, error, delay_s=0, outcome="lost")
    row = analyses.catalog.analyses.get(analysis_id)
    number = analyses.catalog.attempts.claim(analysis_id, "machine-8").number
    kept = {"files": row.files, "result": row.result, "warnings": row.warnings, "deliveries": []}
    analyses.catalog.attempts.publish(analysis_id, number, **kept)
    return client.get(f"/analyses/{analysis_id}").text
