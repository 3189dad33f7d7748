"""C3D files that disagree with themselves: the parameters win over the head, and every group that goes on is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ezc3d
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shadow_trainer.body.skeleton import LANDMARKS
from shadow_trainer.errors import BadRequest
from shadow_trainer.pitching import importers
from shadow_trainer.pitching.importers.c3d_file import read_c3d
from shadow_trainer.pitching.importers.c3d_parameters import Words

from . import motion_files
from .c3d_writer import DEC, INTEL, MIPS, C3d

WORLD = motion_files.pitch().world_m * 1000.0


def file_of(folder: Path, **fields: Any) -> Path:
    path = folder / "lab.c3d"
    path.write_bytes(C3d(**{"points": WORLD, "labels": LANDMARKS, **fields}).written())
    return path


# Head and parameters that disagree, or leave something out; each whole in itself by its parameters.
DISAGREE: dict[str, dict[str, Any]] = {
    "head's rate rounded": {"rate": 119.88, "head": {11: 120.0}},
    "head's rate zero": {"head": {11: 0.0}},
    "head's rate of the analog data": {"head": {11: 1200.0}},
    "head's scale another float": {"head": {7: -1.0}},
    "head's scale an integer's": {"head": {7: 0.1}},
    "head's scale zero": {"head": {7: 0.0}},
    "head's points": {"head": {2: 12}},
    "head's frames": {"head": {4: 0, 5: 0}},
    "head's frames too many to count": {"head": {5: 65535}},
    "head's data start": {"head": {9: 1}},
    "head's analog data that are not there": {"head": {3: 16, 10: 4}},
    "analog rate without analog data": {"parameters": {"ANALOG:RATE": (4, [1200.0])}},
    "analog data without a rate": {"analog": 3, "samples": 4, "parameters": {"ANALOG:RATE": (4, [0.0])}},
    "analog data the head does not know": {"analog": 3, "samples": 4, "head": {3: 0, 10: 0}},
    "no analog group": {"parameters": {"ANALOG:RATE": None, "ANALOG:USED": None}},
    "no rate in the parameters": {"parameters": {"POINT:RATE": None}},
    "rate zero in the parameters": {"parameters": {"POINT:RATE": (4, [0.0])}},
    "rate as an integer": {"parameters": {"POINT:RATE": (2, [120])}},
    "no rate but the camera's": {"parameters": {"POINT:RATE": None, "TRIAL:CAMERA_RATE": (4, [120.0])}, "head": {11: 0.0}},
    "no scale in the parameters": {"parameters": {"POINT:SCALE": None}},
    "no number of points": {"parameters": {"POINT:USED": None}},
    "no number of frames": {"parameters": {"POINT:FRAMES": None}},
    "no data start": {"parameters": {"POINT:DATA_START": None}},
    "data start zero": {"parameters": {"POINT:DATA_START": (2, [0])}},
    "frames in two words": {
        "parameters": {"POINT:FRAMES": (2, [65535]), "TRIAL:ACTUAL_START_FIELD": (2, [1, 0]), "TRIAL:ACTUAL_END_FIELD": (2, [len(WORLD), 0])}
    },
    "frames as a float": {"parameters": {"POINT:FRAMES": (2, [65535]), "POINT:LONG_FRAMES": (4, [len(WORLD)])}, "head": {5: 65535}},
    "integers": {"scale": 0.1},
    "integers with a float's scale in the head": {"scale": 0.1, "head": {7: -0.1}},
    "DEC floats": {"processor": DEC},
    "DEC integers": {"processor": DEC, "scale": 0.1},
    "DEC with zeros": {"processor": DEC, "parameters": {"ANALOG:RATE": (4, [0.0]), "ANALOG:GEN_SCALE": (4, [0.0])}},
    "MIPS floats": {"processor": MIPS},
    "MIPS integers": {"processor": MIPS, "scale": 0.1, "analog": 2, "samples": 5},
}  # fmt: skip


@pytest.mark.parametrize("how", DISAGREE)
def test_parameters_win_over_the_head(how: str, tmp_path: Path) -> None:
    raw = read_c3d(file_of(tmp_path, **DISAGREE[how]))
    assert raw.points.shape == WORLD.shape and raw.labels == LANDMARKS
    assert np.allclose(raw.points, WORLD, atol=0.11, equal_nan=True)
    assert raw.fps == pytest.approx(DISAGREE[how].get("rate", 120.0))


@given(
    processor=st.sampled_from([INTEL, DEC, MIPS]),
    scale=st.sampled_from([-1.0, -0.1, 0.1, 0.2]),
    analog=st.integers(0, 5),
    samples=st.integers(1, 10),
    rate=st.sampled_from([50.0, 119.88, 120.0, 500.0]),
    frames=st.integers(20, 60),
    extra=st.integers(0, 300),
    wrong=st.dictionaries(st.sampled_from([2, 3, 4, 5, 9, 10]), st.integers(0, 65535), max_size=3),
    old=st.dictionaries(st.sampled_from([7, 11]), st.sampled_from([0.0, -1.0, 1.0, 100.0]), max_size=2),
)
@settings(max_examples=30, deadline=None)
def test_whatever_stands_in_the_head_the_parameters_are_read(
    tmp_path_factory: pytest.TempPathFactory, frames: int, extra: int, wrong: dict, old: dict, **fields: Any
) -> None:
    more = np.full((frames, extra, 3), 7.0)
    points = np.concatenate([more, WORLD[:frames]], axis=1)
    labels = [*(f"M{n:03d}" for n in range(extra)), *LANDMARKS]
    path = file_of(
        tmp_path_factory.getbasetemp(), points=points, labels=labels, head={**wrong, **old}, **fields
    )
    raw = read_c3d(path)
    assert raw.labels == tuple(labels) and raw.fps == pytest.approx(fields["rate"])
    assert np.allclose(raw.points, points, atol=0.11, equal_nan=True)


@pytest.mark.parametrize("most", [255, 100, 10])
def test_labels_go_on_in_as_many_parameters_as_they_need(most: int, tmp_path: Path) -> None:
    extra = 260
    points = np.concatenate([np.full((len(WORLD), extra, 3), 5.0), WORLD], axis=1)
    labels = [*(f"M{n:03d}" for n in range(extra)), *LANDMARKS]
    events = motion_files.events(file_of(tmp_path, points=points, labels=labels, most=most))
    assert events["release"] - events["foot_contact"] == pytest.approx(0.135, abs=0.004)


def test_a_point_without_a_label_keeps_its_place(tmp_path: Path) -> None:
    points = np.concatenate(
        [np.full((len(WORLD), 2, 3), 5.0), WORLD, np.full((len(WORLD), 2, 3), 6.0)], axis=1
    )
    path = file_of(tmp_path, points=points, labels=["", "", *LANDMARKS])
    motion = importers.read(path)
    assert motion_files.near(motion.points, WORLD / 1000)


@pytest.mark.parametrize("first", [1, 241, 65000])
def test_the_first_frames_number_is_its_time(first: int, tmp_path: Path) -> None:
    path = file_of(tmp_path, first=first, parameters={"TRIAL:ACTUAL_START_FIELD": (2, [first, 0])})
    assert importers.read(path).time_s[0] == pytest.approx((first - 1) / 120)


@pytest.mark.parametrize("residual", [-1.0, -0.5, -32768.0])
@pytest.mark.parametrize("fields", [{}, {"processor": DEC}, {"scale": 0.1}])
def test_a_negative_residual_is_a_marker_that_was_not_seen(
    residual: float, fields: dict, tmp_path: Path
) -> None:
    if "scale" in fields and residual == -0.5:
        residual = -2.0
    points = WORLD.copy()
    points[100:104, 14] = np.nan
    raw = read_c3d(file_of(tmp_path, points=points, residual=residual, **fields))
    assert np.isnan(raw.points[100:104, 14]).all() and np.isfinite(raw.points[99, 14]).all()


def test_a_file_that_was_cut_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = file_of(tmp_path)
    path.write_bytes(path.read_bytes()[:-60_000])
    motion = importers.read(path)
    assert len(motion.time_s) < len(WORLD)
    assert any("the file says 324 frames and holds" in note for note in motion.notes)


def test_a_rate_that_the_header_has_quite_otherwise_is_said(tmp_path: Path) -> None:
    motion = importers.read(file_of(tmp_path, head={11: 60.0}))
    assert motion.fps == 120.0 and any("the header says 60" in note for note in motion.notes)


def test_a_file_of_another_library_is_read(tmp_path: Path) -> None:
    made = ezc3d.c3d()
    made["parameters"]["POINT"]["RATE"]["value"] = [120.0]
    made["parameters"]["POINT"]["UNITS"]["value"] = ["mm"]
    made["parameters"]["POINT"]["LABELS"]["value"] = list(LANDMARKS)
    made["data"]["points"] = np.concatenate([WORLD, np.ones((*WORLD.shape[:2], 1))], axis=2).transpose(
        2, 1, 0
    )
    made.write(str(tmp_path / "theirs.c3d"))
    raw = read_c3d(tmp_path / "theirs.c3d")
    assert np.allclose(raw.points, WORLD, atol=0.01, equal_nan=True) and raw.labels == LANDMARKS


def test_another_library_reads_what_our_test_writes(tmp_path: Path) -> None:
    theirs = ezc3d.c3d(str(file_of(tmp_path)))
    assert np.allclose(theirs["data"]["points"][:3].transpose(2, 1, 0), WORLD, atol=0.01, equal_nan=True)


@given(
    st.lists(
        st.floats(-(2.0**100), 2.0**100, width=32).filter(lambda v: v == 0 or abs(v) > 1e-30), min_size=1
    )
)
def test_dec_floats_come_back(values: list[float]) -> None:
    raw = C3d(WORLD, LANDMARKS, processor=DEC).real(values)
    assert Words(DEC).floats(raw) == pytest.approx(np.array(values, dtype=np.float32))


@pytest.mark.parametrize(
    "content", [b"\x02\x50", b"\x02\x50" + bytes(600), b"\xff\x50" + bytes(2000), bytes(5000)]
)
def test_what_is_no_c3d_is_one_sentence(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.c3d"
    path.write_bytes(content)
    with pytest.raises(BadRequest) as caught:
        importers.read(path)
    assert caught.value.fix
