"""What the release before stored is read as if this one had written it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shadow_trainer.pitching import consistency, metrics, stored
from shadow_trainer.vocabulary import Event, Span

BEFORE = Path(__file__).with_name("stored") / "analysis_1.json"


@pytest.fixture
def before() -> dict[str, Any]:
    """An analysis.json as the release before wrote it."""
    return json.loads(BEFORE.read_text(encoding="utf-8"))


def entries(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Every metric of a document, those of its consistency too."""
    rows = [metric for delivery in document["deliveries"] for metric in delivery["metrics"]]
    return rows + document["consistency"]["metrics"]


def test_the_document_of_the_release_before_names_spans_as_events(before: dict[str, Any]) -> None:
    places = {metric["event"] for metric in entries(before)}
    assert {"max", "min", "foot_contact_to_release", ""} <= places - set(Event)


def test_every_metric_of_it_gets_the_key_that_it_has_today(before: dict[str, Any]) -> None:
    today = {row.key: row for row in metrics.ROWS}
    for metric in entries(stored.upgraded(before)):
        row = today[metric["name"], metric["event"]]
        assert (metric["span"], metric["unit"]) == (row.span, row.unit)


def test_a_finding_names_the_metric_it_is_about(before: dict[str, Any]) -> None:
    later = stored.upgraded(before)["deliveries"][0]
    keys = {(metric["name"], metric["event"]) for metric in later["metrics"]}
    for fault in later["faults"]:
        assert (fault["metric"], fault["metric_event"]) in keys


def test_nothing_else_of_it_changes(before: dict[str, Any]) -> None:
    later = stored.upgraded(before)
    assert {**later, "schema": "", "deliveries": [], "consistency": {}} == {
        **before, "schema": "", "deliveries": [], "consistency": {},
    }  # fmt: skip
    values = [[metric.get("value") for metric in entries(document)] for document in (before, later)]
    assert values[0] == values[1]


def test_a_document_of_today_stays_as_it_is(before: dict[str, Any]) -> None:
    once = stored.upgraded(before)
    assert stored.upgraded(once) == once
    assert stored.upgraded_metrics(entries(once)) == entries(once)


def test_pitches_of_both_releases_are_compared_with_each_other(before: dict[str, Any]) -> None:
    later = stored.upgraded(before)["deliveries"]
    rows = consistency.over([*later, *later])["metrics"]
    assert {row["span"] for row in rows} >= {Span.MAX, Span.DELIVERY, None}
    assert all(row["n"] == 4 for row in rows)
