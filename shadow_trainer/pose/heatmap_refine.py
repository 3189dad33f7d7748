"""Sharpen landmarks by their heatmaps: the mean of the peak's neighbourhood."""

from __future__ import annotations

import numpy as np

KERNEL = 7
LEAST_PEAK = 0.5
# Logits of the peak are kept within this: beyond it they say nothing more, and outside the map there is none.
PEAK_LIMIT = 12.0


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Logistic function, safe for large magnitudes."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(x, -60.0, 60.0))))


def refine(points: np.ndarray, heatmap: np.ndarray, crop_px: int) -> tuple[np.ndarray, np.ndarray]:
    """Points (N, K, 2) in crop pixels, heatmap logits (N, K, h, w) -> refined points and peaks (N, K).

    The peak is the highest logit near the point: by far the best sign of how far it can be trusted. A point becomes the
    sigmoid-weighted mean of the 7x7 cells around it, where the highest of them is at least 0.5; the cell's column counts
    as column/w (as MediaPipe's RefineLandmarksFromHeatmap does).
    """
    n, k, h, w = heatmap.shape
    half = KERNEL // 2
    column = np.floor(points[..., 0] * (w / crop_px)).astype(np.int64)
    row = np.floor(points[..., 1] * (h / crop_px)).astype(np.int64)
    inside = (column >= 0) & (column < w) & (row >= 0) & (row < h)
    reach = np.arange(-half, half + 1)
    columns = column[..., None] + reach  # (N, K, 7)
    rows = row[..., None] + reach
    picked = heatmap[
        np.arange(n)[:, None, None, None],
        np.arange(k)[None, :, None, None],
        np.clip(rows, 0, h - 1)[..., :, None],
        np.clip(columns, 0, w - 1)[..., None, :],
    ]
    valid = ((rows >= 0) & (rows < h))[..., :, None] & ((columns >= 0) & (columns < w))[..., None, :]
    weight = np.where(valid, sigmoid(picked), 0.0)  # (N, K, 7, 7)
    total = weight.sum((-2, -1))
    peak = np.where(valid, picked, -PEAK_LIMIT).max((-2, -1)).clip(-PEAK_LIMIT, PEAK_LIMIT)
    use = inside & (weight.max((-2, -1)) >= LEAST_PEAK) & (total > 0)
    total = np.where(total > 0, total, 1.0)
    x = (weight.sum(-2) * columns).sum(-1) / total * (crop_px / w)
    y = (weight.sum(-1) * rows).sum(-1) / total * (crop_px / h)
    return np.where(use[..., None], np.stack([x, y], -1), points), peak
