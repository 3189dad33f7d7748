"""The charts are true to the numbers and can be read without eyes, colours or scripts."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shadow_trainer.render import charts, svg

from .conftest import FPS, FRAMES, make_analysis

TIMES = np.arange(FRAMES) / FPS
SVG = "{http://www.w3.org/2000/svg}"


def curves(**more):
    return {"time_s": TIMES.tolist(), "lead_knee_flexion": (60 * np.sin(TIMES)).tolist(), **more}


@pytest.fixture
def chart():
    delivery = make_analysis()["deliveries"][0]
    return charts.delivery_charts(delivery, curves(rear_knee_flexion=[None, *[20.0] * (FRAMES - 1)]))[0]


def test_a_chart_is_well_formed_and_described(chart):
    root = ElementTree.fromstring(charts.svg(chart))
    ids = {root.find(f"{SVG}title").get("id"), root.find(f"{SVG}desc").get("id")}
    assert set(root.get("aria-labelledby").split()) == ids
    assert root.get("role") == "img" and "Lead knee from" in root.find(f"{SVG}desc").text


def test_text_stays_text_and_there_is_no_script_or_style(chart):
    drawing = charts.svg(chart)
    assert "Foot strike" in re.findall(r">([^<]+)</text>", drawing)
    assert "<script" not in drawing and "style=" not in drawing and "<style" not in drawing
    assert "<style" in charts.standalone(chart)


def test_time_is_counted_from_foot_contact(chart):
    contact = next(e for e in chart.events if e.label == "Foot strike")
    assert contact.x == 0.0 and chart.x_label == "Time from foot strike (s)"


def test_what_is_usual_is_a_band_at_its_event(chart):
    assert [(b.x, b.low, b.high) for b in chart.bands] == [(0.0, 37.0, 55.0)]


def test_a_gap_in_the_data_is_a_gap_in_the_line():
    path = svg.path_of(np.arange(5.0), np.array([1, 2, np.nan, 4, 5.0]), float, float)
    assert path.count("M") == 2 and path.count("L") == 2


def test_the_table_has_the_measured_values_at_the_events(chart):
    rows = re.findall(
        r"<tr><th scope=\"row\">([^<]+)</th><td>([^<]*)</td><td>([^<]*)</td>", charts.data_table(chart)
    )
    contact = next(row for row in rows if row[1] == "Foot strike")
    assert float(contact[2]) == pytest.approx(60 * np.sin(0.8), abs=0.06)


def test_curves_may_be_nested_and_foreign_lists_are_ignored():
    nested = {"time_s": [0.0, 0.1], "angles": {"a": [1, None]}, "b": [1, 2, 3], "c": "xy"}
    times, named = charts.flatten(nested)
    assert times.tolist() == [0.0, 0.1] and set(named) == {"a"} and np.isnan(named["a"][1])


def test_without_curves_there_are_no_charts():
    delivery = make_analysis()["deliveries"][0]
    assert charts.delivery_charts(delivery, {}) == []
    assert charts.delivery_charts(delivery, {"time_s": TIMES.tolist(), "x": TIMES.tolist()}) == []


@given(st.floats(-1e5, 1e5), st.floats(0.01, 1e5))
def test_ticks_are_round_and_enclose_the_data(low, span):
    marks = svg.ticks(low, low + span)
    assert marks[0] <= low + 1e-6 * span and marks[-1] >= low + span - 1e-6 * span
    assert 2 <= len(marks) <= 9
    assert np.allclose(np.diff(marks), marks[1] - marks[0])


@pytest.mark.parametrize("plan", charts.PLANS, ids=lambda plan: plan.key)
def test_the_legend_stays_inside_the_chart_and_its_entries_apart(plan):
    lines = [svg.Line(label, role, np.zeros(3)) for _, label, role in plan.curves]
    lines.append(svg.Line("Elbow, shadow", "shadow", np.zeros(3)))
    drawing = svg.draw(svg.Chart("k", "T", "t", "deg", np.arange(3.0), lines))
    samples = [
        tuple(map(float, pair)) for pair in re.findall(r'x1="([\d.-]+)" x2="([\d.-]+)" y1="9"', drawing)
    ]
    places = [float(x) for x in re.findall(r'class="legend" x="([\d.-]+)"', drawing)]
    assert len(samples) == len(places) == len(lines)
    assert min(start for start, _ in samples) >= 0
    for (start, end), place in zip(samples, places, strict=True):
        assert start + 5 < end < place
