"""Exports, charts and landmarks of a finished analysis."""

from __future__ import annotations

import gzip
import json
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from html import unescape

import numpy as np
import pytest
from flask.testing import FlaskClient

from shadow_trainer.body.skeleton import INDEX
from shadow_trainer.render.exports import EXPORTS
from shadow_trainer.web.presenters.packed import packed
from shadow_trainer.web.uploads.receive import area
from tests.web import documents
from tests.web.conftest import SampleAnalyses

ARRAYS = ("world_m", "landmarks_px")


@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_every_export_is_a_download_and_leaves_nothing(
    client: FlaskClient, analyses: SampleAnalyses, app, name: str
) -> None:
    response = client.get(f"/videos/{analyses.completed()}/exports/{name}")
    assert response.status_code == 200
    assert len(response.data) > 100
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith("attachment")
    assert f"Bullpen-Tuesday{EXPORTS[name].suffix}" in disposition
    assert list(area(app).iterdir()) == []


def test_an_export_that_is_in_the_table_stands_on_the_page(
    client: FlaskClient, analyses: SampleAnalyses, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = analyses.completed()
    new = replace(EXPORTS["trc"], label="Joints, XYZ", sentence="For a program of one's own.")
    monkeypatch.setitem(EXPORTS, "xyz", new)
    page = client.get(f"/analyses/{job}").text
    for name, export in EXPORTS.items():
        assert f"/videos/{job}/exports/{name}" in page, name
        assert export.label in page and export.sentence in unescape(page), name


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("exports/fbx", 404),
        ("exports/trc?delivery=9", 404),
        ("exports/trc?delivery=-1", 400),
        ("exports/trc?delivery=x", 400),
        ("plots/nothing", 404),
        ("plots/rotation?delivery=9", 404),
    ],
)
def test_what_does_not_exist_is_named(
    client: FlaskClient, analyses: SampleAnalyses, path: str, status: int
) -> None:
    response = client.get(f"/videos/{analyses.completed()}/{path}")
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")


def test_results_of_what_is_not_done_are_a_conflict(client: FlaskClient, analyses: SampleAnalyses) -> None:
    analysis_id = analyses.running()
    for path in ("exports/trc", "plots/rotation", "keypoints/user"):
        assert client.get(f"/videos/{analysis_id}/{path}").status_code == 409


@pytest.mark.parametrize("name", ["rotation", "knees.svg"])
def test_a_plot_is_an_svg_of_its_own(client: FlaskClient, analyses: SampleAnalyses, name: str) -> None:
    response = client.get(f"/videos/{analyses.completed()}/plots/{name}")
    assert response.mimetype == "image/svg+xml"
    assert ElementTree.fromstring(response.text).tag.endswith("svg")
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_landmarks_have_a_row_for_each_frame_and_say_what_is_not_known(
    client: FlaskClient, analyses: SampleAnalyses
) -> None:
    landmarks = client.get(f"/videos/{analyses.completed()}/keypoints/user").get_json()
    truth = documents.pose(262)
    assert len(landmarks["frames"]) == len(landmarks["world"]) == len(landmarks["time_s"]) == 262
    assert landmarks["frames"][0] is None
    wrist = INDEX["left_wrist"]
    x, y = landmarks["frames"][100][2 * wrist : 2 * wrist + 2]
    assert (x / 10, y / 10) == pytest.approx(truth.landmarks_px[100, wrist], abs=0.06)
    assert landmarks["world"][100][3 * wrist + 2] == pytest.approx(
        1000 * truth.world_m[100, wrist, 2], abs=0.6
    )
    roles = {tuple(bone[:2]): bone[2] for bone in landmarks["bones"]}
    assert roles[INDEX["left_elbow"], INDEX["left_wrist"]] == "throwing"
    assert roles[INDEX["left_hip"], INDEX["right_hip"]] == "centre"


