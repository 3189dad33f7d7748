"""A coach who points at somebody on the video points at where that person was seen."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from shadow_trainer.pose.tracking.candidates import Person, Scan
from shadow_trainer.pose.tracking.person_boxes import EVERY_S, whereabouts


def walker(number: int, times: np.ndarray) -> Person:
    """Somebody 400 px tall who walks to the right with 100 px a second."""
    rois = np.stack([200 + 100 * times, np.full_like(times, 360), np.full_like(times, 500), times], axis=1)
    pieces = np.zeros(len(times), int)
    return Person(number, 0.0, times[0], times[-1], times[-1] - times[0], 400.0, 1.0, times, rois, pieces)


def test_the_boxes_lie_around_the_bodies_and_are_few() -> None:
    times = np.arange(0.5, 4.5, 1 / 60)
    hidden = times[(times < 1.5) | (times > 3.0)]
    film = SimpleNamespace(width=1280, height=720, time_scale=0.125, codec="h264")
    document = whereabouts(Scan((walker(3, times), walker(7, hidden)), 3, ()), film)
    assert {name: document[name] for name in document if name != "people"} == {
        "width": 1280, "height": 720, "time_scale": 0.125,
    }  # fmt: skip
    everybody = document["people"]
    assert [one["id"] for one in everybody] == [3, 7]
    for one, seen in zip(everybody, (times, hidden), strict=True):
        known, boxes = np.array(one["times"]), np.array(one["boxes"])
        assert len(known) == len(boxes) <= 4.0 / EVERY_S + 1
        assert np.abs(known[:, None] - seen).min(axis=1).max() < 1e-3
        left, top, width, height = boxes.T
        assert np.abs(left + width / 2 - (200 + 100 * known)).max() <= 1
        assert (np.abs(top + height / 2 - 360) <= 1).all()
        assert (height >= 400).all() and (height < 500).all() and (width < height).all()
    assert not [time for time in everybody[1]["times"] if 1.5 < time < 3.0]
