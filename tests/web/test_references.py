"""The library of references: from a video, from another program, chosen for an analysis, deleted."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from shadow_trainer.jobs.pipeline.references import References
from shadow_trainer.pitching.reference import elite
from shadow_trainer.render import exports
from tests.pitching import bodies
from tests.web.conftest import SampleAnalyses
from tests.web.test_events import measured, stored  # noqa: F401
from tests.web.test_history import Hand, hand  # noqa: F401


@pytest.fixture(scope="module")
def trc(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A pitch as a marker file."""
    path: Path = tmp_path_factory.mktemp("motion") / "pitch.trc"
    exports.write("trc", exports.Source(bodies.sampled(bodies.pitch(), 2), {"deliveries": []}), path)
    return path.read_bytes()


def send_file(hand: Hand, data: bytes, filename: str = "Mocap 7.trc", **fields: str):  # noqa: F811
    values = {"name": "Mocap seven", "hand": "right", "level": "pro", **fields}
    return hand.send("/references", motion=(io.BytesIO(data), filename), **values)


def test_the_built_in_reference_is_shown_and_listed(client: FlaskClient) -> None:
    page = client.get("/references").text
    assert 'class="figure"' in page
    assert "Elite" in page
    assert "Foot strike" in client.get("/references/elite").text
    (only,) = client.get("/pro-keypoints/list").get_json()["references"]
    assert (only["reference"], only["built_in"], only["hand"]) == ("elite", True, "right")


def test_a_pitch_of_a_film_becomes_a_shadow_for_another(
    client: FlaskClient,
    analyses: SampleAnalyses,
    hand: Hand,  # noqa: F811
    measured: str,  # noqa: F811
) -> None:
    sent = hand.send(f"/analyses/{measured}/reference", name="My best", level="college", delivery="0")
    page = hand.browser.get(sent.headers["Location"])
    assert page.status_code == 200
    assert "Measured from the video" in page.text
    listed = client.get("/pro-keypoints/list").get_json()["references"]
    mine = next(item for item in listed if item["name"] == "My best")
    assert (mine["level"], mine["built_in"]) == ("college", False)
    assert References(analyses.storage).get(mine["reference"]).name == "My best"
    answer = client.post("/videos/sample-lefty", json={"reference": "my best"})
    assert (
        analyses.catalog.analyses.get(answer.get_json()["job_id"]).options["reference"] == mine["reference"]
    )
    moved = client.post(f"/videos/{measured}/assumptions", json={"reference": "My best"})
    assert moved.status_code == 200, moved.text
    assert stored(analyses, measured)["deliveries"][0]["similarity"]["reference"] == "My best"
    assert stored(analyses, measured)["deliveries"][0]["similarity"]["overall"] > 95, (
        "it is compared with itself"
    )


def test_a_reference_gets_another_name_and_a_note(
    client: FlaskClient,
    analyses: SampleAnalyses,
    hand: Hand,  # noqa: F811
    trc: bytes,
) -> None:
    for name in ("First", "Second"):
        assert send_file(hand, trc, name=name).status_code == 303
    first, second = analyses.catalog.references.all()
    place = f"/references/{first.id}"
    taken = hand.send(f"{place}/edit", name="Second", note="kept")
    assert (taken.status_code, "called “Second” already" in taken.text) == (400, True)
    assert ">kept</textarea>" in taken.text, "what was written is not lost"
    assert hand.send(f"{place}/edit", name=" ", note="").status_code == 400
    assert hand.send(f"{place}/edit", name="Ace", note="x" * 2001).status_code == 400
    assert hand.send("/references/elite/edit", name="Ace").status_code == 400
    assert hand.send(f"{place}/edit", name=" Ace  of 2026", note="Slow day.\r\n<b>").status_code == 303
    page = client.get(place).text
    assert "<h1>Ace of 2026</h1>" in page
    assert "Slow day.\n&lt;b&gt;" in page
    key = next(
        r for r in client.get("/pro-keypoints/list").get_json()["references"] if r["name"] == "Ace of 2026"
    )
    assert References(analyses.storage).get(key["reference"]).name == "Ace of 2026"
    assert analyses.catalog.references.find(second.id).name == "Second"