def test_a_player_asks_for_one_part_only(client: FlaskClient, analyses: SampleAnalyses) -> None:
    address = f"/videos/{analyses.completed()}/keypoints/user"
    assert "world" not in client.get(f"{address}?part=2d").get_json()
    assert "frames" not in client.get(f"{address}?part=3d").get_json()


def test_data_is_compressed_and_pages_that_repeat_a_request_are_not(
    client: FlaskClient, analyses: SampleAnalyses
) -> None:
    analysis_id = analyses.completed()
    headers = {"Accept-Encoding": "gzip"}
    data = client.get(f"/videos/{analysis_id}/keypoints/user", headers=headers)
    assert data.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(data.data))["schema"]
    search = client.get(f"/analyses?q={'zebra' * 400}", headers=headers)
    assert "Content-Encoding" not in search.headers
    page = client.get(f"/analyses/{analysis_id}?film=zebra%22zebra&t=2.5", headers=headers)
    text = gzip.decompress(page.data).decode()
    assert text.count("data-chart=") >= 3
    assert text.count("<caption>") >= 3
    assert "zebra" not in text


def test_the_length_of_a_compressed_page_is_blurred(client: FlaskClient, analyses: SampleAnalyses) -> None:
    address, headers = f"/analyses/{analyses.completed()}", {"Accept-Encoding": "gzip"}
    lengths = set()
    for _ in range(12):
        data = client.get(address, headers=headers).data
        lengths.add(len(data))
    assert max(lengths) - min(lengths) > 20


def test_the_shadow_has_a_row_for_each_frame(client: FlaskClient, analyses: SampleAnalyses) -> None:
    analysis_id = analyses.completed()
    assert client.get(f"/videos/{analysis_id}/keypoints/pro").status_code == 404
    pose = documents.pose(262)
    arrays = {f"{mode}_{name}": getattr(pose, name) for mode in ("aligned", "real_speed") for name in ARRAYS}
    path = analyses.storage.root.parent / "draft.npz"
    np.savez(path, **arrays)
    analyses.storage.put(f"analyses/{analysis_id}/shadow.npz", path)
    for query in ("", "?mode=real_speed", "?part=3d"):
        landmarks = client.get(f"/videos/{analysis_id}/keypoints/pro{query}").get_json()
        assert len(landmarks["time_s"]) == len(landmarks["world"]) == 262
        assert landmarks["world"][0] is None
    for wrong in ("mode=odd", "pin=nose"):
        assert client.get(f"/videos/{analysis_id}/keypoints/pro?{wrong}").status_code == 400


def test_the_shadow_can_be_held_at_the_hips(client: FlaskClient, analyses: SampleAnalyses) -> None:
    analysis_id, pose = analyses.completed(), documents.pose(262)
    arrays = {f"aligned_{name}": getattr(pose, name) * 0.9 + 1.0 for name in ARRAYS}
    path = analyses.storage.root.parent / "draft.npz"
    np.savez(path, **arrays)
    analyses.storage.put(f"analyses/{analysis_id}/shadow.npz", path)
    row = int(np.flatnonzero(pose.measured)[0])

    def middle(who: str) -> np.ndarray:
        landmarks = client.get(f"/videos/{analysis_id}/keypoints/{who}").get_json()
        points = np.array(landmarks["world"][row], dtype=float).reshape(33, 3)
        return (points[23] + points[24]) / 2

    assert middle("pro?pin=hips") == pytest.approx(middle("user"), abs=2)
    assert np.abs(middle("pro") - middle("user")).max() > 100


