"""A reference from another system's file is the same delivery: every kind of file, read back and compared."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from shadow_trainer.errors import BadRequest
from shadow_trainer.pitching import compare
from shadow_trainer.pitching.reference import elite
from shadow_trainer.pitching.reference.imports import import_reference, read_motion
from shadow_trainer.pitching.reference.imports.labels import H36M, guess
from shadow_trainer.pose.series import PoseSeries
from shadow_trainer.pose.skeleton import INDEX, JOINTS
from shadow_trainer.render.exports.bvh import write_bvh
from shadow_trainer.render.exports.c3d import write_c3d
from shadow_trainer.render.exports.trc import write_trc

from . import bodies

WRITERS = {".trc": write_trc, ".c3d": write_c3d, ".bvh": write_bvh}
ONE = elite()


def source(series: PoseSeries) -> Any:
    return SimpleNamespace(series=series, analysis={"deliveries": []}, info=None)


def h36m(world: np.ndarray) -> np.ndarray:
    """(T, 17, 3) in the order of Human3.6M."""
    out = np.full((len(world), 17, 3), np.nan)
    for place, name in enumerate(H36M):
        if name in INDEX:
            out[:, place] = world[:, INDEX[name]]
    hips = [INDEX["left_hip"], INDEX["right_hip"]]
    shoulders = [INDEX["left_shoulder"], INDEX["right_shoulder"]]
    out[:, 0] = world[:, hips].mean(axis=1)
    out[:, 8] = world[:, shoulders].mean(axis=1)
    out[:, 7] = (out[:, 0] + out[:, 8]) / 2
    out[:, 10] = world[:, [INDEX["left_ear"], INDEX["right_ear"]]].mean(axis=1) + [0, 0, 0.1]
    return out


def likeness(reference: Any) -> float:
    seen = np.ones((len(reference.time_s), 33))
    return compare.similarity_of(
        reference.points, reference.time_s, seen, reference.events, reference.height_m, ONE
    )["overall"]


def check_the_same_delivery(found: Any, hand: str = "right", least: float = 97.0) -> None:
    assert found.throws == hand
    assert found.fps == pytest.approx(240, rel=1e-3)
    assert likeness(found.reference) > least
    events = found.reference.events
    assert events["release"] - events["foot_contact"] == pytest.approx(0.140, abs=0.012)


@pytest.mark.parametrize("hand", ["right", "left"])
@pytest.mark.parametrize("suffix", WRITERS)
def test_what_we_export_comes_back_as_the_same_delivery(tmp_path: Path, suffix: str, hand: str) -> None:
    series = bodies.pitch() if hand == "right" else bodies.mirrored(bodies.pitch())
    path = tmp_path / f"pitch{suffix}"
    WRITERS[suffix](source(bodies.turned(series, 70.0)), path)
    check_the_same_delivery(import_reference(path, name="mine"), hand)


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_h36m_arrays_in_camera_axes_and_millimetres(tmp_path: Path, suffix: str) -> None:
    world = h36m(bodies.pitch().world_m)
    camera = np.stack([world[..., 0], -world[..., 2], world[..., 1]], axis=-1) * 1000.0  # x right, y down
    path = tmp_path / f"pitch{suffix}"
    if suffix == ".npy":
        np.save(path, camera)
    else:
        np.savez(path, keypoints_3d=camera, fps=240.0)
    found = import_reference(path, name="mine", fps=240.0)
    check_the_same_delivery(found)
    assert found.up == "-y"
    assert found.unit_m == 0.001
    assert {"throws", "up", "labels"} <= set(found.guessed)


def test_hip_centred_arrays_are_set_walking_again(tmp_path: Path) -> None:
    world = h36m(bodies.pitch().world_m)
    path = tmp_path / "pitch.npy"
    np.save(path, world - world[:, :1])
    found = import_reference(path, name="mine", fps=240.0, height_m=1.88)
    assert found.rooted
    # Where both feet move (the stride's flight, the rear foot's drag) the way over the ground is a guess.
    check_the_same_delivery(found, least=88.0)


def test_our_own_pose_file_is_a_reference_too(tmp_path: Path) -> None:
    path = tmp_path / "pose.npz"
    bodies.pitch().save(path)
    check_the_same_delivery(import_reference(path, name="mine"))


def test_a_file_without_a_rate_asks_for_it(tmp_path: Path) -> None:
    path = tmp_path / "pitch.npy"
    np.save(path, h36m(bodies.pitch().world_m))
    with pytest.raises(BadRequest, match="frame rate"):
        import_reference(path, name="mine")


def test_the_common_names_of_other_systems_are_known() -> None:
    mixamo = [f"mixamorig:{s}{p}" for s in ("Left", "Right")
              for p in ("Arm", "ForeArm", "Hand", "UpLeg", "Leg", "Foot")]  # fmt: skip
    openpose = [f"{s}{p}" for s in "LR" for p in ("Shoulder", "Elbow", "Wrist", "Hip", "Knee", "Ankle")]
    lab = [f"{s}{p}" for s in "LR" for p in ("SHO", "ELB", "WRA", "WRB", "HJC", "KNE", "ANK")]
    for labels in (mixamo, openpose, lab):
        assert set(JOINTS) <= set(guess(labels))
    assert guess(lab)["left_wrist"] == ["LWRA", "LWRB"]
    assert guess(openpose)["right_ankle"] == ["RAnkle"]


def test_missing_joints_are_named_and_a_map_mends_it(tmp_path: Path) -> None:
    path = tmp_path / "pitch.trc"
    write_trc(source(bodies.pitch()), path)
    path.write_text(path.read_text().replace("right_knee", "marker_7"))
    with pytest.raises(BadRequest, match="right_knee"):
        import_reference(path, name="mine")
    whole = {**guess(read_motion(path).points), "right_knee": ["marker_7"]}
    check_the_same_delivery(import_reference(path, name="mine", label_map=whole))
    with pytest.raises(BadRequest, match="does not exist"):
        import_reference(path, name="mine", label_map={**whole, "nose": ["no such"]})


@pytest.mark.parametrize("suffix", [".npz", ".npy", ".trc", ".c3d", ".bvh", ".fbx"])
@pytest.mark.parametrize("content", [b"", b"\0" * 600, b"HIERARCHY\nROOT Hips\n{\nMOTION\nFrames: 2\n"])
def test_a_broken_or_foreign_file_is_refused_in_words(tmp_path: Path, suffix: str, content: bytes) -> None:
    path = tmp_path / f"file{suffix}"
    path.write_bytes(content)
    with pytest.raises(BadRequest):
        import_reference(path, name="mine", fps=100.0)


def test_a_motion_without_a_pitch_is_no_reference(tmp_path: Path) -> None:
    time_s, world = bodies.standing()
    path = tmp_path / "pose.npz"
    bodies.series(time_s, world).save(path)
    with pytest.raises(BadRequest, match="No pitch"):
        import_reference(path, name="mine")
