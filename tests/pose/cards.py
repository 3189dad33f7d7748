"""Graphics cards that are not there: a tool on the PATH that lists them as the driver's own does."""

from __future__ import annotations

from pathlib import Path

import pytest


def fake_cards(folder: Path, monkeypatch: pytest.MonkeyPatch, *indices: str) -> None:
    """`nvidia-smi` in front of the PATH, naming these cards."""
    tool = folder / "bin" / "nvidia-smi"
    tool.parent.mkdir(parents=True, exist_ok=True)
    tool.write_text("#!/bin/sh\n" + "".join(f"echo {index}\n" for index in indices))
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tool.parent), prepend=":")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
