"""Every export is read back by another program's library and says the same as what was measured."""

from __future__ import annotations

import csv
import io
import json
import warnings

import bvhio
import c3d
import ezc3d
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trc import TRCData

from shadow_trainer.body.series import PoseSeries
from shadow_trainer.body.skeleton import INDEX, LANDMARKS
from shadow_trainer.errors import BadRequest, NotFound
from shadow_trainer.labels import event_label
from shadow_trainer.render import exports
from shadow_trainer.render.exports import bvh
from shadow_trainer.render.exports.source import on_clock
from shadow_trainer.vocabulary import EVENTS

from .conftest import make_analysis, make_series
from .readers import CHECKLIST, READERS

GAP, UNSEEN = slice(10, 13), slice(0, 4)


@pytest.fixture
def source() -> exports.Source:
    """A series with an unseen beginning, a gap in one joint and a known 3D error."""
    series = make_series()
    series.world_m[UNSEEN] = np.nan
    series.world_m[GAP, INDEX["right_elbow"]] = np.nan
    series.extras["world_sd_m"] = np.full(series.confidence.shape, 0.03)
    curves = [
        {"time_s": series.time_s.tolist(), "angles": {"pelvis_rotation": [None, *range(1, len(series))]}}
    ]
    return exports.Source(series, make_analysis(), curves)