def test_a_used_reference_leaves_the_list_and_stays_for_its_analyses(
    client: FlaskClient,
    analyses: SampleAnalyses,
    hand: Hand,  # noqa: F811
    measured: str,  # noqa: F811
) -> None:
    hand.send(f"/analyses/{measured}/reference", name="Mine", level="adult")
    (row,) = analyses.catalog.references.all()
    client.post(f"/videos/{measured}/assumptions", json={"reference": "Mine"})
    hand.send(f"/references/{row.id}/delete")
    assert len(client.get("/pro-keypoints/list").get_json()["references"]) == 1
    assert client.get(f"/references/{row.id}").status_code == 404
    assert "A deleted reference" in client.get(f"/analyses/{measured}").text
    again = client.post(f"/videos/{measured}/assumptions", json={"level": "youth"})
    assert again.status_code == 200, again.text
    assert hand.send(f"/analyses/{measured}/reference", name="Mine", level="adult").status_code == 303
    (second,) = analyses.catalog.references.all()
    hand.send(f"/references/{second.id}/delete")
    assert analyses.catalog.references.find(second.id) is None
    assert not analyses.storage.exists(second.storage_key)


def test_a_motion_file_is_imported_and_what_was_understood_is_shown(
    client: FlaskClient,
    analyses: SampleAnalyses,
    hand: Hand,  # noqa: F811
    trc: bytes,
) -> None:
    sent = send_file(hand, trc)
    assert sent.status_code == 303, sent.text
    page = hand.browser.get(sent.headers["Location"]).text
    for words in ("Mocap 7.trc", "Left knee", "120 per second", "Layback"):
        assert words in page
    (row,) = analyses.catalog.references.all()
    assert (row.name, row.level, row.throws) == ("Mocap seven", "pro", "right")
    again = send_file(hand, trc)
    assert again.status_code == 400
    assert "called “Mocap seven” already" in again.text
    assert sum(key.startswith("references/") for key in analyses.storage.list()) == 1


@pytest.mark.parametrize(
    ("filename", "data", "fields", "words"),
    [
        ("a.doc", b"x", {}, "none of the formats"),
        ("a.npz", b"not a zip", {}, "not a readable"),
        ("a.bvh", b"", {}, "bvh"),
        ("a.trc", b"x", {"name": " "}, "needs a name of its own"),
        ("a.trc", b"x", {"name": "Elite"}, "needs a name of its own"),
        ("a.trc", b"x", {"labels": "left knee"}, "is not landmark = label"),
        ("a.trc", b"x", {"fps": "soon"}, "is no frame rate"),
        ("a.trc", b"x", {"height_m": "9 m"}, "is not a height"),
        ("", b"", {}, "No file was chosen"),
    ],
)
def test_what_cannot_be_imported_says_why_and_keeps_the_form(
    analyses: SampleAnalyses,
    hand: Hand,  # noqa: F811
    filename: str,
    data: bytes,
    fields: dict[str, str],
    words: str,
) -> None:
    answer = send_file(hand, data, filename, **fields)
    assert answer.status_code in (400, 413)
    assert words in answer.text
    assert 'value="pro" selected' in answer.text
    assert analyses.catalog.references.all() == []


@pytest.mark.parametrize("reference", ["nobody", "../x", "elite2"])
def test_a_reference_that_is_not_there_cannot_be_chosen(
    client: FlaskClient, analyses: SampleAnalyses, reference: str
) -> None:
    answer = client.post("/videos/sample-lefty", json={"reference": reference})
    assert (answer.status_code, answer.get_json()["code"]) == (400, "no_such_reference")
    assert analyses.catalog.analyses.count() == 0
    assert list(analyses.storage.list()) == []


def test_what_the_command_line_saved_is_in_the_library(client: FlaskClient, analyses: SampleAnalyses) -> None:
    from dataclasses import replace

    References(analyses.storage).save(replace(elite(), name="coach-2019", hand="left"))
    assert "coach-2019" in client.get("/references").text
    assert client.get("/references/coach-2019").status_code == 200
    answer = client.post("/videos/sample-lefty", json={"reference": "coach-2019"})
    assert answer.status_code == 202


@pytest.mark.parametrize("place", ["0", "99", "nobody", "..%2f..", "9" * 12])
def test_an_unknown_reference_is_not_found(client: FlaskClient, place: str) -> None:
    assert client.get(f"/references/{place}").status_code == 404
