"""What was not seen is missing however a program wrote it, and is counted; what stands still is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shadow_trainer.body.skeleton import INDEX
from shadow_trainer.cli.measure import document_of
from shadow_trainer.pitching import importers
from shadow_trainer.pitching.importers.missing import clean

from . import motion_files
from .motion_files import Rows

ELBOW, GAP = INDEX["right_elbow"], slice(222, 226)
CELLS = slice(2 + 3 * ELBOW, 5 + 3 * ELBOW)
SPELLINGS = [
    "0.0000", "0", "-0.0", "", " ", "NaN", "nan", "-nan(ind)", "1.#QNAN", "-1.#IND00", "N/A", "#N/A", "null", "-",
    "inf", "9999999", "-9999.0", "*", "missing",
]  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, np.ndarray]:
    path = motion_files.written("trc", tmp_path_factory.mktemp("whole"))
    return path.read_text(), importers.read(path).points


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_of_missing_is_missing_and_counted(spelling: str, whole, tmp_path: Path) -> None:
    path = tmp_path / "p.trc"
    path.write_text(whole[0])

    def lose(rows: Rows) -> None:
        for row in rows[GAP]:
            row[CELLS] = [spelling] * 3

    motion = importers.read(motion_files.with_rows(path, lose))
    assert np.isnan(motion.points[GAP, ELBOW]).all()
    assert np.isnan(motion.points[:, ELBOW, 0]).sum() == 4
    assert any(note.startswith("4 places") and "right_elbow 4" in note for note in motion.notes)
    assert motion_files.near(motion.points, whole[1])


def test_a_marker_that_holds_its_place_and_then_jumps_was_lost(whole, tmp_path: Path) -> None:
    path = tmp_path / "p.trc"
    path.write_text(whole[0])

    def hold(rows: Rows) -> None:
        for row in rows[GAP]:
            row[CELLS] = rows[GAP.start - 1][CELLS]

    motion = importers.read(motion_files.with_rows(path, hold))
    assert np.isnan(motion.points[GAP, ELBOW]).all()
    assert any("the one before again" in note for note in motion.notes)


@pytest.mark.parametrize("kind", ["c3d", "npz", "pose"])
@pytest.mark.parametrize("value", [0.0, np.nan])
def test_points_at_the_origin_are_missing_in_binary_files_too(
    kind: str, value: float, tmp_path: Path
) -> None:
    series = motion_files.pitch()
    world = series.world_m.copy()
    world[GAP, ELBOW] = value
    path = tmp_path / ("pitch.c3d" if kind == "c3d" else "pose.npz")
    if kind == "c3d":
        # A place at the origin with a residual of 0, which claims to have been seen.
        motion_files.written("c3d", tmp_path, series.with_(world_m=world))
    else:
        np.savez(path, **{"world_m" if kind == "pose" else "joints_3d": world, "time_s": series.time_s})
    document = document_of(path, height_m=1.88)
    flexion = next(m for m in document["deliveries"][0]["metrics"] if m["name"] == "elbow_flexion@max")
    assert flexion["value"] == pytest.approx(108, abs=3)
    assert any("4 places" in note for note in document["notes"])


def every(step: int, hold: int = 1) -> Callable[[Rows], Rows]:
    """Each ``step``-th row, and ``hold`` in a row, as the one before."""

    def repeat(rows: Rows) -> Rows:
        out = [list(row) for row in rows]
        for place in range(step, len(rows), step):
            for after in range(hold):
                if place + after < len(rows):
                    out[place + after][2:] = out[place - 1][2:]
        return out

    return repeat


@pytest.mark.parametrize(
    ("repeat", "rate"), [(every(5), 96), (every(6), 100), (every(2), 60), (every(4, 2), 60)]
)
def test_repeated_rows_are_no_measurement_and_the_rate_is_that_of_the_others(
    repeat: Callable[[Rows], Rows], rate: float, whole, tmp_path: Path
) -> None:
    path = tmp_path / "p.trc"
    path.write_text(whole[0])
    document = document_of(motion_files.with_rows(path, repeat))
    assert document["capture_fps"] == pytest.approx(rate, rel=0.04)
    times = document["deliveries"][0]["events"]
    assert times["release"]["time_s"] == pytest.approx(1.940, abs=0.006 if rate > 80 else 0.012)
    assert any("rows are the one before again" in note for note in document["notes"])


def test_every_row_twice_in_a_pose_file_is_half_the_rate(tmp_path: Path) -> None:
    series, path = motion_files.pitch(), tmp_path / "pose.npz"
    twice = np.repeat(series.world_m[::2], 2, axis=0)[: len(series)]
    np.savez(path, time_s=series.time_s, world_m=twice)
    assert document_of(path, height_m=1.88)["capture_fps"] == pytest.approx(60, rel=0.05)


@pytest.mark.parametrize("kind", ["trc", "bvh"])
def test_rows_in_which_nothing_was_seen_are_counted(kind: str, tmp_path: Path) -> None:
    path = motion_files.written(kind, tmp_path)
    lines, gap, first = path.read_text().rstrip("\n").split("\n"), "\t" if kind == "trc" else " ", -60
    for place in (first, first + 20, first + 40):
        words = lines[place].split(gap)
        lines[place] = gap.join(
            words[:2] + ["NaN"] * (len(words) - 2) if kind == "trc" else ["NaN"] * len(words)
        )
    path.write_text("\n".join(lines) + "\n")
    assert "3 rows are empty" in importers.read(path).notes
    seen = motion_files.events(path)
    assert seen["release"] == pytest.approx(1.940, abs=0.003)


@pytest.mark.parametrize("place", [150, 200, 230])
def test_a_picture_that_is_held_for_a_second_is_no_measurement(place: int) -> None:
    world = motion_files.pitch().world_m
    held = np.concatenate([world[:place], np.repeat(world[place - 1 : place], 120, axis=0), world[place:]])
    seen = clean(held, 1 / 120, zeros=True)
    assert seen.repeated[place : place + 120].all() and not seen.repeated[: place - 1].any()


@pytest.mark.parametrize("unit_m", [0.001, 0.005, 0.01])
def test_coarse_numbers_are_not_taken_for_holds(unit_m: float) -> None:
    rounded = np.round(motion_files.pitch().world_m / unit_m) * unit_m
    assert not clean(rounded, 1 / 120, zeros=True).held


def test_a_body_that_stands_still_is_measured() -> None:
    series = motion_files.pitch()
    still = np.concatenate([np.repeat(series.world_m[:1], 200, axis=0), series.world_m])
    cleaned = clean(still, 1 / 120, zeros=True)
    assert not cleaned.repeated.any() and not cleaned.held and cleaned.rate_share == 1.0


@given(
    row=st.integers(60, 240),
    length=st.integers(1, 6),
    point=st.sampled_from([INDEX[name] for name in ("right_wrist", "left_wrist", "left_ankle", "nose")]),
    value=st.sampled_from([0.0, -9999.0, 999999.0, np.nan, np.inf]),
)
@settings(max_examples=30, deadline=None)
def test_whatever_is_lost_is_found_and_nothing_else(row: int, length: int, point: int, value: float) -> None:
    points = motion_files.pitch().world_m.copy()
    unseen = np.isnan(points).any(axis=-1)
    points[row : row + length, point] = value
    cleaned = clean(points, 1 / 120, zeros=True)
    lost = np.isnan(cleaned.points).any(axis=-1) & ~unseen
    expected = np.zeros_like(lost)
    expected[row : row + length, point] = ~unseen[row : row + length, point]
    assert (lost == expected).all()
