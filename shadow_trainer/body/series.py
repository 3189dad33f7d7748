"""PoseSeries: what was measured of one athlete in one clip, one row per frame of the video.

World frame: metres, X horizontal from the rubber to the plate, Z up, Y = Z x X (toward first base).
Left-handers are NOT mirrored here. Pixels are those of the upright frame, origin top left, y down.
NaN means not known. The first axis is always time.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from ..errors import BadRequest
from .arrays import Bools, Floats
from .npz import read_arrays
from .skeleton import COUNT


@dataclass(frozen=True)
class PoseSeries:
    """One athlete over T frames.

    ``time_s`` (T,) seconds of real time; ``landmarks_px`` (T, 33, 2); ``confidence`` (T, 33) in 0..1;
    ``world_m`` (T, 33, 3); ``measured`` (T,) bool, False where a frame was bridged or not seen;
    ``extras`` further arrays with time first (``world_sd_m`` (T, 33) is the 3D uncertainty, 1 SD).
    """

    time_s: Floats
    landmarks_px: Floats
    confidence: Floats
    world_m: Floats
    measured: Bools
    extras: dict[str, npt.NDArray[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        t = len(self.time_s)
        wanted = {
            "time_s": (t,),
            "landmarks_px": (t, COUNT, 2),
            "confidence": (t, COUNT),
            "world_m": (t, COUNT, 3),
            "measured": (t,),
        }
        for name, shape in wanted.items():
            got = np.shape(getattr(self, name))
            if got != shape:
                raise BadRequest(f"{name} has shape {got}, expected {shape}.", code="bad_pose_file")

    def __len__(self) -> int:
        return len(self.time_s)

    def with_(
        self,
        *,
        time_s: Floats | None = None,
        landmarks_px: Floats | None = None,
        confidence: Floats | None = None,
        world_m: Floats | None = None,
        measured: Bools | None = None,
        extras: dict[str, npt.NDArray[Any]] | None = None,
    ) -> PoseSeries:
        """A copy with some arrays replaced."""
        return PoseSeries(
            self.time_s if time_s is None else time_s,
            self.landmarks_px if landmarks_px is None else landmarks_px,
            self.confidence if confidence is None else confidence,
            self.world_m if world_m is None else world_m,
            self.measured if measured is None else measured,
            self.extras if extras is None else extras,
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write ``pose.npz`` (compressed; pixels, confidence and metres as float32)."""
        arrays: dict[str, Any] = {
            "time_s": self.time_s.astype(np.float64),
            "landmarks_px": self.landmarks_px.astype(np.float32),
            "confidence": self.confidence.astype(np.float32),
            "world_m": self.world_m.astype(np.float32),
            "measured": self.measured.astype(bool),
        }
        arrays |= {f"extra_{name}": values for name, values in self.extras.items()}
        with open(path, "wb") as file:
            np.savez_compressed(file, **arrays)

    @classmethod
    def load(cls, path: str | os.PathLike[str] | IO[bytes]) -> PoseSeries:
        """Read ``pose.npz`` (a path or an open file); world-only files (no pixels, no confidence) are filled with NaN and 1."""
        try:
            data = read_arrays(path)
        except (OSError, ValueError) as error:
            raise BadRequest(f"{path} is not a readable .npz file.", code="bad_pose_file") from error
        if "time_s" not in data or "world_m" not in data:
            raise BadRequest(f"{path} lacks time_s or world_m.", code="bad_pose_file")
        world = np.asarray(data["world_m"], dtype=float)
        t = len(data["time_s"])
        return cls(
            time_s=np.asarray(data["time_s"], dtype=float),
            landmarks_px=np.asarray(data.get("landmarks_px", np.full((t, COUNT, 2), np.nan)), dtype=float),
            confidence=np.asarray(data.get("confidence", np.ones((t, COUNT))), dtype=float),
            world_m=world,
            measured=np.asarray(data.get("measured", np.ones(t, dtype=bool)), dtype=bool),
            extras={k[6:]: v for k, v in data.items() if k.startswith("extra_")},
        )
