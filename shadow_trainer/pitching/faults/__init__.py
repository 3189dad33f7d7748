"""Faults and strengths in words a coach can use (PITCHING.md sections 4.4 and 4.5)."""

from .find import FOOTER, find, not_judged, strengths
from .rules import RULES, Check, Fault

__all__ = ["FOOTER", "RULES", "Check", "Fault", "find", "not_judged", "strengths"]
