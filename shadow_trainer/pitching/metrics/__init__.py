"""The metrics of one delivery: a value at its event, with unit, error and confidence (docs/method.md, section 2)."""

from .confidence import HIGH, LOW, MEDIUM
from .context import HEADINGS, Context
from .measure import Metric, measure
from .sequence import kinematic_sequence
from .table import ROWS, Row

__all__ = [
    "HEADINGS",
    "HIGH",
    "LOW",
    "MEDIUM",
    "ROWS",
    "Context",
    "Metric",
    "Row",
    "kinematic_sequence",
    "measure",
]
