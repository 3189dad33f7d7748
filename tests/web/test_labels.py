"""What coaches corrected is written as labels, with the engine's answer beside it and nobody's name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from benchmarks import corrections
from shadow_trainer.cli import cli
from tests.web.conftest import SampleAnalyses
from tests.web.test_events import stored
from tests.web.test_joints import made, post, solved, step_of  # noqa: F401 - fixtures are used by name


def test_corrections_are_exported_and_read(
    client: FlaskClient, analyses: SampleAnalyses, made: str, solved, tmp_path: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    step = step_of(stored(analyses, made), solved[0])
    assert post(client, made, steps=[step]).status_code == 200
    release = step["at_s"]
    moved = client.post(f"/videos/{made}/events", json={"delivery": 0, "events": {"leg_lift": release - 0.7}})
    assert moved.status_code == 200
    settings = client.application.extensions["shadow"].settings
    monkeypatch.setattr("shadow_trainer.settings.load", lambda: settings)
    out = tmp_path / "labels.jsonl"
    result = CliRunner().invoke(cli, ["labels", "export", "--out", str(out)])
    assert result.exit_code == 0, result.output
    labels = [json.loads(line) for line in out.read_text().splitlines()]
    joint, event = sorted(labels, key=lambda one: one["label"], reverse=True)
    assert (joint["joint"], joint["x_px"]) == ("right_wrist", step["x"]) and "by" not in joint
    # The network took something else for the wrist, 50 pixels away.
    assert corrections.miss(joint) == pytest.approx(50 / joint["body_px"], abs=0.03)
    assert event["event"] == "leg_lift" and event["engine"]["at_s"] != pytest.approx(event["at_s"])
    told = "\n".join(corrections.lines(labels))
    assert "2 corrections of 1 analyses" in told and "wrist" in told and "leg_lift" in told
