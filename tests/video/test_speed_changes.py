"""A film that changes its speed without a cut says so, and nobody is followed across the change."""

from __future__ import annotations

import numpy as np
import pytest

from shadow_trainer import video
from shadow_trainer.video.held_pictures import Changes
from shadow_trainer.video.speed_changes import find_speed_changes
from tests import shared

from .test_held_pictures import HOLD, film


def changes_of(path) -> tuple[list[int], video.VideoInfo]:  # noqa: ANN001
    info, changes = video.probe(path), Changes()
    for row, _, frame in video.decode.raw_frames(path, info):
        changes.step(row, frame)
    times = video.frame_times(path, info)
    stills = changes.find(times)
    rows = changes.speeds(stills, times)
    return list(rows), video.cut_out(path, info, stills, rows)


def way(*parts: tuple[int, float]) -> list[float]:
    """Steps of a body that goes so many frames at each of several speeds."""
    return np.cumsum(np.concatenate([np.full(count, speed) for count, speed in parts])).tolist()


FILMS = {
    "a phone's slow motion in the middle": (way((20, 1.6), (30, 0.2), (6, 1.6)), [20, 50]),
    "slow motion that sets in": (way((40, 2.0), (60, 0.4)), [40]),
    "a fast end": (way((50, 0.4), (30, 1.6)), [50]),
    "a hurried middle": (way((40, 0.2), (12, 2.5), (40, 0.2)), [40, 52]),
}


@pytest.mark.parametrize("name", FILMS)
def test_a_change_of_speed_is_found_and_said(tmp_path, name) -> None:
    steps, expected = FILMS[name]
    rows, info = changes_of(film(tmp_path / "a.mp4", steps, codec_options={"crf": "8"}))
    assert len(rows) == len(expected)
    assert np.abs(np.array(rows) - expected).max() <= 1
    assert info.stretches_s == pytest.approx([row / 30 for row in rows])
    slower = [ratio < 1 for _, ratio in info.speed_changes]
    speeds = [steps[1] - steps[0]] + [steps[row + 3] - steps[row + 2] for row in expected]
    assert slower == [after < before for before, after in zip(speeds, speeds[1:], strict=False)]
    assert info.is_slow(rows[0] / 30 - 0.1) is not slower[0] and info.is_slow(rows[0] / 30 + 0.1) is slower[0]
    (said,) = info.warnings
    assert said["code"] == "speed_changes" and f"{rows[0] / 30:.2f} s" in said["message"]
    assert video.VideoInfo.from_dict(info.as_dict()) == info


SOFT = np.cumsum(
    np.concatenate([np.full(30, 0.3), np.linspace(0.3, 3, 14), np.linspace(3, 0.3, 14), np.full(30, 0.3)])
)


@pytest.mark.parametrize(
    "steps", [way((100, 1.0)), SOFT.tolist(), [0.0] * 50 + way((50, 1.0)), HOLD], ids=["even", "soft", "sets off", "hold"]
)  # fmt: skip
def test_what_grows_over_several_frames_or_begins_from_rest_is_no_change_of_speed(tmp_path, steps) -> None:
    rows, info = changes_of(film(tmp_path / "a.mp4", steps, codec_options={"crf": "8"}))
    assert rows == [] and info.speed_changes == ()


def test_repeated_frames_do_not_hide_a_change_of_speed() -> None:
    new = np.concatenate([np.full(40, 4.0), np.full(40, 0.8)]) + np.tile([0.0, 0.1], 40)
    mean = np.insert(new, np.arange(4, 80, 4), 0.01)
    (row,) = find_speed_changes(mean)
    assert mean[row] < 1.0 < mean[row - 2]


@pytest.mark.parametrize("name", ["sample_lefty.mp4", "sample_righty_rear.mp4"])
def test_the_samples_change_their_speed_nowhere(samples, name) -> None:
    """The left-hander is braked fast as he ends his follow-through."""
    assert changes_of(samples / name)[0] == []


def test_a_reported_ramp_is_found() -> None:
    rows, info = changes_of(shared.case("film_mixed_speed", "v1_ramp_mid.mp4"))
    assert rows == [37, 181]
    assert "speed_changes" in [warning["code"] for warning in info.warnings]
