"""Two releases at work on one queue: what passes between them is an id and a row, and both read both."""

from __future__ import annotations

import pytest

from shadow_trainer.catalog import counters
from shadow_trainer.errors import BadRequest
from shadow_trainer.jobs.attempt import retry_policy
from shadow_trainer.jobs.correction import redraw, remeasure
from shadow_trainer.jobs.maintenance import alerts, schedules
from shadow_trainer.jobs.pipeline.request import AnalysisRequest, NewerRelease
from shadow_trainer.jobs.queue import self_test_record
from shadow_trainer.jobs.redis import leader_lock
from shadow_trainer.settings import Settings
from tests.jobs.rig import Rig

# What the release before this one knows; it refuses any other name. Move with each release.
KNOWN_BEFORE = {"throws", "view", "model_size", "capture_fps", "height_m", "reference", "person", "level"}


def test_a_plain_request_is_readable_by_the_release_before() -> None:
    for request in (
        AnalysisRequest(),
        AnalysisRequest(throws="left", person=0, height_m=1.9, capture_fps=240),
    ):
        stored = request.as_stored()
        assert set(stored) <= KNOWN_BEFORE
        assert AnalysisRequest.from_stored(stored) == request


def test_every_option_that_is_used_is_stored() -> None:
    request = AnalysisRequest(start_s=1.0, end_s=4.0, turn_deg=90, person=0)
    assert request.as_stored().items() >= {"start_s": 1.0, "end_s": 4.0, "turn_deg": 90, "person": 0}.items()
    assert AnalysisRequest.from_stored(request.as_stored()) == request


def test_what_the_release_before_wrote_is_completed_by_defaults() -> None:
    assert AnalysisRequest.from_stored({"model_size": "s"}) == AnalysisRequest(model_size="s")


def test_options_of_the_release_after_are_passed_over_where_nobody_used_them() -> None:
    stored = {"throws": "left", "two_cameras": None, "warp": 0}
    assert AnalysisRequest.from_stored(stored) == AnalysisRequest(throws="left")


def test_an_option_of_the_release_after_waits_for_its_worker() -> None:
    with pytest.raises(NewerRelease, match="two_cameras") as error:
        AnalysisRequest.from_stored({"two_cameras": True})
    decision = retry_policy.decide(error.value, spent=1, batch=None, settings=Settings())
    assert decision.again and decision.delay_s >= 10
    # A person who asks for it by hand is told at once.
    with pytest.raises(BadRequest):
        AnalysisRequest.from_dict({"two_cameras": True})


def test_a_job_carries_its_id_and_nothing_else(rq_rig: Rig) -> None:
    film = rq_rig.send(do="work")
    job = rq_rig.jobs.queue("pose").fetch_job(film)
    assert (job.func_name, list(job.args), job.kwargs) == ("workers.tasks.run_analysis", [film], {})


def test_jobs_that_the_release_before_queued_are_worked(rq_rig: Rig) -> None:
    """With its own words for them: nothing here is taken from a constant of today."""
    film = rq_rig.add(do="work")
    queues = {name: rq_rig.jobs.queue(name) for name in ("pose", "batch", "maintenance")}
    queues["pose"].enqueue_call(
        "workers.tasks.run_analysis", args=(film,), job_id=film, timeout=30, result_ttl=60
    )
    queues["maintenance"].enqueue_call("workers.tasks.self_test", job_id="self-test", result_ttl=0)
    queues["batch"].enqueue_call(
        "workers.tasks.redraw_analysis",
        args=(film, "of-another-day"),
        job_id=f"redraw-{film}-1",
        result_ttl=60,
    )
    rq_rig.worker()
    rq_rig.until_state(film, "completed")
    rq_rig.until(lambda: self_test_record.last(rq_rig.catalog), "the self-test")
    rq_rig.until(lambda: queues["batch"].fetch_job(f"redraw-{film}-1").return_value(), "the drawing")
    assert queues["batch"].fetch_job(f"redraw-{film}-1").return_value() == {"drawn": False}
    result = queues["pose"].fetch_job(film).return_value()
    assert result == {"state": "completed", "attempt": 1}
    # Whoever reads it may be of another release: plain words, no class of ours.
    assert {type(value) for value in result.values()} == {str, int}


def test_names_that_are_stored_stay() -> None:
    names = {
        self_test_record.KEY: "self_test", self_test_record.JOB_ID: "self-test", alerts.PREFIX: "alert:",
        schedules.PREFIX: "schedule:", counters.NAME: "tally", leader_lock.LOCK_KEY: "shadow:clock:leader",
        redraw.DRAWN: "drawn.json", remeasure.REVISION: "revision", remeasure.MOVED: "moved_events",
    }  # fmt: skip
    assert [name for name, before in names.items() if name != before] == []
