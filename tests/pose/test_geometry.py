"""Regions, crops, heatmaps and tiles: where a thing is said to be is where it is."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

from shadow_trainer.pose import roi
from shadow_trainer.pose.convert import onnx_export
from shadow_trainer.pose.convert.from_tflite import _Builder
from shadow_trainer.pose.convert.graph import Graph, Node
from shadow_trainer.pose.convert.tflite import Operator, TfliteModel
from shadow_trainer.pose.heatmap_refine import refine
from shadow_trainer.pose.tracking import detector

regions = st.tuples(st.floats(200, 440), st.floats(150, 330), st.floats(120, 500), st.floats(-3.1, 3.1)).map(
    np.array
)


@settings(max_examples=25)
@given(regions, st.integers(20, 235), st.integers(20, 235))
def test_a_dot_in_the_crop_comes_from_where_we_say(region: np.ndarray, x: int, y: int) -> None:
    where = roi.to_frame(np.array([[[x, y]]], float), region[None], 256)[0, 0]
    yy, xx = np.mgrid[0:480, 0:640] + 0.5
    spread = max(region[2] / 256, 1.0) * 3
    picture = 250 * np.exp(-((xx - where[0]) ** 2 + (yy - where[1]) ** 2) / (2 * spread**2))
    if not (30 < where[0] < 610 and 30 < where[1] < 450):
        return
    cut = roi.crop(np.repeat(picture[..., None], 3, -1).astype(np.uint8), region, 256)[..., 0].astype(float)
    vv, uu = np.mgrid[0:256, 0:256] + 0.5
    near = (np.abs(uu - x) < 15) & (np.abs(vv - y) < 15)
    weight = cut * near
    assert abs((weight * uu).sum() / weight.sum() - x) < 1.0
    assert abs((weight * vv).sum() / weight.sum() - y) < 1.0


@given(st.floats(-3.1, 3.1), st.floats(20, 300))
def test_the_region_of_an_upright_body_turned_by_an_angle_has_that_angle(angle: float, length: float) -> None:
    hip = np.array([[100.0, 100.0]])
    above = hip + length * np.array([[np.sin(angle), -np.cos(angle)]])
    region = roi.from_points(hip, above)[0]
    assert region[2] == pytest.approx(2.5 * length)
    assert np.angle(np.exp(1j * (region[3] - angle))) == pytest.approx(0, abs=1e-6)


@given(st.floats(30, 220), st.floats(30, 220))
def test_refinement_moves_a_near_guess_to_the_peak(x: float, y: float) -> None:
    rows, columns = np.mgrid[0:64, 0:64]
    peak = 12 - 0.5 * ((columns - x / 4) ** 2 + (rows - y / 4) ** 2) * 3
    guess = np.array([[[x + 4.0, y - 3.0]]])
    points, height = refine(guess, peak[None, None], 256)
    refined = points[0, 0]
    assert 10 < height[0, 0] <= 12
    assert np.hypot(*(refined - (x, y))) < 2.0 < np.hypot(4, 3)


def test_refinement_leaves_points_without_a_peak_or_outside() -> None:
    guess = np.array([[[100.0, 100.0], [-20.0, 100.0], [300.0, 50.0]]])
    assert np.array_equal(refine(guess, np.full((1, 3, 64, 64), -9.0), 256)[0], guess)
    moved, peak = refine(guess, np.full((1, 3, 64, 64), 9.0), 256)
    assert peak.tolist() == [[9.0, -12.0, -12.0]]
    assert np.array_equal(moved[0, 1:], guess[0, 1:])


@given(st.integers(64, 2000), st.integers(64, 2000), st.floats(0.3, 1.0))
def test_tiles_cover_the_picture_and_overlap(width: int, height: int, share: float) -> None:
    side = max(32, int(min(width, height) * share))
    squares = detector.tiles(width, height, side)
    for axis, length in ((0, width), (1, height)):
        starts = sorted({square[axis] for square in squares})
        assert starts[0] == 0 and starts[-1] + side >= length
        gaps = np.diff(starts)
        assert len(gaps) == 0 or gaps.max() <= side * (1 - detector.OVERLAP) + 1


def test_there_is_an_anchor_for_every_detector_row() -> None:
    assert detector.anchors().shape == (2254, 2)
    assert detector.anchors().min() > 0 and detector.anchors().max() < 1


def test_findings_of_one_person_merge_and_neighbours_do_not() -> None:
    rois = np.array([[100, 100, 200, 3.1], [104, 98, 210, -3.1], [180, 100, 200, 0], [100, 100, 60, 0.0]])
    people = detector.merge(rois, np.array([0.9, 0.8, 0.7, 0.6]))
    assert len(people) == 3
    assert abs(abs(people.rois[0][3]) - np.pi) < 0.1


@given(st.integers(1, 200), st.integers(1, 7), st.integers(1, 3))
def test_same_padding_gives_the_size_that_tensorflow_gives(size: int, kernel: int, stride: int) -> None:
    model = TfliteModel((), {0: (1, size, size, 1)}, {}, {}, (0,), ())
    operator = Operator("CONV_2D", (0,), (1,), {"padding": 0, "stride_w": stride, "stride_h": stride})
    left, right, top, bottom = _Builder(model)._padding(operator, [kernel, kernel])
    assert (size + left + right - kernel) // stride + 1 == -(-size // stride)
    assert 0 <= right - left <= 1 and (left, right) == (top, bottom)


def test_depth_to_space_is_in_tflite_order() -> None:
    graph = Graph((Node("depth_to_space", "d", ("x",), {"block": 2}),), {"y": "d"}, (8, 1, 1))
    model = onnx_export.export(graph, save({}), "none.safetensors", scale=1.0, shift=0.0)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (value,) = session.run(None, {onnx_export.INPUT: np.arange(8, dtype=np.uint8).reshape(1, 1, 1, 8)})
    # 2x2 blocks of depth 2: DCR puts depth innermost.
    assert value[0].tolist() == [[[0, 2], [4, 6]], [[1, 3], [5, 7]]]


def test_parts_of_a_body_are_left_out_and_people_behind_are_kept() -> None:
    rois = np.array([[500, 400, 400, 0], [560, 300, 200, 0.5], [480, 350, 120, 0], [900, 400, 100, 0.0]])
    people = detector.without_parts(detector.Detections(rois, np.array([0.95, 0.6, 0.93, 0.55])))
    assert people.rois[:, 2].tolist() == [400, 120, 100]
