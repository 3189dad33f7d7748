"""The scan and the landmarks on real video: the sample clip, and what a camera can do to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from shadow_trainer.errors import BadRequest, Canceled
from shadow_trainer.pose.engine import Engine
from shadow_trainer.pose.landmarks import landmarks
from shadow_trainer.pose.raw_track import RawTrack
from shadow_trainer.pose.tracking import detector
from shadow_trainer.pose.tracking.scan import LookSchedule, Scan, scan
from shadow_trainer.video import Frame, frame_times

pytestmark = pytest.mark.model
# Leg lift and release of the left-handed sample, by eye.
LIFT_S, RELEASE_S = 1.55, 2.45


@pytest.fixture(scope="module")
def film(lefty: tuple) -> list[Frame]:
    """Every third frame at 640 x 360: enough for a scan, and decoded only once."""
    info, factory = lefty
    return list(factory(step=3, max_side=640))


def changed(film: list[Frame], change: Callable[[np.ndarray, int], np.ndarray]) -> Callable[..., Iterator]:
    """A frames factory that changes each picture."""

    def factory(**_: object) -> Iterator[Frame]:
        for frame in film:
            yield Frame(frame.index, frame.time_s, np.ascontiguousarray(change(frame.image, frame.index)))

    return factory


def look(engine: Engine, lefty: tuple, film: list[Frame], change: Callable = lambda p, i: p) -> Scan:
    return scan(engine, changed(film, change), lefty[0])


def test_the_pitcher_and_the_pitch_are_found(engine: Engine, lefty: tuple, film: list[Frame]) -> None:
    scanned = look(engine, lefty, film)
    (window,) = scanned.windows
    assert window[0] < LIFT_S - 0.7 and window[1] > RELEASE_S + 0.5
    assert scanned.person().score > 0.5 and scanned.cuts == () and scanned.warnings == ()
    picture = cv2.imdecode(np.frombuffer(scanned.person().thumbnail, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (224, 224, 3)


def test_nobody_is_followed_across_a_jump_of_the_clock(
    engine: Engine, lefty: tuple, film: list[Frame]
) -> None:
    jump_s = LIFT_S + 0.3
    scanned = scan(engine, changed(film, lambda p, i: p), replace(lefty[0], breaks=(jump_s,)))
    (cut,) = scanned.cuts
    assert jump_s - 1e-6 <= cut < jump_s + 0.06
    assert all(end <= jump_s or start >= jump_s - 1e-6 for start, end in scanned.person().windows)
    assert len(set(scanned.person().pieces)) == 2


def test_somebody_in_view_for_an_instant_is_not_nobody(
    engine: Engine, lefty: tuple, film: list[Frame]
) -> None:
    scanned = scan(engine, changed(film[:5], lambda p, i: p), lefty[0])
    assert scanned.people == () and 0.1 < scanned.glimpsed_s < 0.3
    assert Scan.from_dict(scanned.as_dict()) == scanned


def far_away(picture: np.ndarray, index: int) -> np.ndarray:
    out = cv2.GaussianBlur(cv2.resize(picture[:, :150], (640, 360)), (0, 0), 15)
    out[200:326, 300:524] = cv2.resize(picture, (224, 126), interpolation=cv2.INTER_AREA)
    return out


def strobe(picture: np.ndarray, index: int) -> np.ndarray:
    return picture if index % 9 else (picture * 0.35).astype(np.uint8)


def black_at_times(picture: np.ndarray, index: int) -> np.ndarray:
    return picture * (0 if 30 <= index < 42 else 1)


def in_bars_with_a_clock(picture: np.ndarray, index: int) -> np.ndarray:
    """Black bars on all sides, a running time and a score board burnt in, as a broadcast that was sent on."""
    out = np.zeros_like(picture)
    out[40:320, 70:570] = cv2.resize(picture, (500, 280), interpolation=cv2.INTER_AREA)
    out[290:316, 80:200] = (20, 40, 120)
    for text, place in ((f"00:{index / 60:05.2f}", (440, 70)), ("NYY 3 BOS 2", (84, 308))):
        cv2.putText(out, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255, 255, 255), 1)
    return out


def behind_a_net(picture: np.ndarray, index: int) -> np.ndarray:
    """The thin ropes of a net between the camera and the pitcher."""
    out = picture.copy()
    out[::14] = (out[::14] // 3 + 20).astype(np.uint8)
    out[:, ::14] = (out[:, ::14] // 3 + 20).astype(np.uint8)
    return out


def selfie(picture: np.ndarray, index: int) -> np.ndarray:
    return picture[:, ::-1]


@pytest.mark.parametrize(
    "change", [far_away, strobe, black_at_times, selfie, in_bars_with_a_clock, behind_a_net]
)
def test_difficult_film_keeps_its_pitch(
    engine: Engine, lefty: tuple, film: list[Frame], change: Callable
) -> None:
    scanned = look(engine, lefty, film, change)
    assert len(scanned.windows) == 1 and scanned.cuts == ()
    assert scanned.windows[0][0] < LIFT_S and scanned.windows[0][1] > RELEASE_S + 0.3


def test_a_pitcher_who_is_noticed_late_is_followed_back_to_the_leg_lift(
    engine: Engine, lefty: tuple, film: list[Frame], monkeypatch: pytest.MonkeyPatch
) -> None:
    find, awake = detector.find_people, []

    def find_late(engine: Engine, image: np.ndarray, *, small: bool = False) -> detector.Detections:
        seen = find(engine, image, small=small)
        return seen if awake else detector.Detections(seen.rois[:0], seen.scores[:0])

    def factory(**_: object) -> Iterator[Frame]:
        for frame in film:
            if frame.time_s > LIFT_S + 0.6:
                awake.append(True)
            yield frame

    monkeypatch.setattr(detector, "find_people", find_late)
    scanned = scan(engine, factory, lefty[0])
    (window,) = scanned.windows
    assert window[0] < LIFT_S - 0.2 and scanned.person().first_s < LIFT_S - 0.2


def test_nobody_followed_is_looked_for_sooner_and_also_far_away() -> None:
    schedule = LookSchedule()
    times = np.arange(0.0, 4.0, 0.05)
    alone = [schedule.at(float(t), nobody=True) for t in times]
    looks = times[[look for look, _ in alone]]
    assert np.diff(looks).max() < 0.35 and all(small for look, small in alone if look)
    schedule = LookSchedule()
    known = [schedule.at(float(t), nobody=False) for t in times]
    assert sum(look for look, _ in known) < sum(look for look, _ in alone)
    assert sum(look for (look, _), t in zip(known, times, strict=True) if t < 1.0) >= 4


def test_a_poster_is_seen_but_not_chosen(engine: Engine, lefty: tuple, film: list[Frame]) -> None:
    poster = next(f.image for f in film if f.time_s > LIFT_S)[:, 200:480].copy()

    def hang(picture: np.ndarray, index: int) -> np.ndarray:
        return np.concatenate([poster, picture], axis=1)

    info = replace(lefty[0], width=920, height=360)
    scanned = scan(engine, changed(film, hang), info)
    assert len(scanned.people) == 2 and scanned.person().rois[:, 0].mean() > 280
    alone = scan(engine, changed(film, lambda p, i: np.concatenate([poster, p * 0], axis=1)), info)
    assert alone.people and alone.chosen is None and alone.windows == ()


def test_an_empty_place_has_nobody(engine: Engine, lefty: tuple, film: list[Frame]) -> None:
    scanned = look(engine, lefty, film[:12], lambda p, i: cv2.resize(p[:, :120], (640, 360)))
    assert scanned.people == () and scanned.windows == () and scanned.glimpsed_s == 0


def test_the_scan_stops_when_told(engine: Engine, lefty: tuple, film: list[Frame]) -> None:
    def stop() -> None:
        raise Canceled("stopped")

    with pytest.raises(Canceled):
        scan(engine, changed(film, lambda p, i: p), lefty[0], check=stop)


@pytest.fixture(scope="module")
def short(engine: Engine, lefty: tuple, film: list[Frame]) -> Scan:
    """The scan with its window narrowed to half a second."""
    scanned = look(engine, lefty, film)
    person = replace(scanned.people[0], windows=((1.2, 1.7),))
    return replace(scanned, people=(person,), windows=person.windows)


def test_landmarks_have_a_row_for_each_frame_and_measure_only_the_window(
    engine: Engine, lefty: tuple, short: Scan, tmp_path: Path, samples: Path
) -> None:
    info, factory = lefty
    times = frame_times(samples / "sample_lefty.mp4", info)
    seen: list[tuple[int, int]] = []
    track = landmarks(
        engine, factory, info, short, times=times, progress=lambda done, total: seen.append((done, total))
    )
    inside = (times >= 1.2) & (times < 1.7)
    assert len(track) == info.frame_count and np.array_equal(track.measured, inside)
    assert np.array_equal(track.window_id, np.where(inside, 0, -1))
    assert np.isfinite(track.landmarks_px[inside]).all() and np.isnan(track.landmarks_px[~inside]).all()
    assert np.isfinite(track.world_m[inside]).all()
    # The crop is no larger than it must be: the body is inside and reaches nearly to the edge.
    reach = np.abs(track.landmarks_px - track.roi[:, None, :2])[inside].max((1, 2)) / track.roi[inside, 2]
    assert reach.max() < 0.5 and np.median(reach) > 0.44
    # The sample's camera stands, and its background says so.
    assert (track.background_quality[inside] > 0.5).all() and not track.background_quality[~inside].any()
    assert np.abs(track.background_px[inside]).max() < 0.5 and np.isnan(track.background_px[~inside]).all()
    assert track.confidence.min() >= 0 and track.confidence.max() <= 1
    assert seen[-1] == (inside.sum(), inside.sum())
    track.save(tmp_path / "landmarks.npz")
    again = RawTrack.load(tmp_path / "landmarks.npz")
    assert np.array_equal(again.landmarks_px, track.landmarks_px, equal_nan=True)


def test_an_unknown_person_is_refused(engine: Engine, lefty: tuple, short: Scan) -> None:
    with pytest.raises(BadRequest, match="no person"):
        landmarks(engine, lefty[1], lefty[0], short, person=9)


def test_a_file_that_holds_no_landmarks_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.npz").write_bytes(b"no")
    with pytest.raises(BadRequest):
        RawTrack.load(tmp_path / "x.npz")
