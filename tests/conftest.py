"""What every test folder may use: the repository, the sample clips, and the truth clips where they exist."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.storage.service import Service

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def samples() -> Path:
    """Folder of the two clips that the project ships."""
    return ROOT / "static" / "samples"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with truth clips that are not part of the repository; skips where it does not exist."""
    folder = Path(os.environ.get("SHADOW_SHARED", ROOT.parent / "shared"))
    if not (folder / "eval" / "score.py").is_file():
        pytest.skip(f"truth clips are not at {folder}; set SHADOW_SHARED to their folder")
    return folder


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    """An S3 service on loopback; every test makes its own bucket."""
    from tests.storage.service import Service

    found = Service.start()
    yield found
    found.stop()
