"""Results that the release before stored are shown as if this release had measured them."""

from __future__ import annotations

import re
from datetime import date

from flask.testing import FlaskClient

from tests.web import documents
from tests.web.conftest import SampleAnalyses


def rows(page: str) -> list[str]:
    """The rows of the numbers of a report."""
    return re.findall(r'<tr class="\w+" data-metric=.*?</tr>', page, re.S)


def test_a_report_of_the_release_before_reads_as_one_of_today(
    client: FlaskClient, analyses: SampleAnalyses
) -> None:
    now, before = (
        analyses.completed(document) for document in (documents.document(), documents.document_before())
    )
    ours, theirs = (rows(client.get(f"/analyses/{name}").text) for name in (now, before))
    assert len(ours) == len(documents.METRICS)
    assert theirs == ours


def test_a_program_gets_one_form_whichever_release_wrote_it(
    client: FlaskClient, analyses: SampleAnalyses
) -> None:
    now, before = (
        analyses.completed(document) for document in (documents.document(), documents.document_before())
    )
    ours, theirs = (client.get(f"/videos/{name}/info").json["analysis"] for name in (now, before))
    assert theirs["schema"] == ours["schema"]
    assert [one["metrics"] for one in theirs["deliveries"]] == [one["metrics"] for one in ours["deliveries"]]


def test_pitches_of_both_releases_are_one_trend(client: FlaskClient, analyses: SampleAnalyses) -> None:
    ann = analyses.catalog.athletes.create(name="Ann Ace").id
    for day, document in ((1, documents.document_before()), (2, documents.document())):
        film = analyses.completed(document)
        analyses.catalog.analyses.annotate(film, athlete_id=ann, recorded_on=date(2026, 5, day))
    page = client.get(f"/athletes/{ann}").text
    for place in ("pelvis-rotation-velocity-max", "time-foot-contact-to-release-delivery"):
        chart = page[page.index(f'id="trend-{place}-t"') :].split("</figure>")[0]
        assert chart.count("dot sure") == 2, place


def test_pitches_of_both_releases_are_compared_number_by_number(
    client: FlaskClient, analyses: SampleAnalyses
) -> None:
    now, before = (
        analyses.completed(document) for document in (documents.document(), documents.document_before())
    )
    page = client.get(f"/compare?a={now}&b={before}").text
    assert page.count("within the errors") >= len(documents.METRICS) - 2
