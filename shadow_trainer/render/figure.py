"""A body as a line drawing: stick figures at the moments of a delivery, seen from the open side, as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from ..body.skeleton import BONES, INDEX
from ..vocabulary import Event
from .palette import ON_PAPER

# The delivery in four poses.
MOMENTS = (Event.LEG_LIFT, Event.FOOT_CONTACT, Event.MAX_EXTERNAL_ROTATION, Event.RELEASE)
HEIGHT_PX, MARGIN_PX, GAP_PX = 120.0, 8.0, 14.0
HEAD_R_PX = 6.0
_THROWING = {"right_shoulder", "right_elbow", "right_wrist", "right_index"}


def flat(
    points: np.ndarray, time_s: np.ndarray, events: Mapping[Event, float]
) -> list[list[list[float] | None]]:
    """(T, 33, 3) metres of a right-hander -> for each of MOMENTS 33 places ``[forward, up]`` (None: not known).

    Rounded to centimetres: small enough to be kept in a row.
    """
    poses = []
    for name in MOMENTS:
        pose = points[int(np.abs(time_s - events[name]).argmin())]
        poses.append(
            [[round(float(p[0]), 2), round(float(p[2]), 2)] if np.isfinite(p).all() else None for p in pose]
        )
    return poses


def svg(poses: Sequence[Sequence[Any]], title: str) -> str:
    """The poses side by side as an ``<svg>`` with a title."""
    known = [[p for p in pose if p] for pose in poses]
    tall = max(max(p[1] for p in pose) for pose in known) - min(min(p[1] for p in pose) for pose in known)
    scale, ground = HEIGHT_PX / max(tall, 0.5), min(min(p[1] for p in pose) for pose in known)
    parts, left = [], MARGIN_PX
    for pose, places in zip(poses, known, strict=True):
        low, high = min(p[0] for p in places), max(p[0] for p in places)
        parts += _figure(pose, lambda p, x=left, low=low: (x + (p[0] - low) * scale,
                                                           MARGIN_PX + HEIGHT_PX - (p[1] - ground) * scale))  # fmt: skip
        left += (high - low) * scale + GAP_PX
    width, height = left - GAP_PX + MARGIN_PX, HEIGHT_PX + 2 * MARGIN_PX
    return (
        f'<svg class="figure" role="img" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>{"".join(parts)}</svg>'
    )


def _figure(pose: Sequence[Any], place: Any) -> list[str]:
    shapes = []
    for a, b in BONES:
        start, end = pose[INDEX[a]], pose[INDEX[b]]
        if not start or not end:
            continue
        role = "throwing" if a in _THROWING and b in _THROWING else "ink"
        (x1, y1), (x2, y2) = place(start), place(end)
        shapes.append(
            f'<line class="bone {role}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke="{ON_PAPER[role]}" stroke-width="2.5" stroke-linecap="round"/>'
        )
    if nose := pose[INDEX["nose"]]:
        x, y = place(nose)
        shapes.append(
            f'<circle class="bone ink" cx="{x:.1f}" cy="{y:.1f}" r="{HEAD_R_PX}" fill="{ON_PAPER["ink"]}"/>'
        )
    return shapes
