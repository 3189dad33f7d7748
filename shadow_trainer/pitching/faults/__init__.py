"""Faults and strengths in words a coach can use (docs/method.md, sections 4.4 and 4.5)."""

from .find import FOOTER, find, find_all, not_judged, shown
from .repeats import tell_repeats
from .rules import RULES, Check, Fault, reason
from .strengths import PRAISES, Praise, strengths

__all__ = [
    "FOOTER",
    "PRAISES",
    "RULES",
    "Check",
    "Fault",
    "Praise",
    "find",
    "find_all",
    "not_judged",
    "reason",
    "shown",
    "strengths",
    "tell_repeats",
]
