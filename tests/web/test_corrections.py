"""A correction belongs to the run and the correction that it began with, on any number of web machines."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from shadow_trainer.jobs.correction import remeasure
from shadow_trainer.services import open_services
from tests.web.conftest import SampleAnalyses
from tests.web.test_events import measured, send, stored  # noqa: F401 - the fixture is used by name


def run_again(analyses: SampleAnalyses, analysis_id: str) -> None:
    """A whole new run: its files, then its row."""
    assert analyses.catalog.attempts.requeue(analysis_id)
    number = analyses.catalog.attempts.claim(analysis_id, "w2").number
    document = stored(analyses, analysis_id) | {"made_by": "the new run"}
    analyses.storage.put(f"analyses/{analysis_id}/analysis.json", io.BytesIO(json.dumps(document).encode()))
    files = analyses.catalog.analyses.get(analysis_id).files
    assert analyses.catalog.attempts.publish(
        analysis_id, number, files=files, result={"made_by": "the new run"}, warnings=[], deliveries=[]
    )


@pytest.mark.parametrize("when", ["before it is measured", "before it is published"])
def test_a_correction_that_began_before_a_new_run_changes_nothing_of_it(
    client: FlaskClient, analyses: SampleAnalyses, measured: str, monkeypatch: pytest.MonkeyPatch, when: str  # noqa: F811
) -> None:  # fmt: skip
    release = stored(analyses, measured)["deliveries"][0]["events"]["release"]["time_s"]
    real = remeasure.in_child

    def meanwhile(*arguments: Any) -> dict[str, Any]:
        if when == "before it is measured":
            run_again(analyses, measured)
            return real(*arguments)
        answer = real(*arguments)
        run_again(analyses, measured)
        return answer

    monkeypatch.setattr(remeasure, "in_child", meanwhile)
    response = send(client, measured, delivery=0, events={"release": release + 0.01})
    assert (response.status_code, response.get_json()["code"]) == (409, "run_again_meanwhile")
    assert stored(analyses, measured)["made_by"] == "the new run"
    assert "moved_events" not in stored(analyses, measured)
    row = analyses.catalog.analyses.get(measured)
    assert (
        row.result == {"made_by": "the new run", "options": {}}
        and analyses.catalog.analyses.deliveries(measured) == []
    )


def test_a_correction_that_another_machine_overtakes_begins_again_and_both_are_kept(
    client: FlaskClient, analyses: SampleAnalyses, measured: str, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    events = stored(analyses, measured)["deliveries"][0]["events"]
    moved = {name: round(events[name]["time_s"] - 0.02, 4) for name in ("leg_lift", "foot_contact")}
    real, calls = remeasure.in_child, []

    def meanwhile(*arguments: Any) -> dict[str, Any]:
        calls.append(arguments)
        answer = real(*arguments)
        if len(calls) == 1:  # the other machine is faster
            theirs = remeasure.Change(moved={"0": {"leg_lift": moved["leg_lift"]}})
            services = open_services(client.application.extensions["shadow"].settings)
            remeasure._apply_once(services, measured, lambda: theirs)
        return answer

    monkeypatch.setattr(remeasure, "in_child", meanwhile)
    response = send(client, measured, delivery=0, events={"foot_contact": moved["foot_contact"]})
    assert response.status_code == 200, response.text
    assert stored(analyses, measured)["moved_events"] == {"0": moved}


def test_what_the_release_before_corrected_can_be_corrected_again(
    client: FlaskClient, analyses: SampleAnalyses, measured: str  # noqa: F811
) -> None:  # fmt: skip
    """It wrote a revision into analysis.json and none into the row."""
    events = stored(analyses, measured)["deliveries"][0]["events"]
    moved = {name: round(events[name]["time_s"] - 0.02, 4) for name in ("leg_lift", "foot_contact")}
    before = stored(analyses, measured) | {
        "revision": "0123456789ab",
        "moved_events": {"0": {"leg_lift": moved["leg_lift"]}},
    }
    analyses.storage.put(f"analyses/{measured}/analysis.json", io.BytesIO(json.dumps(before).encode()))
    response = send(client, measured, delivery=0, events={"foot_contact": moved["foot_contact"]})
    assert response.status_code == 200, response.text
    after = stored(analyses, measured)
    assert after["moved_events"] == {"0": moved}
    assert after["revision"] == analyses.catalog.analyses.get(measured).revision != "0123456789ab"
