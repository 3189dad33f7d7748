"""Train the lifter on synthetic deliveries.

    python -m training.lifter.train --out shadow_trainer/pose/motion/data/lifter.safetensors [--minutes 12]

One process makes clips, one trains on the growing pool; one torch thread each. The learning rate follows the
clock, so that the result is finished when the (CPU) time is up.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import time

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from shadow_trainer.pose.motion import features as F
from shadow_trainer.pose.motion.body import COUNT, MIRROR_NODE, NODE

from .deliveries import make
from .network import Lifter
from .observe import observe

FRAMES, BATCH, LEAST_POOL = 96, 16, 600
PEAK_RATE, WARM_SHARE, AVERAGE = 2e-3, 0.03, 0.998


def _limbs() -> torch.Tensor:
    """(M, 21) differences of nodes whose direction makes an angle of the report."""
    pairs = [(f"{s}_{a}", f"{s}_{b}") for s in ("left", "right") for a, b in
             (("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle"))]  # fmt: skip
    pairs += [("left_hip", "right_hip"), ("left_shoulder", "right_shoulder"), ("left_shoulder", "left_hip")]
    rows = torch.zeros(len(pairs), COUNT)
    for row, (a, b) in zip(rows, pairs, strict=True):
        row[NODE[a]], row[NODE[b]] = 1.0, -1.0
    return rows


LIMBS = _limbs()
WRISTS = [NODE["left_wrist"], NODE["right_wrist"]]


def example(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """One training clip: inputs (FRAMES, CHANNELS) and targets (FRAMES, 63 + 6 + 3) as float16."""
    delivery = make(rng)
    seen = observe(rng, delivery)
    t = len(seen.rays)
    long = min(t, int(rng.integers(FRAMES, FRAMES * 2)))
    at = int(rng.integers(0, t - long + 1))
    pick = np.arange(at, at + long)
    inputs = F.features(seen.rays[pick], seen.confidence[pick], seen.shape[pick])
    solid = (seen.points[pick] @ inputs.turn.T).reshape(long, -1)
    up = np.broadcast_to(inputs.turn @ seen.up, (long, 3))
    target = np.concatenate([solid, seen.planted[pick], up], -1)
    cut = int(rng.integers(0, long - FRAMES + 1)) if long > FRAMES else 0
    rows = np.clip(np.arange(cut, cut + FRAMES), 0, long - 1)
    return inputs.x[rows].astype(np.float16), target[rows].astype(np.float16)


def produce(queue: multiprocessing.Queue, count: int, seed: int) -> None:
    """Make ``count`` clips and hand them over in batches."""
    rng = np.random.default_rng(seed)
    for _ in range(count // 50):
        clips = [example(rng) for _ in range(50)]
        queue.put((np.stack([c[0] for c in clips]), np.stack([c[1] for c in clips])))


def mirrored(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The same clips seen in a mirror: left and right exchanged, x negated."""
    other = torch.as_tensor(MIRROR_NODE)
    b, t = x.shape[:2]
    n = COUNT
    flat, root, sure, solid, rest = torch.split(x, [2 * n, 2, n, 3 * n, 4], -1)
    flip2, flip3 = torch.tensor([-1.0, 1.0]), torch.tensor([-1.0, 1.0, 1.0])
    x2 = [
        (flat.reshape(b, t, n, 2)[:, :, other] * flip2).reshape(b, t, -1), root * flip2, sure[..., other],
        (solid.reshape(b, t, n, 3)[:, :, other] * flip3).reshape(b, t, -1), rest * torch.tensor([1.0, -1.0, 1.0, 1.0]),
    ]  # fmt: skip
    shape, planted, up = torch.split(y, [3 * n, 6, 3], -1)
    y2 = [(shape.reshape(b, t, n, 3)[:, :, other] * flip3).reshape(b, t, -1),
          planted[..., [3, 4, 5, 0, 1, 2]], up * flip3]  # fmt: skip
    return torch.cat(x2, -1), torch.cat(y2, -1)


