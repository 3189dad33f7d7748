"""Words on the video: event banner, clock, and a line that shows where in the video we are."""

from __future__ import annotations

import numpy as np

from ...labels import event_label
from ..canvas import plate, text, text_width
from ..clip import Clip, Mark, Pose
from ..palette import INK, INK_QUIET, THROWING

_HOLD_SECONDS = 1.3  # of playback: time enough to read two words and a number
_LEAST_SIZE = 9
_LINES = 4  # events between foot contact and the end of the arm snap are all still up when the last appears


class EventBanner:
    """Name and time of each event as it happens; the newest on top, older ones fading below it.

    It stands in the upper corner that the athlete uses less, unless ``left`` (canvas pixels) says where.
    """

    def __init__(self, left: int | None = None) -> None:
        self.left = left
        self._clip: Clip | None = None
        self._on_right = False

    def draw(self, image: np.ndarray, pose: Pose) -> None:
        """Draw the events of the last moments."""
        clip = pose.clip
        if clip is not self._clip:
            self._clip, self._on_right = clip, self.left is None and right_is_quieter(clip)
        fresh = [mark for mark in clip.marks if 0 <= _age(pose, mark) < _HOLD_SECONDS]
        top = clip.margin
        for place, mark in enumerate(reversed(fresh[-_LINES:])):
            size = max(_LEAST_SIZE, round((27 if place == 0 else 19) * clip.unit))
            alpha = min(1.0, (_HOLD_SECONDS - _age(pose, mark)) / 0.35) * (1.0 if place == 0 else 0.8)
            words = banner_words(mark, clip.deliveries)
            left = clip.margin if self.left is None else self.left
            size = _fitting(words, size, clip.size[0] - clip.margin - left, newest=place == 0)
            width = _line_width(words, size, newest=place == 0)
            if self._on_right:
                left = clip.size[0] - clip.margin - width
            top += _line(image, words, (left, top), width, size, alpha, newest=place == 0)


def right_is_quieter(clip: Clip) -> bool:
    """True when the athlete is more often under a banner in the upper left corner than in the right one."""
    width, height = clip.size
    x, y = clip.points[..., 0], clip.points[..., 1]
    reach = 0.42 * width
    with np.errstate(invalid="ignore"):
        high = y < 0.30 * height
        on_left = np.any(high & (x < reach), axis=1).sum()
        on_right = np.any(high & (x > width - reach), axis=1).sum()
    return bool(on_left > on_right)


def _age(pose: Pose, mark: Mark) -> float:
    """Seconds of playback since an event's frame; negative before it."""
    if mark.row > pose.row:
        return -1.0
    return (pose.time_s - float(pose.clip.time_s[mark.row])) * pose.clip.playback


def _line_width(words: tuple[str, str], size: int, *, newest: bool) -> int:
    name, detail = words
    inner = text_width(name, size, _weight(newest)) + round(0.6 * size) + text_width(detail, size)
    return _bar(size) + inner + 3 * round(0.55 * size)


def _fitting(words: tuple[str, str], size: int, room: int, *, newest: bool) -> int:
    """The largest size up to ``size`` at which a line is not wider than ``room``."""
    while size > _LEAST_SIZE and _line_width(words, size, newest=newest) > room:
        size -= 1
    return size


def _weight(newest: bool) -> int:
    return 650 if newest else 500


def _bar(size: int) -> int:
    return max(2, round(0.16 * size))


