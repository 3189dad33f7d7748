"""The pipeline's promises: nothing done twice, nothing half done, progress that is measured."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shadow_trainer.errors import BadRequest, BadVideo, Canceled
from shadow_trainer.jobs.pipeline import pipeline, stages
from shadow_trainer.jobs.pipeline.request import AnalysisRequest
from shadow_trainer.jobs.pipeline.stage import Run, Stage
from shadow_trainer.settings import Settings


class Recorder:
    """Two real little stages that count their runs; the second can be told to fail."""

    def __init__(self) -> None:
        self.runs: list[str] = []
        self.error: BaseException | None = None

    def first(self, run: Run) -> None:
        self.runs.append("first")
        run.write_json("first.json", {"size": run.video.stat().st_size})

    def second(self, run: Run) -> None:
        self.runs.append("second")
        run.write("out/half.bin").write_bytes(b"half")
        if self.error:
            raise self.error
        run.write_json("out/analysis.json", {"throws": run.request.throws, **run.read_json("first.json")})

    def table(self) -> tuple[Stage, ...]:
        return (
            Stage("probe", "one", 0.25, ("capture_fps",), self.first),
            Stage("analyse", "two", 0.75, ("throws",), self.second),
        )


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    made = Recorder()
    monkeypatch.setattr(stages, "STAGES", made.table())
    return made


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"x" * 1000)
    return path


def run(film: Path, work: Path, request: AnalysisRequest | None = None, **more: object) -> dict:
    return pipeline.run(
        request or AnalysisRequest(),
        film,
        work,
        settings=Settings(),
        engine_factory=lambda size: None,
        **more,
    )


def test_a_second_run_repeats_nothing(recorder: Recorder, film: Path, tmp_path: Path) -> None:
    first = run(film, tmp_path / "work")
    assert run(film, tmp_path / "work") == first
    assert recorder.runs == ["first", "second"]


def test_a_retry_costs_only_the_stage_that_was_lost(recorder: Recorder, film: Path, tmp_path: Path) -> None:
    recorder.error = OSError(28, "No space left on device")
    with pytest.raises(OSError, match="No space"):
        run(film, tmp_path / "work")
    recorder.error = None
    run(film, tmp_path / "work")
    assert recorder.runs == ["first", "second", "second"]


def test_a_failed_stage_leaves_nothing_half_written(recorder: Recorder, film: Path, tmp_path: Path) -> None:
    recorder.error = BadVideo("broken")
    with pytest.raises(BadVideo):
        run(film, tmp_path / "work")
    left = {
        p.relative_to(tmp_path / "work").as_posix() for p in (tmp_path / "work").rglob("*") if p.is_file()
    }
    assert left == {"first.json", "receipts/probe.json"}


def test_another_option_repeats_only_what_depends_on_it(
    recorder: Recorder, film: Path, tmp_path: Path
) -> None:
    run(film, tmp_path / "work")
    repeated = run(film, tmp_path / "work", AnalysisRequest(throws="left"))
    assert repeated["throws"] == "left"
    assert recorder.runs == ["first", "second", "second"]


def test_another_film_in_the_same_folder_repeats_everything(
    recorder: Recorder, film: Path, tmp_path: Path
) -> None:
    run(film, tmp_path / "work")
    film.write_bytes(b"y" * 1000)
    run(film, tmp_path / "work")
    assert recorder.runs == ["first", "second"] * 2


@pytest.mark.parametrize("damage", ["missing output", "broken receipt", "old receipt"])
def test_a_damaged_folder_is_not_trusted(recorder: Recorder, film: Path, tmp_path: Path, damage: str) -> None:
    work = tmp_path / "work"
    run(film, work)
    receipt = work / "receipts" / "analyse.json"
    if damage == "missing output":
        (work / "out" / "analysis.json").unlink()
    elif damage == "broken receipt":
        receipt.write_text('{"fingerpr')
    else:
        receipt.write_text(json.dumps({**json.loads(receipt.read_text()), "fingerprint": "older"}))
    assert run(film, work)["size"] == 1000
    assert recorder.runs == ["first", "second", "second"]


def test_another_release_of_the_engine_repeats_its_stages(
    recorder: Recorder, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weights or code of a stage changed between two attempts: what the old ones made is not mixed in."""
    engine = tmp_path / "package" / "engine"
    (engine / "data").mkdir(parents=True)
    (engine / "fit.py").write_text("ROUNDS = 8")
    (engine / "data" / "weights.bin").write_bytes(b"first")
    monkeypatch.setattr(pipeline, "PACKAGE", tmp_path / "package")
    first, second = recorder.table()
    monkeypatch.setattr(stages, "STAGES", (first, replace(second, code=("engine",))))
    run(film, tmp_path / "work")
    run(film, tmp_path / "work")
    assert recorder.runs == ["first", "second"]
    (engine / "data" / "weights.bin").write_bytes(b"other")
    pipeline.code_fingerprint.cache_clear()  # a new process
    run(film, tmp_path / "work")
    assert recorder.runs == ["first", "second", "second"]


