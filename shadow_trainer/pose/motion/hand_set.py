"""Joints that a person set by hand, as strong evidence of the fit.

A joint that was set lies where it was set, as nearly as the picture could be read. Where the network was wrong it was
wrong a moment before and after, too: its error is taken as correlated in time, so that the frames around follow what
was set, less and less, and what the network says there counts for less where it was far off.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...body.skeleton import COUNT, INDEX, LANDMARKS
from .doubled import bridge

# After so long the network's error is alike by 1/e (rendered deliveries, a quarter of a second before foot contact until
# a tenth after release).
ALIKE_S = {"wrist": 0.02, "knee": 0.06, "ankle": 0.05}
ALIKE_ELSE_S = 0.04
SURE, HIDDEN = 0.99, 0.01  # confidence in a joint that was set, and in one that cannot be seen
# What hangs on a joint is off with it.
FOLLOWERS = {"wrist": ("pinky", "index", "thumb"), "ankle": ("heel", "foot_index")}
_SIDES = 3  # shoulders and hips, arms, legs: the groups of repair.py


@dataclass(frozen=True)
class HandSet:
    """What was set, T rows: ``px`` (T, 33, 2) joint centers, NaN where nothing was; ``sigma_px`` (T, 33) how nearly;
    ``hidden`` (T, 33) cannot be seen; ``exchanged`` (T, 3) the sides of a group of ``repair.GROUPS`` are the other way
    round than was found."""

    px: np.ndarray
    sigma_px: np.ndarray
    hidden: np.ndarray
    exchanged: np.ndarray

    @classmethod
    def nothing(cls, frames: int) -> HandSet:
        """Nothing was set."""
        return cls(
            np.full((frames, COUNT, 2), np.nan),
            np.full((frames, COUNT), np.nan),
            np.zeros((frames, COUNT), bool),
            np.zeros((frames, _SIDES), bool),
        )

    def of(self, rows: np.ndarray) -> HandSet:
        """The same of some rows."""
        return HandSet(self.px[rows], self.sigma_px[rows], self.hidden[rows], self.exchanged[rows])

    def less(self, shift_px: np.ndarray) -> HandSet:
        """The same in the picture of a camera that stood still: ``shift_px`` (T, 2) is what it moved."""
        return replace(self, px=self.px - shift_px[:, None])

    @property
    def is_set(self) -> np.ndarray:
        """(T, 33) True where a joint was set."""
        known: np.ndarray = np.isfinite(self.px).all(-1)
        return known


def told_by(given: HandSet, offset_px: np.ndarray) -> HandSet:
    """The same as landmarks, which lie ``offset_px`` (T, 33, 2) from the joints' centers."""
    return replace(given, px=given.px + offset_px)


def put(
    time_s: np.ndarray, px: np.ndarray, confidence: np.ndarray, given: HandSet, torso_px: float
) -> dict[str, np.ndarray]:
    """Copies of ``px`` (T, 33, 2) and ``confidence`` (T, 33), by name, with what was set in its place, the frames around
    following, and hidden joints bridged."""
    px, confidence = px.copy(), confidence.copy()
    for landmark in np.flatnonzero(given.is_set.any(0)):
        _set(time_s, px, confidence, given, int(landmark), torso_px)
    for landmark in np.flatnonzero(given.hidden.any(0)):
        unseen = given.hidden[:, landmark] | ~np.isfinite(px[:, landmark]).all(-1)
        if not unseen.all():
            px[:, landmark] = bridge(time_s, px[:, landmark], unseen)
        confidence[given.hidden[:, landmark], landmark] = HIDDEN
    return {"px": px, "confidence": confidence}


def _set(
    time_s: np.ndarray, px: np.ndarray, confidence: np.ndarray, given: HandSet, landmark: int, torso_px: float
) -> None:
    """Put one joint where it was set, and draw the frames around after it, with what hangs on it."""
    at = np.flatnonzero(given.is_set[:, landmark])
    wrong = np.nan_to_num(given.px[at, landmark] - px[at, landmark])
    share, unknown, alike = following(time_s, time_s[at], landmark)
    off = share @ wrong
    # How far off the network has shown itself to be around here, whatever it claims.
    shown_px = (np.sqrt(alike) * np.linalg.norm(wrong, axis=-1)).max(1) / np.sqrt(2)
    for other in (landmark, *_followers(landmark)):
        own = ~(given.is_set[:, other] | given.hidden[:, other])
        px[own, other] += off[own]
        claimed_px = sigma_of(confidence[:, other], torso_px)
        sigma = np.sqrt(unknown) * np.maximum(claimed_px, shown_px)
        confidence[own, other] = confidence_of(sigma, torso_px)[own]
    px[at, landmark], confidence[at, landmark] = given.px[at, landmark], SURE


def kept(confidence: np.ndarray, given: HandSet) -> np.ndarray:
    """``confidence`` (T, 33) with that of what was set as it was put, whatever has been doubted since."""
    confidence = np.where(given.is_set, SURE, confidence)
    return np.asarray(np.where(given.hidden, HIDDEN, confidence))


def following(
    time_s: np.ndarray, set_s: np.ndarray, landmark: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How the network's error at ``set_s`` (K,) tells that at ``time_s`` (T,): the share (T, K) of each error, the part
    (T,) of the variance that stays unknown, and the correlation (T, K)."""
    alike_s = ALIKE_S.get(LANDMARKS[landmark].split("_")[-1], ALIKE_ELSE_S)
    alike = np.exp(-np.abs(time_s[:, None] - set_s) / alike_s)
    among = np.exp(-np.abs(set_s[:, None] - set_s) / alike_s) + 1e-6 * np.eye(len(set_s))
    share = np.linalg.solve(among, alike.T).T
    return share, np.clip(1 - (share * alike).sum(1), 0, 1), alike


def sigma_of(confidence: np.ndarray, torso_px: float) -> np.ndarray:
    """SD in pixels that a calibrated confidence means: the probability of lying within a tenth of the torso, of errors
    that are normal in both directions."""
    sigma: np.ndarray = torso_px * 0.1 / np.sqrt(-2 * np.log(1 - np.clip(confidence, HIDDEN, SURE)))
    return sigma


def confidence_of(sigma_px: np.ndarray, torso_px: float) -> np.ndarray:
    """The confidence that means this SD."""
    sure: np.ndarray = 1 - np.exp(-((torso_px * 0.1 / np.maximum(sigma_px, 1e-6)) ** 2) / 2)
    return np.asarray(np.clip(sure, HIDDEN, SURE))


def _followers(landmark: int) -> list[int]:
    side, _, part = LANDMARKS[landmark].partition("_")
    return [INDEX[f"{side}_{one}"] for one in FOLLOWERS.get(part, ())]
