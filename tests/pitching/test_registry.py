"""Nothing is half added: each failure lists what a new metric or a new fault still lacks."""

from __future__ import annotations

import pytest

from shadow_trainer import labels, pitching
from shadow_trainer.pitching.faults import RULES, Fault
from shadow_trainer.pitching.metrics import ROWS, Row, norms, uncertainty
from shadow_trainer.pitching.metrics.labels import metric_label
from shadow_trainer.vocabulary import Event, Level

from . import bodies
from .known_values import key_frames, known_values

MEASURED = {key for key, *_ in uncertainty.table()}
METRICS = {row.key: row for row in ROWS}


def name_of(row: Row) -> str:
    """For the list of tests."""
    return f"{row.name}-{row.event or row.span}"


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_a_metric_is_whole(row: Row) -> None:
    norm = any(norms.norm_for(row.key, level) for level in Level)
    missing = {
        "a row in data/metric_errors.csv (`make metric-errors` measures it)": row.key not in MEASURED,
        "a norm in data/norms.csv, or `no_norm` in metrics/table.py with the reason": not (
            norm or row.no_norm
        ),
        "one of both, not two: a norm, or a reason why there is none": norm and bool(row.no_norm),
        "words for coaches: `label` in metrics/table.py": not row.label
        or metric_label(*row.key) != row.label,
        "a unit in labels.UNITS": row.unit not in labels.UNITS,
        "a value on the reference in tests/pitching/known_values.py": row.key not in known_values(),
    }
    lacking = [what for what, lacks in missing.items() if lacks]
    assert not lacking, f"{row.name} lacks: " + "; ".join(lacking)


def test_no_two_metrics_share_a_key_or_their_words() -> None:
    assert len(METRICS) == len(ROWS) == len({row.label for row in ROWS})


def test_what_is_known_belongs_to_a_metric() -> None:
    assert set(known_values()) <= set(METRICS)
    assert set(METRICS) >= MEASURED


def test_every_metric_reads_on_the_reference_what_its_key_frames_say() -> None:
    contact = bodies.BEFORE_S + 1.2
    moved = {str(name): contact + frame["t_ms"] / 1000 for name, frame in key_frames().items()}
    analysis = pitching.analyse(bodies.pitch(240.0), height_m=1.88, throws="right", events={0: moved})
    for metric in analysis["deliveries"][0]["metrics"]:
        key = (metric["name"], metric["event"])
        value, near = known_values()[key]
        assert metric["value"] == pytest.approx(value, abs=near), key


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_fault_is_whole(rule: Fault) -> None:
    keys = {check.key for check in rule.checks}
    missing = {
        "a title": not rule.title,
        "`why`: what it does": not rule.why,
        "one `drill`": not rule.drill,
        "a `source`": not rule.source,
        "an event at which it is shown": rule.event not in Event,
        "a check": not rule.checks,
        "`seen` with the value in it": not all("{value}" in check.seen for check in rule.checks),
        "checks of metrics that are measured": not keys <= set(METRICS),
        "a red limit that is beyond the amber one": any(
            check.red is not None and (check.red > check.amber) != check.above for check in rule.checks
        ),
    }
    lacking = [what for what, lacks in missing.items() if lacks]
    assert not lacking, f"{rule.id} lacks: " + "; ".join(lacking)


@pytest.mark.parametrize("level", Level)
def test_a_level_is_whole(level: Level) -> None:
    assert level in norms.LEVELS and labels.LEVELS[level]