def rows_of(path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", exports.EXPORTS)
def test_every_export_says_the_same_when_another_library_reads_it(source, tmp_path, name):
    assert name in READERS, CHECKLIST.format(name=name)
    out = tmp_path / f"export{exports.EXPORTS[name].suffix}"
    exports.write(name, source, out)
    reader = READERS[name]
    read, expected = reader.read(out), reader.expected(source)
    assert read.shape == expected.shape
    assert np.allclose(read, expected, atol=reader.tolerance, equal_nan=True)


@pytest.mark.parametrize("name", exports.EXPORTS)
def test_every_export_has_a_label_a_sentence_and_a_row_in_the_table_of_frames(name):
    export = exports.EXPORTS[name]
    assert export.label and export.media_type.count("/") == 1 and export.suffix.count(".") == 1
    assert export.sentence.endswith(".")
    formats = {line.split()[0] for line in (exports.__doc__ or "").splitlines() if line.strip()}
    assert export.suffix.split(".")[-1].upper() in formats, CHECKLIST.format(name=name)


def test_no_reader_is_left_over():
    assert set(READERS) <= set(exports.EXPORTS)


def test_c3d_read_by_ezc3d_has_our_positions_and_events(source, tmp_path):
    exports.write("c3d", source, tmp_path / "p.c3d")
    read = ezc3d.c3d(str(tmp_path / "p.c3d"))
    points, labels = read["data"]["points"], read["parameters"]["POINT"]["LABELS"]["value"]
    assert tuple(labels) == LANDMARKS
    assert read["parameters"]["POINT"]["UNITS"]["value"] == ["mm"]
    assert read["header"]["points"]["frame_rate"] == pytest.approx(30)
    assert read["header"]["points"]["first_frame"] == 4
    want = source.series.world_m[4:].transpose(2, 1, 0) * 1000
    assert np.allclose(points[:3], want, atol=0.01, equal_nan=True)
    assert np.isnan(points[0, INDEX["right_elbow"], 6:9]).all()
    events = read["parameters"]["EVENT"]
    assert events["LABELS"]["value"][1] == "Foot strike"
    assert events["TIMES"]["value"][1, 1] == pytest.approx(0.80)
    assert events["DESCRIPTIONS"]["value"][2] == "estimated"


def test_c3d_read_by_a_second_library_agrees_and_has_the_uncertainty(source, tmp_path):
    exports.write("c3d", source, tmp_path / "p.c3d")
    with (tmp_path / "p.c3d").open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reader = c3d.Reader(file)
        frames = [(number, points) for number, points, _ in reader.read_frames()]
    assert [label.strip() for label in reader.point_labels] == list(LANDMARKS)
    assert [number for number, _ in frames] == list(range(5, 46))
    assert np.allclose(frames[20][1][:, :3], source.series.world_m[24] * 1000, atol=0.01)
    assert frames[6][1][INDEX["right_elbow"], 3] == -1, "not seen"
    assert frames[6][1][INDEX["nose"], 3] == pytest.approx(30), "uncertainty in millimetres"


def many_pitches(count: int) -> exports.Source:
    """``count`` pitches of 0.2 s one after the other, each with all eight events."""
    fps, per_pitch = 30.0, 6
    series = make_series(frames=count * per_pitch, fps=fps)
    deliveries = []
    for index in range(count):
        start = index * per_pitch / fps
        events = {name: {"time_s": start + 0.02 * k, "estimated": False} for k, name in enumerate(EVENTS)}
        deliveries.append({"index": index, "start_s": start, "end_s": start + 0.19, "events": events})
    return exports.Source(series, {**make_analysis(), "deliveries": deliveries})


@pytest.mark.parametrize("count", [31, 32, 64, 300])
def test_c3d_has_the_events_of_every_pitch_however_many(count, tmp_path):
    exports.write("c3d", many_pitches(count), tmp_path / "p.c3d")
    read = ezc3d.c3d(str(tmp_path / "p.c3d"))
    events = read["parameters"]["EVENT"]
    assert events["USED"]["value"] == [8 * count]
    # A parameter holds 255 values at most; what is more goes on in LABELS2, TIMES2 and so on.
    parts = ["", *(str(number) for number in range(2, 8 * count // 255 + 2))]
    labels = [label for part in parts for label in events[f"LABELS{part}"]["value"]]
    times = np.concatenate([events[f"TIMES{part}"]["value"] for part in parts], axis=1)
    assert labels == [f"{event_label(name)} {pitch}" for pitch in range(1, count + 1) for name in EVENTS]
    want = [0.2 * pitch + 0.02 * k for pitch in range(count) for k in range(8)]
    assert np.allclose(60 * times[0] + times[1], want, atol=1e-4)
    for name in ("CONTEXTS", "DESCRIPTIONS", "SUBJECTS"):
        assert sum(len(events[f"{name}{part}"]["value"]) for part in parts) == 8 * count, name
    with (tmp_path / "p.c3d").open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reader = c3d.Reader(file)
        assert sum(1 for _ in reader.read_frames()) == 6 * count
        assert [reader.get(f"EVENT:LABELS{part}").dimensions[1] for part in parts] == [
            min(255, 8 * count - 255 * k) for k in range(len(parts))
        ]


def test_c3d_of_more_events_than_the_format_holds_is_refused_with_advice(tmp_path):
    with pytest.raises(BadRequest, match="more than a C3D file can hold") as refused:
        exports.write("c3d", many_pitches(400), tmp_path / "p.c3d")
    assert refused.value.code == "too_many_events" and "one pitch" in refused.value.fix
    assert not list(tmp_path.iterdir())
    exports.write("c3d", many_pitches(400), tmp_path / "p.c3d", delivery=399)


def test_c3d_leaves_the_place_of_an_unseen_marker_empty(source, tmp_path):
    exports.write("c3d", source, tmp_path / "p.c3d")
    content = (tmp_path / "p.c3d").read_bytes()
    start = (int.from_bytes(content[16:18], "little") - 1) * 512
    data = np.frombuffer(content[start : start + 41 * 33 * 16], "<f4").reshape(41, 33, 4)
    assert (data[6:9, INDEX["right_elbow"]] == [0, 0, 0, -1]).all()
    assert (data[5, INDEX["right_elbow"], :3] != 0).all()


def test_trc_is_opensims_frame_in_millimetres(source, tmp_path):
    exports.write("trc", source, tmp_path / "p.trc")
    read = TRCData()
    read.load(str(tmp_path / "p.trc"))
    assert tuple(read["Markers"]) == LANDMARKS
    assert (read["Units"], read["NumFrames"], read["NumMarkers"]) == ("mm", 41, 33)
    assert read["DataRate"] == pytest.approx(30)
    assert np.allclose(read["Time"], source.series.time_s[4:], atol=1e-6)
    world = source.series.world_m[4:, INDEX["left_wrist"]]
    want = np.stack([world[:, 0], world[:, 2], -world[:, 1]], axis=-1) * 1000
    assert np.allclose(read["left_wrist"], want, atol=1e-3)
    assert np.isnan(read["right_elbow"][6:9]).all() and np.isfinite(read["right_elbow"][9]).all()


def bvh_positions(path, joints):
    """Joint positions by bvhio's own forward kinematics: (N, joints, 3)."""
    root = bvhio.readAsHierarchy(str(path))
    first, last = root.getKeyframeRange()
    positions = []
    for frame in range(first, last + 1):
        root.loadPose(frame)
        positions.append([tuple(root.filter(name)[0].PositionWorld) for name in joints])
    return np.array(positions)


def test_bvh_puts_every_joint_where_it_was_measured(source, tmp_path):
    exports.write("bvh", source, tmp_path / "p.bvh")
    names = ["Hips", "Spine1", "LeftArm", "LeftForeArm", "RightHand", "LeftLeg", "LeftFoot", "RightFoot"]
    read = bvh_positions(tmp_path / "p.bvh", names)
    places = bvh.joint_places(bvh.filled(on_clock(source.series)))
    lengths = bvh.bone_lengths(places)
    stretch = max(
        np.abs(np.linalg.norm(places[j.name] - places[j.parent], axis=-1) - lengths[j.name]).max()
        for j in bvh.JOINTS
        if j.parent
    )
    want = np.stack([places[name] for name in names], axis=1)
    # BVH has constant bones: what is left is how much the measured bones change along a chain.
    assert np.linalg.norm(read - want, axis=-1).max() < 4 * stretch + 0.01


def test_bvh_of_a_rigid_body_is_exact(tmp_path):
    world = np.repeat(make_series(frames=2).world_m[:1], 20, axis=0)
    for k in range(20):
        a = 0.3 * k
        turn = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1.0]])
        world[k] = world[k] @ turn.T + np.array([0.1 * k, 0, 0])
    series = make_series(frames=20).with_(world_m=world)
    exports.write("bvh", exports.Source(series, make_analysis()), tmp_path / "p.bvh")
    names = ["LeftHand", "RightForeArm", "RightFoot"]
    want = np.stack([bvh.joint_places(world)[name] for name in names], axis=1)
    assert np.allclose(bvh_positions(tmp_path / "p.bvh", names), want, atol=0.02)


@given(st.lists(st.floats(-180, 180), min_size=3, max_size=3))
@settings(deadline=None, max_examples=100)
def test_euler_angles_give_the_rotation_back(degrees):
    z, x, y = np.radians(degrees)
    rz = np.array([[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]])
    rx = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    ry = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    want = rz @ rx @ ry
    z, x, y = np.radians(bvh.euler_zxy(want[None])[0])
    rz = np.array([[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]])
    rx = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    ry = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    assert np.allclose(rz @ rx @ ry, want, atol=1e-6)


@given(st.lists(st.floats(-1, 1), min_size=6, max_size=6))
@settings(deadline=None, max_examples=200)
def test_the_smallest_turn_is_a_rotation_that_points_the_bone(values):
    rest, direction = np.array(values[:3]), np.array(values[3:])
    if np.linalg.norm(rest) < 0.1 or np.linalg.norm(direction) < 0.1:
        return
    rest, direction = rest / np.linalg.norm(rest), direction / np.linalg.norm(direction)
    turn = bvh.swing(np.eye(3)[None], rest, direction[None])[0]
    assert np.allclose(turn @ turn.T, np.eye(3), atol=1e-5)
    assert np.linalg.det(turn) == pytest.approx(1, abs=1e-5)
    assert np.allclose(turn @ rest, direction, atol=1e-4)


def test_a_bone_that_points_straight_back_still_has_a_turn():
    turn = bvh.swing(np.eye(3)[None], np.array([1.0, 0, 0]), np.array([[-1.0, 0, 0]]))[0]
    assert np.allclose(turn @ [1, 0, 0], [-1, 0, 0]) and np.linalg.det(turn) == pytest.approx(1)


def test_metrics_table_has_values_errors_and_units(source, tmp_path):
    exports.write("metrics", source, tmp_path / "m.csv")
    rows = rows_of(tmp_path / "m.csv")
    assert rows[0]["metric"] == "lead_knee_flexion" and float(rows[0]["value"]) == pytest.approx(52.345)
    assert (rows[0]["unit"], rows[0]["error"], rows[0]["confidence"], rows[0]["z"]) == (
        "deg",
        "6.0",
        "high",
        "0.705",
    )
    assert float(rows[0]["event_time_s"]) == pytest.approx(0.8)
    assert rows[2]["value"] == "", "what is not known is empty"
    assert (tmp_path / "m.csv").read_bytes().count(b"\r\n") == 4


def test_a_value_of_low_confidence_is_never_scored_in_the_table(source, tmp_path):
    exports.write("metrics", source, tmp_path / "m.csv")
    low = rows_of(tmp_path / "m.csv")[1]
    assert (low["confidence"], low["scored"], low["z"]) == ("low", "no", "")


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1"])
def test_text_that_looks_like_a_formula_is_made_harmless(source, tmp_path, text):
    source.analysis["deliveries"][0]["metrics"][0]["norm"]["source"] = text
    exports.write("metrics", source, tmp_path / "m.csv")
    assert rows_of(tmp_path / "m.csv")[0]["norm_source"] == "'" + text


def test_negative_numbers_stay_numbers(source, tmp_path):
    source.analysis["deliveries"][0]["metrics"][0]["value"] = -12.5
    exports.write("metrics", source, tmp_path / "m.csv")
    assert float(rows_of(tmp_path / "m.csv")[0]["value"]) == -12.5


def test_series_table_has_units_and_time_from_foot_contact(source, tmp_path):
    exports.write("series", source, tmp_path / "s.csv")
    rows = rows_of(tmp_path / "s.csv")
    assert len(rows) == len(source.series)
    assert rows[0]["pelvis_rotation_deg"] == "" and float(rows[5]["pelvis_rotation_deg"]) == 5
    assert float(rows[24]["time_from_foot_contact_s"]) == pytest.approx(0.0, abs=1e-6)


def test_landmark_table_has_every_frame(source, tmp_path):
    exports.write("landmarks", source, tmp_path / "l.csv")
    rows = rows_of(tmp_path / "l.csv")
    assert len(rows) == len(source.series) and len(rows[0]) == 2 + 33 * 6
    assert rows[0]["nose_x_m"] == "" and rows[0]["nose_px_x"] != ""
    assert float(rows[20]["left_knee_z_m"]) == pytest.approx(
        source.series.world_m[20, INDEX["left_knee"], 2], abs=1e-4
    )


def test_json_is_strict_and_says_null_for_what_is_not_known(source, tmp_path):
    exports.write("json", source, tmp_path / "a.json")
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    document = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert document["pose"]["world_m"][0][0] == [None, None, None]
    assert np.allclose(document["pose"]["world_m"][20], source.series.world_m[20], atol=1e-4)
    assert document["schema"] == "shadow-trainer/analysis/1"


def test_npz_is_read_by_plain_numpy_and_by_us(source, tmp_path):
    exports.write("npz", source, tmp_path / "a.npz")
    with np.load(io.BytesIO((tmp_path / "a.npz").read_bytes()), allow_pickle=False) as data:
        assert data["world_m"].shape == (45, 33, 3) and data["measured"].dtype == bool
    back = PoseSeries.load(tmp_path / "a.npz")
    assert np.allclose(back.world_m, source.series.world_m, atol=1e-6, equal_nan=True)


def test_one_delivery_can_be_exported_alone(source, tmp_path):
    exports.write("trc", source, tmp_path / "p.trc", delivery=0)
    read = TRCData()
    read.load(str(tmp_path / "p.trc"))
    assert read["Time"][0] == pytest.approx(4 / 30, abs=1e-5) and read["Time"][-1] == pytest.approx(
        1.4, abs=1e-5
    )
    with pytest.raises(NotFound):
        exports.write("trc", source, tmp_path / "q.trc", delivery=7)


def test_uneven_timestamps_are_put_on_the_clock_without_crossing_gaps():
    series = make_series()
    times = series.time_s.copy()
    times[1::2] += 0.012
    world = np.repeat(times[:, None, None], 33, axis=1).repeat(3, axis=2)
    world[20:23] = np.nan
    clip = on_clock(series.with_(time_s=times, world_m=world))
    known = np.isfinite(clip.world_m[:, 0, 0])
    assert np.allclose(clip.world_m[known, 0, 0], clip.time_s[known], atol=1e-9)
    assert 3 <= (~known).sum() <= 6
    assert np.allclose(np.diff(clip.time_s), 1 / clip.rate_hz)


@pytest.mark.parametrize("name", ["trc", "c3d", "bvh"])
def test_nothing_measured_is_an_error_in_words_and_leaves_no_file(name, tmp_path):
    series = make_series()
    empty = series.with_(world_m=np.full_like(series.world_m, np.nan))
    with pytest.raises(BadRequest, match="no 3D motion"):
        exports.write(name, exports.Source(empty, make_analysis()), tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_format_is_not_found(source, tmp_path):
    with pytest.raises(NotFound):
        exports.write("fbx", source, tmp_path / "x.fbx")
