"""Faults and strengths in words a coach can use (PITCHING.md sections 4.4 and 4.5)."""

from .find import FOOTER, find, not_judged
from .rules import RULES, Check, Fault
from .strengths import PRAISES, Praise, strengths

__all__ = ["FOOTER", "PRAISES", "RULES", "Check", "Fault", "Praise", "find", "not_judged", "strengths"]