def test_cancel_between_stages_stops_and_keeps_what_is_done(
    recorder: Recorder, film: Path, tmp_path: Path
) -> None:
    def check() -> None:
        if recorder.runs:
            raise Canceled("stopped")

    with pytest.raises(Canceled):
        run(film, tmp_path / "work", check=check)
    run(film, tmp_path / "work")
    assert recorder.runs == ["first", "second"]


def test_every_stage_is_announced_even_when_skipped(recorder: Recorder, film: Path, tmp_path: Path) -> None:
    seen: list[str] = []
    for _ in range(2):
        run(film, tmp_path / "work", stage_done=lambda stage, work: seen.append(stage))
    assert seen == ["probe", "analyse"] * 2


def test_nan_never_reaches_a_json_file(film: Path, tmp_path: Path) -> None:
    context = Run(
        AnalysisRequest(), film, tmp_path, Settings(), lambda s: None, lambda *a: None, lambda: None
    )
    context.scratch = tmp_path
    with pytest.raises(ValueError, match="JSON"):
        context.write_json("x.json", {"value": float("nan")})


def test_stage_weights_are_shares_of_one() -> None:
    assert sum(stage.weight for stage in stages.table()) == pytest.approx(1.0)


@pytest.mark.parametrize("asked", [False, True])
def test_videos_are_drawn_only_when_they_are_asked_for(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, film: Path, tmp_path: Path, asked: bool
) -> None:
    def third(run: Run) -> None:
        recorder.runs.append("third")

    table = (*recorder.table(), Stage("videos", "three", 0.5, (), third, on_request=True))
    monkeypatch.setattr(stages, "STAGES", table)
    run(film, tmp_path / "work", videos=asked)
    assert recorder.runs == ["first", "second", *(["third"] if asked else [])]
    assert pipeline.overall_progress("analyse", 1, 1, videos=asked) == pytest.approx(
        100 / 1.5 if asked else 100
    )


@settings(deadline=None)
@given(st.data())
def test_overall_progress_never_goes_back(data: st.DataObject) -> None:
    last, asked = 0.0, data.draw(st.booleans())
    for stage in stages.table(videos=asked):
        total = data.draw(st.integers(1, 1000))
        for done in sorted(data.draw(st.lists(st.integers(0, total), max_size=5))):
            value = pipeline.overall_progress(stage.name, done, total, videos=asked)
            assert last - 1e-9 <= value <= 100 + 1e-9
            last = value


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"throws": "both"}, "bad_throws"),
        ({"view": "above"}, "bad_view"),
        ({"model_size": "xxl"}, "bad_model_size"),
        ({"capture_fps": 0}, "bad_capture_fps"),
        ({"capture_fps": float("nan")}, "bad_capture_fps"),
        ({"height_m": 18}, "bad_height_m"),
        ({"height_m": True}, "bad_height_m"),
        ({"person": -1}, "bad_person"),
        ({"colour": "red"}, "unknown_option"),
    ],
)
def test_a_wrong_option_is_named(options: dict, code: str) -> None:
    with pytest.raises(BadRequest) as caught:
        AnalysisRequest.from_dict(options)
    assert caught.value.code == code
    assert caught.value.exit_code == 3
