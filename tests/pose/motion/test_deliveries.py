"""The generated deliveries: as wide as pitchers are and wider, and a family of styles that no training sees."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import delivery_range
from shadow_trainer.pose.motion.body import lengths_of
from training.lifter import deliveries, styles


@pytest.fixture(scope="module")
def ours() -> dict[tuple[str, str], np.ndarray]:
    return delivery_range.generated(60)


def spread(values: np.ndarray) -> tuple[float, float]:
    low, high = np.nanpercentile(values, (2, 98))
    return float(low), float(high)


@pytest.mark.parametrize(
    ("moment", "quantity", "least", "most"),
    [
        ("foot_contact", "trunk_rotation", -40, 20),
        ("foot_contact", "hip_shoulder_separation", 32, 70),
        ("foot_contact", "shoulder_line_skew_deg", 2, 18),
        ("foot_contact", "lead_ankle_y_h", -0.26, 0.0),
        ("foot_contact", "shoulder_width_h", 0.14, 0.185),
        ("release", "arm_slot", 0, 55),
        ("release", "trunk_forward_tilt", 14, 48),
        ("max_external_rotation", "shoulder_external_rotation", 160, 190),
        ("leg_lift_to_release", "shoulder_width_h_range", 0.025, 0.06),
        ("", "time_foot_contact_to_release_s", 0.118, 0.16),
    ],
)
def test_the_world_is_wider_than_real_pitchers(ours, moment, quantity, least, most) -> None:
    low, high = spread(ours[moment, quantity])
    assert low < least and most < high


def test_the_shoulder_line_is_shorter_at_contact_than_in_the_set(ours) -> None:
    in_the_set, at_contact = (np.median(ours[m, "shoulder_width_h"]) for m in ("set", "foot_contact"))
    assert 0.8 < at_contact / in_the_set < 0.95


def test_no_training_draws_a_held_out_style() -> None:
    rng = np.random.default_rng(0)
    drawn = {styles.random_style(rng) for _ in range(400)}
    assert drawn == set(styles.TRAINED)
    assert {styles.random_style(rng, held_out=True) for _ in range(200)} == set(styles.HELD_OUT)
    assert not set(styles.TRAINED) & set(styles.HELD_OUT)
    assert sum(styles.SHARES) == pytest.approx(1.0)


@pytest.mark.parametrize("style", [*styles.TRAINED, *styles.HELD_OUT])
def test_every_style_gives_a_body(style: str) -> None:
    made = deliveries.make(np.random.default_rng(5), style=style)
    assert np.isfinite(made.points).all()
    assert list(made.events) == styles.EVENTS
    assert (np.diff(list(made.events.values())) > 0).all()


def test_a_rigid_body_keeps_its_bones_and_another_does_not() -> None:
    rigid, loose = (
        deliveries.make(np.random.default_rng(1), style="plain", throws="right", rigid=rigid)
        for rigid in (True, False)
    )
    width = [np.linalg.norm(one.points[:, 0] - one.points[:, 1], axis=1) for one in (rigid, loose)]
    assert np.ptp(width[0]) < 1e-9
    assert np.ptp(width[1]) > 0.01
    assert np.isfinite(lengths_of(rigid.points)).all()


def test_what_is_not_covered_is_listed(ours, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = {("release", "arm_slot"): (30.0, 13.0), ("foot_contact", "trunk_rotation"): (150.0, 5.0)}
    delivery_range.report(wanted, ours)
    said = capsys.readouterr().out
    assert "1 of 2 cells covered" in said
    assert "trunk_rotation" in said and "arm_slot" not in said


def test_without_the_file_it_is_said_that_nothing_was_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["delivery_range", "--stats", str(tmp_path / "none.csv")])
    assert delivery_range.main() == 0
    assert "NOTHING WAS COMPARED" in capsys.readouterr().err
