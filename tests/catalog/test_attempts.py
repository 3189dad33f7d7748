"""The state machine's promises: one owner at a time, published once, nothing written by the dead."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import text, update

from shadow_trainer.catalog import Analysis, Catalog, utcnow
from tests.catalog.conftest import create

ERROR = {"code": "x", "message": "It broke.", "fix": "Mend it."}
FOUND = {"files": ["analysis.json"], "result": {"throws": "left"}, "warnings": [], "deliveries": []}
PITCH = {"index": 0, "start_s": 1.0, "end_s": 2.5, "summary": {"view": "open-side"}}


def test_an_attempt_claims_works_and_publishes(catalog: Catalog, analysis: Analysis) -> None:
    claim = catalog.attempts.claim(analysis.id, "w1")
    assert (claim.number, claim.spent, claim.refused) == (1, 1, "")
    assert catalog.attempts.advance(analysis.id, 1, "pose", 40.0)
    assert catalog.attempts.add_files(analysis.id, 1, ["preview.mp4"])
    row = catalog.analyses.get(analysis.id)
    assert (row.state, row.stage, row.progress, row.files) == ("processing", "pose", 40.0, ["preview.mp4"])
    assert catalog.attempts.publish(analysis.id, 1, **{**FOUND, "deliveries": [PITCH]})
    row = catalog.analyses.get(analysis.id)
    assert (row.state, row.progress) == ("completed", 100.0)
    assert row.result == {"throws": "left", "options": row.options}
    assert row.finished_at is not None and row.worker is None
    assert [(d.index, d.end_s) for d in catalog.analyses.deliveries(analysis.id)] == [(0, 2.5)]
    [attempt] = catalog.attempts.of(analysis.id)
    assert (attempt.outcome, attempt.worker, attempt.stage) == ("completed", "w1", "pose")


@pytest.mark.parametrize("said, kept", [(None, date(2026, 5, 12)), (date(2026, 5, 10), date(2026, 5, 10))])
def test_the_cameras_day_is_kept_where_the_coach_said_none(
    catalog: Catalog, analysis: Analysis, said: date | None, kept: date
) -> None:
    catalog.analyses.annotate(analysis.id, recorded_on=said)
    catalog.attempts.claim(analysis.id, "w1")
    assert catalog.attempts.publish(
        analysis.id, 1, **{**FOUND, "result": {"video": {"filmed_on": "2026-05-12"}}}
    )
    assert catalog.analyses.get(analysis.id).recorded_on == kept


def test_publishing_again_changes_nothing(catalog: Catalog, analysis: Analysis) -> None:
    catalog.attempts.claim(analysis.id, "w1")
    assert catalog.attempts.publish(analysis.id, 1, **FOUND)
    assert catalog.attempts.publish(analysis.id, 1, **{**FOUND, "result": {"throws": "right"}})
    assert catalog.analyses.get(analysis.id).result["throws"] == "left"


def test_only_one_of_many_claims_wins(catalog: Catalog, analysis: Analysis) -> None:
    barrier = threading.Barrier(6)

    def claim(number: int) -> str:
        barrier.wait()
        return catalog.attempts.claim(analysis.id, f"w{number}").refused

    with ThreadPoolExecutor(6) as pool:
        refused = sorted(pool.map(claim, range(6)))
    assert refused == ["", *["elsewhere"] * 5]
    assert len(catalog.attempts.of(analysis.id)) == 1


def test_a_dead_attempt_is_taken_over_and_can_write_no_more(catalog: Catalog, analysis: Analysis) -> None:
    catalog.attempts.claim(analysis.id, "w1")
    later = utcnow() + timedelta(seconds=catalog.attempts.lease_s + 1)
    claim = catalog.attempts.claim(analysis.id, "w2", now=later)
    assert (claim.number, claim.spent) == (2, 2)
    assert not catalog.attempts.is_current(analysis.id, 1)
    for refused in (
        catalog.attempts.beat(analysis.id, 1),
        catalog.attempts.advance(analysis.id, 1, "render", 99.0),
        catalog.attempts.add_files(analysis.id, 1, ["x"]),
        catalog.attempts.publish(analysis.id, 1, **FOUND),
        catalog.attempts.fail(analysis.id, 1, ERROR),
        catalog.attempts.postpone(analysis.id, 1, ERROR, delay_s=1),
        catalog.attempts.hand_back(analysis.id, 1),
    ):
        assert refused is False
    assert catalog.attempts.publish(analysis.id, 2, **FOUND)
    assert [a.outcome for a in catalog.attempts.of(analysis.id)] == ["lost", "completed"]


def test_a_lease_is_kept_by_its_heartbeat(catalog: Catalog, analysis: Analysis) -> None:
    catalog.attempts.claim(analysis.id, "w1", now=utcnow() - timedelta(seconds=catalog.attempts.lease_s * 2))
    assert catalog.attempts.beat(analysis.id, 1)
    assert catalog.attempts.claim(analysis.id, "w2").refused == "elsewhere"


def test_a_postponed_attempt_is_spent_and_a_handed_back_one_is_not(
    catalog: Catalog, analysis: Analysis
) -> None:
    catalog.attempts.claim(analysis.id, "w1")
    assert catalog.attempts.hand_back(analysis.id, 1)
    assert catalog.analyses.get(analysis.id).state == "queued"
    assert catalog.attempts.claim(analysis.id, "w1").spent == 1
    assert catalog.attempts.postpone(analysis.id, 2, ERROR, delay_s=30, batch_limit=4)
    row = catalog.analyses.get(analysis.id)
    assert (row.state, row.error, row.batch_limit) == ("retrying", ERROR, 4)
    assert row.not_before > utcnow() + timedelta(seconds=25)
    assert catalog.attempts.claim(analysis.id, "w1").spent == 2
    outcomes = [(a.outcome, a.counted) for a in catalog.attempts.of(analysis.id)]
    assert outcomes == [("handed_back", False), ("retrying", True), ("", True)]


def test_a_requeue_restores_the_attempts(catalog: Catalog, analysis: Analysis) -> None:
    catalog.attempts.claim(analysis.id, "w1")
    assert not catalog.attempts.requeue(analysis.id)
    assert catalog.attempts.fail(analysis.id, 1, ERROR)
    assert catalog.analyses.get(analysis.id).error == ERROR
    assert catalog.attempts.requeue(analysis.id)
    row = catalog.analyses.get(analysis.id)
    assert (row.state, row.error, row.finished_at) == ("queued", None, None)
    claim = catalog.attempts.claim(analysis.id, "w1")
    assert (claim.number, claim.spent) == (2, 1)


@pytest.mark.parametrize("at", ["queued", "processing", "retrying"])
def test_cancel_works_from_every_active_state(catalog: Catalog, analysis: Analysis, at: str) -> None:
    if at != "queued":
        catalog.attempts.claim(analysis.id, "w1")
    if at == "retrying":
        catalog.attempts.postpone(analysis.id, 1, ERROR, delay_s=1)
    assert catalog.attempts.cancel(analysis.id).state == "canceled"
    assert catalog.attempts.claim(analysis.id, "w2").refused == "done"
    assert not catalog.attempts.publish(analysis.id, 1, **FOUND)
    assert catalog.analyses.get(analysis.id).state == "canceled"


def test_cancel_is_idempotent_and_spares_what_is_finished(catalog: Catalog, analysis: Analysis) -> None:
    catalog.attempts.claim(analysis.id, "w1")
    catalog.attempts.publish(analysis.id, 1, **FOUND)
    assert catalog.attempts.cancel(analysis.id).state == "completed"
    assert catalog.attempts.cancel("nothing") is None


@pytest.mark.parametrize("end", ["cancel waiting", "cancel running", "fail", "trash"])
def test_a_run_that_ends_without_a_result_leaves_the_one_before(
    catalog: Catalog, analysis: Analysis, end: str
) -> None:
    number = catalog.attempts.claim(analysis.id, "w1").number
    assert catalog.attempts.publish(analysis.id, number, **{**FOUND, "deliveries": [PITCH]})
    before = catalog.analyses.get(analysis.id)
    catalog.analyses.set_options(analysis.id, {**before.options, "person": 1})
    assert catalog.attempts.requeue(analysis.id)
    if end != "cancel waiting":
        number = catalog.attempts.claim(analysis.id, "w2").number
    if end == "fail":
        assert catalog.attempts.fail(analysis.id, number, ERROR)
    elif end == "trash":
        catalog.trash.put(analysis.id)
        catalog.trash.restore(analysis.id)
    else:
        assert catalog.attempts.stop(analysis.id)[1]
    row = catalog.analyses.get(analysis.id)
    assert (row.state, row.progress, row.stage) == ("completed", 100.0, "")
    assert (row.result, row.files, row.options) == (before.result, before.files, before.options)
    assert len(catalog.analyses.deliveries(analysis.id)) == 1
    assert row.error == (ERROR if end == "fail" else None)
    # Whoever still works at it has no right any more, and the next run works.
    assert not catalog.attempts.publish(analysis.id, number, **FOUND)
    assert not catalog.attempts.beat(analysis.id, number)
    assert catalog.attempts.requeue(analysis.id)
    claim = catalog.attempts.claim(analysis.id, "w3")
    assert claim.spent == 1 and catalog.attempts.publish(analysis.id, claim.number, **FOUND)
    assert not catalog.attempts.stop(analysis.id)[1]


def test_a_deleted_analysis_takes_its_history_along(catalog: Catalog, analysis: Analysis) -> None:
    catalog.attempts.claim(analysis.id, "w1")
    assert catalog.analyses.delete(analysis.id)
    assert not catalog.analyses.delete(analysis.id)
    assert not catalog.attempts.publish(analysis.id, 1, **FOUND)
    assert catalog.attempts.claim(analysis.id, "w2").refused == "gone"
    assert catalog.attempts.of(analysis.id) == []


def test_waiting_is_in_order_of_priority_then_age(catalog: Catalog) -> None:
    first, second = create(catalog).id, create(catalog).id
    urgent, later = create(catalog, priority=5).id, create(catalog).id
    catalog.attempts.claim(later, "w1")
    catalog.attempts.postpone(later, 1, ERROR, delay_s=60)
    assert catalog.statistics.waiting_ids() == [urgent, first, second, later]
    assert catalog.statistics.waiting_ids(now=utcnow()) == [urgent, first, second]
    assert catalog.statistics.counts() == {"queued": 3, "retrying": 1}
    assert catalog.statistics.oldest_waiting() == catalog.analyses.get(first).queued_at


def test_typical_duration_is_measured_per_model(catalog: Catalog) -> None:
    assert catalog.statistics.typical_seconds("m") is None
    for size, seconds in (("m", 60), ("m", 80), ("xs", 4)):
        row = create(catalog, options={"model_size": size})
        catalog.attempts.claim(row.id, "w", now=utcnow() - timedelta(seconds=seconds))
        assert catalog.attempts.publish(row.id, 1, **FOUND)
    assert catalog.statistics.typical_seconds("m") == pytest.approx(70, abs=2)
    assert catalog.statistics.typical_seconds("xs") == pytest.approx(4, abs=2)
    assert catalog.statistics.typical_seconds("l") == pytest.approx(60, abs=2)


def test_estimates_are_compared_with_the_truth(catalog: Catalog) -> None:
    assert catalog.statistics.estimate_bias() == 1.0
    for _ in range(5):
        row = create(catalog)
        catalog.attempts.set_estimate(row.id, 10.0, 10.0)
        then = utcnow() - timedelta(seconds=30)
        catalog.database.transact(
            lambda s, i=row.id, t=then: s.execute(
                update(Analysis).where(Analysis.id == i).values(queued_at=t)
            )
        )
        catalog.attempts.claim(row.id, "w")
        catalog.attempts.publish(row.id, 1, **FOUND)
    assert catalog.statistics.estimate_bias() == pytest.approx(3.0, abs=0.3)


def test_null_is_null_and_not_json(catalog: Catalog, analysis: Analysis) -> None:
    with catalog.database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM analyses WHERE result IS NULL")) == 1
