"""The operator sees what coaches correct, and by how much."""

from __future__ import annotations

from flask.testing import FlaskClient

from shadow_trainer.web.presenters import corrections_made
from tests.web.conftest import SampleAnalyses


def test_shares_and_shifts_are_counted() -> None:
    moved = {"at_s": 2.0, "events": {"release": 2.03, "leg_lift": 1.0}, "found": {"release": 2.0}}
    step = {"kind": "set", "joint": "left_wrist", "at_s": 1.0}
    shown = corrections_made.of(
        [{"moved": [moved]}, {"joints": [step], "person": 0}, {"joints": [{**step, "undone": True}]}, {}]
    )
    assert [(one.count, one.percent) for one in shown.shares] == [(1, 25), (1, 25), (1, 25), (0, 0)]
    assert [(one.label, one.count, one.typical) for one in shown.events] == [
        ("Leg lift", 1, "–"), ("Release", 1, "+30 ms")
    ]  # fmt: skip


def test_without_an_analysis_nothing_is_counted() -> None:
    assert corrections_made.of([]).shares == []


def test_the_admins_page_shows_them(client: FlaskClient, analyses: SampleAnalyses) -> None:
    assert "Nothing was analyzed yet" in client.get("/admin").text
    row = analyses.completed()
    analyses.catalog.analyses.set_options(row, {"person": 1})
    page = client.get("/admin").text
    assert "Of the last 1 analyses" in page and "were measured of another person" in page
