"""Small inputs that reports of users were recreated with, kept outside of the repository: SHADOW_SHARED names where."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def case(name: str, file: str) -> Path:
    """One file of a case; the test is skipped where there is none."""
    root = os.environ.get("SHADOW_SHARED")
    if not root:
        pytest.skip("SHADOW_SHARED does not name the folder of shared material")
    path = Path(root) / "cases" / name / file
    if not path.exists():
        pytest.skip(f"there is no {path.name} in the shared material")
    return path
