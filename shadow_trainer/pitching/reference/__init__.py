"""Deliveries to compare with: the built-in elite one, saved analyses, imported motion (docs/method.md, section 7)."""

from .elite import elite
from .library import BUILT_IN, from_delivery, get
from .model import Reference

__all__ = ["BUILT_IN", "Reference", "elite", "from_delivery", "get"]
