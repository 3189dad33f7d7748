"""Landmarks as JSON: what the player draws over the video, and what programs ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...body.series import PoseSeries
from ...body.skeleton import BONES, INDEX, LANDMARKS, side_of
from ...render import palette

MM = 1000
TENTHS_PX = 10  # positions are whole tenths of a pixel: finer than the model, and short in JSON


def keypoints(series: PoseSeries, *, video: Mapping[str, Any], throws: str, part: str = "") -> dict[str, Any]:
    """The athlete's landmarks for every frame of the video.

    ``frames``: None where nobody was measured, else 33 x (x, y) in tenths of a pixel of the upright video, flat,
    None for landmarks not known; ``confidence`` alike, 33 percentages; ``world`` alike, 33 x (x, y, z) in
    millimetres of the world frame. ``time_s`` (T,) seconds of real time; divided by ``time_scale`` it is the
    video's own time. ``part``: ``2d`` or ``3d`` for only one of them.
    """
    document = {
        "schema": "shadow-trainer/keypoints/1",
        **facts(video=video, throws=throws),
        "landmarks": list(LANDMARKS),
        "time_s": np.round(series.time_s, 5).tolist(),
        "measured": series.measured.astype(int).tolist(),
    }
    if part != "3d":
        document["unit"] = f"1/{TENTHS_PX} px"
        document["frames"] = _rows(series.landmarks_px.reshape(len(series), -1) * TENTHS_PX)
        document["confidence"] = _rows(np.nan_to_num(series.confidence) * 100, seen=_seen(series))
    if part != "2d":
        document["world_unit"] = "mm"
        document["world"] = _rows(series.world_m.reshape(len(series), -1) * MM)
    return document


def facts(*, video: Mapping[str, Any], throws: str) -> dict[str, Any]:
    """What goes with the landmarks: the video's size and clock, the bones with their roles, the colours.

    ``fps`` is the rate of the browser's copy (``preview.mp4``), whose frames the player counts.
    """
    return {
        "width": video["width"],
        "height": video["height"],
        "fps": video.get("preview_fps") or video["fps"],
        "time_scale": time_scale(video),
        "throws": throws,
        "bones": [[INDEX[a], INDEX[b], role_of(a, b, throws)] for a, b in BONES],
        "colours": {
            "throwing": palette.hex_of(palette.THROWING),
            "glove": palette.hex_of(palette.GLOVE),
            "centre": palette.hex_of(palette.CENTRE),
            "shadow": palette.hex_of(palette.REFERENCE),
            "casing": palette.hex_of(palette.CASING),
        },
    }


def time_scale(video: Mapping[str, Any]) -> float:
    """Real seconds in one second of the video's own clock."""
    return float(video.get("time_scale") or video["fps"] / video["capture_fps"])


def role_of(a: str, b: str, throws: str) -> str:
    """``throwing``, ``glove`` or ``centre``: the side a bone belongs to."""
    sides = {side_of(a), side_of(b)}
    if len(sides) > 1 or "centre" in sides:
        return "centre"
    return "throwing" if throws in sides else "glove"


def _seen(series: PoseSeries) -> np.ndarray:
    seen: np.ndarray = np.any(np.isfinite(series.landmarks_px), axis=(1, 2))
    return seen


def _rows(values: np.ndarray, *, seen: np.ndarray | None = None) -> list[list[int | None] | None]:
    """(T, N) as lists of whole numbers; rows without any number are None."""
    finite = np.isfinite(values)
    kept = finite.any(axis=1) if seen is None else seen
    whole = np.where(finite, np.round(np.where(finite, values, 0)), 0).astype(int)
    rows: list[list[int | None] | None] = []
    for row, good, keep in zip(whole.tolist(), finite.tolist(), kept.tolist(), strict=True):
        if not keep:
            rows.append(None)
        elif all(good):
            rows.append(row)
        else:
            rows.append([value if ok else None for value, ok in zip(row, good, strict=True)])
    return rows
