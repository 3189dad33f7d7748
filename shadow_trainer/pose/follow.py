"""Follow everyone through a film with the light model: from each picture's landmarks to the next ROI.

The detector looks from time to time for people who are not followed yet and puts lost ones right.
Tracks end at cuts, when the person cannot be seen for a while, and when two of them turn out to be on
the same person. What is followed here is only as good as the light model: good enough to know who is
where and who throws, not to measure.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from . import detect, roi
from .engine import AUXILIARY, CROP_PX, Engine
from .skeleton import COUNT, INDEX

LEAST_FLAG = 0.5
# A person who is not seen for this long (real seconds) is given up.
PATIENCE_S = 0.6
MAX_PEOPLE = 10
NEAR_SIZE = 2.0
# Two tracks are on one person when their bodies lie nearer than this, in torso lengths, this many times.
TOGETHER_H, TOGETHER_COUNT = 0.35, 4
# The picture of a person is taken when they have been seen this often (the last one stays).
THUMBNAIL_AT, THUMBNAIL_PX = (2, 8, 20), 224
_BODY = [INDEX[n] for n in ("left_shoulder", "right_shoulder", "left_hip", "right_hip")]
_LIMBS = [INDEX[f"{s}_{j}"] for s in ("left", "right") for j in ("knee", "ankle", "elbow")]


@dataclass
class Track:
    """One person without a break. Lists grow together, one entry for each picture in which they are seen.

    ``rois`` (4,) and ``points`` (33, 2) in pixels of the upright frame; ``flags`` 0..1;
    ``looks`` colour histogram of the trunk (for knowing them again).
    """

    shot: int
    times: list[float] = field(default_factory=list)
    rois: list[np.ndarray] = field(default_factory=list)
    points: list[np.ndarray] = field(default_factory=list)
    flags: list[float] = field(default_factory=list)
    looks: np.ndarray | None = None
    thumbnail: bytes | None = None
    next_roi: np.ndarray | None = None
    together: int = 0

    def add(self, time_s: float, region: np.ndarray, points: np.ndarray, flag: float) -> None:
        """Append one picture's finding."""
        self.times.append(time_s)
        self.rois.append(region)
        self.points.append(points)
        self.flags.append(flag)
        self.next_roi = region

    def torso_px(self) -> float:
        """Typical length from mid-shoulder to mid-hip over the last pictures."""
        p = np.array(self.points[-10:])[:, _BODY]
        length = np.linalg.norm(p[:, :2].mean(1) - p[:, 2:].mean(1), axis=-1)
        return float(max(np.median(length), 0.12 * self.rois[-1][2]))


