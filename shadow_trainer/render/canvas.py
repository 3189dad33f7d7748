"""Drawing on video frames with cv2: translucent layers, sub-pixel lines, text. RGB uint8, in place.

Text uses the typeface built into OpenCV 5 (Rubik, SIL Open Font Licence); no font file is needed. Words
and characters are rasterised once and kept as alpha masks, so that text costs a small blend per frame.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from .palette import PLATE, RGB

SHIFT = 4  # cv2 takes fixed-point coordinates: 1/16 pixel
_ONE = 1 << SHIFT
_FAR = 30_000.0  # beyond this cv2's integers overflow; it is outside of every image
_TABULAR = "0123456789"


def fixed(point: np.ndarray) -> tuple[int, int]:
    """A point (2,) in pixels as cv2's fixed-point pair."""
    x, y = (min(max(float(value), -_FAR), _FAR) for value in point)
    return round(x * _ONE), round(y * _ONE)


class Layer:
    """A translucent drawing over part of an image, premultiplied RGBA, put down by :meth:`composite`.

    Later strokes replace earlier ones where they cross, so crossing bones do not add up to a dark spot.
    """

    def __init__(self, image: np.ndarray, box: tuple[int, int, int, int]) -> None:
        height, width = image.shape[:2]
        left, top, right, bottom = box
        self.left, self.top = max(0, left), max(0, top)
        self.right, self.bottom = min(width, right), min(height, bottom)
        self.image = image
        shape = (max(0, self.bottom - self.top), max(0, self.right - self.left), 4)
        self.pixels = np.zeros(shape, np.uint8)
        self.origin = np.array([self.left, self.top], float)

    @property
    def empty(self) -> bool:
        """True when nothing of the box lies inside the image."""
        return self.pixels.size == 0

    def line(self, a: np.ndarray, b: np.ndarray, colour: RGB, width: float, alpha: float = 1.0) -> None:
        """A round-ended stroke from ``a`` to ``b`` (image pixels)."""
        cv2.line(
            self.pixels,
            fixed(a - self.origin),
            fixed(b - self.origin),
            _premultiplied(colour, alpha),
            max(1, round(width)),
            cv2.LINE_AA,
            SHIFT,
        )

    def dashes(
        self, a: np.ndarray, b: np.ndarray, colour: RGB, width: float, alpha: float = 1.0, dash: float = 3.0
    ) -> None:
        """A dashed stroke; ``dash`` is the length of a dash in widths (the gap is as long)."""
        length = float(np.hypot(*(b - a)))
        count = max(1, round(length / (2 * dash * max(width, 1.0))))
        for i in range(count):
            start, end = i / count, (i + 0.55) / count
            self.line(a + (b - a) * start, a + (b - a) * end, colour, width, alpha)

    def disc(self, centre: np.ndarray, radius: float, colour: RGB, alpha: float = 1.0) -> None:
        """A filled circle."""
        cv2.circle(
            self.pixels,
            fixed(centre - self.origin),
            max(1, round(radius * _ONE)),
            _premultiplied(colour, alpha),
            cv2.FILLED,
            cv2.LINE_AA,
            SHIFT,
        )

    def ring(self, centre: np.ndarray, radius: float, colour: RGB, width: float, alpha: float = 1.0) -> None:
        """A circle's outline."""
        cv2.circle(
            self.pixels,
            fixed(centre - self.origin),
            max(1, round(radius * _ONE)),
            _premultiplied(colour, alpha),
            max(1, round(width)),
            cv2.LINE_AA,
            SHIFT,
        )

    def composite(self) -> None:
        """Blend the layer over the image."""
        if self.empty:
            return
        target = self.image[self.top : self.bottom, self.left : self.right]
        through = cv2.cvtColor(255 - self.pixels[..., 3], cv2.COLOR_GRAY2RGB)
        cv2.multiply(target, through, dst=target, scale=1 / 255)
        cv2.add(target, np.ascontiguousarray(self.pixels[..., :3]), dst=target)


def _premultiplied(colour: RGB, alpha: float) -> tuple[float, float, float, float]:
    return (colour[0] * alpha, colour[1] * alpha, colour[2] * alpha, 255 * alpha)


