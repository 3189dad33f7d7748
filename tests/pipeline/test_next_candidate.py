"""Where the likeliest athlete does not pitch, the next one is measured: the catcher is no reason for no report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shadow_trainer.body.series import PoseSeries
from shadow_trainer.jobs.pipeline import stages
from shadow_trainer.jobs.pipeline.pipeline import Run
from shadow_trainer.jobs.pipeline.request import AnalysisRequest
from shadow_trainer.pitching.slow_motion import Speed
from shadow_trainer.pose.raw_track import RawTrack
from shadow_trainer.pose.tracking.candidates import Person, Scan
from shadow_trainer.video import VideoInfo
from tests.pitching import bodies

INFO = VideoInfo(1280, 720, 1, 60.0, 60.0, 1.0, 0, "h264", 1, "yuv420p", False, False, True, False, 1.0)
PITCH = bodies.pitch(60.0)
STILL = PITCH.with_(world_m=np.repeat(PITCH.world_m[:1], len(PITCH), axis=0))


def person(number: int, *, throws: bool = True) -> Person:
    times = PITCH.time_s[[0, -1]]
    windows = ((float(times[0]), float(times[1])),) if throws else ()
    return Person(
        number,
        1.0 - 0.1 * number,
        times[0],
        times[1],
        3.0,
        400.0,
        9.0,
        times,
        np.ones((2, 4)),
        np.zeros(2, int),
        windows,
    )


class Measured:
    """Runs the stage ``motion`` of a work folder in which each person moves as told."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, *moves: PoseSeries) -> None:
        self.asked: list[int] = []
        self.work = folder
        people = tuple(person(number) for number in range(len(moves)))
        scan = Scan((*people, person(len(moves), throws=False)), 0, people[0].windows)
        (folder / "scan.json").write_text(json.dumps(scan.as_dict()))
        (folder / "facts.json").write_text(json.dumps(INFO.as_dict()))
        self.track(0).save(folder / "landmarks.npz")
        (folder / "out").mkdir()
        monkeypatch.setattr(stages, "_landmarks", lambda run, _scan, spans: self.track(spans[0].person))
        monkeypatch.setattr(stages, "_solve", lambda run, spans, track: self.solve(track, moves))

    @staticmethod
    def track(number: int) -> RawTrack:
        track = RawTrack.empty(PITCH.time_s)
        return track.with_(roi=np.full((len(track), 4), float(number)), measured=np.ones(len(track), bool))

    def solve(self, track: RawTrack, moves: tuple[PoseSeries, ...]) -> Speed:
        self.asked.append(int(track.roi[0, 0]))
        return Speed(moves[self.asked[-1]], 1.0)

    def chosen(self, **options: Any) -> int:
        run = Run(AnalysisRequest(**options), self.work, self.work, None, None, lambda *_: None, lambda: None)
        run.scratch = self.work
        stages.motion(run)
        return json.loads((self.work / "motion.json").read_text())["person"]


def test_the_next_one_is_measured_where_the_first_does_not_pitch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = Measured(tmp_path, monkeypatch, STILL, PITCH, PITCH)
    assert measured.chosen() == 1 and measured.asked == [0, 1]


def test_nobody_else_is_measured_where_the_first_pitches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = Measured(tmp_path, monkeypatch, PITCH, PITCH)
    assert measured.chosen() == 0 and measured.asked == [0]


def test_whoever_was_chosen_by_hand_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measured = Measured(tmp_path, monkeypatch, STILL, PITCH)
    assert measured.chosen(person=0) == 0 and measured.asked == [0]


def test_where_nobody_pitches_the_first_stays_and_the_search_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = Measured(tmp_path, monkeypatch, *[STILL] * 6)
    assert measured.chosen() == 0 and measured.asked == [0, 1, 2]
