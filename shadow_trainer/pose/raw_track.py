"""RawTrack: what the landmark network said about one athlete, one row for each frame of the video."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields, replace
from typing import IO

import numpy as np

from ..body.npz import read_arrays
from ..body.skeleton import COUNT, INDEX
from ..errors import BadRequest

# Fewer different pictures than this each second show no throw: then what repeats stays in.
LEAST_LEFT_FPS = 20.0
# Of the first network alone: shoulders and wrists, left before right.
ARMS = [INDEX[f"{side}_{part}"] for part in ("shoulder", "wrist") for side in ("left", "right")]
# Shape of each array after time, and how it is stored.
SHAPES: dict[str, tuple[tuple[int, ...], type]] = {
    "time_s": ((), np.float64),
    "landmarks_px": ((COUNT, 2), np.float32),
    "confidence": ((COUNT,), np.float32),
    "world_m": ((COUNT, 3), np.float32),
    "roi": ((4,), np.float32),
    "pose_flag": ((), np.float32),
    "measured": ((), np.bool_),
    "window_id": ((), np.int32),
    "visibility": ((COUNT,), np.float32),
    "background_px": ((2,), np.float32),
    "background_quality": ((), np.float32),
    "repeated": ((), np.bool_),
    "first_arms_px": ((len(ARMS), 2), np.float32),
}


@dataclass(frozen=True)
class RawTrack:
    """Network output before any physics; NaN where nothing was measured.

    ``time_s`` (T,) real seconds from the first frame; ``landmarks_px`` (T, 33, 2) pixels of the upright
    frame; ``confidence`` (T, 33) in 0..1, calibrated (see confidence.py); ``visibility`` (T, 33) what the
    network itself says (visibility times presence): a good sign of hidden limbs, a bad one of errors; it is
    the confidence when not given; ``world_m`` (T, 33, 3) hip-centred metres along the
    camera's axes (x right, y down, z away); ``roi`` (T, 4) centre, side, rotation of the crop; ``pose_flag``
    (T,) probability that a person is in it; ``measured`` (T,) bool; ``window_id`` (T,) index of the
    delivery window the frame belongs to, -1 outside; ``background_px`` (T, 2) how far what stands still has
    moved since the window's first frame, where the athlete is (NaN not known); ``background_quality`` (T,)
    share of the background's corners that agree on it, 0 where it is not known; ``repeated`` (T,) bool, True where
    the frame only repeats the one before and says nothing of the motion; ``first_arms_px`` (T, 4, 2) the landmarks of
    ``ARMS`` as the first network alone sees them, by which release is told: ``landmarks_px`` when not given.
    """

    time_s: np.ndarray
    landmarks_px: np.ndarray
    confidence: np.ndarray
    world_m: np.ndarray
    roi: np.ndarray
    pose_flag: np.ndarray
    measured: np.ndarray
    window_id: np.ndarray
    visibility: np.ndarray | None = None
    background_px: np.ndarray | None = None
    background_quality: np.ndarray | None = None
    repeated: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    first_arms_px: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.visibility is None:
            object.__setattr__(self, "visibility", np.array(self.confidence))
        t = len(self.time_s)
        if self.background_px is None or self.background_quality is None:
            object.__setattr__(self, "background_px", np.full((t, 2), np.nan))
            object.__setattr__(self, "background_quality", np.zeros(t))
        if self.first_arms_px is None:
            object.__setattr__(self, "first_arms_px", np.array(self.landmarks_px)[:, ARMS])
        if len(self.repeated) == 0:
            object.__setattr__(self, "repeated", np.zeros(t, bool))
        for name, (rest, _) in SHAPES.items():
            got = np.shape(getattr(self, name))
            if got != (t, *rest):
                raise BadRequest(f"{name} has shape {got}, expected {(t, *rest)}.", code="bad_pose_file")

    def __len__(self) -> int:
        return len(self.time_s)

    @classmethod
    def empty(cls, time_s: np.ndarray) -> RawTrack:
        """Nothing measured yet at these times (T,)."""
        t = len(time_s)
        blank: dict[str, np.ndarray] = {
            name: np.full((t, *rest), np.nan, kind)
            for name, (rest, kind) in SHAPES.items()
            if kind not in (np.bool_, np.int32)
        }
        blank.update(
            time_s=np.array(time_s, np.float64),
            confidence=np.zeros((t, COUNT), np.float32),
            visibility=np.zeros((t, COUNT), np.float32),
            pose_flag=np.zeros(t, np.float32),
            background_quality=np.zeros(t, np.float32),
            measured=np.zeros(t, bool),
            repeated=np.zeros(t, bool),
            window_id=np.full(t, -1, np.int32),
        )
        return cls(**blank)

    def with_(self, **changes: np.ndarray) -> RawTrack:
        """A copy with some arrays replaced; new landmarks are the first network's arms too, and a new confidence is the
        visibility, unless those are given."""
        if "landmarks_px" in changes:
            changes = {"first_arms_px": np.asarray(changes["landmarks_px"])[:, ARMS], **changes}
        if "confidence" in changes:
            changes = {"visibility": changes["confidence"], **changes}
        return replace(self, **changes)

    def without_repeated(self) -> RawTrack:
        """A copy in which frames that repeat the one before are as if they had not been seen.

        In windows in which that leaves fewer than ``LEAST_LEFT_FPS`` a second they stay: too few others are left to see a
        throw in.
        """
        seen = ~self.repeated
        for number in np.unique(self.window_id):
            rows = self.window_id == number
            step_s = float(np.median(np.diff(self.time_s[rows]))) if rows.sum() > 1 else 0.0
            if self.repeated[rows].any() and (1.0 - self.repeated[rows].mean()) < LEAST_LEFT_FPS * step_s:
                seen[rows] = True
        return self.with_(
            landmarks_px=np.where(seen[:, None, None], self.landmarks_px, np.nan),
            first_arms_px=np.where(seen[:, None, None], np.asarray(self.first_arms_px), np.nan),
            world_m=np.where(seen[:, None, None], self.world_m, np.nan),
            confidence=np.where(seen[:, None], self.confidence, 0.0),
            visibility=np.where(seen[:, None], np.asarray(self.visibility), 0.0),
            measured=self.measured & seen,
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a compressed .npz."""
        arrays = {name: getattr(self, name).astype(kind) for name, (_, kind) in SHAPES.items()}
        with open(path, "wb") as file:
            np.savez_compressed(file, **arrays)

    @classmethod
    def load(cls, path: str | os.PathLike[str] | IO[bytes]) -> RawTrack:
        """Read what :meth:`save` wrote; BadRequest when it is not that."""
        try:
            arrays = read_arrays(path)
            return cls(**{f.name: arrays[f.name] for f in fields(cls) if f.name in arrays})
        except (OSError, ValueError, TypeError) as error:
            raise BadRequest(f"{path} is not a file of landmarks.", code="bad_pose_file") from error
