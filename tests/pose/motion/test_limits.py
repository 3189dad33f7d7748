"""Joints bend as far as joints do: bounds that cost nothing inside, hold outside, whoever moves however."""

from __future__ import annotations

import numpy as np
import pytest

from shadow_trainer.pose.motion import body, fit, limits, terms
from shadow_trainer.pose.motion.lsq import Rows
from training.lifter import deliveries, styles

HEIGHT_M, FOCAL, CENTRE = 1.85, 1400.0, np.array([640.0, 360.0])
N = body.NODE
# World (X to the plate, Z up) to the axes of a camera that looks along -Y.
LOOK = np.array([[-1.0, 0, 0], [0, 0, -1.0], [0, -1.0, 0]])


STANDING = np.array([0, 1.0, 1.0, 0, 1.0, 1.0])


def delivery(seed: int, style: str = "plain", frames: int = 12) -> np.ndarray:
    """Points (T, 21, 3) in front of the camera, from the lead foot's contact on (long ones: until then)."""
    return whole(seed, style, frames, rigid=True)[0]


def whole(seed: int, style: str, frames: int, *, rigid: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Those points and how surely the feet stand (T, 6)."""
    made = deliveries.make(
        np.random.default_rng(seed), wildness=1.0, style=style, throws="right", rigid=rigid
    )
    at = int(np.searchsorted(made.time_s, made.events["foot_contact"])) + 2 - frames * (frames > 30)
    rows = slice(max(at, 0), at + frames)
    return HEIGHT_M * made.points[rows] @ LOOK.T + np.array([0.0, 0.8, 7.0]), made.planted[rows]


def residuals(points: np.ndarray, planted: np.ndarray | None = None) -> Rows:
    planted = np.tile(STANDING, (len(points), 1)) if planted is None else planted
    rows = Rows(points.size, terms.GLOBALS)
    limits.add(rows, points, np.log(body.lengths_of(points)), planted, np.ones(len(points)))
    return rows


def fitted(wrong: np.ndarray, standing: np.ndarray = STANDING) -> np.ndarray:
    """What the fit makes of evidence that shows the body ``wrong``, in the picture and in the lifted shape."""
    time_s = np.arange(len(wrong)) / 60
    hips = wrong[:, [6, 7]].mean(1, keepdims=True)
    lengths = body.lengths_of(wrong)
    evidence = fit.Evidence(
        time_s, FOCAL * wrong[..., :2] / wrong[..., 2:] + CENTRE, np.full(wrong.shape[:2], 6.0), wrong - hips,
        np.full(wrong.shape, 0.05), np.zeros_like(wrong), np.tile(standing, (len(wrong), 1)), np.zeros(len(wrong)), CENTRE,
        "left", 0.3, lengths, FOCAL, 0.01,
    )  # fmt: skip
    return fit.solve(fit.State(wrong, np.log(lengths), float(np.log(FOCAL))), evidence, iterations=12).points


def bend_deg(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    u, v = b - a, c - b
    cos = (u * v).sum(-1) / np.linalg.norm(u, axis=-1) / np.linalg.norm(v, axis=-1)
    return np.degrees(np.arccos(np.clip(cos, -1, 1)))


def with_leg_bent_back(points: np.ndarray, degrees: float) -> np.ndarray:
    """The left knee hyperextended: the shank turned around the knee to the front of foot and hips."""
    out, turn = points.copy(), np.radians(degrees)
    hip, knee = out[:, N["left_hip"]], out[:, N["left_knee"]]
    down = limits._unit(knee - hip)
    front = limits._unit(limits._square_to(limits._forward(points, *limits.HIPS), down))
    shank = np.cos(turn) * down + np.sin(turn) * front
    ankle = knee + shank * np.linalg.norm(out[:, N["left_ankle"]] - knee, axis=-1, keepdims=True)
    toe = limits._unit(limits._square_to(front, shank))
    out[:, N["left_ankle"]] = ankle
    out[:, N["left_heel"]] = ankle - 0.06 * toe + 0.05 * shank
    out[:, N["left_foot_index"]] = ankle + 0.18 * toe + 0.05 * shank
    return out


@pytest.mark.parametrize("style", [*styles.TRAINED, *styles.HELD_OUT])
def test_no_delivery_of_a_body_costs_anything(style: str) -> None:
    for seed in range(5):
        assert residuals(*whole(seed, style, 60)).cost() == 0.0


def test_the_derivatives_are_those_of_the_residuals() -> None:
    points = with_leg_bent_back(delivery(1, frames=4), 35.0)
    shoulder, elbow = points[:, N["right_shoulder"]], points[:, N["right_elbow"]]
    points[:, N["right_wrist"]] = shoulder + 0.05 * (elbow - shoulder)  # folded flat
    back = -limits._forward(points, *limits.SHOULDERS)
    points[:, N["left_elbow"]] = points[:, N["left_shoulder"]] + 0.325 * back
    jacobian, _ = residuals(points).matrices()
    length = np.log(body.lengths_of(points))

    def at(x: np.ndarray) -> np.ndarray:
        rows = Rows(points.size, terms.GLOBALS)
        limits.add(rows, x.reshape(points.shape), length, np.tile(STANDING, (4, 1)), np.ones(4))
        return np.concatenate(rows.residual)

    joints = [N[n] for n in ("left_knee", "right_wrist", "left_elbow")]
    assert all((at(points.ravel()) > 1).reshape(8, -1)[row].all() for row in (2, 4, 6))
    for joint in joints:
        for axis in range(3):
            k = joint * 3 + axis
            ahead, behind = (points.ravel() + h * np.eye(points.size)[k] for h in (1e-6, -1e-6))
            slope = (at(ahead) - at(behind)) / 2e-6
            assert jacobian[:, k].toarray().ravel() == pytest.approx(slope, abs=0.5, rel=0.02)


def test_a_knee_seen_bent_backwards_is_not_believed() -> None:
    wrong = with_leg_bent_back(delivery(6), 40.0)
    points = fitted(wrong)
    leg = [points[:, N[f"left_{n}"]] for n in ("hip", "knee", "ankle")]
    assert np.median(bend_deg(*(wrong[:, N[f"left_{n}"]] for n in ("hip", "knee", "ankle")))) > 38
    front = limits._forward(points, *limits.HIPS)
    backwards = ((leg[2] - leg[1]) * limits._square_to(front, leg[1] - leg[0])).sum(-1) > 0
    assert (bend_deg(*leg)[backwards] < limits.BACK_DEG + 15).all()


def test_an_elbow_seen_folded_flat_is_not_believed() -> None:
    wrong = delivery(3)
    shoulder, elbow, wrist = (wrong[:, N[f"left_{n}"]] for n in ("shoulder", "elbow", "wrist"))
    forearm = np.linalg.norm(wrist - elbow, axis=-1, keepdims=True)
    wrong[:, N["left_wrist"]] = elbow + forearm * limits._unit(shoulder - elbow) + np.array([0.02, 0, 0])
    assert np.median(bend_deg(shoulder, elbow, wrong[:, N["left_wrist"]])) > 172
    points = fitted(wrong)
    arm = [points[:, N[f"left_{n}"]] for n in ("shoulder", "elbow", "wrist")]
    assert bend_deg(*arm).max() < limits.FOLD_DEG + 7


def test_a_bound_says_nothing_of_a_body_within_it() -> None:
    points = delivery(4)
    free = replace_limits(points)
    assert np.abs(fitted(points) - free).max() < 1e-6


def replace_limits(points: np.ndarray) -> np.ndarray:
    """The fit without any bound."""
    kept, limits.add = limits.add, lambda *_: None
    try:
        return fitted(points)
    finally:
        limits.add = kept


def test_a_pelvis_over_two_standing_feet_does_not_wander_in_depth() -> None:
    wrong = np.repeat(delivery(5)[:1], 30, axis=0)
    wander = 0.05 * np.sin(np.arange(30) / 60 * 2 * np.pi / 0.4)
    above = [i for i, name in enumerate(body.NODES) if not name.endswith(("ankle", "heel", "foot_index"))]
    wrong[:, above, 2] += wander[:, None]
    stands, steps = (np.ptp(fitted(wrong, flat)[:, [6, 7], 2].mean(1)) for flat in (STANDING, 0 * STANDING))
    assert steps > 0.04
    assert stands < 0.5 * steps
