"""The lifter in torch, for training; ``shadow_trainer.pose.motion.lifter`` runs the same in numpy."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from shadow_trainer.pose.motion.features import CHANNELS, OUTPUTS
from shadow_trainer.pose.motion.lifter import DILATIONS, KERNEL

WIDTH = 128


class Block(nn.Module):
    """Depthwise convolution over time, then two-layer mixing of channels; residual."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.reach = dilation * (KERNEL // 2)
        self.mix = nn.Conv1d(width, width, KERNEL, groups=width, dilation=dilation)
        self.norm = nn.LayerNorm(width)
        self.up, self.down = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
        nn.init.zeros_(self.down.weight)
        nn.init.zeros_(self.down.bias)

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        """(B, T, width) -> (B, T, width)."""
        padded = functional.pad(h.transpose(1, 2), (self.reach, self.reach), mode="replicate")
        y = self.norm(self.mix(padded).transpose(1, 2))
        return h + self.down(functional.gelu(self.up(y)))


class Lifter(nn.Module):
    """(B, T, CHANNELS) -> (B, T, OUTPUTS)."""

    def __init__(self, width: int = WIDTH) -> None:
        super().__init__()
        self.inlet = nn.Linear(CHANNELS, width)
        self.blocks = nn.ModuleList(Block(width, d) for d in DILATIONS)
        self.norm = nn.LayerNorm(width)
        self.outlet = nn.Linear(width, OUTPUTS)
        self.skip = nn.Linear(CHANNELS, OUTPUTS, bias=False)
        nn.init.zeros_(self.skip.weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.inlet(x)
        for block in self.blocks:
            h = block(h)
        return self.outlet(self.norm(h)) + self.skip(x)
