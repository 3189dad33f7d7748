"""The real pipeline as far as films are opened: probe, browser copy, and every frame of the original once."""

from __future__ import annotations

from typing import Any

from shadow_trainer import video
from shadow_trainer.jobs.pipeline import pipeline, stages
from shadow_trainer.jobs.pipeline.stage import Run, Stage
from shadow_trainer.video import VideoInfo
from tests.jobs.fakes import DOCUMENT


def decode(run: Run) -> None:
    """What scan and pose do with the decoder."""
    info = VideoInfo.from_dict(run.read_json("probe.json"))
    for frame in video.frames(run.video, info):
        run.check()
        run.advance(frame.index, info.frame_count)
    run.write_json("out/analysis.json", DOCUMENT)


STAGES = (
    Stage("probe", "one", 0.2, (), stages.probe),
    Stage("preview", "two", 0.4, (), stages.preview),
    Stage("pose", "three", 0.4, (), decode),
)


def run(*arguments: Any, **parts: Any) -> dict[str, Any]:
    """The pipeline with the stages of this module."""
    stages.STAGES = STAGES
    return pipeline.run(*arguments, **parts)
