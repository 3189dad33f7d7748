"""Fit the decision whether a throw is a pitch, and say how well it decides on clips that it was not fitted on.

    python -m training.decision.fit [--clips 1600] [--seed 7] [--only SIGN ...] [--write]

``--write`` replaces shadow_trainer/pitching/data/delivery_decision.json; ``--only`` leaves all other weights in it as
they are, so that a new sign changes nothing where it was not seen.
"""

from __future__ import annotations

import argparse
import collections
import json
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from shadow_trainer.pitching import delivery_decision as decision

from .examples import Example, examples

# What speaks against a pitch is what no pitch does: its weight need not stay small.
WEIGHT_PENALTY, PENALTY_AGAINST = 1e-3, 2e-5
PATH = Path(decision.__file__).with_name("data") / "delivery_decision.json"


def fit(
    values: np.ndarray,
    pitch: np.ndarray,
    share: np.ndarray,
    names: list[str],
    held: dict[str, float] | None = None,
) -> tuple[np.ndarray, float]:
    """Weights (K,) and bias of a logistic model of (N, K) signs; each example counts by its ``share`` (N,).

    ``held`` are weights (and the ``bias``) that stay as they are. A sign for a pitch may not count against it, nor the other way round: where a sample says otherwise, it is chance.
    """

    size = np.array([PENALTY_AGAINST if name in decision.AGAINST else WEIGHT_PENALTY for name in names])

    def loss(p: np.ndarray) -> tuple[float, np.ndarray]:
        score = values @ p[:-1] + p[-1]
        miss = share * (1 / (1 + np.exp(-score)) - pitch)
        value = float((share * np.logaddexp(0, np.where(pitch, -score, score))).mean())
        slope = np.append(values.T @ miss, miss.sum()) / len(pitch)
        penalty = size * p[:-1]
        return value + 0.5 * float(penalty @ p[:-1]), slope + np.append(penalty, 0.0)

    bounds = [(None, 0) if n in decision.AGAINST else (0, None) for n in names] + [(None, None)]
    held = held or {}
    bounds = [(held[n], held[n]) if n in held else b for n, b in zip([*names, "bias"], bounds, strict=True)]
    best = minimize(
        loss,
        np.array([held.get(n, 0.0) for n in [*names, "bias"]]),
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
    )
    return best.x[:-1], float(best.x[-1])


def gather(count: int, seed: int) -> list[Example]:
    """The throws of ``count`` random clips."""
    return [e for i in range(count) for e in examples(np.random.default_rng([seed, i]))]


def shares(throws: list[Example]) -> np.ndarray:
    """What each example (N,) counts: pitches as much as all else together, and every kind of something else alike."""
    kinds = [("pitch" if e.pitch else e.kind) for e in throws]
    count = collections.Counter(kinds)
    others = [kind for kind in count if kind != "pitch"]
    least = len(throws) / (
        10 * len(others)
    )  # a kind that is hardly ever offered is no reason to overrate its few
    share = {k: 0.5 / len(others) / max(count[k], least) for k in others} | {"pitch": 0.5 / count["pitch"]}
    out = np.array([share[kind] for kind in kinds])
    return out / out.mean()


def table(throws: list[Example]) -> tuple[np.ndarray, np.ndarray]:
    """Signs (N, K) and whether each is a pitch (N,)."""
    return np.array([list(e.signs.values()) for e in throws]), np.array([e.pitch for e in throws])


def report(throws: list[Example], weights: np.ndarray, bias: float) -> None:
    """Print the shares called a pitch and questionable by kind, and the calibration."""
    values, pitch = table(throws)
    chance = 1 / (1 + np.exp(-(values @ weights + bias)))
    groups = collections.defaultdict(list)
    for example, p in zip(throws, chance, strict=True):
        groups[
            f"pitch {example.view} {example.fps:.0f}" if example.pitch else f"no pitch: {example.kind}"
        ].append(p)
    for name, got in sorted(groups.items()):
        got = np.array(got)
        print(
            f"{name:28s} n {len(got):4d}  pitch {(got >= 0.5).mean():.3f}  at least questionable {(got >= 0.25).mean():.3f}"
        )
    for low, high in ((0, 0.1), (0.1, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 0.9), (0.9, 1.01)):
        use = (chance >= low) & (chance < high)
        if use.any():
            print(f"said {low:.2f}-{high:.2f}: n {use.sum()}, pitches {pitch[use].mean():.2f}")


def main() -> None:
    """Fit, report, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clips", type=int, default=1600)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    known, unknown = gather(options.clips, options.seed), gather(options.clips // 3, options.seed + 1)
    names = list(known[0].signs)
    old = json.loads(PATH.read_text(encoding="utf-8"))
    held = {n: w for n, w in {**old["weights"], "bias": old["bias"]}.items() if n not in options.only}
    weights, bias = fit(*table(known), shares(known), names, held if options.only else None)
    report(unknown, weights, bias)
    size = {"clips": options.clips, "seed": options.seed, "throws": len(known)}
    model = {
        "bias": round(bias, 4),
        "weights": {n: round(float(w), 4) for n, w in zip(names, weights, strict=True)},
        "fitted_on": {**old["fitted_on"], "later": size | {"only": options.only}} if options.only else size,
    }
    print(json.dumps(model, indent=1))
    if options.write:
        PATH.write_text(json.dumps(model, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
