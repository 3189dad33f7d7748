"""The history: found again by anything that was written on it, changed one by one or several at once."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from shadow_trainer.catalog import utcnow
from shadow_trainer.jobs.maintenance import retention
from tests.web import documents
from tests.web.conftest import SampleAnalyses
from tests.web.test_pages import token_of


class Hand:
    """Presses buttons of the pages."""

    def __init__(self, browser: FlaskClient) -> None:
        self.browser = browser
        self.token = token_of(browser.get("/").text)

    def send(self, path: str, **fields: object):
        return self.browser.post(path, data={"csrf_token": self.token, **fields})


@pytest.fixture
def hand(browser: FlaskClient) -> Hand:
    return Hand(browser)


def shown(client: FlaskClient, query: str) -> set[str]:
    """Titles on the page."""
    return set(re.findall(r'<span class="name">([^<]*)</span>', client.get(f"/analyses?{query}").text))


def test_everything_written_on_an_analysis_finds_it(
    client: FlaskClient, analyses: SampleAnalyses, hand: Hand
) -> None:
    first, second = analyses.completed(title="First"), analyses.completed(title="Second")
    athlete = analyses.catalog.athletes.create(name="Ann Ace")
    sent = hand.send(
        f"/analyses/{first}/edit",
        title="Bullpen 1", notes="Felt good", tags="Fastball,  wind up, fastball", recorded_on="2026-05-31",
        athlete=str(athlete.id),
    )  # fmt: skip
    assert sent.status_code == 303
    row = analyses.catalog.analyses.get(first)
    assert (row.title, row.notes, row.tags) == ("Bullpen 1", "Felt good", ["fastball", "wind up"])
    assert (row.recorded_on, row.athlete_id) == (date(2026, 5, 31), athlete.id)
    titles = {"Bullpen 1"}
    for query in ("q=good", "q=FASTBALL", "tag=wind+up", f"athlete={athlete.id}", "until=2026-06-01"):
        assert shown(client, query) == titles, query
    assert shown(client, "athlete=0") == shown(client, "since=2026-06-01") == {"Second"}
    assert shown(client, "tag=fast") == shown(client, "throws=right") == set()
    assert shown(client, "throws=left&state=completed") == titles | {"Second"}
    assert analyses.catalog.analyses.get(second).tags == []
    assert "Ann Ace" in client.get("/analyses").text


def test_tags_beyond_ascii_are_found(client: FlaskClient, analyses: SampleAnalyses, hand: Hand) -> None:
    hand.send(f"/analyses/{analyses.completed(title='One')}/edit", title="One", tags="Übung")
    assert shown(client, "tag=%C3%BCbung") == shown(client, "q=%C3%BCbung") == {"One"}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"title": "  "}, "The title is empty"),
        ({"recorded_on": "31.5.2026"}, "is not a day"),
        ({"recorded_on": (date.today() + timedelta(days=9)).isoformat()}, "is not a day"),
        ({"tags": ",".join(map(str, range(30)))}, "At most 20 tags"),
        ({"notes": "x" * 10_001}, "longer than"),
    ],
)
def test_what_cannot_be_kept_is_named_beside_its_field(
    analyses: SampleAnalyses, hand: Hand, fields: dict[str, str], code: str
) -> None:
    analysis_id = analyses.completed()
    answer = hand.send(f"/analyses/{analysis_id}/edit", **fields)
    assert answer.status_code == 400
    assert code in answer.text
    name = next(iter(fields))
    assert f'href="#{name}"' in answer.text
    assert analyses.catalog.analyses.get(analysis_id).title == "Bullpen, Tuesday"


@pytest.mark.parametrize(
    "query", ["since=soon", "athlete=x", "athlete=" + "9" * 30, "throws=both", "page=-3"]
)
def test_odd_filters_show_the_list(client: FlaskClient, analyses: SampleAnalyses, query: str) -> None:
    analyses.completed(title="One")
    assert shown(client, query) == {"One"}


def test_deleting_is_undone_by_one_button(client: FlaskClient, analyses: SampleAnalyses, hand: Hand) -> None:
    analysis_id = analyses.completed(title="Kept")
    sent = hand.send(f"/analyses/{analysis_id}/delete")
    page = hand.browser.get(sent.headers["Location"]).text
    assert "“Kept” was moved to the trash" in page
    assert shown(client, "") == set()
    assert client.get(f"/analyses/{analysis_id}").status_code == 404
    hand.send("/analyses/selected", id=analysis_id, action="restore")
    assert client.get(f"/analyses/{analysis_id}").status_code == 200
    assert shown(client, "") == {"Kept"}


def test_the_trash_restores_deletes_for_good_and_empties_itself(
    client: FlaskClient, analyses: SampleAnalyses, hand: Hand
) -> None:
    kept, gone, old = (analyses.completed(title=title) for title in ("Kept", "Gone", "Old"))
    hand.send("/analyses/selected", id=[kept, gone, old], action="delete")
    page = client.get("/trash").text
    assert page.count('name="id"') == 3
    assert "in 30 days" in page
    hand.send("/analyses/selected", id=kept, action="restore")
    hand.send("/analyses/selected", id=[gone, kept], action="purge")
    assert analyses.catalog.analyses.find(gone) is None
    assert analyses.catalog.analyses.get(kept).deleted_at is None, (
        "what is not in the trash is not deleted for good"
    )
    retention.empty_trash(analyses.jobs, utcnow() + timedelta(days=31))
    assert analyses.catalog.analyses.find(old) is None
    assert not any(key.startswith(f"analyses/{gone}") for key in analyses.storage.list())


def test_several_run_again_in_the_queue_for_bulk_work(analyses: SampleAnalyses, hand: Hand) -> None:
    done, running = analyses.completed(), analyses.running()
    hand.send("/analyses/selected", id=[done, running], action="rerun")
    assert (analyses.catalog.analyses.get(done).state, analyses.catalog.analyses.get(done).queue) == (
        "queued",
        "batch",
    )
    assert analyses.catalog.analyses.get(running).state == "processing"


def test_results_of_several_come_as_one_zip(analyses: SampleAnalyses, hand: Hand) -> None:
    two = [analyses.completed(title="Same / title"), analyses.completed(title="Same / title")]
    answer = hand.send("/analyses/selected", id=[*two, analyses.queued()], action="download")
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        folders = {name.split("/")[0] for name in names}
        assert len(folders) == 2
        document = json.loads(archive.read(next(name for name in names if name.endswith("analysis.json"))))
    assert document["schema"] == documents.document()["schema"]
    assert not any("people" in name or name.endswith("preview.mp4") for name in names)


@pytest.mark.parametrize("action", ["delete", "restore", "purge", "rerun", "download"])
def test_a_foreign_or_unknown_id_stops_the_whole_action(
    analyses: SampleAnalyses, hand: Hand, action: str
) -> None:
    mine = analyses.completed()
    answer = hand.send("/analyses/selected", id=[mine, "0" * 32], action=action)
    assert answer.status_code == 404
    row = analyses.catalog.analyses.get(mine)
    assert (row.state, row.deleted_at) == ("completed", None)


def test_nothing_chosen_says_so(hand: Hand) -> None:
    sent = hand.send("/analyses/selected", action="delete", query="?q=x")
    assert sent.headers["Location"] == "/analyses?q=x"
    assert "Nothing was chosen" in hand.browser.get("/analyses").text
    assert hand.send("/analyses/selected", action="dance").status_code == 400


def test_the_way_back_is_never_another_site(hand: Hand) -> None:
    sent = hand.send("/analyses/selected", action="delete", query="//evil.example")
    assert sent.headers["Location"] == "/analyses"
