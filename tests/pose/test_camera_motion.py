"""A camera that shakes or pans is told from what moves in front of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import pytest

from shadow_trainer.pose.camera_motion import Background, camera_shift
from shadow_trainer.pose.raw_track import RawTrack
from shadow_trainer.pose.tracking.candidates import Person

RATE = 60.0
SIZE = (320, 240)


def person(x: float, y: float, side: float) -> Person:
    """Somebody who is seen all the time in one square."""
    return Person(
        0, 1.0, 0.0, 99.0, 99.0, side, 9.0,
        np.array([0.0, 99.0]), np.array([[x, y, side, 0.0]] * 2), np.zeros(2, int),
    )  # fmt: skip


def follow(pictures: Iterable[np.ndarray], people: list[Person], where: np.ndarray) -> RawTrack:
    """What is stored of pictures at RATE; ``where`` (T, 2) is the athlete."""
    background = Background(people)
    steps = [background.step(p, i / RATE, where[i]) for i, p in enumerate(pictures)]
    blank = RawTrack.empty(np.arange(len(steps)) / RATE)
    return blank.with_(
        background_px=np.array([shift for shift, _ in steps]),
        background_quality=np.array([quality for _, quality in steps]),
        window_id=np.zeros(len(steps), np.int32),
    )


def moved(picture: np.ndarray, shift: np.ndarray) -> np.ndarray:
    matrix = np.column_stack([np.eye(2), shift])
    return cv2.warpAffine(picture, matrix, picture.shape[1::-1], borderMode=cv2.BORDER_REFLECT_101)


def texture(width: int, height: int, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)
    return cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 2.5), None, 0, 255, cv2.NORM_MINMAX)


def middle(count: int) -> np.ndarray:
    return np.full((count, 2), [SIZE[0] / 2, SIZE[1] / 2])


@pytest.fixture(scope="module")
def film(lefty: tuple) -> list[np.ndarray]:
    """Every third picture of the sample around leg lift and release, at full size."""
    return [frame.image for frame in lefty[1](start_s=1.2, end_s=2.7, step=3)]


def test_a_shaken_and_panned_film_tells_by_how_much(film: list[np.ndarray]) -> None:
    height, width = film[0].shape[:2]
    at = np.arange(len(film)) / 20
    applied = 0.015 * width * np.sin(2 * np.pi * np.outer(at, [1.7, 1.1])) + np.outer(at, [0.04 * width, 0])
    where = np.array([width / 2, height / 2]) + applied
    pictures = (moved(p, s) for p, s in zip(film, applied, strict=True))
    track = follow(pictures, [person(width / 2, height / 2, height)], where)
    miss = np.linalg.norm(track.background_px - applied, axis=1)
    assert np.median(miss) < 1.0 and miss.max() < 3.0
    assert (track.background_quality > 0.5).all()
    # A median of its own is all that the shift for the solution differs by.
    assert camera_shift(track, width) == pytest.approx(applied - np.median(applied, axis=0), abs=3.0)


def test_on_a_tripod_nothing_at_all_is_taken_out(film: list[np.ndarray]) -> None:
    height, width = film[0].shape[:2]
    where = np.full((len(film), 2), [width / 2, height / 2])
    track = follow(film, [person(width / 2, height / 2, height)], where)
    assert (track.background_quality > 0.5).all()
    assert not camera_shift(track, width).any()


def test_whoever_moves_in_front_is_not_the_camera() -> None:
    scene, body = texture(*SIZE), texture(150, 150, 1)
    pictures = []
    for i in range(20):
        picture = scene.copy()
        picture[60 : 60 + 150, 50 + i : 50 + i + 150] = body
        pictures.append(picture)
    track = follow(pictures, [person(135, 135, 180)], middle(20))
    assert np.abs(track.background_px).max() < 0.3


def test_a_long_pan_is_followed_past_the_first_picture() -> None:
    wide = texture(900, SIZE[1])
    pictures = [np.ascontiguousarray(wide[:, 10 * i : 10 * i + SIZE[0]]) for i in range(50)]
    track = follow(pictures, [person(160, 120, 100)], middle(50))
    assert track.background_px[:, 0] == pytest.approx(-10.0 * np.arange(50), abs=2.0)
    assert np.abs(track.background_px[:, 1]).max() < 2.0


def test_a_turned_camera_is_read_where_the_athlete_is() -> None:
    scene, at = texture(*SIZE), np.array([100.0, 90.0])
    matrix = cv2.getRotationMatrix2D((160, 120), 2.0, 1.0)
    turned = cv2.warpAffine(scene, matrix, SIZE, borderMode=cv2.BORDER_REFLECT_101)
    now = matrix[:, :2] @ at + matrix[:, 2]
    track = follow([scene, turned], [], np.stack([at, now]))
    assert track.background_px[1] == pytest.approx(now - at, abs=0.3)


@pytest.mark.parametrize("scene", ["blank", "nothing but the person", "other every time"])
def test_without_a_background_no_motion_is_claimed(scene: str) -> None:
    pictures = [texture(*SIZE, seed=i if scene == "other every time" else 0) for i in range(10)]
    if scene == "blank":
        pictures = [np.full_like(p, 90) for p in pictures]
    people = [person(160, 120, 400)] if scene == "nothing but the person" else []
    track = follow(pictures, people, middle(10))
    assert np.isnan(track.background_px[1:]).all() and not track.background_quality[1:].any()
    assert not camera_shift(track, SIZE[0]).any()


def test_a_picture_that_tells_nothing_is_bridged() -> None:
    scene = texture(*SIZE)
    applied = np.column_stack([np.arange(20.0), np.zeros(20)])
    pictures = [moved(scene, s) for s in applied]
    pictures[7] = np.zeros_like(scene)
    track = follow(pictures, [], middle(20))
    assert track.background_quality[7] == 0
    assert camera_shift(track, SIZE[0]) == pytest.approx(applied - [9.5, 0], abs=0.5)


def test_what_was_stored_before_cameras_moved_still_loads(tmp_path: Path) -> None:
    track = RawTrack.empty(np.arange(5) / RATE).with_(window_id=np.zeros(5, np.int32))
    track.save(tmp_path / "new.npz")
    with np.load(tmp_path / "new.npz") as file:
        np.savez(tmp_path / "old.npz", **{k: file[k] for k in file.files if not k.startswith("background")})
    assert not camera_shift(RawTrack.load(tmp_path / "old.npz"), 1280).any()
