"""Rows are where the file says they are: its own times, their gaps and their beginning, not row by rate."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shadow_trainer.pitching import importers
from shadow_trainer.pitching.importers.motion import Raw
from shadow_trainer.pitching.importers.row_times import read_clock
from tests.pitching.test_importers import h36m_of

from . import motion_files
from .motion_files import Rows

RATE = 120.0


def raw(
    time_s: np.ndarray | None, fps: float | None = None, frames: np.ndarray | None = None, rows: int = 60
) -> Raw:
    return Raw(
        np.zeros((len(time_s) if time_s is not None else rows, 1, 3)),
        ("a",),
        fps,
        "trc",
        time_s=time_s,
        frames=frames,
    )


def even(count: int = 60, start: float = 0.0) -> np.ndarray:
    return start + np.arange(count) / RATE


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, float]]:
    path = motion_files.written("trc", tmp_path_factory.mktemp("base"))
    return path.read_text(), motion_files.events(path)


@pytest.mark.parametrize("start", [2.0, -1.0, 3600.25])
def test_events_stand_in_the_files_own_seconds(start: float, base, tmp_path: Path) -> None:
    path = tmp_path / "late.trc"
    path.write_text(base[0])

    def late(rows: Rows) -> None:
        for row in rows:
            row[1] = f"{float(row[1]) + start:.6f}"

    events = motion_files.events(motion_files.with_rows(path, late))
    assert {name: when - start for name, when in events.items()} == pytest.approx(base[1], abs=1e-3)


@pytest.mark.parametrize(("first", "count"), [(100, 24), (60, 3), (120, 50)])
def test_rows_left_out_leave_a_gap_and_move_no_event(first: int, count: int, base, tmp_path: Path) -> None:
    path = tmp_path / "gap.trc"
    path.write_text(base[0])
    motion_files.with_rows(path, lambda rows: rows[:first] + rows[first + count :])
    motion = importers.read(path)
    assert any("1 gap in the times" in note for note in motion.notes)
    events = motion_files.events(path)
    for name in ("foot_contact", "release"):
        assert events[name] == pytest.approx(base[1][name], abs=0.004)


def test_a_gap_inside_the_throw_is_no_faster_throw(base, tmp_path: Path) -> None:
    path = tmp_path / "gap.trc"
    path.write_text(base[0])
    motion_files.with_rows(path, lambda rows: rows[:219] + rows[225:])
    events = motion_files.events(path)
    assert events["release"] == pytest.approx(base[1]["release"], abs=0.003)
    assert events["foot_contact"] == pytest.approx(base[1]["foot_contact"], abs=0.005)


@pytest.mark.parametrize("said", ["100.000", "60", "240,000"])
def test_a_head_that_disagrees_is_said_and_the_times_hold(said: str, base, tmp_path: Path) -> None:
    path = tmp_path / "head.trc"
    path.write_text(base[0].replace("\n120.000\t", f"\n{said}\t", 1))
    motion = importers.read(path)
    assert motion.fps == pytest.approx(120.0, abs=0.01)
    assert any("the head says" in note and "120" in note for note in motion.notes)


@pytest.mark.parametrize(
    ("times", "words"),
    [
        (np.full(60, np.nan), "empty"),
        (np.zeros(60), "empty"),
        (np.arange(1.0, 61.0), "count frames"),
        (np.r_[even(30), even(30)], "do not rise"),
        (even()[::-1], "do not rise"),
    ],
)
def test_times_that_are_none_give_way_to_the_rate_and_that_is_said(times: np.ndarray, words: str) -> None:
    time_s, fps, notes = read_clock(raw(times, RATE), None)
    assert time_s == pytest.approx(even()) and fps == RATE
    assert any(words in note for note in notes)


@pytest.mark.parametrize(("factor", "fps"), [(1e3, RATE), (1e6, RATE), (1e3, None)])
def test_times_in_parts_of_a_second_are_seconds(factor: float, fps: float | None) -> None:
    time_s, rate, notes = read_clock(raw(even() * factor, fps), None)
    assert time_s == pytest.approx(even(), abs=1e-6) and rate == pytest.approx(RATE)
    assert "seconds" in notes[0]


@given(
    decimals=st.integers(2, 6),
    start=st.floats(0, 100),
    rate=st.sampled_from([24.0, 30.0, 59.94, 100.0, 119.88, 120.0, 250.0]),
    lost=st.integers(0, 5),
)
@settings(max_examples=60, deadline=None)
def test_rounded_times_are_put_back_on_even_steps(
    decimals: int, start: float, rate: float, lost: int
) -> None:
    number = np.r_[np.arange(40), np.arange(40 + lost, 80)]
    true = round(start, 3) + number / rate
    time_s, fps, _ = read_clock(raw(np.round(true, decimals), rate), None)
    if 0.51 * 10.0**-decimals < 0.25 / rate:
        assert time_s == pytest.approx(true, abs=1.1 * 10.0**-decimals)
        assert fps == pytest.approx(rate, rel=0.002)
        assert np.ptp(np.diff(time_s[:40])) < 0.02 / rate
    assert (np.diff(time_s) > 0).all()


def test_without_times_the_numbers_of_the_rows_show_the_gap() -> None:
    frames = np.r_[np.arange(1, 31), np.arange(55, 85)].astype(float)
    time_s, _, _ = read_clock(raw(None, RATE, frames), None)
    assert time_s[29] == pytest.approx(29 / RATE) and time_s[30] == pytest.approx(54 / RATE)


def test_a_rate_that_a_person_gives_stretches_the_times_with_their_gaps() -> None:
    times = np.r_[even(30), even(30, start=1.0)]
    time_s, fps, _ = read_clock(raw(times, RATE), 240.0)
    assert fps == 240.0 and time_s == pytest.approx(times / 2)


@pytest.mark.parametrize("name", ["time_s", "timestamps", "t"])
def test_arrays_have_their_own_times_too(name: str, tmp_path: Path) -> None:
    series = motion_files.pitch()
    joints, kept = h36m_of(series), np.r_[0:100, 124 : len(series)]
    path = tmp_path / "lifted.npz"
    np.savez(path, joints_3d=joints[kept], **{name: series.time_s[kept] + 5.0}, fps=100.0)
    motion = importers.read(path)
    assert motion.fps == pytest.approx(120, abs=0.1)
    assert any("the head says 100" in note for note in motion.notes)
    whole = tmp_path / "whole.npz"
    np.savez(whole, joints_3d=joints, fps=120.0)
    assert motion_files.events(path)["release"] - 5.0 == pytest.approx(
        motion_files.events(whole)["release"] + series.time_s[0], abs=0.004
    )


@pytest.mark.parametrize(
    ("said", "rate"), [("0,0083333", 120.0), ("120", 120.0), ("8.3333", 120.0), ("33.3333", 30.0)]
)
def test_a_frame_time_of_a_bvh_is_seconds_whatever_was_written(
    said: str, rate: float, tmp_path: Path
) -> None:
    path = motion_files.written("bvh", tmp_path)
    before, _, after = path.read_text().partition("Frame Time: ")
    path.write_text(f"{before}Frame Time: {said}\n{after.partition(chr(10))[2]}")
    assert importers.read(path).fps == pytest.approx(rate, rel=1e-3)


def test_times_as_on_a_clock_are_seconds(base, tmp_path: Path) -> None:
    path = tmp_path / "clock.trc"
    path.write_text(base[0])

    def clock(rows: Rows) -> None:
        for row in rows:
            row[1] = f"00:01:{float(row[1]) + 2:09.6f}"

    seen = motion_files.events(motion_files.with_rows(path, clock))
    assert seen["release"] - 62.0 == pytest.approx(base[1]["release"], abs=1e-3)


def test_times_of_which_some_are_missing_tell_the_rate(tmp_path: Path) -> None:
    series, path = motion_files.pitch(), tmp_path / "lifted.npz"
    np.savez(path, joints_3d=h36m_of(series), time_s=series.time_s[:-1])
    motion = importers.read(path)
    assert motion.fps == pytest.approx(120, abs=0.1)
    assert any("only their rate is used" in note for note in motion.notes)


@given(drop=st.lists(st.integers(1, 320), min_size=1, max_size=40, unique=True))
@settings(max_examples=10, deadline=None)
def test_whatever_rows_are_lost_the_others_stay_where_they_were(drop: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = motion_files.written("trc", Path(folder))
        whole = importers.read(path)
        gone = {row for row in drop if row < len(whole.time_s) - 1}
        motion_files.with_rows(path, lambda rows: [row for n, row in enumerate(rows) if n not in gone])
        part = importers.read(path)
    at = np.searchsorted(whole.time_s, part.time_s - 1e-4)
    assert np.abs(whole.time_s[at] - part.time_s).max() < 1e-4
    assert motion_files.near(whole.points[at], part.points)
