"""The built-in references by name, and how a measured delivery becomes one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...body.series import PoseSeries
from ...errors import BadRequest, NotFound
from ...vocabulary import Hand, Level
from ..world import as_right_hander
from . import comparison
from .elite import elite
from .model import Reference

BUILT_IN: dict[str, Callable[[], Reference]] = {"elite": elite}


def get(reference: str | Reference) -> Reference:
    """A built-in reference by name; a reference itself is passed through."""
    if isinstance(reference, Reference):
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
    analysis: Mapping[str, Any],
    index: int,
    *,
    name: str,
    level: str = Level.ADULT,
    source: str = "",
) -> Reference:
    """One delivery of an analysis as a reference, with the video's own joints and events."""
    try:
        delivery = analysis["deliveries"][index]
    except IndexError as error:
        raise BadRequest(f"This analysis has no delivery {index + 1}.", code="no_such_delivery") from error
    hand = Hand(analysis["athlete"]["throws"])
    rows = (series.time_s >= delivery["start_s"] - 1e-9) & (series.time_s <= delivery["end_s"] + 1e-9)
    return Reference(
        name=name,
        time_s=series.time_s[rows],
        points=as_right_hander(series.world_m[rows], hand),
        events=comparison.event_times(delivery),
        height_m=float(analysis["athlete"]["height_m"]),
        hand=hand,
        level=level,
        source=source or "Measured from a video by this system",
    )
