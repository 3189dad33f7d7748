"""Motion from elsewhere becomes a reference: arrays, TRC, C3D, BVH, whatever their units and axes."""

from __future__ import annotations

from pathlib import Path

import bvhio
import numpy as np
import pytest

from shadow_trainer.body.series import PoseSeries
from shadow_trainer.body.skeleton import INDEX, JOINTS
from shadow_trainer.errors import BadRequest
from shadow_trainer.pitching import importers
from shadow_trainer.pitching.importers.arrays import H36M
from shadow_trainer.pitching.importers.bvh import read_bvh
from shadow_trainer.pitching.importers.labels import guess
from shadow_trainer.pitching.reference import comparison, retarget
from shadow_trainer.render import exports

from . import bodies

WHOLE_BODY = [INDEX[name] for name in JOINTS]


@pytest.fixture(scope="module")
def pitch() -> PoseSeries:
    return bodies.sampled(bodies.pitch(), 2)


def h36m_of(series: PoseSeries) -> np.ndarray:
    """(T, 17, 3) with the middle joints where lifting models put them."""
    at = {name: series.world_m[:, i] for name, i in INDEX.items()}
    hips, chest = ((at[f"left_{p}"] + at[f"right_{p}"]) / 2 for p in ("hip", "shoulder"))
    middle = {
        "pelvis": hips,
        "thorax": chest,
        "spine": (hips + chest) / 2,
        "neck": at["nose"],
        "head": at["nose"],
    }
    return np.stack([middle.get(name, at.get(name)) for name in H36M], axis=1)


def written(kind: str, series: PoseSeries, folder: Path) -> Path:
    path = folder / f"p.{kind}"
    exports.write(kind, exports.Source(series, {"deliveries": []}), path)
    return path


@pytest.mark.parametrize("kind", ["trc", "c3d"])
def test_our_own_marker_files_come_back_where_they_were(kind: str, pitch: PoseSeries, tmp_path: Path) -> None:
    motion = importers.read(written(kind, pitch, tmp_path))
    assert motion.fps == pytest.approx(120, abs=0.5)
    assert motion.points[: len(pitch), WHOLE_BODY] == pytest.approx(pitch.world_m[:, WHOLE_BODY], abs=2e-3)


def test_a_figure_with_turning_bones_comes_back_where_it_was(pitch: PoseSeries, tmp_path: Path) -> None:
    path = written("bvh", pitch, tmp_path)
    motion = importers.read(path)
    gap = np.linalg.norm(motion.points[: len(pitch), WHOLE_BODY] - pitch.world_m[:, WHOLE_BODY], axis=-1)
    assert np.nanmax(gap) < 0.03
    assert "units taken for centimetres" in motion.notes


def test_our_bvh_reader_agrees_with_another_library(pitch: PoseSeries, tmp_path: Path) -> None:
    path = written("bvh", pitch, tmp_path)
    ours, theirs = read_bvh(path), bvhio.readAsHierarchy(str(path))
    for frame in (0, 100, 200):
        theirs.loadPose(frame)
        places = {joint.Name: np.array(joint.PositionWorld) for joint, _, _ in theirs.layout()}
        for number, label in enumerate(ours.labels):
            if label in places:
                assert ours.points[frame, number] == pytest.approx(places[label], abs=1e-2), label


@pytest.mark.parametrize("turned", [np.eye(3), np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])])
def test_seventeen_joints_of_any_units_and_vertical_become_a_reference(
    turned: np.ndarray, pitch: PoseSeries, tmp_path: Path
) -> None:
    np.save(tmp_path / "pro.npy", h36m_of(pitch) @ turned * 1000)
    motion = importers.read(tmp_path / "pro.npy", fps=120)
    reference = importers.as_reference(motion, name="pro", hand="right")
    assert reference.height_m == pytest.approx(1.88, abs=0.02)
    contact = reference.events["release"] - reference.events["foot_contact"]
    assert contact == pytest.approx(0.140, abs=0.012)
    assert len(motion.notes) == 2


def test_joints_of_a_mirrored_body_are_refused_even_without_feet(pitch: PoseSeries, tmp_path: Path) -> None:
    np.save(tmp_path / "mirrored.npy", h36m_of(pitch) * [1.0, -1.0, 1.0])
    with pytest.raises(BadRequest, match="exchanged"):
        importers.read(tmp_path / "mirrored.npy", fps=120)


