"""Published norms by level: mean, SD, percentile, and where the number comes from (`data/norms.csv`).

Only levels whose angles are defined by joint lines, as ours are, may score them: marker-cluster norms of
the trunk and the shoulder differ by 20 degrees at foot contact (PITCHING.md section 2.4).
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ADULT = "app_adult_line_definition"
DATA = Path(__file__).parent / "data" / "norms.csv"
# The table's names for what the contract calls otherwise.
_NAMES = {
    "lead_knee_extension_change": "lead_knee_extension",
    "arm_slot_above_horizontal": "arm_slot",
    "stride_angle_crossbody_pos": "stride_angle",
    "trunk_lateral_tilt_gloveside_pos": "trunk_lateral_tilt",
    "trunk_lateral_tilt_frontal_plane": "trunk_frontal_lean",
}
_EVENTS = {"MER": "max_external_rotation", "max(MER)": "max_external_rotation", "-": ""}


@dataclass(frozen=True)
class Norm:
    """One published distribution; ``sd`` None when the source gives none."""

    mean: float
    sd: float | None
    level: str
    source: str
    note: str

    def z(self, value: float) -> float | None:
        """Distance from the mean in SD."""
        return (value - self.mean) / self.sd if self.sd else None

    def percentile(self, value: float) -> float | None:
        """Share of athletes below ``value``, 0..100, for a normal distribution."""
        z = self.z(value)
        return None if z is None else 50.0 * (1.0 + math.erf(z / math.sqrt(2.0)))


@cache
def table() -> dict[tuple[str, str, str], Norm]:
    """``(level, metric, event) -> Norm``."""
    found = {}
    with DATA.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if not row["mean"]:
                continue
            key = (
                row["level"],
                _NAMES.get(row["metric"], row["metric"]),
                _EVENTS.get(row["event"], row["event"]),
            )
            found[key] = Norm(
                float(row["mean"]),
                float(row["sd"]) if row["sd"] else None,
                row["level"],
                row["source"],
                row["note"],
            )
    return found


def norm_for(metric: str, event: str, level: str = ADULT) -> Norm | None:
    """The norm of a metric at its event, or None."""
    return table().get((level, metric, event))
