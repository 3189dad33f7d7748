"""TensorFlow's SAME padding, made explicit."""

from __future__ import annotations


def same(size: tuple[int, int], kernel: tuple[int, int], stride: tuple[int, int]) -> list[int]:
    """(left, right, top, bottom) for an image, a kernel (with its dilation) and a stride, each (height, width).

    The odd pixel comes after, not before.
    """
    pads: list[int] = []
    for length, k, step in zip(reversed(size), reversed(kernel), reversed(stride), strict=True):
        total = max((-(-length // step) - 1) * step + k - length, 0)
        pads += [total // 2, total - total // 2]
    return pads
