"""A coach reads one label for one thing, and one number for one value, wherever it stands."""

from __future__ import annotations

from datetime import date

import pytest

from shadow_trainer import labels, vocabulary
from shadow_trainer.pitching.faults.words import usual
from shadow_trainer.pitching.metrics.labels import metric_label
from shadow_trainer.pitching.metrics.table import ROWS
from shadow_trainer.render import report, trend
from shadow_trainer.vocabulary import Event, Span, Unit
from shadow_trainer.web.presenters import differences, metrics, similarity, trends

TABLES = {
    vocabulary.Unit: labels.UNITS,
    vocabulary.Event: labels.EVENTS,
    vocabulary.Span: labels.SPANS,
    vocabulary.View: labels.VIEWS,
    vocabulary.Hand: labels.HANDS,
    vocabulary.Level: labels.LEVELS,
    vocabulary.Confidence: labels.CONFIDENCES,
    vocabulary.ModelSize: labels.MODELS,
}


@pytest.mark.parametrize("words", TABLES, ids=lambda words: words.__name__)
def test_every_word_has_a_label_and_no_label_is_left_over(words: type) -> None:
    assert set(TABLES[words]) == set(words), f"labels.py: give each member of {words.__name__} a label"


@pytest.mark.parametrize("unit", Unit, ids=lambda unit: unit.name)
def test_a_value_reads_the_same_in_findings_report_page_and_trend(unit: Unit) -> None:
    norm = {"mean": 1.2345, "sd": 0.5, "source": "A study"}
    metric = {"name": "a_metric", "event": "release", "unit": unit, "value": -1.2345, "error": 0.1111}
    metric |= {"confidence": "high", "z": -5.0, "norm": norm, "label": "A metric"}
    said, error = labels.quantity(-1.2345, unit), labels.number(0.1111, unit)

    on_page, in_report = metrics.metric_row(metric), report.metric_row(metric)
    assert on_page.value + on_page.unit == said == in_report.value
    assert on_page.error.startswith(error) and in_report.error == f"± {error}"
    chart = trend.Chart("key", "A metric", unit, [trend.Dot(date(2026, 5, 1), -1.2345, None, True)])
    assert trend.describe(chart) == f"A metric on 1 day: {said}."
    compared = differences.metrics({"metrics": [metric]}, {"metrics": [metric]})[0].rows[0]
    assert compared.a.startswith(labels.number(-1.2345, unit))
    spread = similarity.spreads({"metrics": [{**metric, "mean": -1.2345, "sd": 0.1111, "n": 3}]})[0]
    assert spread.mean == said
    high = labels.quantity(1.7345, unit)
    assert f" to {high}" in str(usual(metric)) and in_report.norm.endswith(f" to {high}")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.name} {row.event}".strip())
def test_a_metric_has_one_label_with_or_without_it_in_the_result(row) -> None:
    metric = {"name": row.name, "event": row.event, "unit": row.unit, "value": 1.0, "confidence": "high"}
    labelled = {**metric, "label": row.label}
    assert row.unit in labels.UNITS, f"labels.py: give the unit of {row.name} a sign and digits"
    assert metric_label(row.name, row.event) == row.label
    for shown in (metrics.metric_row, report.metric_row):
        assert shown(metric).label == shown(labelled).label
    assert trends._label(metric) == row.label


def test_an_unknown_metric_or_unit_is_made_readable() -> None:
    assert metric_label("hip_wobble", Event.FOOT_CONTACT) == "Hip wobble, foot strike"
    assert metric_label("hip_wobble@max") == "Hip wobble, peak"
    assert metric_label("hip_wobble") == "Hip wobble"
    assert labels.quantity(1.25, "furlongs") == "1.2 furlongs"
    assert labels.event_label("second_movement") == "Second movement"


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (35.9, Unit.DEGREES, "36°"),
        (-35.9, Unit.DEGREES, "−36°"),
        (-0.4, Unit.DEGREES, "0°"),
        (640.2, Unit.DEGREES_PER_SECOND, "640°/s"),
        (84.9, Unit.PERCENT_HEIGHT, "85 % of height"),
        (141.3, Unit.MILLISECONDS, "141 ms"),
        (0.141, Unit.METERS_PER_SECOND, "0.14 m/s"),
        (0.8, Unit.RATIO, "0.8"),
        (None, Unit.DEGREES, "–"),
    ],
)
def test_a_number_has_its_sign_and_no_more_digits_than_one_camera_can_stand_for(value, unit, words) -> None:
    assert labels.quantity(value, unit) == words


def test_results_of_earlier_releases_name_the_whole_delivery_differently() -> None:
    assert {labels.event_label(name) for name in ("", "-", Span.DELIVERY)} == {"Whole pitch"}
    assert labels.event_label(Event.RELEASE) == "Release"
