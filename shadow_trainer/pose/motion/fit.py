"""The fit over one delivery: all points of all frames, bone lengths and focal length at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.special import expit

from . import body, hands, limits, terms
from .lsq import Normal, Rows, normal_equations, posterior_draws, step

# SD of accelerations in m/s2 by node, from what a hard throw needs; the robust norm lets release pass.
ACCELERATION = {
    "hip": 35.0, "shoulder": 50.0, "elbow": 110.0, "wrist": 220.0, "knee": 55.0, "ankle": 80.0,
    "nose": 40.0, "ear": 40.0, "index": 300.0, "heel": 80.0, "foot_index": 90.0,
}  # fmt: skip
SIGMA_ACCELERATION = 1.5 * np.array([ACCELERATION[n.split("_", 1)[-1]] for n in body.NODES])
# Of that, while the body throws, and before and after. In deliveries made from the key frames hips and shoulders are
# accelerated six to ten times as hard in the last fifth of a second before release as ever before; with one SD for
# all times the trunk turned 170 deg/s too slowly, or its noise was taken for motion.
TRUNK = ("hip", "shoulder", "nose", "ear")
ARM = ("elbow", "wrist", "index")
THROWING = np.array(
    [3.0 if (part := n.split("_", 1)[-1]) in TRUNK else 1.4 if part in ARM else 1.5 for n in body.NODES]
)
BETWEEN = 0.5
THROW_S, THROW_EDGE_S = (-0.22, 0.07), 0.015  # around release
CALM = 0.35  # of that, at all times, for the arm with the glove: its wrist has a third of the throwing wrist's speed and accelerations
ROBUST_PX, ROBUST_SHAPE, ROBUST_ACCELERATION = 2.0, 2.0, 3.0
PLANTED_M_S = 0.04
SWAY_M_S = (
    0.1  # of a pelvis over two feet that stand flat: what the network's depth does there is its own wander
)
# True error over claimed SD on rendered clips (``benchmarks/fit_joint_confidence.py``): a foot that stands is said to be known
# better than it is, for it stands where it was wrongly put.
SD_CALIBRATION = np.array([4.0 if "ankle" in n or "heel" in n or "foot" in n else 2.5 for n in body.NODES])
FEET = tuple(body.NODE[f"{s}_{p}"] for s in ("left", "right") for p in ("ankle", "heel", "foot_index"))
WRISTS = (body.NODE["left_wrist"], body.NODE["right_wrist"])
HIPS = (body.NODE["left_hip"], body.NODE["right_hip"])
BAND = 3 * body.COUNT * 2 + 3 * body.COUNT - 1  # unknowns of three neighbouring frames


@dataclass(frozen=True)
class Evidence:
    """What one delivery offers the fit; T frames, 21 nodes.

    ``seen`` (T, 21, 2) px and its SD ``sigma_px`` (T, 21); ``shape`` (T, 21, 3) metres relative to the
    mid-hip in camera axes with SD ``sigma_shape``; ``offset`` (T, 21, 3) from joint centre to landmark;
    ``planted`` (T, 6) probability that a foot's point stands still; ``joined`` (T,) that the hands are together; ``glove`` the side that wears it; ``release_s`` about when the other throws;
    ``centre`` (2,) principal point; ``certain`` (T, 21) where ``seen`` is a joint's center that a person set, of whom
    no distance makes an outlier.
    """

    time_s: np.ndarray
    seen: np.ndarray
    sigma_px: np.ndarray
    shape: np.ndarray
    sigma_shape: np.ndarray
    offset: np.ndarray
    planted: np.ndarray
    joined: np.ndarray
    centre: np.ndarray
    glove: str
    release_s: float
    prior_lengths: np.ndarray
    prior_focal: float
    focal_spread: float
    certain: np.ndarray | None = None

    @property
    def robust_px(self) -> float | np.ndarray:
        """Beyond how many SDs a landmark counts for less."""
        return ROBUST_PX if self.certain is None else np.where(self.certain, np.inf, ROBUST_PX)


@dataclass(frozen=True)
class State:
    """The unknowns: points (T, 21, 3) in camera axes, log bone lengths, log focal length."""

    points: np.ndarray
    log_length: np.ndarray
    log_focal: float
    normal: Normal | None = field(default=None, repr=False)

    @property
    def focal(self) -> float:
        return float(np.exp(self.log_focal))

    def moved(self, delta: np.ndarray) -> State:
        n = self.points.size
        return State(
            self.points + delta[:n].reshape(self.points.shape),
            self.log_length + delta[n : n + terms.FOCAL],
            float(self.log_focal + delta[n + terms.FOCAL]),
        )


def linearise(state: State, evidence: Evidence) -> Rows:
    """All residuals and their derivatives at ``state``."""
    e = evidence
    rows = Rows(state.points.size, terms.GLOBALS)
    rate = frame_rate_weight(e.time_s)
    terms.reprojection(
        rows, state.points, e.offset, state.focal, e.centre, e.seen, e.sigma_px, rate, e.robust_px
    )
    terms.bones(rows, state.points, state.log_length, rate)
    terms.global_priors(
        rows,
        state.log_length,
        np.log(e.prior_lengths),
        state.log_focal,
        np.log(e.prior_focal),
        e.focal_spread,
        rate,
    )
    terms.relative_shape(rows, state.points, e.shape, e.sigma_shape, rate, ROBUST_SHAPE)
    terms.together(rows, state.points, WRISTS, e.joined, hands.REACH_M, hands.REACH_SD_M, rate)
    limits.add(rows, state.points, state.log_length, e.planted, rate)
    if len(e.time_s) > 2:
        sigma = sigma_acceleration(e.time_s, e.release_s, e.glove)
        terms.smoothness(rows, state.points, e.time_s, sigma[1:-1], rate, ROBUST_ACCELERATION)
    if len(e.time_s) > 1:
        terms.planted(rows, state.points, e.time_s, np.array(FEET), e.planted, PLANTED_M_S)
        both = e.planted[:, [1, 2, 4, 5]].min(1)
        terms.planted(rows, state.points, e.time_s, np.array(HIPS), np.stack([both, both], -1), SWAY_M_S)
    return rows


def sigma_acceleration(time_s: np.ndarray, release_s: float, glove: str) -> np.ndarray:
    """SD (T, 21) of the nodes' accelerations in m/s2: large in the throw, but for the arm that wears the glove."""
    start, stop = (release_s + s for s in THROW_S)
    throw = expit((time_s - start) / THROW_EDGE_S) * expit((stop - time_s) / THROW_EDGE_S)
    share = BETWEEN + (THROWING - BETWEEN) * throw[:, None]
    share[:, [body.NODE[f"{glove}_{part}"] for part in ARM]] = CALM
    return SIGMA_ACCELERATION * share


