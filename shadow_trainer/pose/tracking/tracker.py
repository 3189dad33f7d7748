"""Follow everyone through a video with the light model: from each frame's landmarks to the next ROI.

The detector looks from time to time for people who are not followed yet and puts lost ones right.
Tracks end at cuts, when the person cannot be seen for a while, and when two of them turn out to be on
the same person. What is followed here is only as good as the light model: good enough to know who is
where and who throws, not to measure.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from ...body.skeleton import COUNT, INDEX
from .. import roi
from ..engine import AUXILIARY, CROP_PX, Engine
from . import detector
from .recent_frames import RecentFrames

# A person is followed while the flag is above the first, and a new one is believed above the second.
LEAST_FLAG, SURE_FLAG = 0.5, 0.75
# A person who is not seen for this long (real seconds) is given up.
PATIENCE_S = 1.2
# Whoever suddenly wears other clothes is somebody else, who has stepped in front. The colours of one trunk
# in neighbouring frames have 0.54 or more in common, also when the body turns; two people had 0.19.
SAME_LOOKS, LOOKS_KNOWN = 0.4, 5
# Somebody hidden is looked for this near to where they were last seen (sides of the ROI), this alike in size.
REACH, REACH_SIZE = 0.8, 1.6
# After somebody who was seen this often the detector looks this often (real seconds) while they are hidden.
ESTABLISHED, SEARCH_EVERY_S = 12, 0.15
MAX_PEOPLE = 10
NEAR_SIZE = 2.0
# Two tracks are on one person when their bodies lie nearer than this, in torso lengths.
TOGETHER_H = 0.35
# The thumbnail of a person is taken when they have been seen this often (the last one stays).
THUMBNAIL_AT, THUMBNAIL_PX = (2, 8, 20), 224
_BODY = [INDEX[n] for n in ("left_shoulder", "right_shoulder", "left_hip", "right_hip")]
_LIMBS = [INDEX[f"{s}_{j}"] for s in ("left", "right") for j in ("knee", "ankle", "elbow")]


@dataclass
class Track:
    """One person without a break. Lists grow together, one entry for each frame in which they are seen.

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
    surprise: float = np.inf
    _looks_before: np.ndarray | None = None

    def add(
        self, time_s: float, region: np.ndarray, points: np.ndarray, flag: float, seen: np.ndarray
    ) -> None:
        """Append one frame's finding; ``seen`` are the colours of the trunk in it."""
        self.surprise = self._surprise(time_s, region, seen)
        self.times.append(time_s)
        self.rois.append(region)
        self.points.append(points)
        self.flags.append(flag)
        self.next_roi = region
        self._looks_before = self.looks
        self.looks = seen if self.looks is None else 0.9 * self.looks + 0.1 * seen

    def forget(self) -> None:
        """Take the last finding back: it was somebody else."""
        for values in (self.times, self.rois, self.points, self.flags):
            values.pop()
        self.looks = self._looks_before
        if self.rois:
            self.next_roi = self.rois[-1]

    def _surprise(self, time_s: float, region: np.ndarray, seen: np.ndarray) -> float:
        """How badly a finding fits the track so far: place, size and clothes; infinite for a new track."""
        if len(self.times) < 3 or self.looks is None:
            return np.inf
        back = min(4, len(self.times))
        velocity = (self.rois[-1] - self.rois[-back])[:2] / max(self.times[-1] - self.times[-back], 1e-6)
        expected = self.rois[-1][:2] + velocity * (time_s - self.times[-1])
        place = np.hypot(*(region[:2] - expected)) / self.rois[-1][2]
        size = abs(np.log(region[2] / self.rois[-1][2]))
        return float(place + size + 0.5 * (1 - common(self.looks, seen)))

    def resume(self, other: Track) -> None:
        """Append the single finding of a track that turned out to be this person."""
        self.add(other.times[-1], other.rois[-1], other.points[-1], other.flags[-1], other.looks)

    def precede(self, back: Track) -> None:
        """Put the findings of a track that was followed back in time before this one's."""
        for name in ("times", "rois", "points", "flags"):
            getattr(self, name)[:0] = getattr(back, name)[::-1]

    def torso_px(self) -> float:
        """Typical length from mid-shoulder to mid-hip over the last frames."""
        p = np.array(self.points[-10:])[:, _BODY]
        length = np.linalg.norm(p[:, :2].mean(1) - p[:, 2:].mean(1), axis=-1)
        return float(max(np.median(length), 0.12 * self.rois[-1][2]))


