"""The reference ready for drawing: its points row for row with the video, in the world and in the frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...body.arrays import Floats
from ...body.series import PoseSeries
from ...errors import BadRequest
from . import comparison, time_warp
from .library import get
from .model import Reference


def reference_overlay(
    series: PoseSeries,
    analysis: Mapping[str, Any],
    delivery_index: int | None = None,
    mode: str = time_warp.ALIGNED,
    *,
    reference: str | Reference = "elite",
) -> tuple[Floats, Floats]:
    """``(world_m (T, 33, 3), landmarks_px (T, 33, 2))`` of the reference on the athlete's body.

    World metres are the athlete's own (left-handers not mirrored), pixels those of the upright video; NaN
    outside the delivery (all of them when ``delivery_index`` is None) and where no camera is known. ``mode``
    is ``aligned`` or ``real_speed``. Raises BadRequest for an unknown mode or delivery, NotFound for an
    unknown reference.
    """
    deliveries = list(analysis["deliveries"])
    if delivery_index is not None:
        if not 0 <= delivery_index < len(deliveries):
            raise BadRequest(
                f"There is no delivery {delivery_index + 1} in this analysis.", code="no_such_delivery"
            )
        deliveries = [deliveries[delivery_index]]
    drawn = comparison.overlay(series, {**analysis, "deliveries": deliveries}, get(reference), mode)
    return drawn.world_m, drawn.landmarks_px