def _line(
    image: np.ndarray,
    words: tuple[str, str],
    corner: tuple[int, int],
    width: int,
    size: int,
    alpha: float,
    *,
    newest: bool,
) -> int:
    """One event on its plate at ``corner`` (left, top); returns the height it took."""
    (left, top), pad, bar, edge = corner, round(0.55 * size), _bar(size), round(0.45 * size)
    height = round(1.85 * size)
    plate(image, left, top, width, height, radius=round(0.35 * size), alpha=0.72 * alpha)
    colour = THROWING if newest else INK_QUIET
    plate(image, left + pad, top + edge, bar, height - 2 * edge, radius=bar // 2, colour=colour, alpha=alpha)
    baseline, x = top + round(1.28 * size), left + 2 * pad + bar
    x = text(image, words[0], x, baseline, size, INK, weight=_weight(newest), alpha=alpha)
    text(image, words[1], x + round(0.6 * size), baseline, size, INK_QUIET, alpha=alpha)
    return height + round(0.3 * size)


def banner_words(mark: Mark, deliveries: int) -> tuple[str, str]:
    """(name, detail): what happened, and when; after foot contact also how long after it."""
    name = event_label(mark.name)
    if deliveries > 1:
        name = f"Pitch {mark.delivery + 1}: {name}"
    detail = f"{mark.time_s:.2f} s"
    if mark.from_contact_s is not None:
        detail += f"  +{mark.from_contact_s * 1000:.0f} ms"
    return name, detail + ("  estimated" if mark.estimated else "")


class Clock:
    """Elapsed real time, frame number and the rate at which the video was taken."""

    def draw(self, image: np.ndarray, pose: Pose) -> None:
        """Draw the clock at the bottom left, above the time line."""
        clip = pose.clip
        size = max(10, round(20 * clip.unit))
        small = max(8, round(15 * clip.unit))
        now, facts = f"{pose.time_s:.3f} s", clock_facts(clip, pose.row)
        pad, gap = round(0.6 * size), round(0.7 * size)
        width = text_width(now, size, 600) + gap + text_width(facts, small) + 2 * pad
        height = round(1.75 * size)
        top = clip.size[1] - clip.margin - round(16 * clip.unit) - height
        plate(image, clip.margin, top, width, height, radius=round(0.4 * size))
        baseline = top + round(1.22 * size)
        x = text(image, now, clip.margin + pad, baseline, size, INK, weight=600)
        text(image, facts, x + gap, baseline, small, INK_QUIET)


def clock_facts(clip: Clip, row: int) -> str:
    """``frame 211   120 fps``, and how much slower than life the video plays when it does."""
    facts = f"frame {row}   {clip.capture_fps:.4g} fps"
    if clip.playback > 1.05:
        facts += f"   played {clip.playback:.3g}× slower"
    return facts


class Timeline:
    """A thin line along the bottom: deliveries as bars, events as ticks, the present as a dot."""

    def draw(self, image: np.ndarray, pose: Pose) -> None:
        """Draw the line for the whole video."""
        clip = pose.clip
        if len(clip.time_s) < 2 or clip.time_s[-1] <= clip.time_s[0]:
            return
        start, end = float(clip.time_s[0]), float(clip.time_s[-1])
        left, length = clip.margin, clip.size[0] - 2 * clip.margin
        thick = max(2, round(4 * clip.unit))
        top = clip.size[1] - clip.margin - thick

        def x(time_s: float) -> int:
            return left + round(length * (time_s - start) / (end - start))

        plate(image, left, top, length, thick, radius=thick // 2, alpha=0.6)
        for begin, finish in clip.windows:
            wide = max(thick, x(finish) - x(begin))
            plate(image, x(begin), top, wide, thick, radius=thick // 2, colour=INK_QUIET, alpha=0.55)
        tall = round(3.2 * thick)
        for mark in clip.marks:
            lit = mark.row <= pose.row
            plate(
                image,
                x(mark.time_s) - thick // 4,
                top + (thick - tall) // 2,
                max(2, thick // 2),
                tall,
                radius=0,
                colour=THROWING if lit else INK_QUIET,
                alpha=0.95,
            )
        dot = 3 * thick
        plate(
            image,
            x(pose.time_s) - dot // 2,
            top + (thick - dot) // 2,
            dot,
            dot,
            radius=dot // 2,
            colour=INK,
            alpha=1.0,
        )