def unpacked(data: bytes) -> tuple[dict, dict[str, np.ndarray]]:
    """What static/js/report/landmarks.js does: header, and each column summed up over its rows."""
    length = int.from_bytes(data[:4], "little")
    header, place, columns = json.loads(data[4 : 4 + length]), 4 + length, {}
    for column in header["columns"]:
        kind = np.dtype("<" + column["type"] if column["type"] != "u1" else "u1")
        count = header["rows"] * column["width"]
        deltas = np.frombuffer(data, kind, count, place).reshape(header["rows"], column["width"])
        place += -(-count * kind.itemsize // 4) * 4
        whole = np.cumsum(deltas, axis=0, dtype=kind)
        values = np.where(whole == np.iinfo(kind).min, np.nan, whole) if kind == np.int16 else whole
        columns[column["name"]] = values * column["unit"]
    assert place == len(data)
    return header, columns


def test_packed_landmarks_are_the_same_in_fewer_bytes(client: FlaskClient, analyses: SampleAnalyses) -> None:
    address, truth = f"/videos/{analyses.completed()}/keypoints/user", documents.pose(262)
    plain = client.get(f"{address}?part=2d", headers={"Accept-Encoding": "gzip"})
    flat = client.get(f"{address}?part=2d&as=packed", headers={"Accept-Encoding": "gzip"})
    header, columns = unpacked(gzip.decompress(flat.data))
    assert len(flat.data) < 0.6 * len(plain.data)
    assert header["bones"] and header["fps"] == 60.0
    np.testing.assert_allclose(columns["px"], truth.landmarks_px.reshape(262, 66), atol=0.051, equal_nan=True)
    np.testing.assert_allclose(columns["confidence"], truth.confidence, atol=0.0051)
    np.testing.assert_allclose(columns["time_s"][:, 0], truth.time_s, atol=1e-6)
    np.testing.assert_array_equal(columns["measured"][:, 0], truth.measured)
    _, space = unpacked(client.get(f"{address}?part=3d&as=packed").data)
    np.testing.assert_allclose(space["world"], truth.world_m.reshape(262, 99), atol=0.00051, equal_nan=True)
    assert client.get(f"{address}?as=packed").status_code == 400


def test_landmarks_far_outside_of_a_huge_film_still_fit(client: FlaskClient) -> None:
    pose = documents.pose(5)
    wide = pose.with_(landmarks_px=pose.landmarks_px * np.nan, measured=np.ones(5, bool))
    wide.landmarks_px[3, 4] = (-9000.0, 7680.5)
    data = packed(wide, video=documents.document()["video"], throws="left", part="2d")
    header, columns = unpacked(data)
    unit = next(column["unit"] for column in header["columns"] if column["name"] == "px")
    np.testing.assert_allclose(columns["px"][3, 8:10], (-9000.0, 7680.5), atol=unit / 2 + 1e-9)
    assert np.isnan(columns["px"][[0, 1, 2, 4]]).all()


def test_the_page_draws_the_same_charts_as_the_drawings(
    client: FlaskClient, analyses: SampleAnalyses
) -> None:
    analysis_id = analyses.completed(documents.document(deliveries=2))
    charts = client.get(f"/videos/{analysis_id}/charts?delivery=1").get_json()
    assert charts["zero_film_s"] == pytest.approx(6.05)
    chart = next(one for one in charts["charts"] if one["name"] == "arm")
    assert len(chart["x"]) == len(chart["lines"][0]["y"])
    assert {event["label"] for event in chart["events"]} >= {"Foot strike", "Release"}
    for one in charts["charts"]:
        assert client.get(f"/videos/{analysis_id}/plots/{one['name']}.svg?delivery=1").status_code == 200
    assert client.get(f"/videos/{analysis_id}/charts?delivery=2").status_code == 404


def test_a_pitch_can_be_laid_beside_another(client: FlaskClient, analyses: SampleAnalyses) -> None:
    analysis_id = analyses.completed(documents.document(deliveries=2))
    pitch = client.get(f"/videos/{analysis_id}/pitches/1").get_json()
    assert pitch["events"]["release"] == pytest.approx(6.191)
    assert client.get(pitch["film"]).status_code == 200
    assert client.get(pitch["landmarks"]).status_code == 200
    assert client.get(f"/videos/{analysis_id}/pitches/2").status_code == 404
    other = client.get(f"/analyses/{analyses.completed()}").text
    assert f"/videos/{analysis_id}/pitches/0" in other and f"/videos/{analysis_id}/pitches/1" in other