def loss_of(out: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Training loss and mean error in body heights."""
    n = COUNT
    b, t = out.shape[:2]
    shape, log_sd, planted, up = torch.split(out, [3 * n, 2 * n, 6, 3], -1)
    want, stood, above = torch.split(y, [3 * n, 6, 3], -1)
    off = (shape - want).reshape(b, t, n, 3)
    # The throw itself is a tenth of the frames and most of the report: fast frames count for more.
    fast = (want[:, 1:] - want[:, :-1]).reshape(b, t - 1, n, 3)[:, :, WRISTS].norm(dim=-1).amax(-1)
    weight = 1 + 12 * torch.cat([fast, fast[:, -1:]], 1).clamp(max=0.2)[..., None, None]
    error = off.abs() * weight / weight.mean()
    log_sd = log_sd.reshape(b, t, n, 2).clamp(-7, 0)
    across, along = error[..., 0] + error[..., 1], error[..., 2]
    # Laplace likelihood; b = sd / sqrt 2.
    likely = 1.414 * across * torch.exp(-log_sd[..., 0]) + 2 * log_sd[..., 0]
    likely = likely + 1.414 * along * torch.exp(-log_sd[..., 1]) + log_sd[..., 1]
    limbs = torch.einsum("btnc,mn->btmc", off * weight / weight.mean(), LIMBS).abs().mean()
    speed = (off[:, 1:] - off[:, :-1]).abs().mean()
    contact = torch.nn.functional.binary_cross_entropy_with_logits(planted, stood)
    tilt = (1 - torch.nn.functional.cosine_similarity(up, above, dim=-1)).mean() + 0.1 * (up - above).pow(
        2
    ).mean()
    total = 0.25 * likely.mean() + 10 * error.mean() + 10 * limbs + 10 * speed + 0.15 * contact + 4 * tilt
    return total, off.norm(dim=-1).mean()


def train(
    out: str, minutes: float, wall: float, clips: int, start: str | None, seed: int, peak: float
) -> None:
    """The loop; saves float16 weights of the running average."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    queue: multiprocessing.Queue = multiprocessing.Queue(20)
    maker = multiprocessing.Process(target=produce, args=(queue, clips, seed), daemon=True)
    maker.start()
    model = Lifter()
    if start:
        model.load_state_dict({k: v.float() for k, v in load_file(start).items()})
    average = {k: v.clone() for k, v in model.state_dict().items()}
    optimiser = torch.optim.AdamW(model.parameters(), lr=PEAK_RATE, weight_decay=0.01)
    xs, ys, pool, begun, at, recent = [], [], 0, None, 0, []
    rng = np.random.default_rng(seed + 1)
    while True:
        while pool < LEAST_POOL or not queue.empty():
            x, y = queue.get()
            xs.append(x), ys.append(y)
            pool += len(x)
        begun = begun or (time.process_time(), time.monotonic())
        done = max(
            (time.process_time() - begun[0]) / (60 * minutes), (time.monotonic() - begun[1]) / (60 * wall)
        )
        if done >= 1:
            break
        rate = peak * min(1, done / WARM_SHARE) * 0.5 * (1 + math.cos(math.pi * done)) + 1e-5
        for group in optimiser.param_groups:
            group["lr"] = rate
        pick = rng.integers(0, pool, BATCH)
        x = torch.from_numpy(np.stack([xs[i // 50][i % 50] for i in pick])).float()
        y = torch.from_numpy(np.stack([ys[i // 50][i % 50] for i in pick])).float()
        if rng.random() < 0.5:
            x, y = mirrored(x, y)
        loss, error = loss_of(model(x), y)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        keep = min(AVERAGE, (at + 1) / (at + 10))
        with torch.no_grad():
            for k, v in model.state_dict().items():
                average[k].lerp_(v, 1 - keep)
        recent.append(error.item())
        at += 1
        if at % 100 == 0:
            print(
                f"{at:6d} {done:5.2f} pool {pool:6d} error {1850 * np.mean(recent[-100:]):6.1f} mm",
                flush=True,
            )
            save_file({k: v.half().contiguous() for k, v in average.items()}, out)
    save_file({k: v.half().contiguous() for k, v in average.items()}, out)
    maker.terminate()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", required=True)
    parser.add_argument("--minutes", type=float, default=12, help="of CPU time")
    parser.add_argument("--wall", type=float, default=90, help="minutes after which it ends in any case")
    parser.add_argument("--clips", type=int, default=9000)
    parser.add_argument("--start", help="weights to go on from")
    parser.add_argument("--rate", type=float, default=PEAK_RATE)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    train(chosen.out, chosen.minutes, chosen.wall, chosen.clips, chosen.start, chosen.seed, chosen.rate)
