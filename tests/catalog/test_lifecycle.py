"""The state machine's promises: one owner at a time, published once, nothing written by the dead."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from shadow_trainer.catalog import Analysis, Catalog, utcnow
from tests.catalog.conftest import create

ERROR = {"code": "x", "message": "It broke.", "fix": "Mend it."}
FOUND = {"files": ["analysis.json"], "result": {"throws": "left"}, "warnings": [], "deliveries": []}
PITCH = {"index": 0, "start_s": 1.0, "end_s": 2.5, "summary": {"view": "open-side"}}


def test_an_attempt_claims_works_and_publishes(catalog: Catalog, analysis: Analysis) -> None:
    claim = catalog.claim(analysis.id, "w1")
    assert (claim.number, claim.spent, claim.refused) == (1, 1, "")
    assert catalog.advance(analysis.id, 1, "pose", 40.0)
    assert catalog.add_file(analysis.id, 1, "preview.mp4")
    row = catalog.get(analysis.id)
    assert (row.state, row.stage, row.progress, row.files) == ("processing", "pose", 40.0, ["preview.mp4"])
    assert catalog.publish(analysis.id, 1, **{**FOUND, "deliveries": [PITCH]})
    row = catalog.get(analysis.id)
    assert (row.state, row.progress, row.result) == ("completed", 100.0, {"throws": "left"})
    assert row.finished_at is not None and row.worker is None
    assert [(d.index, d.end_s) for d in catalog.deliveries(analysis.id)] == [(0, 2.5)]
    [attempt] = catalog.attempts(analysis.id)
    assert (attempt.outcome, attempt.worker, attempt.stage) == ("completed", "w1", "pose")


def test_publishing_again_changes_nothing(catalog: Catalog, analysis: Analysis) -> None:
    catalog.claim(analysis.id, "w1")
    assert catalog.publish(analysis.id, 1, **FOUND)
    assert catalog.publish(analysis.id, 1, **{**FOUND, "result": {"throws": "right"}})
    assert catalog.get(analysis.id).result == {"throws": "left"}


def test_only_one_of_many_claims_wins(catalog: Catalog, analysis: Analysis) -> None:
    barrier = threading.Barrier(6)

    def claim(number: int) -> str:
        barrier.wait()
        return catalog.claim(analysis.id, f"w{number}").refused

    with ThreadPoolExecutor(6) as pool:
        refused = sorted(pool.map(claim, range(6)))
    assert refused == ["", *["elsewhere"] * 5]
    assert len(catalog.attempts(analysis.id)) == 1


def test_a_dead_attempt_is_taken_over_and_can_write_no_more(catalog: Catalog, analysis: Analysis) -> None:
    catalog.claim(analysis.id, "w1")
    later = utcnow() + timedelta(seconds=catalog.lease_s + 1)
    claim = catalog.claim(analysis.id, "w2", now=later)
    assert (claim.number, claim.spent) == (2, 2)
    assert not catalog.is_current(analysis.id, 1)
    for refused in (
        catalog.beat(analysis.id, 1),
        catalog.advance(analysis.id, 1, "render", 99.0),
        catalog.add_file(analysis.id, 1, "x"),
        catalog.publish(analysis.id, 1, **FOUND),
        catalog.fail(analysis.id, 1, ERROR),
        catalog.postpone(analysis.id, 1, ERROR, delay_s=1),
        catalog.hand_back(analysis.id, 1),
    ):
        assert refused is False
    assert catalog.publish(analysis.id, 2, **FOUND)
    assert [a.outcome for a in catalog.attempts(analysis.id)] == ["lost", "completed"]


def test_a_lease_is_kept_by_its_heartbeat(catalog: Catalog, analysis: Analysis) -> None:
    catalog.claim(analysis.id, "w1", now=utcnow() - timedelta(seconds=catalog.lease_s * 2))
    assert catalog.beat(analysis.id, 1)
    assert catalog.claim(analysis.id, "w2").refused == "elsewhere"


def test_a_postponed_attempt_is_spent_and_a_handed_back_one_is_not(
    catalog: Catalog, analysis: Analysis
) -> None:
    catalog.claim(analysis.id, "w1")
    assert catalog.hand_back(analysis.id, 1)
    assert catalog.get(analysis.id).state == "queued"
    assert catalog.claim(analysis.id, "w1").spent == 1
    assert catalog.postpone(analysis.id, 2, ERROR, delay_s=30, batch_limit=4)
    row = catalog.get(analysis.id)
    assert (row.state, row.error, row.batch_limit) == ("retrying", ERROR, 4)
    assert row.not_before > utcnow() + timedelta(seconds=25)
    assert catalog.claim(analysis.id, "w1").spent == 2
    outcomes = [(a.outcome, a.counted) for a in catalog.attempts(analysis.id)]
    assert outcomes == [("handed_back", False), ("retrying", True), ("", True)]


def test_a_requeue_restores_the_attempts(catalog: Catalog, analysis: Analysis) -> None:
    catalog.claim(analysis.id, "w1")
    assert not catalog.requeue(analysis.id)
    assert catalog.fail(analysis.id, 1, ERROR)
    assert catalog.get(analysis.id).error == ERROR
    assert catalog.requeue(analysis.id)
    row = catalog.get(analysis.id)
    assert (row.state, row.error, row.finished_at) == ("queued", None, None)
    claim = catalog.claim(analysis.id, "w1")
    assert (claim.number, claim.spent) == (2, 1)


@pytest.mark.parametrize("at", ["queued", "processing", "retrying"])
def test_cancel_works_from_every_active_state(catalog: Catalog, analysis: Analysis, at: str) -> None:
    if at != "queued":
        catalog.claim(analysis.id, "w1")
    if at == "retrying":
        catalog.postpone(analysis.id, 1, ERROR, delay_s=1)
    assert catalog.cancel(analysis.id).state == "canceled"
    assert catalog.claim(analysis.id, "w2").refused == "done"
    assert not catalog.publish(analysis.id, 1, **FOUND)
    assert catalog.get(analysis.id).state == "canceled"


def test_cancel_is_idempotent_and_spares_what_is_finished(catalog: Catalog, analysis: Analysis) -> None:
    catalog.claim(analysis.id, "w1")
    catalog.publish(analysis.id, 1, **FOUND)
    assert catalog.cancel(analysis.id).state == "completed"
    assert catalog.cancel("nothing") is None


def test_a_deleted_analysis_takes_its_history_along(catalog: Catalog, analysis: Analysis) -> None:
    catalog.claim(analysis.id, "w1")
    assert catalog.delete_analysis(analysis.id)
    assert not catalog.delete_analysis(analysis.id)
    assert not catalog.publish(analysis.id, 1, **FOUND)
    assert catalog.claim(analysis.id, "w2").refused == "gone"
    assert catalog.attempts(analysis.id) == []


def test_waiting_is_in_order_of_priority_then_age(catalog: Catalog) -> None:
    first, second = create(catalog).id, create(catalog).id
    urgent, later = create(catalog, priority=5).id, create(catalog).id
    catalog.claim(later, "w1")
    catalog.postpone(later, 1, ERROR, delay_s=60)
    assert catalog.waiting_ids() == [urgent, first, second, later]
    assert catalog.waiting_ids(now=utcnow()) == [urgent, first, second]
    assert catalog.counts() == {"queued": 3, "retrying": 1}
    assert catalog.oldest_waiting() == catalog.get(first).queued_at


def test_typical_duration_is_measured_per_model(catalog: Catalog) -> None:
    assert catalog.typical_seconds("m") is None
    for size, seconds in (("m", 60), ("m", 80), ("xs", 4)):
        row = create(catalog, options={"model_size": size})
        catalog.claim(row.id, "w", now=utcnow() - timedelta(seconds=seconds))
        assert catalog.publish(row.id, 1, **FOUND)
    assert catalog.typical_seconds("m") == pytest.approx(70, abs=2)
    assert catalog.typical_seconds("xs") == pytest.approx(4, abs=2)
    assert catalog.typical_seconds("l") == pytest.approx(60, abs=2)


def test_estimates_are_compared_with_the_truth(catalog: Catalog) -> None:
    assert catalog.estimate_bias() == 1.0
    for _ in range(5):
        row = create(catalog)
        catalog.set_estimate(row.id, 10.0, 10.0)
        then = utcnow() - timedelta(seconds=30)
        catalog.transact(
            lambda s, i=row.id, t=then: s.execute(
                update(Analysis).where(Analysis.id == i).values(queued_at=t)
            )
        )
        catalog.claim(row.id, "w")
        catalog.publish(row.id, 1, **FOUND)
    assert catalog.estimate_bias() == pytest.approx(3.0, abs=0.3)


def test_null_is_null_and_not_json(catalog: Catalog, analysis: Analysis) -> None:
    with catalog.read() as session:
        assert session.scalar(text("SELECT count(*) FROM analyses WHERE result IS NULL")) == 1
