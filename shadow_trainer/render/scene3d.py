"""The 3D view of the side-by-side video: athlete and reference as shaded sticks on the mound, drawn by cv2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from ..body.series import PoseSeries
from ..body.skeleton import INDEX, side_of
from ..vocabulary import View
from .camera3d import Camera, complementary, framing
from .canvas import Layer, bounds, fixed, text, text_width
from .clip import event_marks
from .ground import Ground, ground_of
from .overlays.body import DRAWN_BONES, head_and_neck
from .overlays.paths import side_name
from .palette import CASING, CENTRE, GLOVE, GRID, INK_QUIET, REFERENCE, RGB, STAGE_BOTTOM, STAGE_TOP, THROWING

_BONE_M = 0.042  # thickness of a limb on the stage
_HEAD_M = 0.115  # radius of the head
_TRAIL_S = 0.45
_GRID_M = 0.5
_ABOVE, _BELOW = 0.13, 0.13  # of the height, kept free for the event banner and the legend
_TORSO = ("left_shoulder", "right_shoulder", "right_hip", "left_hip")


@dataclass(frozen=True)
class Stage:
    """Everything that stays the same from frame to frame: camera, ground and the drawn background."""

    camera: Camera
    ground: Ground
    backdrop: np.ndarray
    throws: str
    words: str
    depth_range: tuple[float, float] = field(default=(1.0, 2.0))


def make_stage(
    series: PoseSeries,
    analysis: Mapping[str, Any],
    size: tuple[int, int],
    *,
    reference_world_m: np.ndarray | None = None,
) -> Stage:
    """Place the camera so that the whole delivery fits, and draw gradient, grid and plate direction once."""
    throws = analysis.get("athlete", {}).get("throws", "right")
    view = analysis.get("view", {}).get("name", View.OTHER)
    direction, words = complementary(view, throws)
    marks = event_marks(analysis.get("deliveries", []), series.time_s)
    everything = [series.world_m.reshape(-1, 3)]
    if reference_world_m is not None:
        everything.append(np.asarray(reference_world_m, dtype=float).reshape(-1, 3))
    ground = ground_of(series.world_m, marks, throws)
    everything.append(ground.lift(_arrow(ground)))
    camera = framing(
        np.concatenate(everything), direction, size, above_px=_ABOVE * size[1], below_px=_BELOW * size[1]
    )
    distance = float(np.linalg.norm(camera.target - camera.eye))
    backdrop = _backdrop(camera, ground)
    return Stage(camera, ground, backdrop, throws, words, (distance - 0.8, distance + 0.8))


def draw_stage(
    stage: Stage, series: PoseSeries, row: int, *, reference_world_m: np.ndarray | None = None
) -> np.ndarray:
    """One frame of the 3D view, (H, W, 3) uint8 RGB."""
    image = stage.backdrop.copy()
    known = row < len(series)
    bodies = []
    if reference_world_m is not None and row < len(reference_world_m):
        bodies.append((np.asarray(reference_world_m[row], dtype=float), 0.6))
    if known:
        bodies.append((series.world_m[row], 1.0 if series.measured[row] else 0.55))
    trail = _trail_points(stage, series, row) if known else np.empty((0, 2))
    drawn = [trail, *(stage.camera.project(p)[0] for p, _ in bodies)]
    drawn += [stage.camera.project(stage.ground.lift(p[:, :2]))[0] for p, _ in bodies]
    box = bounds(np.concatenate(drawn), margin=0.16 * stage.camera.focal_px / stage.depth_range[0])
    if box is None:
        return image
    layer = Layer(image, box)
    for points, _ in bodies:
        _shade_ground(layer, stage, points)
    _trail(layer, stage, trail)
    for place, (points, opacity) in enumerate(bodies):
        _body(
            layer, stage, points, is_reference=place == 0 and reference_world_m is not None, opacity=opacity
        )
    layer.composite()
    return image


def _backdrop(camera: Camera, ground: Ground) -> np.ndarray:
    """Gradient, ground grid that fades with distance, and an arrow toward the plate."""
    width, height = camera.size
    ramp = np.linspace(0, 1, height)[:, None, None]
    image = np.rint((1 - ramp) * np.array(STAGE_TOP) + ramp * np.array(STAGE_BOTTOM))
    image = np.ascontiguousarray(np.broadcast_to(image, (height, width, 3)).astype(np.uint8))
    layer = Layer(image, (0, 0, width, height))
    centre = camera.target
    xs = np.arange(np.floor(centre[0] - 3.5), centre[0] + 3.6, _GRID_M)
    ys = np.arange(np.floor(centre[1] - 3.0), centre[1] + 3.1, _GRID_M)
    for x in xs:
        _grid_line(layer, camera, ground, np.array([[x, y] for y in ys]), centre)
    for y in ys:
        _grid_line(layer, camera, ground, np.array([[x, y] for x in xs]), centre)
    layer.composite()
    _plate_arrow(image, camera, ground)
    return image


def _grid_line(layer: Layer, camera: Camera, ground: Ground, flat: np.ndarray, centre: np.ndarray) -> None:
    """One line of the grid, in pieces, so that it can fade toward its ends."""
    pixels, _ = camera.project(ground.lift(flat))
    far = np.hypot(*(flat - centre[:2]).T)
    for a, b, away in zip(pixels[:-1], pixels[1:], (far[:-1] + far[1:]) / 2, strict=True):
        alpha = float(np.clip(1.0 - away / 3.2, 0.0, 1.0)) * 0.75
        if alpha > 0.02 and np.isfinite(a).all() and np.isfinite(b).all():
            layer.line(a, b, GRID, max(1.0, layer.pixels.shape[0] / 720), alpha)


def _arrow(ground: Ground) -> np.ndarray:
    """(4, 2) metres on the plan: tail, tip, and the two ends of the head."""
    x, y = ground.landing_x + 0.35, ground.centre_y
    return np.array([[x, y], [x + 0.45, y], [x + 0.33, y - 0.08], [x + 0.33, y + 0.08]])


def _plate_arrow(image: np.ndarray, camera: Camera, ground: Ground) -> None:
    """``to the plate`` with an arrow on the ground beyond the landing foot."""
    pixels, _ = camera.project(ground.lift(_arrow(ground)))
    if not np.isfinite(pixels).all():
        return
    unit = min(camera.size) / 720
    layer = Layer(image, (0, 0, *camera.size))
    for a, b in ((0, 1), (2, 1), (3, 1)):
        layer.line(pixels[a], pixels[b], INK_QUIET, 3 * unit, 0.75)
    layer.composite()
    size = max(8, round(15 * unit))
    words = "to the plate"
    left = round(float(pixels[1][0]) - text_width(words, size) / 2)
    left = int(np.clip(left, 4, camera.size[0] - text_width(words, size) - 4))
    text(image, words, left, round(float(pixels[:, 1].max()) + 1.6 * size), size, INK_QUIET, alpha=0.85)


def _shade_ground(layer: Layer, stage: Stage, points: np.ndarray) -> None:
    """The shade under the body: it tells where in depth the athlete stands."""
    pixels, depth = stage.camera.project(stage.ground.lift(points[:, :2]))
    for first, second in DRAWN_BONES:
        i, j = INDEX[first], INDEX[second]
        if np.isfinite(pixels[[i, j]]).all():
            width = 1.7 * _BONE_M * stage.camera.focal_px / float(depth[i])
            layer.line(pixels[i], pixels[j], (0, 0, 0), width, 0.38)


def _trail_points(stage: Stage, series: PoseSeries, row: int) -> np.ndarray:
    """Canvas pixels (N, 2) of the throwing wrist over the last moments."""
    first = int(np.searchsorted(series.time_s, series.time_s[row] - _TRAIL_S))
    wrist = INDEX[f"{side_name(stage.throws, 'throwing')}_wrist"]
    return stage.camera.project(series.world_m[first : row + 1, wrist])[0]


def _trail(layer: Layer, stage: Stage, pixels: np.ndarray) -> None:
    """The throwing wrist's path through space, oldest part thinnest."""
    unit = min(stage.camera.size) / 720
    for k, (a, b) in enumerate(zip(pixels[:-1], pixels[1:], strict=True), start=1):
        fresh = k / max(1, len(pixels) - 1)
        if np.isfinite(a).all() and np.isfinite(b).all():
            layer.line(a, b, THROWING, 4 * unit * (0.3 + 0.7 * fresh), 0.08 + 0.5 * fresh)