def frame_rate_weight(time_s: np.ndarray) -> np.ndarray:
    """How many sixtieths of a second each frame stands for, (T,)."""
    if len(time_s) < 2:
        return np.ones(len(time_s))
    return np.clip(np.gradient(time_s) * 60, 0.05, 4.0)


def solve(
    state: State, evidence: Evidence, *, iterations: int = 25, tolerance: float = 5e-4,
    check: Callable[[], None] | None = None,
) -> State:  # fmt: skip
    """Levenberg-Marquardt until the steps are small; the last linearisation stays in ``normal``."""
    damping, rows = 1e-3, linearise(state, evidence)
    normal = normal_equations(rows, BAND)
    for turn in range(iterations):
        if check:
            check()
        trial = state.moved(step(normal, damping, free_globals=turn % 3 == 1))
        trial_rows = linearise(trial, evidence)
        moved = float(np.abs(trial.points - state.points).mean())
        if trial_rows.cost() < rows.cost() * 1.02:
            state, rows = trial, trial_rows
            normal = normal_equations(rows, BAND)
            damping = max(damping / 4, 1e-6)
            if moved < tolerance and turn > 1:
                break
        else:
            damping *= 8
            if damping > 1e4:
                break
    return replace(state, normal=normal)


def uncertainty(state: State) -> np.ndarray:
    """SD of every point within the body (its place in the world aside), (T, 21) metres, mean over the axes."""
    if state.normal is None:
        return np.full(state.points.shape[:2], np.nan)
    draws = posterior_draws(state.normal).reshape(*state.points.shape, -1)
    draws = draws - draws.mean(1, keepdims=True)
    return SD_CALIBRATION * np.sqrt((draws**2).sum(2).mean(-1) / 3)