class Follower:
    """Feed it frames in order; ``tracks`` holds everyone met so far."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.live: list[Track] = []
        self.done: list[Track] = []
        self.shot = 0
        self.looked = -np.inf
        self.recent = RecentFrames()

    @property
    def tracks(self) -> list[Track]:
        """Ended and living tracks."""
        return self.done + self.live

    def cut(self) -> None:
        """A new shot begins: end every track."""
        self.done += self.live
        self.live = []
        self.shot += 1
        self.recent.clear()

    def nobody(self, time_s: float) -> bool:
        """Whether nobody was seen in the frame at ``time_s``."""
        return all(track.times[-1] < time_s for track in self.live)

    def step(self, time_s: float, image: np.ndarray, scale: float, look: bool, small: bool = False) -> None:
        """One shrunk frame (H, W, 3); ``scale`` video pixels for each of its own; ``look`` runs the detector."""
        self._measure(self.live, time_s, image, scale)
        self._give_up(time_s)
        if look or (self._somebody_hidden(time_s) and time_s - self.looked >= SEARCH_EVERY_S):
            self.looked = time_s
            self._look(time_s, image, scale, small)
        self._separate()
        self.recent.add(time_s, image, scale)

    def _measure(self, tracks: list[Track], time_s: float, image: np.ndarray, scale: float) -> None:
        """Run the light model on the next ROI (frame pixels) of each track and append what is seen."""
        if not tracks:
            return
        regions = np.array([track.next_roi for track in tracks])
        in_frame = regions / np.array([scale, scale, scale, 1.0])
        crops = np.stack([roi.crop(image, region, CROP_PX) for region in in_frame])
        out = self.engine.landmarks(crops, light=True)
        points = roi.to_frame(out.points[..., :2], regions, CROP_PX)
        hip, above = AUXILIARY
        following = roi.from_points(points[:, hip], points[:, above])
        for i, track in enumerate(tracks):
            track.next_roi = track.rois[-1] if track.rois else regions[i]
            if out.flag[i] < LEAST_FLAG or not _plausible(following[i], regions[i], image.shape, scale):
                continue
            seen = looks(image, points[i, :COUNT] / scale)
            if len(track.times) >= LOOKS_KNOWN and common(track.looks, seen) < SAME_LOOKS:
                continue
            track.add(time_s, following[i], points[i, :COUNT], float(out.flag[i]), seen)
            if len(track.times) in THUMBNAIL_AT:
                track.thumbnail = thumbnail(image, in_frame[i])

    def _somebody_hidden(self, time_s: float) -> bool:
        return any(t.times[-1] < time_s and len(t.times) >= ESTABLISHED for t in self.live)

    def _give_up(self, time_s: float) -> None:
        lost = [t for t in self.live if time_s - t.times[-1] > PATIENCE_S]
        self.live = [t for t in self.live if t not in lost]
        self.done += lost

    def _look(self, time_s: float, image: np.ndarray, scale: float, small: bool) -> None:
        """Run the detector; find hidden people again and begin new tracks."""
        people = detector.find_people(self.engine, image, small=small)
        seen = [t for t in self.live if t.times[-1] == time_s]
        regions = people.rois * np.array([scale, scale, scale, 1.0])
        fresh = self._make_room([r for r in regions if not any(_near(r, t.rois[-1]) for t in seen)])
        started = [Track(self.shot, next_roi=region) for region in fresh]
        self._measure(started, time_s, image, scale)
        for track in started:
            if not track.times or track.flags[0] < SURE_FLAG:
                continue
            if any(_together(track, other) for other in self.live):
                continue
            hidden = [t for t in self.live if t.times[-1] < time_s and _found_again(t, track)]
            if hidden:
                max(hidden, key=lambda t: common(t.looks, track.looks)).resume(track)
            else:
                self._follow_back(track)
                self.live.append(track)

    def _follow_back(self, track: Track) -> None:
        """Put before a track's first frame what the frames before it show of the same person.

        The way back ends where the person is not seen for ``PATIENCE_S`` or is somebody who is followed already.
        """
        back = Track(self.shot, next_roi=track.rois[0], looks=track.looks)
        since = track.times[0]
        for frame in self.recent.before(track.times[0]):
            self._measure([back], frame.time_s, frame.image, frame.scale)
            if back.times and back.times[-1] == frame.time_s:
                since = frame.time_s
                if any(_together(back, _until(other, since)) for other in self.tracks):
                    back.forget()
                    break
            elif since - frame.time_s > PATIENCE_S:
                break
        track.precede(back)

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
        """Where two tracks found the same body in this frame, only the one that it fits better keeps it.

        The other is hidden: its person is behind that body, or there is no second person at all.
        """
        for i, a in enumerate(self.live):
            for b in self.live[:i]:
                if _together(a, b):
                    (a if a.surprise >= b.surprise else b).forget()
        self.live = [track for track in self.live if track.times]


def _near(region: np.ndarray, other: np.ndarray) -> bool:
    """A finding that can only be the person of the other ROI: much the same centre and size."""
    distance = np.hypot(*(region[:2] - other[:2]))
    large, small = max(region[2], other[2]), min(region[2], other[2])
    # Somebody far away may stand right behind somebody near: a very different size is another person.
    return bool(distance < 0.3 * large and large < NEAR_SIZE * small)


def _together(a: Track, b: Track) -> bool:
    """Whether the last findings of two tracks, of the same frame, are one body."""
    if not a.times or not b.times or a.times[-1] != b.times[-1]:
        return False
    use = _BODY + _LIMBS
    distance = np.linalg.norm(a.points[-1][use] - b.points[-1][use], axis=-1)
    return float(np.median(distance)) < TOGETHER_H * max(a.torso_px(), b.torso_px())


def _until(track: Track, time_s: float) -> Track:
    """A track as it was when its finding of ``time_s`` was the last; without any where it has none then."""
    if time_s not in track.times:
        return Track(track.shot)
    stop = track.times.index(time_s) + 1
    return Track(track.shot, track.times[:stop], track.rois[:stop], track.points[:stop], track.flags[:stop])


def _plausible(after: np.ndarray, before: np.ndarray, shape: tuple[int, ...], scale: float) -> bool:
    """A ROI that did not jump or change its size at once, with its centre near the frame."""
    height, width = shape[0] * scale, shape[1] * scale
    ratio = after[2] / before[2]
    inside = -0.1 * width < after[0] < 1.1 * width and -0.1 * height < after[1] < 1.1 * height
    return bool(0.45 < ratio < 2.2 and inside and np.hypot(*(after[:2] - before[:2])) < 0.5 * before[2])


def thumbnail(image: np.ndarray, region: np.ndarray) -> bytes:
    """An upright square around a ROI (4,) of (H, W, 3) uint8 RGB as JPEG."""
    upright = np.array([region[0], region[1], region[2] * 1.1, 0.0])
    square = roi.crop(image, upright, THUMBNAIL_PX)
    _, data = cv2.imencode(".jpg", square[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 82])
    return data.tobytes()


def looks(image: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Histogram (64,) of hue, saturation and value on the trunk; ``points`` (33, 2) in the image's pixels."""
    corners = points[[_BODY[0], _BODY[1], _BODY[3], _BODY[2]]]
    low = np.floor(corners.min(0)).astype(int)
    high = np.ceil(corners.max(0)).astype(int) + 1
    part = image[max(low[1], 0) : max(high[1], 0), max(low[0], 0) : max(high[0], 0)]
    if part.size == 0:
        return np.full(64, 1 / 64)
    hsv = cv2.cvtColor(np.ascontiguousarray(part), cv2.COLOR_RGB2HSV).reshape(-1, 3)
    counts = np.histogramdd(hsv, bins=(8, 4, 2), range=((0, 180), (0, 256), (0, 256)))[0].ravel()
    return counts / counts.sum()


def common(a: np.ndarray, b: np.ndarray) -> float:
    """Common part (0..1) of two histograms."""
    return float(np.minimum(a, b).sum())


def _found_again(hidden: Track, seen: Track) -> bool:
    """Whether a new finding can be somebody who was hidden: near, of that size, in those clothes."""
    a, b = hidden.rois[-1], seen.rois[-1]
    ratio = max(a[2], b[2]) / min(a[2], b[2])
    near = np.hypot(*(a[:2] - b[:2])) < REACH * max(a[2], b[2])
    return bool(near and ratio < REACH_SIZE and common(hidden.looks, seen.looks) >= SAME_LOOKS)
