"""The built-in references by name, and how a measured delivery becomes one."""

from __future__ import annotations

from typing import Any

from ...body.series import PoseSeries
from ...errors import BadRequest, NotFound
from ..world import as_right_hander
from .elite import elite
from .model import Reference

BUILT_IN = {"elite": elite}


def get(reference: str | Reference | None) -> Reference | None:
    """A built-in reference by name; a reference itself and None are passed through."""
    if reference is None or isinstance(reference, Reference):
        return reference
    if reference not in BUILT_IN:
        raise NotFound(
            f"There is no reference named {reference!r}.",
            code="no_such_reference",
            fix=f"Choose one of: {', '.join(sorted(BUILT_IN))}, or none.",
        )
    return BUILT_IN[reference]()


def from_delivery(
    series: PoseSeries,
    analysis: dict[str, Any],
    index: int,
    *,
    name: str,
    level: str = "adult",
    source: str = "",
) -> Reference:
    """One delivery of an analysis as a reference, with the film's own joints and events."""
    try:
        delivery = analysis["deliveries"][index]
    except IndexError as error:
        raise BadRequest(f"This analysis has no delivery {index + 1}.", code="no_such_delivery") from error
    hand = analysis["athlete"]["throws"]
    rows = (series.time_s >= delivery["start_s"] - 1e-9) & (series.time_s <= delivery["end_s"] + 1e-9)
    return Reference(
        name=name,
        time_s=series.time_s[rows],
        points=as_right_hander(series.world_m[rows], hand),
        events={key: float(event["time_s"]) for key, event in delivery["events"].items()},
        height_m=float(analysis["athlete"]["height_m"]),
        hand=hand,
        level=level,
        source=source or "Measured from a film by this system",
    )
