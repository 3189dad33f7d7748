"""A coach sets joints by hand: the motion is solved again from the stored track, and the numbers follow."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from shadow_trainer import pitching
from shadow_trainer.body.series import PoseSeries
from shadow_trainer.body.skeleton import INDEX
from shadow_trainer.jobs.correction import remeasure, resolve
from shadow_trainer.jobs.pipeline.document import plain
from shadow_trainer.jobs.pipeline.joints import JointEdit
from shadow_trainer.pose.motion import solve
from shadow_trainer.services import open_services
from tests.pose.motion import synthetic
from tests.web import documents
from tests.web.conftest import SampleAnalyses
from tests.web.test_events import stored

FPS = 60.0
OUT_PX = np.array([40.0, 30.0])


@pytest.fixture(scope="module")
def solved() -> tuple[synthetic.Film, PoseSeries]:
    """A film whose network takes something else for the throwing wrist around release, and the motion made of it."""
    film = synthetic.film(5, rate_hz=FPS)
    px = np.array(film.raw.landmarks_px)
    wrist = INDEX["right_wrist"]
    release = int(np.argmax(np.linalg.norm(np.gradient(px[:, wrist], axis=0), axis=-1)))
    px[release - 2 : release + 3, wrist] += OUT_PX
    raw = film.raw.with_(landmarks_px=px)
    series = solve(raw, synthetic.WIDTH, synthetic.HEIGHT, throws="right", height_m=film.height_m)
    return synthetic.Film(raw, film.world, film.cam, film.delivery, film.height_m), series


@pytest.fixture
def made(analyses: SampleAnalyses, solved: tuple[synthetic.Film, PoseSeries]) -> str:
    """A finished analysis of it, with its track kept."""
    film, draft = solved[0], analyses.storage.root.parent
    solved[1].save(draft / "pose.npz")
    series = PoseSeries.load(draft / "pose.npz")
    result = pitching.analyse(
        series, throws="right", height_m=film.height_m, view="open-side", reference=None
    )
    assert len(result["deliveries"]) == 1
    video = {
        **documents.document()["video"], "fps": FPS, "capture_fps": FPS, "frame_count": len(series), "time_scale": 1.0,
        "width": synthetic.WIDTH, "height": synthetic.HEIGHT, "duration_s": float(series.time_s[-1]),
    }  # fmt: skip
    names = ("athlete", "view", "deliveries", "consistency", "dropped")
    document = {
        **documents.document(), **{name: result[name] for name in names}, "video": video, "warnings": [], "verdicts": [],
        "solved": {
            "throws": "right", "height_m": film.height_m, "capture_fps": FPS, "time_scale": 1.0, "rate_given": False,
            "usual_height_m": 1.85, "spans": [[0.0, float(series.time_s[-1]), 0]],
        },
    }  # fmt: skip
    film.raw.save(draft / "track.npz")
    files = {name: draft / name for name in ("pose.npz", "track.npz")}
    options = {"throws": "right", "height_m": film.height_m, "view": "open-side", "reference": "none"}
    analysis_id = analyses.completed(plain(document), files=files)
    analyses.catalog.analyses.set_options(analysis_id, options)
    return analysis_id


def step_of(document: dict[str, Any], film: synthetic.Film, **more: Any) -> dict[str, Any]:
    """The throwing wrist at release, where it truly is."""
    from tests.pose.motion.test_hand_set import true_px

    at_s = document["deliveries"][0]["events"]["release"]["time_s"]
    row = int(np.abs(film.raw.time_s - at_s).argmin())
    x, y = (float(value) for value in true_px(film)[row, INDEX["right_wrist"]])
    return {"kind": "set", "joint": "right_wrist", "at_s": at_s, "x": x, "y": y, "sigma_px": 2.0, **more}


def pose(analyses: SampleAnalyses, analysis_id: str) -> PoseSeries:
    with analyses.storage.open(f"analyses/{analysis_id}/pose.npz") as file:
        return PoseSeries.load(io.BytesIO(file.read()))


def post(client: FlaskClient, analysis_id: str, tail: str = "", **body: Any):
    return client.post(f"/videos/{analysis_id}/joints{tail}", json=body)


def test_a_wrist_is_set_undone_and_set_again_and_everything_follows(
    client: FlaskClient, analyses: SampleAnalyses, made: str, solved: tuple[synthetic.Film, PoseSeries]
) -> None:
    film, series = solved
    before = stored(analyses, made)
    step = step_of(before, film)
    row = int(np.abs(series.time_s - step["at_s"]).argmin())
    wrist = INDEX["right_wrist"]
    answer = post(client, made, revision=None, steps=[step])
    assert answer.status_code == 200, answer.text
    after, told = stored(analyses, made), answer.get_json()
    assert (told["undo"], told["redo"], told["revision"]) == (1, 0, after["revision"])
    (kept,) = after["joints"]
    assert (kept["joint"], kept["x_px"], kept["person"]) == ("right_wrist", step["x"], 0) and kept["done_at"]
    here = pose(analyses, made)
    assert np.linalg.norm(here.landmarks_px[row, wrist] - (step["x"], step["y"])) < 4
    assert np.linalg.norm(series.landmarks_px[row, wrist] - (step["x"], step["y"])) > 15
    assert after["deliveries"][0]["metrics"] != before["deliveries"][0]["metrics"]
    assert analyses.catalog.analyses.get(made).options["joints"][0]["joint"] == "right_wrist"
    # The second of two coaches, who has not seen this.
    late = post(client, made, revision=None, steps=[{**step, "joint": "right_elbow"}])
    assert (late.status_code, late.get_json()["code"]) == (409, "changed_meanwhile")
    seen = client.get(f"/videos/{made}/joints").get_json()
    assert [one["joint"] for one in seen["joints"]] == ["right_wrist"]
    assert seen["revision"] == told["revision"]
    undone = post(client, made, "/undo", revision=told["revision"])
    assert undone.status_code == 200 and undone.get_json()["redo"] == 1
    assert stored(analyses, made)["deliveries"] == before["deliveries"]
    again = post(client, made, "/redo", revision=undone.get_json()["revision"])
    assert again.status_code == 200
    assert stored(analyses, made)["deliveries"] == after["deliveries"]
    assert client.post(f"/videos/{made}/assumptions", json={"level": "youth"}).status_code == 200
    assert np.allclose(pose(analyses, made).world_m, here.world_m, equal_nan=True)
    dropped = client.delete(f"/videos/{made}/joints", headers={"Content-Type": "application/json"})
    assert dropped.get_json()["undo"] == 0
    assert stored(analyses, made)["joints"] == []


def test_what_another_run_was_solved_with_is_gone_once_it_is_undone(
    solved: tuple[synthetic.Film, PoseSeries],
) -> None:
    """The pipeline's own motion then holds the joints; undone, neither they nor what they made surer is left."""
    film, series = solved
    at_s = float(series.time_s[60])
    facts = {"throws": "right", "height_m": film.height_m, "time_scale": 1.0}
    size = (synthetic.WIDTH, synthetic.HEIGHT)
    step = JointEdit("set", "right_wrist", at_s, 600.0, 300.0)
    again = resolve.motion(series, film.raw, [step], facts, size)
    assert again.extras["hand_set"].sum() == 1
    back = resolve.motion(again, film.raw, [], {**facts, "joints_at_s": [at_s]}, size)
    assert not back.extras["hand_set"].any()
    assert np.allclose(back.world_m, series.world_m, equal_nan=True)