def _body(layer: Layer, stage: Stage, points: np.ndarray, *, is_reference: bool, opacity: float) -> None:
    """One body, far parts first; each limb with a dark edge, its colour, and a light along the top."""
    pixels, depth = stage.camera.project(points)
    _torso(layer, pixels, REFERENCE if is_reference else CENTRE, opacity)
    parts: list[tuple[float, str, str]] = []
    for first, second in DRAWN_BONES:
        i, j = INDEX[first], INDEX[second]
        if np.isfinite(pixels[[i, j]]).all():
            parts.append((float(depth[i] + depth[j]) / 2, first, second))
    head, neck, _ = head_and_neck(points, np.ones(len(points)))
    if head is not None:
        parts.append((float(stage.camera.project(head)[1]), "head", ""))
    for far, first, second in sorted(parts, reverse=True):
        if head is not None and first == "head":
            _head(layer, stage, head, neck, REFERENCE if is_reference else CENTRE, opacity)
        else:
            colour = REFERENCE if is_reference else _side_colour(first, second, stage.throws)
            ends = pixels[[INDEX[first], INDEX[second]]]
            _limb(layer, stage, ends, far, colour, opacity, slim=second.endswith(("heel", "index")))


def _torso(layer: Layer, pixels: np.ndarray, colour: RGB, opacity: float) -> None:
    """The trunk as a pane of glass: its shape shows how far the chest has turned."""
    corners = pixels[[INDEX[name] for name in _TORSO]]
    if not np.isfinite(corners).all():
        return
    polygon = np.array([fixed(corner - layer.origin) for corner in corners], np.int32)
    alpha = 0.20 * opacity
    cv2.fillPoly(
        layer.pixels, [polygon], (*(channel * alpha for channel in colour), 255 * alpha), cv2.LINE_AA, 4
    )


