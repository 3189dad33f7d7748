"""Writes requirements-cuda.txt: requirements.txt with ONNX Runtime's build for graphics cards and what that needs."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = """\
# requirements.txt with ONNX Runtime in its build for NVIDIA's cards, and NVIDIA's libraries, under NVIDIA's own terms.
# `make cuda` installs this, on Linux on x86-64. `python -m scripts.cuda_requirements` writes this file.
"""
CARD = """\
# The graphics card: the same ONNX files, and the libraries of CUDA 13
onnxruntime-gpu==1.31.1
nvidia-cublas==13.10.0.20
nvidia-cuda-nvrtc==13.5.37
nvidia-cuda-runtime==13.5.37
nvidia-cudnn-cu13==9.28.1.4
nvidia-cufft==12.5.0.14
nvidia-curand==10.4.5.25
nvidia-nvjitlink==13.5.37
"""
# Both builds are one module: side by side, the files of one lie over those of the other.
OTHER_BUILD = re.compile(r"^onnxruntime==.*\n", re.M)


def text(full: str) -> str:
    """requirements-cuda.txt for the text of requirements.txt."""
    # The comment at the top speaks of the other file.
    body = OTHER_BUILD.sub("", full.partition("\n\n")[2].rstrip("\n") + "\n")
    return f"{HEAD}\n{body}\n{CARD}"


if __name__ == "__main__":
    path = ROOT / "requirements-cuda.txt"
    path.write_text(text((ROOT / "requirements.txt").read_text(encoding="utf-8")), encoding="utf-8")
