"""The metrics of one delivery: a value at its event, with unit, error and confidence (docs/method.md, section 2)."""

from .context import HEADINGS, DeliveryContext
from .measure import Metric, at_doubtful_rate, measure
from .names import MetricKey, key_of, quantity_of, span_of
from .sequence import kinematic_sequence
from .table import ROWS, Row

__all__ = [
    "HEADINGS",
    "ROWS",
    "DeliveryContext",
    "Metric",
    "MetricKey",
    "Row",
    "key_of",
    "at_doubtful_rate",
    "kinematic_sequence",
    "measure",
    "quantity_of",
    "span_of",
]
