"""One pitch for a player: the clock of its video and where its events are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import NotFound
from .keypoints import time_scale


def pitch_of(document: Mapping[str, Any], place: int) -> dict[str, Any]:
    """``{fps, scale, width, height, events {name: seconds of the video's clock}}`` of the ``place``-th pitch.

    NotFound when the video has fewer pitches.
    """
    video, deliveries = document["video"], document["deliveries"]
    if not 0 <= place < len(deliveries):
        raise NotFound(f"There is no pitch {place + 1} in this video.", code="no_such_delivery")
    scale = time_scale(video)
    return {
        "fps": video.get("preview_fps") or video["fps"],
        "scale": scale,
        "width": video["width"],
        "height": video["height"],
        "events": {
            name: round(event["time_s"] / scale, 5)
            for name, event in deliveries[place]["events"].items()
            if event and event.get("time_s") is not None
        },
    }
