"""Deliveries to compare with: the built-in elite one, saved analyses, imported motion (PITCHING.md section 7)."""

from .elite import elite
from .library import Library, from_delivery, get
from .model import Reference

__all__ = ["Library", "Reference", "elite", "from_delivery", "get"]
