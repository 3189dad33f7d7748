"""More looks where an arm stays unsure, and none where it is seen."""

from __future__ import annotations

import numpy as np
import pytest

from shadow_trainer.body.skeleton import COUNT, INDEX
from shadow_trainer.pose import movenet, second_network

REGIONS = np.array([[100.0, 100.0, 200.0, 0.3]] * 4)
WRIST = movenet.COCO.index("left_wrist")
POINTS = len(movenet.COCO)


def test_only_unsure_arms_are_looked_at_again_and_only_until_they_are_seen() -> None:
    """Frame 0 is sure at once, 1 in the mirror, 2 upright, 3 never."""
    asked: list[tuple[list[int], bool, bool]] = []
    seen_in = {0: 0, 1: 1, 2: 2, 3: 99}

    def once(rows: np.ndarray, upright: bool, mirrored: bool) -> tuple[np.ndarray, np.ndarray]:
        turn = 2 if upright else int(mirrored)
        asked.append((rows.tolist(), upright, mirrored))
        score = np.full((len(rows), POINTS), 0.9)
        score[:, WRIST] = [0.8 if turn >= seen_in[row] else 0.1 for row in rows.tolist()]
        return np.full((len(rows), POINTS, 2), 100.0 + turn), score

    points, score = second_network.looks(once, REGIONS)
    assert asked == [
        ([0, 1, 2, 3], False, False),
        ([1, 2, 3], False, True),
        ([2, 3], True, False),
        ([2, 3], True, True),
    ]
    assert np.isfinite(points).all()
    assert score[0, WRIST] == pytest.approx(0.8)
    assert points[1, WRIST].tolist() == pytest.approx([101.0, 101.0], abs=0.01)
    assert points[2, WRIST].tolist() == pytest.approx([102.0, 102.0], abs=0.01)
    assert score[3, WRIST] == pytest.approx(0.1)


def test_a_higher_score_is_more_confidence_and_what_movenet_lacks_has_none() -> None:
    low, high = (second_network.sure(np.full((1, POINTS), score)) for score in (0.2, 0.8))
    known = np.isfinite(high[0])
    assert known.sum() == POINTS
    assert not known[INDEX["left_heel"]]
    assert (high[0, known] > low[0, known]).all()
    assert high.shape == (1, COUNT)


def test_beside_a_small_network_nothing_else_looks() -> None:
    class Small:
        network = "lite"

    rows = {"pose_flag": np.ones(2)}
    assert second_network.add_second_network(Small(), [], rows) is rows  # type: ignore[arg-type]
