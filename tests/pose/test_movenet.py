"""MoveNet Thunder: what its own runtime finds, on our skeleton, whoever runs it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from shadow_trainer.body.skeleton import INDEX, LANDMARKS, mirrored_name
from shadow_trainer.pose import movenet, roi
from shadow_trainer.pose.engine import CROP_PX, Engine

from .conftest import take

REFERENCE = json.loads((Path(__file__).parent / "data" / "thunder_reference.json").read_text())


@pytest.fixture(scope="module")
def crops(lefty: tuple) -> np.ndarray:
    """The crops that the reference was made from."""
    _, factory = lefty
    regions = np.array(REFERENCE["regions"])
    images = [frame.image for frame in take(factory(step=52), len(regions))]
    return roi.crops(images, regions, CROP_PX)


@pytest.mark.model
def test_keypoints_are_those_of_the_publishers_runtime(engine: Engine, crops: np.ndarray) -> None:
    expected = np.array(REFERENCE["keypoints"])
    keypoints = engine.keypoints(crops)
    assert np.abs(keypoints.points - expected[..., [1, 0]] * CROP_PX).max() < 0.01
    assert np.abs(keypoints.score - expected[..., 2]).max() < 1e-3


@pytest.mark.model
def test_a_mirrored_crop_gives_the_mirrored_body(engine: Engine, crops: np.ndarray) -> None:
    flipped = np.ascontiguousarray(crops[:, :, ::-1])
    direct = engine.keypoints(crops, mirrored=True)
    back = movenet.unmirror(engine.keypoints(flipped, mirrored=True), CROP_PX)
    assert np.abs(direct.points - back.points).max() < 1e-6
    assert np.abs(direct.score - back.score).max() < 1e-6


def heads(joints: dict[int, tuple[int, int]], size: int = 16) -> dict[str, np.ndarray]:
    """Heads of one crop where somebody in the middle has points at these (row, column)."""
    outputs = {
        "heatmap": np.full((1, 17, size, size), -9.0, np.float32),
        "center": np.full((1, 1, size, size), -9.0, np.float32),
        "regression": np.zeros((1, 34, size, size), np.float32),
        "offset": np.zeros((1, 34, size, size), np.float32),
    }
    outputs["center"][0, 0, size // 2, size // 2] = 5
    for joint, (row, column) in joints.items():
        outputs["heatmap"][0, joint, row, column] = 3
        outputs["regression"][0, 2 * joint : 2 * joint + 2] = np.reshape(
            (row - size // 2, column - size // 2), (2, 1, 1)
        )
    return outputs


def test_a_point_lies_at_its_peak_and_its_offset() -> None:
    outputs = heads({9: (3, 12)})
    outputs["offset"][0, 18:20, 3, 12] = (0.25, 0.5)  # y before x
    keypoints = movenet.decode(outputs, 160)
    assert keypoints.points[0, 9].tolist() == [125.0, 32.5]
    assert keypoints.score[0, 9] == pytest.approx(1 / (1 + np.exp(-3)))


def test_of_two_peaks_the_one_near_the_expected_place_is_taken() -> None:
    """The other one is a second person's."""
    outputs = heads({9: (3, 12)})
    outputs["heatmap"][0, 9, 14, 1] = 4
    assert movenet.decode(outputs, 160).points[0, 9].tolist() == [120.0, 30.0]


def test_of_two_people_the_one_in_the_middle_is_measured() -> None:
    outputs = heads({9: (3, 12)})
    outputs["center"][0, 0, 1, 1] = 6
    outputs["regression"][0, 18:20, 1, 1] = (12, 0)
    outputs["heatmap"][0, 9, 13, 1] = 3
    assert movenet.decode(outputs, 160).points[0, 9].tolist() == [120.0, 30.0]


def test_every_point_has_its_place_among_the_landmarks_and_its_mirror_image() -> None:
    assert [LANDMARKS[i] for i in movenet.LANDMARK] == list(movenet.COCO)
    assert [movenet.COCO[i] for i in movenet.MIRRORED] == [mirrored_name(name) for name in movenet.COCO]
    spread = movenet.to_landmarks(np.arange(17.0)[None])
    assert spread[0, INDEX["left_wrist"]] == movenet.COCO.index("left_wrist")
    assert np.isnan(spread[0, INDEX["left_heel"]]) and np.isfinite(spread).sum() == 17
