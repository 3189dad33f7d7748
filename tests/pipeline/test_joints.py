"""Steps in which joints are set by hand: checked, undone and done again, and put on the rows of a track."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shadow_trainer.body.skeleton import INDEX, JOINTS
from shadow_trainer.errors import BadRequest, Conflict
from shadow_trainer.jobs.correction import resolve
from shadow_trainer.jobs.pipeline import joint_rows, joints
from shadow_trainer.jobs.pipeline.joints import JointEdit
from shadow_trainer.jobs.pipeline.request import AnalysisRequest
from shadow_trainer.pose.raw_track import RawTrack

STEP = JointEdit("set", "right_wrist", 1.0, 100.0, 50.0, by="Ana", done_at="2026-01-01T00:00:00+00:00")
WRIST = INDEX["right_wrist"]


def track(frames: int = 60, windows: int = 1) -> RawTrack:
    empty = RawTrack.empty(np.arange(frames) / 30)
    return empty.with_(
        window_id=np.repeat(np.arange(windows), frames // windows).astype(np.int32),
        measured=np.ones(frames, bool),
    )


def put(*steps: JointEdit, scale: float = 1.0, of: RawTrack | None = None, who: int = 0):
    of = of or track()
    return joint_rows.rows_of(steps, of, scale, np.full(len(of), who))


@given(st.lists(st.sampled_from(["step", "undo", "redo"]), max_size=25))
@settings(max_examples=60, deadline=None)
def test_undo_and_redo_walk_along_the_steps_that_were_made(presses: list[str]) -> None:
    steps: list[JointEdit] = []
    held: list[float] = []
    gone: list[float] = []
    for number, press in enumerate(presses):
        if press == "step":
            steps = joints.with_steps(steps, [replace(STEP, at_s=float(number))])
            held, gone = [*held, float(number)], []
        elif press == "undo" and held:
            steps, gone, held = joints.undone(steps), [held[-1], *gone], held[:-1]
        elif press == "redo" and gone:
            steps, held, gone = joints.redone(steps), [*held, gone[0]], gone[1:]
        assert [one.at_s for one in joints.in_force(steps)] == held
        assert [one.at_s for one in steps] == held + gone
        assert joints.read(joints.checked([one.as_dict() for one in steps])) == steps


def test_every_joint_of_the_body_can_be_set() -> None:
    assert joints.SETTABLE == JOINTS


def test_nothing_is_left_to_undo_or_to_do_again() -> None:
    with pytest.raises(Conflict, match="nothing left to undo"):
        joints.undone([replace(STEP, undone=True)])
    with pytest.raises(Conflict, match="nothing to do again"):
        joints.redone([STEP])


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "nudge"}, {"joint": "right_thumb"}, {"joint": "arms"}, {"at_s": -1.0}, {"at_s": True}, {"x": None},
        {"y": float("nan")}, {"sigma_px": 0.0}, {"to_s": 0.5}, {"person": -1}, {"color": "red"}, {"kind": "exchange"},
    ],
)  # fmt: skip
def test_what_is_no_step_is_refused(wrong: dict) -> None:
    with pytest.raises(BadRequest) as refused:
        joints.checked([{**STEP.as_dict(), **wrong}])
    assert refused.value.code == "bad_joints" and refused.value.fix


def test_the_option_travels_with_the_analysis_and_a_release_before_meets_it_only_where_it_was_used() -> None:
    assert "joints" not in AnalysisRequest().as_stored()
    stored = AnalysisRequest(joints=[STEP.as_dict()]).as_stored()
    assert joints.read(AnalysisRequest.from_stored(stored).joints) == [STEP]


def test_the_last_step_of_a_frame_and_joint_holds() -> None:
    out = put(STEP, replace(STEP, x=110.0, sigma_px=2.0), replace(STEP, joint="left_knee"))
    assert tuple(out.px[30, WRIST]) == (110.0, 50.0) and out.sigma_px[30, WRIST] == 2.0
    assert out.is_set.sum() == 2
    assert not put(STEP, replace(STEP, kind="free")).is_set.any()
    hidden = put(STEP, replace(STEP, kind="hidden"))
    assert hidden.hidden[30, WRIST] and not hidden.is_set.any()
    assert put(replace(STEP, undone=True)) is None


def test_times_are_those_of_the_videos_own_clock() -> None:
    assert np.flatnonzero(put(replace(STEP, at_s=4.0), scale=0.25).is_set.any(1)).tolist() == [30]


def test_sides_exchanged_twice_are_as_they_were() -> None:
    swap = JointEdit("exchange", "arms", 0.5, to_s=0.7)
    assert np.flatnonzero(put(swap).exchanged[:, 1]).tolist() == list(range(15, 22))
    assert not put(swap, swap).exchanged.any()


def test_a_joint_of_somebody_else_is_not_put_on_the_athlete() -> None:
    assert put(replace(STEP, person=1), who=0) is None
    assert put(replace(STEP, person=1), who=1) is not None


def test_a_frame_that_repeats_another_stands_for_it() -> None:
    repeats = np.zeros(60, bool)
    repeats[30] = True
    assert np.flatnonzero(put(STEP, of=track().with_(repeated=repeats)).is_set.any(1)).tolist() == [29]


def test_only_the_windows_of_the_steps_are_solved_and_those_that_the_pipeline_solved_with_some() -> None:
    of, solved = track(60, windows=3), {"time_scale": 1.0}
    assert resolve.windows(of, [STEP], solved) == [1]
    assert resolve.windows(of, [replace(STEP, undone=True)], solved) == []
    assert resolve.windows(of, [STEP], {**solved, "joints_at_s": [1.9]}) == [1, 2]
