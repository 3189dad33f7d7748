"""The time that is left, as it is said, beside the time that then passed: on runs whose cost is made up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shadow_trainer.jobs.attempt import time_left
from shadow_trainer.jobs.attempt.time_left import Now, Past

STAGES = ("probe", "preview", "scan", "pose", "motion", "analyse", "report")
# Seconds for each frame of the video, and a part that no frame counts for, of a fast and of a slow machine.
costs = st.fixed_dictionaries({name: st.floats(0.001, 0.3) for name in STAGES})
COUNTED = {"preview", "pose"}  # stages that tell their frames


def made(cost: dict[str, float], frames: int, slower: float = 1.0) -> Past:
    seconds = {name: slower * cost[name] * frames for name in STAGES}
    return Past(frames, seconds, {name: frames if name in COUNTED else 1 for name in STAGES})


@given(costs, st.lists(st.tuples(st.integers(30, 5000), st.floats(0.9, 1.1)), min_size=1, max_size=9),
       st.integers(30, 5000), st.sampled_from(STAGES), st.floats(0, 1))  # fmt: skip
def test_what_was_said_came(
    cost: dict[str, float], before: list[tuple[int, float]], frames: int, stage: str, part: float
) -> None:
    """Of a video of any length, at any moment: within the tenth by which runs differ."""
    past = [made(cost, number, slower) for number, slower in before]
    total = frames if stage in COUNTED else 1
    done = round(part * total) if stage in COUNTED else 0
    truth = made(cost, frames).seconds
    came = truth[stage] * (1 - done / total) + sum(truth[s] for s in STAGES[STAGES.index(stage) + 1 :])
    said = time_left.remaining_s(past, STAGES, Now(stage, done, total, frames))
    assert said is not None and said == pytest.approx(came, rel=0.1001, abs=1e-6)


@given(costs, st.integers(30, 5000))
def test_it_falls_to_nothing_without_a_jump_up(cost: dict[str, float], frames: int) -> None:
    past, said = [made(cost, 300), made(cost, 900)], []
    for stage in STAGES:
        total = frames if stage in COUNTED else 1
        said += [
            time_left.remaining_s(past, STAGES, Now(stage, done, total, frames))
            for done in (0, total // 2, total)
        ]
    assert all(later <= sooner + 1e-6 for sooner, later in zip(said, said[1:], strict=False))
    assert said[-1] == pytest.approx(0, abs=1e-9)


def test_a_short_part_of_a_long_video_is_told_by_its_own_frames() -> None:
    """Pose is measured around the pitch alone; how many frames that is shows when it begins."""
    past = [Past(1000, {"pose": 20.0}, {"pose": 200})]
    assert time_left.remaining_s(past, ("pose",), Now("pose", 50, 100, 9000)) == pytest.approx(5.0)


def result(device: str, seconds: float) -> dict[str, Any]:
    return {"device": device, "timings_s": {"pose": seconds}, "video": {"frame_count": 100}}


def test_only_runs_of_the_same_model_and_device_count() -> None:
    rows = [("m", result("cuda", 1.0)), ("s", result("cpu", 9.0)), ("m", result("cpu", 30.0))]
    assert [run.seconds["pose"] for run in time_left.of_results(rows, "m")] == [1.0]
    assert [run.seconds["pose"] for run in time_left.of_results(rows, "s")] == [9.0]
    # A model that was never used here: better another's time than none.
    assert [run.seconds["pose"] for run in time_left.of_results(rows, "l")] == [1.0]
    assert (
        time_left.of_results([("m", {})], "m") == []
        and time_left.remaining_s([], STAGES, Now("pose")) is None
    )


def test_runs_of_the_release_before_count_too() -> None:
    """They have no steps, no device, and a stage that is none any more."""
    rows = [("m", {"timings_s": {"pose": 10.0, "render": 50.0}, "video": {"frame_count": 100}})]
    assert time_left.remaining_s(
        time_left.of_results(rows, "m"), STAGES, Now("probe", frames=200)
    ) == pytest.approx(20.0)


@given(costs)
def test_shares_are_parts_of_one(cost: dict[str, float]) -> None:
    shares = time_left.shares([made(cost, 100)], STAGES)
    assert sum(shares.values()) == pytest.approx(1.0) and list(shares) == list(STAGES)
    assert time_left.shares([], STAGES) == {}
