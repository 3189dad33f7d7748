"""How sure a fitted joint is: the network's confidence in its landmark, read anew once the whole delivery is fitted.

The fit knows bones, neighbours in time and what the body hides, so a joint lies within 10 % of the torso's length of
the truth more often than the network's landmark does. A logistic map for each kind of joint, fitted by
``benchmarks/fit_joint_confidence.py`` to rendered clips with exact truth; what was not seen stays at 0.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np

from ...body.skeleton import LANDMARKS
from ..confidence_calibration import KINDS, kind_of
from ..heatmap_refine import sigmoid

DATA = Path(__file__).with_name("data") / "joint_confidence.json"
_KIND = np.array([kind_of(name) for name in LANDMARKS])
LEAST, MOST = 0.01, 0.99


def logit(p: np.ndarray) -> np.ndarray:
    """Log odds of probabilities, those near 0 and 1 held off."""
    p = np.clip(p, LEAST, MOST)
    return np.log(p / (1 - p))


def of_fitted(confidence: np.ndarray) -> np.ndarray:
    """Confidence (T, 33) of fitted landmarks from that of the network's, calibrated; 0 stays 0."""
    shift, slope = weights()[_KIND].T
    return np.where(confidence > 0, sigmoid(shift + slope * logit(confidence)), 0.0)


@cache
def weights() -> np.ndarray:
    """(6, 2) shift and slope in log odds, rows as ``KINDS``."""
    stored = json.loads(DATA.read_text(encoding="utf-8"))
    return np.array([stored["weights"][kind] for kind in KINDS])
