"""What setting wrists and elbows by hand does to the numbers of the arms, on deliveries of held-out styles.

    python -m benchmarks.hand_set_errors [--count 60] [--first 5000]

Each generated delivery is solved as the network saw it, and again with the true wrists and elbows of both arms set at
foot contact, layback and release, a few pixels off as a person is. Printed is how far the errors of each number fall,
and how many stay within what is printed beside it: ``SET_SHARES`` of ``pitching/metrics/evidence.py`` is from here.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from unittest import mock

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks import held_out_errors
from benchmarks.held_out_errors import HEIGHT, SAME_PITCH_S, WIDTH, Clip, random_clip, raw_track, truth
from shadow_trainer import pitching
from shadow_trainer.body.skeleton import INDEX
from shadow_trainer.pose.motion import solve
from shadow_trainer.pose.motion.body import NODE
from shadow_trainer.pose.motion.camera import default_focal
from shadow_trainer.pose.motion.hand_set import HandSet

MOMENTS = ("foot_contact", "max_external_rotation", "release")
JOINTS = tuple(f"{side}_{part}" for side in ("left", "right") for part in ("elbow", "wrist"))
AIM_PX = 2.0
WITHIN = 70


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--first", type=int, default=5000)
    options = parser.parse_args()
    rows: dict[str, list[tuple[float, float, float, float]]] = defaultdict(list)
    with threadpool_limits(1):
        for seed in range(options.first, options.first + options.count):
            for name, *numbers in both(seed):
                rows[name].append(tuple(numbers))
    print(f"{'number':<52}   n before  after   fall   held before, after")
    for name, values in sorted(rows.items()):
        show(name, np.array(values))
    show("all", np.concatenate([np.array(values) for values in rows.values()]))


def show(name: str, values: np.ndarray) -> None:
    """One line: what most errors stay within, in units of what is printed beside them, and the second over the first."""
    before, after = (np.percentile(np.abs(values[:, k]) / values[:, 2 + k], WITHIN) for k in (0, 1))
    fall = np.percentile(np.abs(values[:, 1]), WITHIN) / np.percentile(np.abs(values[:, 0]), WITHIN)
    held = [np.mean(np.abs(values[:, k]) <= values[:, 2 + k]) for k in (0, 1)]
    print(
        f"{name:<52} {len(values):3d}  {before:5.2f}  {after:5.2f}  {fall:5.2f}   {held[0]:.2f} {held[1]:.2f}"
    )


def both(seed: int) -> Iterator[tuple[str, float, float, float, float]]:
    """``(number, error before, error after, printed before, printed after)`` of one delivery."""
    clip, px = filmed(seed)
    wanted = truth(clip)
    if wanted is None:
        return
    given = HandSet.nothing(len(clip.time_s))
    rng = np.random.default_rng(seed)
    for moment in MOMENTS:
        row = int(np.abs(clip.time_s - wanted["events"][moment]["time_s"]).argmin())
        for joint in JOINTS:
            given.px[row, INDEX[joint]] = px[row, NODE[joint]] + rng.normal(0, AIM_PX, 2)
            given.sigma_px[row, INDEX[joint]] = AIM_PX
    numbers = [read(clip, wanted, one) for one in (None, given)]
    true = {(m["name"], m["event"]): m["value"] for m in wanted["metrics"]}
    for key in numbers[0].keys() & numbers[1].keys() & true.keys():
        (a, error_a), (b, error_b) = (one[key] for one in numbers)
        if key[1] in MOMENTS and true[key] is not None:
            yield f"{key[0]} {key[1]}", a - true[key], b - true[key], error_a, error_b


def read(clip: Clip, wanted: dict[str, Any], given: HandSet | None) -> dict[Any, tuple[float, float]]:
    """``(value, printed error)`` of each number of the delivery; empty where it was not found."""
    height = clip.height_m if clip.height_given else None
    series = solve(raw_track(clip), WIDTH, HEIGHT, height_m=height, given=given)
    analysis = pitching.analyse(series, height_m=height, reference=None, throws=clip.made.throws)
    for delivery in analysis["deliveries"]:
        if (
            abs(delivery["events"]["release"]["time_s"] - wanted["events"]["release"]["time_s"])
            < SAME_PITCH_S
        ):
            return {
                (m["name"], m["event"]): (m["value"], m["error"])
                for m in delivery["metrics"]
                if m["value"] is not None and m["error"]
            }
    return {}


def filmed(seed: int) -> tuple[Clip, np.ndarray]:
    """A clip, and where its joints' centers (T, 21, 2) truly are in its picture."""
    cameras: list[Any] = []
    observe = held_out_errors.observe

    def seen(rng: np.random.Generator, film: Any, camera: Any) -> Any:
        spy = Spy(rng)
        cameras.append((film, camera, spy))
        return observe(spy, film, camera)

    with mock.patch.object(held_out_errors, "observe", seen):
        clip = random_clip(seed)
    ((film, (rotation, center, zoom), spy),) = cameras
    points = (film.points - center) @ rotation.T
    rays = points[..., :2] / np.maximum(points[..., 2:], 0.5) * zoom * float(np.exp(spy.last))
    return clip, rays * default_focal(WIDTH, HEIGHT) + np.array([WIDTH / 2, HEIGHT / 2])


class Spy:
    """A generator of random numbers whose last normal one is remembered: the lens, which the film does not tell."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self.last = 0.0

    def normal(self, *given: Any) -> Any:
        """As the generator's own."""
        drawn = self._rng.normal(*given)
        self.last = drawn if np.ndim(drawn) == 0 else self.last
        return drawn

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rng, name)


if __name__ == "__main__":
    main()