def bounds(points: np.ndarray, margin: float) -> tuple[int, int, int, int] | None:
    """Box (left, top, right, bottom) around the finite points (N, 2), or None when there is none."""
    known = points[np.isfinite(points).all(axis=-1)]
    if not len(known):
        return None
    low, high = np.floor(known.min(0) - margin), np.ceil(known.max(0) + margin)
    # A landmark far outside the image must not overflow cv2's integers.
    low, high = np.clip(low, -20_000, 20_000), np.clip(high, -20_000, 20_000)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def blend(image: np.ndarray, mask: np.ndarray, left: int, top: int, colour: RGB, alpha: float = 1.0) -> None:
    """Lay ``colour`` through an alpha mask (h, w) uint8 with its top left corner at (left, top)."""
    height, width = mask.shape
    y0, x0 = max(0, top), max(0, left)
    y1, x1 = min(image.shape[0], top + height), min(image.shape[1], left + width)
    if y0 >= y1 or x0 >= x1:
        return
    part = mask[y0 - top : y1 - top, x0 - left : x1 - left].astype(np.float32) * (alpha / 255)
    target = image[y0:y1, x0:x1]
    mixed = target + (np.array(colour, np.float32) - target) * part[..., None]
    np.rint(mixed, out=mixed)
    target[...] = mixed.astype(np.uint8)


@lru_cache(maxsize=1)
def _font() -> cv2.FontFace:
    return cv2.FontFace("sans")


@lru_cache(maxsize=2048)
def _glyphs(text: str, size: int, weight: int) -> tuple[np.ndarray, int]:
    """Alpha mask of ``text`` with the baseline at 1.0 size from its top, and its advance width."""
    canvas = np.zeros((round(size * 1.4), round(size * (len(text) + 1)), 3), np.uint8)
    end, _ = cv2.putText(canvas, text, (2, size), (255, 255, 255), _font(), size, weight=weight)
    advance = int(end[0]) - 2
    return np.ascontiguousarray(canvas[:, : advance + 4, 0]), advance


def _pieces(text: str) -> list[str]:
    """Words as they are; digits one by one, so that a running clock does not tremble."""
    pieces: list[str] = []
    for char in text:
        if char in _TABULAR or not pieces or pieces[-1] in _TABULAR:
            pieces.append(char)
        else:
            pieces[-1] += char
    return pieces


def _advance(piece: str, size: int, weight: int) -> int:
    if piece in _TABULAR:
        return max(_glyphs(digit, size, weight)[1] for digit in _TABULAR)
    return _glyphs(piece, size, weight)[1]


def text_width(text: str, size: int, weight: int = 400) -> int:
    """Width in pixels of ``text`` as :func:`text` draws it."""
    return sum(_advance(piece, size, weight) for piece in _pieces(text))


def text(
    image: np.ndarray,
    words: str,
    left: int,
    baseline: int,
    size: int,
    colour: RGB,
    *,
    weight: int = 400,
    alpha: float = 1.0,
) -> int:
    """Draw ``words`` and return the x where they end."""
    for piece in _pieces(words):
        mask, width = _glyphs(piece, size, weight)
        cell = _advance(piece, size, weight)
        blend(image, mask, left - 2 + (cell - width) // 2, baseline - size, colour, alpha)
        left += cell
    return left


@lru_cache(maxsize=256)
def _rounded(width: int, height: int, radius: int) -> np.ndarray:
    """Alpha mask of a rounded box, drawn at four times its size: cv2 rounds small radii to corners."""
    fine = 4
    w, h, r = width * fine, height * fine, max(0, min(radius, width / 2, height / 2)) * fine
    y, x = np.mgrid[0:h, 0:w] + 0.5
    outside_x = np.maximum(np.maximum(r - x, x - (w - r)), 0)
    outside_y = np.maximum(np.maximum(r - y, y - (h - r)), 0)
    inside = (np.hypot(outside_x, outside_y) <= max(r, 0.5)).astype(np.float32) * 255
    smooth = cv2.resize(inside, (width, height), interpolation=cv2.INTER_AREA)
    mask: np.ndarray = np.rint(smooth).astype(np.uint8)
    return mask


def plate(
    image: np.ndarray,
    left: int,
    top: int,
    width: int,
    height: int,
    *,
    radius: int = 8,
    colour: RGB = PLATE,
    alpha: float = 0.62,
) -> None:
    """A rounded, translucent plate, on which text is readable whatever lies under it."""
    if width > 0 and height > 0:
        blend(image, _rounded(width, height, radius), left, top, colour, alpha)