class Follower:
    """Feed it pictures in order; ``tracks`` holds everyone met so far."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.live: list[Track] = []
        self.done: list[Track] = []
        self.shot = 0

    @property
    def tracks(self) -> list[Track]:
        """Ended and living tracks."""
        return self.done + self.live

    def cut(self) -> None:
        """A new shot begins: end every track."""
        self.done += self.live
        self.live = []
        self.shot += 1

    def step(self, time_s: float, image: np.ndarray, scale: float, look: bool, small: bool = False) -> None:
        """One picture (H, W, 3); ``scale`` frame pixels for each of its pixels; ``look`` runs the detector."""
        if self.live:
            regions = np.array([track.next_roi for track in self.live])
            self._measure(self.live, regions, time_s, image, scale)
        self._give_up(time_s)
        if look:
            self._look(time_s, image, scale, small)
        self._separate()

    def _measure(
        self, tracks: list[Track], regions: np.ndarray, time_s: float, image: np.ndarray, scale: float
    ) -> None:
        """Run the light model on one ROI (frame pixels) for each track and append what is seen."""
        in_picture = regions / np.array([scale, scale, scale, 1.0])
        crops = np.stack([roi.crop(image, region, CROP_PX) for region in in_picture])
        out = self.engine.landmarks(crops, light=True)
        points = roi.to_frame(out.points[..., :2], regions, CROP_PX)
        hip, above = AUXILIARY
        found = roi.from_points(points[:, hip], points[:, above])
        for i, track in enumerate(tracks):
            if out.flag[i] >= LEAST_FLAG and _plausible(found[i], regions[i], image.shape, scale):
                track.add(time_s, found[i], points[i, :COUNT], float(out.flag[i]))
                track.looks = _blend(track.looks, looks(image, points[i, :COUNT] / scale))
                if len(track.times) in THUMBNAIL_AT:
                    track.thumbnail = thumbnail(image, in_picture[i])

    def _give_up(self, time_s: float) -> None:
        lost = [t for t in self.live if time_s - t.times[-1] > PATIENCE_S]
        self.live = [t for t in self.live if t not in lost]
        self.done += lost

    def _look(self, time_s: float, image: np.ndarray, scale: float, small: bool) -> None:
        """Run the detector; put lost tracks right and begin new ones."""
        found = detect.find_people(self.engine, image, small=small)
        fresh = []
        for region in found.rois * np.array([scale, scale, scale, 1.0]):
            near = [t for t in self.live if _near(region, t.next_roi)]
            for track in near:
                if track.times[-1] < time_s:
                    track.next_roi = region
            if not near:
                fresh.append(region)
        fresh = self._make_room(fresh)
        if not fresh:
            return
        started = [Track(self.shot) for _ in fresh]
        self._measure(started, np.array(fresh), time_s, image, scale)
        for track in started:
            if track.times and not any(_together(track, other) for other in self.live):
                self.live.append(track)

    def _make_room(self, fresh: list[np.ndarray]) -> list[np.ndarray]:
        """The largest of the newcomers; smaller living tracks end for them. A crowd is small and many."""
        sizes = [float(r[2]) for r in fresh] + [float(t.rois[-1][2]) for t in self.live]
        if len(sizes) <= MAX_PEOPLE:
            return fresh
        least = sorted(sizes)[-MAX_PEOPLE]
        self.done += [t for t in self.live if t.rois[-1][2] < least]
        self.live = [t for t in self.live if t.rois[-1][2] >= least]
        return [r for r in fresh if r[2] >= least]

    def _separate(self) -> None:
        """End the younger of two tracks that have been on the same person for some pictures."""
        for i, young in enumerate(list(self.live)):
            elder = next((t for t in self.live[:i] if _together(young, t)), None)
            young.together = young.together + 1 if elder is not None else 0
            if young.together >= TOGETHER_COUNT:
                _forget_last(young, TOGETHER_COUNT)
                self.live.remove(young)
                if young.times:
                    self.done.append(young)


def _forget_last(track: Track, count: int) -> None:
    for values in (track.times, track.rois, track.points, track.flags):
        del values[-count:]


def _near(region: np.ndarray, other: np.ndarray) -> bool:
    """A finding that can only be the person of the other ROI: much the same centre and size."""
    distance = np.hypot(*(region[:2] - other[:2]))
    large, small = max(region[2], other[2]), min(region[2], other[2])
    # Somebody far away may stand right behind somebody near: a very different size is another person.
    return bool(distance < 0.3 * large and large < NEAR_SIZE * small)


def _together(a: Track, b: Track) -> bool:
    """Whether the last findings of two tracks, of the same picture, are one body."""
    if a.times[-1] != b.times[-1]:
        return False
    use = _BODY + _LIMBS
    distance = np.linalg.norm(a.points[-1][use] - b.points[-1][use], axis=-1)
    return float(np.median(distance)) < TOGETHER_H * max(a.torso_px(), b.torso_px())


def _plausible(found: np.ndarray, before: np.ndarray, shape: tuple[int, ...], scale: float) -> bool:
    """A ROI that did not jump or change its size at once, with its centre near the picture."""
    height, width = shape[0] * scale, shape[1] * scale
    ratio = found[2] / before[2]
    inside = -0.1 * width < found[0] < 1.1 * width and -0.1 * height < found[1] < 1.1 * height
    return bool(0.45 < ratio < 2.2 and inside and np.hypot(*(found[:2] - before[:2])) < 0.5 * before[2])


def thumbnail(image: np.ndarray, region: np.ndarray) -> bytes:
    """An upright square around a ROI (4,) of (H, W, 3) uint8 RGB as JPEG."""
    upright = np.array([region[0], region[1], region[2] * 1.1, 0.0])
    square = roi.crop(image, upright, THUMBNAIL_PX)
    _, data = cv2.imencode(".jpg", square[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 82])
    return data.tobytes()


def looks(image: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Histogram (64,) of hue, saturation and value on the trunk; ``points`` (33, 2) in picture pixels."""
    corners = points[[_BODY[0], _BODY[1], _BODY[3], _BODY[2]]]
    low = np.floor(corners.min(0)).astype(int)
    high = np.ceil(corners.max(0)).astype(int) + 1
    part = image[max(low[1], 0) : max(high[1], 0), max(low[0], 0) : max(high[0], 0)]
    if part.size == 0:
        return np.full(64, 1 / 64)
    hsv = cv2.cvtColor(np.ascontiguousarray(part), cv2.COLOR_RGB2HSV).reshape(-1, 3)
    counts = np.histogramdd(hsv, bins=(8, 4, 2), range=((0, 180), (0, 256), (0, 256)))[0].ravel()
    return counts / counts.sum()


def _blend(old: np.ndarray | None, new: np.ndarray) -> np.ndarray:
    return new if old is None else 0.9 * old + 0.1 * new
