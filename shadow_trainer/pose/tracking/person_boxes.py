"""Where each candidate stands in the video: thinned out, for a page on which a coach points at the right one."""

from __future__ import annotations

from typing import Any

import numpy as np

from .candidates import Person, Scan

# Real seconds between two places; whoever walks past moves half their own width in it.
EVERY_S = 0.1
# Of the side of a ROI, which is 1.25 times a body's height: the body without the room around it.
WIDTH, HEIGHT = 0.5, 0.85


def whereabouts(scan: Scan, info: Any) -> dict[str, Any]:
    """``{width, height, time_scale, people}`` of a video (``info`` as :func:`video.probe` gives it).

    Each of ``people`` is ``{id, times (n,), boxes (n, 4)}``: real seconds; left, top, width, height in frame pixels.
    """
    facts = {name: getattr(info, name) for name in ("width", "height", "time_scale")}
    return {**facts, "people": [_of(person) for person in scan.people]}


def _of(person: Person) -> dict[str, Any]:
    _, kept = np.unique(np.floor(person.times / EVERY_S), return_index=True)
    x, y, side, _ = person.rois[kept].T
    boxes = np.stack([x - WIDTH * side / 2, y - HEIGHT * side / 2, WIDTH * side, HEIGHT * side], axis=1)
    return {
        "id": person.id,
        "times": np.round(person.times[kept], 3).tolist(),
        "boxes": np.round(boxes).astype(int).tolist(),
    }
