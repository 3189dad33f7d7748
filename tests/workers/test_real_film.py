"""The whole thing: a real video, the real model, the real queue, and a worker that is killed half-way."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from shadow_trainer.jobs.maintenance import self_test
from shadow_trainer.jobs.pipeline.request import AnalysisRequest
from shadow_trainer.settings import ROOT
from tests.jobs import rig as rigs
from tests.jobs.conftest import needs_redis
from tests.jobs.rig import SOON_MISSED, Rig, small_settings

pytestmark = pytest.mark.model
PATIENCE_S = 240.0


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    """An installation whose worker has no test overrides; the weights are the project's."""
    needs_redis()
    models = Path(os.environ.get("SHADOW_MODELS", ROOT / "var" / "models"))
    if not models.is_dir():
        pytest.skip(f"the converted weights are not at {models}; run `make setup`")
    monkeypatch.setattr(rigs, "TEST_OVERRIDES", {})
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "models").symlink_to(models)
    with Rig(
        small_settings(tmp_path / "data", model_size="xs", job_timeout_s=600, **SOON_MISSED)
    ) as installation:
        yield installation


def test_a_killed_worker_s_film_ends_in_a_completed_report(rig: Rig) -> None:
    rig.clock()
    worker = rig.worker("w1")
    analysis_id = "5" * 32
    key = f"analyses/{analysis_id}/original.mp4"
    rig.storage.put(key, self_test.CLIP)
    options = AnalysisRequest(model_size="xs").as_dict()
    rig.catalog.analyses.create(
        analysis_id=analysis_id, title="Lefty", original_name="a.mp4", original_key=key, options=options
    )
    rig.jobs.submit(analysis_id)
    rig.until(lambda: rig.jobs.status(analysis_id).stage == "pose", "the pose stage", PATIENCE_S)
    receipts = rig.data / "work" / analysis_id / "receipts"
    scanned_at = (receipts / "scan.json").stat().st_mtime
    child = rig.child_of(worker)
    worker.kill()
    os.kill(child, signal.SIGKILL)
    rig.worker("w2")
    rig.until(lambda: rig.catalog.analyses.get(analysis_id).attempt == 2, "the second attempt", PATIENCE_S)
    rig.until(lambda: rig.jobs.status(analysis_id).stage in ("pose", "motion"), "pose again", PATIENCE_S)
    # The stages that were finished are not done again.
    assert (receipts / "scan.json").stat().st_mtime == scanned_at
    rig.until_state(analysis_id, "completed", "failed", seconds=PATIENCE_S)
    row = rig.catalog.analyses.get(analysis_id)
    assert row.state == "completed", row.error
    assert rig.outcomes(analysis_id) == ["lost", "completed"]
    wanted = {"analysis.json", "pose.npz", "preview.mp4", "poster.jpg", "metrics.csv", "report.html"}
    assert wanted <= set(row.files)
    assert not {"overlay.mp4", "side_by_side.mp4"} & set(row.files), "nobody asked for the videos"
    assert row.result["throws"] == "left"
    with rig.storage.open(f"analyses/{analysis_id}/analysis.json") as file:
        self_test.judge(json.loads(file.read()))
    print(row.result["timings_s"])
