"""A hand in the glove is hidden: the ball hand says where it is, and only while the hands are together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from shadow_trainer.body.skeleton import INDEX
from shadow_trainer.pose.motion import hands
from shadow_trainer.pose.motion.body import NODE

from . import synthetic
from .conftest import solve_film

HIDDEN = 0.8  # of the forearm


def hidden(film: synthetic.Film, side: str = "left") -> synthetic.Film:
    """The video as the network tells it: the glove's wrist halfway to its own elbow until the hands separate."""
    apart = np.linalg.norm(film.world[:, NODE["left_wrist"]] - film.world[:, NODE["right_wrist"]], axis=-1)
    rows = np.flatnonzero(np.cumsum(apart > 0.3) == 0)
    assert len(rows) > 30
    px, shape = film.raw.landmarks_px.copy(), film.raw.world_m.copy()
    wrist, elbow = INDEX[f"{side}_wrist"], INDEX[f"{side}_elbow"]
    for places in (px, shape):
        way = HIDDEN * (places[rows, elbow] - places[rows, wrist])
        for part in ("wrist", "pinky", "index", "thumb"):
            places[rows, INDEX[f"{side}_{part}"]] += way
    return replace(film, raw=film.raw.with_(landmarks_px=px, world_m=shape))


def wrist_error_m(film: synthetic.Film, side: str) -> float:
    """Median error of the hidden wrist, hips aligned, before the hands separate."""
    series = solve_film(film, throws="right" if side == "left" else "left")
    apart = np.linalg.norm(film.world[:, NODE["left_wrist"]] - film.world[:, NODE["right_wrist"]], axis=-1)
    rows = np.flatnonzero(np.cumsum(apart > 0.3) == 0)
    other = "right" if side == "left" else "left"
    fitted = series.landmarks_px[:, INDEX[f"{side}_wrist"]] - series.landmarks_px[:, INDEX[f"{other}_wrist"]]
    cam = film.cam
    true = synthetic.FOCAL * cam[..., :2] / cam[..., 2:]
    true = true[:, NODE[f"{side}_wrist"]] - true[:, NODE[f"{other}_wrist"]]
    scale = cam[rows][:, :12, 2].mean() / synthetic.FOCAL
    return float(np.median(np.linalg.norm(fitted - true, axis=-1)[rows])) * scale


@pytest.mark.parametrize(("throws", "glove"), [("right", "left"), ("left", "right")])
def test_a_wrist_in_the_glove_is_found_at_the_ball(throws: str, glove: str) -> None:
    film = synthetic.film(3, throws=throws, azimuth_deg=-90.0 if throws == "right" else 90.0)
    assert wrist_error_m(hidden(film, glove), glove) < 0.05


def test_hands_that_are_apart_are_left_apart(open_side) -> None:
    film, series = open_side
    time_s = film.delivery.time_s
    after = time_s > film.delivery.events["hand_sep"] + 0.15
    apart = np.linalg.norm(
        series.world_m[:, INDEX["left_wrist"]] - series.world_m[:, INDEX["right_wrist"]], axis=-1
    )
    true = np.linalg.norm(film.world[:, NODE["left_wrist"]] - film.world[:, NODE["right_wrist"]], axis=-1)
    assert np.abs(apart - true)[after].mean() < 0.12
    level = np.eye(3)
    seen = synthetic.FOCAL * film.cam[..., :2] / film.cam[..., 2:]
    far = film.world.copy()
    far[:, NODE["left_wrist"], 0] += 0.6  # arms at the sides, one behind the other in this picture
    meeting = hands.joined(time_s, seen, 60.0, far, level, "right")
    assert meeting.probability.max() < 0.2
    assert meeting.glove == "left"