def _side_colour(first: str, second: str, throws: str) -> RGB:
    if first.removeprefix("left_") == second.removeprefix("right_"):
        return CENTRE
    return THROWING if side_of(first) == throws else GLOVE


def _limb(
    layer: Layer, stage: Stage, ends: np.ndarray, far: float, colour: RGB, opacity: float, *, slim: bool
) -> None:
    """A stick with the thickness its distance gives it, darker the farther it is."""
    width = _BONE_M * (0.6 if slim else 1.0) * stage.camera.focal_px / far
    near_m, far_m = stage.depth_range
    shade = 1.0 - 0.42 * float(np.clip((far - near_m) / (far_m - near_m), 0, 1))
    toned = _darker(colour, shade)
    layer.line(ends[0], ends[1], CASING, width * 1.5, 0.9 * opacity)
    layer.line(ends[0], ends[1], toned, width, opacity)
    across = np.array([-(ends[1] - ends[0])[1], (ends[1] - ends[0])[0]])
    length = float(np.hypot(*across))
    if length > 2:
        lift = across / length * width * 0.22
        lift = lift if lift[1] < 0 else -lift  # the light comes from above
        light = _lighter(toned, 0.45 * shade)
        layer.line(ends[0] + lift, ends[1] + lift, light, width * 0.28, opacity)


def _head(
    layer: Layer, stage: Stage, head: np.ndarray, neck: np.ndarray | None, colour: RGB, opacity: float
) -> None:
    """A ball with a light on it, and the neck."""
    (centre, base), depth = stage.camera.project(np.stack([head, head if neck is None else neck]))
    if not np.isfinite(centre).all():
        return
    radius = _HEAD_M * stage.camera.focal_px / float(depth[0])
    if neck is not None and np.isfinite(base).all():
        width = 0.8 * _BONE_M * stage.camera.focal_px / float(depth[0])
        layer.line(base, centre, CASING, width * 1.5, 0.9 * opacity)
        layer.line(base, centre, colour, width, opacity)
    layer.disc(centre, radius * 1.1, CASING, 0.9 * opacity)
    layer.disc(centre, radius, _darker(colour, 0.72), opacity)
    layer.disc(centre + np.array([-0.12, -0.16]) * radius, radius * 0.74, colour, opacity)


def _darker(colour: RGB, share: float) -> RGB:
    red, green, blue = (round(channel * share) for channel in colour)
    return red, green, blue


def _lighter(colour: RGB, share: float) -> RGB:
    red, green, blue = (round(channel + (255 - channel) * share) for channel in colour)
    return red, green, blue
