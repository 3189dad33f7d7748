"""What a coach says is a pitch, as an option: checked once, kept by the catalog, and known to the release before."""

from __future__ import annotations

from typing import Any

import pytest

from shadow_trainer.errors import BadRequest
from shadow_trainer.jobs.pipeline import verdicts
from shadow_trainer.jobs.pipeline.request import AnalysisRequest
from shadow_trainer.vocabulary import Verdict

SAID = [{"at_s": 4.0, "verdict": "no_pitch"}, {"at_s": 1.93, "verdict": "release", "person": 2}]


def test_verdicts_survive_the_catalog_in_the_order_of_time() -> None:
    request = AnalysisRequest(verdicts=SAID)  # type: ignore[arg-type]
    stored = request.as_stored()
    assert [one["at_s"] for one in stored["verdicts"]] == [1.93, 4.0]  # type: ignore[attr-defined]
    assert AnalysisRequest.from_stored(stored) == request


def test_without_a_verdict_the_catalog_is_told_nothing_that_the_release_before_does_not_know() -> None:
    assert "verdicts" not in AnalysisRequest().as_stored()
    assert AnalysisRequest(person=0).as_stored()["person"] == 0


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("release", "bad_verdicts"),
        ([{"verdict": "release"}], "bad_release"),
        ([{"at_s": -1.0, "verdict": "release"}], "bad_release"),
        ([{"at_s": float("nan"), "verdict": "release"}], "bad_release"),
        ([{"at_s": True, "verdict": "release"}], "bad_release"),
        ([{"at_s": 1.0, "verdict": "perhaps"}], "bad_verdicts"),
        ([{"at_s": 1.0, "verdict": "release", "person": -1}], "bad_person"),
        ([{"at_s": 1.0, "verdict": "release", "who": 1}], "bad_verdicts"),
        ([{"at_s": 1.0, "verdict": "release"}] * 201, "bad_verdicts"),
    ],
)
def test_what_is_no_verdict_is_refused_with_what_to_do(given: Any, code: str) -> None:
    with pytest.raises(BadRequest) as refused:
        AnalysisRequest(verdicts=given)
    assert refused.value.code == code


def test_a_new_word_takes_the_place_of_the_old_one_at_that_moment() -> None:
    kept = verdicts.changed(SAID, 1.95, Verdict.NO_PITCH, None, 0.75)
    assert [(one["at_s"], one["verdict"]) for one in kept] == [(1.95, "no_pitch"), (4.0, "no_pitch")]
    assert [one["at_s"] for one in verdicts.changed(SAID, 1.95, None, None, 0.75)] == [4.0]
