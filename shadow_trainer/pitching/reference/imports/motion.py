"""A motion as a file holds it: labelled points over time in the file's own units and axes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Motion:
    """``points`` label -> (T, 3), NaN where a point was not seen; ``fps`` None when the file does not say.

    ``unit_m`` metres per unit of the file and ``up`` the axis that points up (``x``, ``-y``, ``z`` ...), both
    None when the file does not say.
    """

    points: dict[str, np.ndarray]
    fps: float | None = None
    unit_m: float | None = None
    up: str | None = None

    def __len__(self) -> int:
        return len(next(iter(self.points.values())))
