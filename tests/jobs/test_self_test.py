"""The self-test's promises, in both back ends: it is really made, and a failure is seen by everyone."""

from __future__ import annotations

import json

import pytest

from shadow_trainer.errors import Unavailable
from shadow_trainer.jobs.maintenance import alerts, self_test
from shadow_trainer.jobs.queue import self_test_record
from tests.jobs.rig import PATIENCE_S, Rig


def test_it_passes_and_leaves_nothing_behind(rig: Rig) -> None:
    record = self_test.make(rig.jobs, patience_s=PATIENCE_S)
    assert record["ok"] and record["error"] is None and record["worker"]
    assert rig.jobs.ready()["self_test"] == ""
    rig.until(lambda: rig.work_left() == [], "its folder to go")
    assert rig.catalog.analyses.page() == []


def test_a_failure_is_not_ready_raises_an_alert_and_ends_with_the_next_that_passes(rig: Rig) -> None:
    script = rig.data / "self_test.json"
    script.write_text(json.dumps({"do": "flaky", "times": 1}))
    (rig.data / "runs.log").unlink(missing_ok=True)
    record = self_test.make(rig.jobs, patience_s=PATIENCE_S)
    assert not record["ok"] and record["error"]["code"] == "unavailable"
    assert "self-test" in rig.jobs.ready()["self_test"]
    assert [a.firing for a in alerts.conditions(rig.jobs) if a.name == "self_test"] == [True]
    # It is not tried again by itself: that would hide it.
    rig.until_state(rig.send(do="work"), "completed")
    assert self_test_record.last(rig.catalog) == record
    script.unlink()
    assert self_test.make(rig.jobs, patience_s=PATIENCE_S)["ok"]
    assert rig.jobs.ready()["self_test"] == ""


@pytest.mark.parametrize("releases", [[], [0.94], [1.97, 2.6]])
def test_a_known_film_that_is_measured_wrongly_fails_it(releases: list[float]) -> None:
    self_test.judge({"deliveries": [{"events": {"release": {"time_s": 1.97}}}]})
    with pytest.raises(self_test_record.SelfTestFailed):
        self_test.judge({"deliveries": [{"events": {"release": {"time_s": at}}} for at in releases]})


def test_without_a_worker_it_is_not_waited_for(rq_rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unavailable, match="No worker is running") as error:
        self_test.make(rq_rig.jobs)
    monkeypatch.setattr(rq_rig.jobs, "worker_count", lambda: 1)
    with pytest.raises(Unavailable, match="within 0.2 s"):
        self_test.make(rq_rig.jobs, patience_s=0.2)
    assert error.value.code == "no_self_test" and "worker" in error.value.fix


def test_a_coach_s_film_is_not_kept_waiting_by_it(rig: Rig) -> None:
    film = rig.send(do="work", seconds=0.5)
    self_test.request(rig.jobs)
    self_test.request(rig.jobs)
    second = rig.send(do="work")
    for each in (film, second):
        rig.until_state(each, "completed")