def test_hip_centred_arrays_get_their_way_back_from_the_feet(pitch: PoseSeries, tmp_path: Path) -> None:
    joints = h36m_of(pitch)
    np.savez(tmp_path / "lifted.npz", reconstruction=joints - joints[:, :1], fps=120)
    motion = importers.read(tmp_path / "lifted.npz")
    reference = importers.as_reference(motion, name="lifted")
    assert reference.hand == "right"
    lead, rear = reference.at(np.array([reference.events["foot_contact"], reference.events["leg_lift"]]))
    stride = lead[INDEX["left_ankle"], 0] - rear[INDEX["right_ankle"], 0]
    # The rear foot drags while the lead foot is in the air: a fifth of the stride cannot be put back.
    assert 0.65 < stride / reference.height_m < 0.9


def test_a_left_handers_motion_is_mirrored_into_the_library(pitch: PoseSeries, tmp_path: Path) -> None:
    path = written("trc", bodies.mirrored(pitch), tmp_path)
    reference = importers.as_reference(importers.read(path), name="lefty")
    assert reference.hand == "left"
    again = comparison.on_athlete(pitch.world_m, pitch.time_s, reference.events, 1.88, reference)
    gap = np.linalg.norm(again - pitch.world_m, axis=-1)[:, WHOLE_BODY]
    inside = (pitch.time_s > reference.events["leg_lift"]) & (pitch.time_s < reference.events["release"])
    assert np.nanmedian(gap[inside]) < 0.03


def test_what_is_missing_is_named_and_a_label_map_fills_it(pitch: PoseSeries, tmp_path: Path) -> None:
    path = written("trc", pitch, tmp_path)
    path.write_text(path.read_text().replace("left_elbow", "Marker17"))
    with pytest.raises(BadRequest, match="left_elbow") as caught:
        importers.read(path)
    assert "Marker17" in str(caught.value)
    motion = importers.read(path, labels={"left_elbow": "Marker17"})
    assert motion.labels["left_elbow"] == ("Marker17",)


@pytest.mark.parametrize(
    ("label", "landmark"),
    [
        ("mixamorig:LeftForeArm", "left_elbow"),
        ("Pitcher:RASI", None),
        ("R_Ankle", "right_ankle"),
        ("LAJC", "left_ankle"),
        ("RightUpLeg", "right_hip"),
        ("l_wrist", "left_wrist"),
        ("upper_arm.L", "left_shoulder"),
        ("lowerarm_r", "right_elbow"),
        ("lShldr", "left_shoulder"),
        ("thigh_r", "right_hip"),
    ],
)
def test_labels_of_many_programs_are_understood(label: str, landmark: str | None) -> None:
    landmarks = guess((label,))
    assert (landmark in landmarks and landmarks[landmark] == (label,)) if landmark else not landmarks


def test_a_figures_collar_bone_is_not_its_shoulder() -> None:
    landmarks = guess(("LeftShoulder", "LeftArm", "LeftForeArm", "LeftHand"))
    assert landmarks["left_shoulder"] == ("LeftArm",)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.c3d", b"not a c3d at all"),
        ("a.trc", b"PathFileType\n"),
        ("a.bvh", b"HIERARCHY ROOT Hips {"),
        ("a.npz", b"PK\x03\x04broken"),
        ("a.npy", b""),
        ("a.fbx", b"Kaydara"),
    ],
)
def test_a_broken_file_is_one_sentence(name: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadRequest):
        importers.read(path)


def test_a_file_without_a_pitch_says_so(tmp_path: Path, pitch: PoseSeries) -> None:
    still = np.repeat(h36m_of(pitch)[:1], 200, axis=0)
    np.save(tmp_path / "still.npy", still)
    with pytest.raises(BadRequest, match="No pitch"):
        importers.as_reference(importers.read(tmp_path / "still.npy", fps=100), name="x", hand="right")


@pytest.mark.parametrize("mirror", [False, True])
def test_joints_of_another_program_are_measured_like_our_own(
    mirror: bool, pitch: PoseSeries, tmp_path: Path
) -> None:
    ours = bodies.mirrored(pitch) if mirror else pitch
    path = written("trc", ours.with_(world_m=retarget.turn(ours.world_m, 90.0)), tmp_path)
    motion = importers.read(path)
    # Our TRC is Y up: our Y, along which the turned pitch is thrown, is its -z.
    known = importers.as_series(motion, plate="-z").world_m
    start = known[0, INDEX["left_hip"]] - ours.world_m[0, INDEX["left_hip"]]
    assert known[: len(ours), WHOLE_BODY] - start == pytest.approx(ours.world_m[:, WHOLE_BODY], abs=2e-3)
