"""The example report: made once at set-up, opened in one click, each coach's own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from shadow_trainer.jobs.attempt import example
from shadow_trainer.jobs.pipeline.engines import Engines
from tests.web import documents
from tests.web.accounts import Person
from tests.web.coaches_site import CoachesSite
from tests.web.test_history import Hand, hand  # noqa: F401


def measured(request: Any, video: Path, work: Path, **_: Any) -> dict[str, Any]:
    """What the pipeline would leave of the sample, at once."""
    out, document = work / "out", documents.document()
    (out / "people").mkdir(parents=True)
    (out / "people" / "0.jpg").write_bytes(b"jpg")
    (out / "analysis.json").write_text(json.dumps(document))
    shutil.copyfile(video, out / "preview.mp4")
    documents.pose(document["video"]["frame_count"]).save(out / "pose.npz")
    return document


def prepare(app: Any) -> bool:
    shadow = app.extensions["shadow"]
    return example.make(shadow.settings, shadow.storage, Engines(shadow.settings), measured)


def test_it_is_made_once_for_each_release(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert prepare(app) and not prepare(app)
    monkeypatch.setattr(example, "RELEASE", "another")
    assert prepare(app)


def test_one_click_opens_a_finished_report(app: Any, client: FlaskClient, hand: Hand) -> None:  # noqa: F811
    assert "Open the example report" not in client.get("/").text
    prepare(app)
    assert "Open the example report" in client.get("/").text
    opened = hand.send("/example")
    assert opened.status_code == 303
    page = client.get(opened.headers["Location"])
    assert page.status_code == 200 and "data-player" in page.text
    analysis_id = opened.headers["Location"].rsplit("/", 1)[1]
    assert client.get(f"/videos/{analysis_id}/status").json["status"] == "completed"
    assert client.get(f"/analyses/{analysis_id}/files/original").status_code == 200
    # It is one like any other: found again, put away and taken out, and gone for good when it is purged.
    assert hand.send("/example").headers["Location"] == opened.headers["Location"]
    client.delete(f"/videos/{analysis_id}")
    assert client.get(hand.send("/example").headers["Location"]).status_code == 200
    client.delete(f"/videos/{analysis_id}?purge=1")
    assert client.get(hand.send("/example").headers["Location"]).status_code == 200


def test_nobody_computed_it_so_it_tells_no_time_of_working(app: Any, hand: Hand) -> None:  # noqa: F811
    prepare(app)
    hand.send("/example")
    catalog = app.extensions["shadow"].catalog
    assert catalog.statistics.typical_seconds("m") is None
    assert len(catalog.statistics.recent_results()) == 1, "what set-up took is a past run of this machine"


def test_each_coach_has_a_copy_of_their_own(coaches: CoachesSite) -> None:
    prepare(coaches.app)
    ana, bob = Person(coaches.app, "ana"), Person(coaches.app, "bob")
    hers, his = (one.post("/example").headers["Location"] for one in (ana, bob))
    assert hers != his and ana.get(hers).status_code == 200
    assert bob.get(hers).status_code == 404


def test_without_one_the_answer_says_what_to_do(hand: Hand) -> None:  # noqa: F811
    answer = hand.send("/example")
    assert answer.status_code == 404 and "Run the sample" in answer.text