def test_one_who_is_overtaken_while_it_is_solved_gets_the_conflict_too(
    client: FlaskClient, analyses: SampleAnalyses, made: str, solved, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, real, calls = step_of(stored(analyses, made), solved[0]), remeasure.in_child, []

    def meanwhile(*arguments: Any) -> dict[str, Any]:
        calls.append(arguments)
        answer = real(*arguments)
        if len(calls) == 1:
            services = open_services(client.application.extensions["shadow"].settings)
            remeasure._apply_once(services, made, lambda: remeasure.Change(assumed={"level": "youth"}))
        return answer

    monkeypatch.setattr(remeasure, "in_child", meanwhile)
    assert post(client, made, revision=None, steps=[step]).get_json()["code"] == "changed_meanwhile"
    assert not stored(analyses, made).get("joints")


@pytest.mark.parametrize(
    "body", [{}, {"steps": []}, {"steps": "all"}, {"steps": [{"kind": "set"}]}, {"steps": [7]}, [1]]
)
def test_what_is_no_step_is_said_so(client: FlaskClient, made: str, body: Any) -> None:
    answer = client.post(f"/videos/{made}/joints", json=body)
    assert answer.status_code == 400 and answer.get_json()["fix"]


def test_a_result_of_a_release_before_says_that_it_must_run_again(
    client: FlaskClient, analyses: SampleAnalyses, made: str, solved: tuple[synthetic.Film, PoseSeries]
) -> None:
    step = step_of(stored(analyses, made), solved[0])
    analyses.storage.delete(f"analyses/{made}/track.npz")
    answer = post(client, made, steps=[step])
    assert answer.get_json()["code"] == "track_missing" and "Run again" in answer.get_json()["fix"]
    assert not stored(analyses, made).get("joints")
