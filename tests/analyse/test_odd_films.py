"""What cameras and people do to a video, and the whole engine on it: `make odd-films`, some ten minutes.

Each video is the left-handed sample, spoiled; what comes out is compared with what the sample itself gives.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from shadow_trainer.video import frames, probe
from tests.video import clips

from .test_contract import analyse

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(
        os.environ.get("SHADOW_ODD_FILMS") != "true", reason="takes ten minutes: `make odd-films` runs it"
    ),
]
Pictures = list[np.ndarray]


def strobe(film: Pictures) -> Pictures:
    return [np.clip(p * (1.35 if i % 2 else 0.35), 0, 255).astype(np.uint8) for i, p in enumerate(film)]


def mirrored(film: Pictures) -> Pictures:
    return [p[:, ::-1] for p in film]


def black(film: Pictures) -> Pictures:
    """Nothing before and after, and for four frames at a quarter, half and three quarters."""
    dark, n = np.zeros_like(film[0]), len(film)
    gaps = {at + k for at in (n // 4, n // 2, 3 * n // 4) for k in range(4)}
    return [dark] * 20 + [dark if i in gaps else p for i, p in enumerate(film)] + [dark] * 20


def poster(film: Pictures) -> Pictures:
    """Someone life-size hangs on the wall, in the middle of a throw."""
    still = cv2.resize(film[140][120:620, 560:960], (320, 400))
    out = [p.copy() for p in film]
    for p in out:
        p[60:460, 20:340] = still
    return out


def pan(film: Pictures) -> Pictures:
    """Seven tenths of the picture, moving across it: the pitcher is cut in half at both ends."""
    wide = int(film[0].shape[1] * 0.7)
    at = np.linspace(0, film[0].shape[1] - wide, len(film)).astype(int)
    return [p[:, x : x + wide] for p, x in zip(film, at, strict=True)]


def enters_and_leaves(film: Pictures) -> Pictures:
    def moved(picture: np.ndarray, share: float) -> np.ndarray:
        h, w = picture.shape[:2]
        way = np.array([[1, 0, share * w], [0, 1, 0]], np.float32)
        return cv2.warpAffine(picture, way, (w, h), borderMode=cv2.BORDER_REPLICATE)

    before = [moved(film[0], 1 - i / 45) for i in range(45)]
    return before + film + [moved(film[-1], -i / 45) for i in range(45)]


def portrait(film: Pictures) -> Pictures:
    small = [cv2.resize(p[:, 200:1000], (720, 648)) for p in film]
    return [cv2.copyMakeBorder(p, 332, 300, 0, 0, cv2.BORDER_REPLICATE) for p in small]


def cut_in_half(film: Pictures) -> Pictures:
    """Upright and too near: only the throw itself is in the picture."""
    return [p[:, 437:843] for p in film]


def whole(film: Pictures) -> Pictures:
    return film


@dataclass(frozen=True)
class Spoiled:
    """How a video is spoiled: what its clock runs at, the step between frames it keeps, and what to expect of it.

    ``options`` are what the coach declares; ``code`` the answer when there is nothing to measure.
    """

    change: Callable[[Pictures], Pictures]
    fps: float = 60.0
    step: int = 1
    later_frames: int = 0
    hand: str = "left"
    options: tuple[str, ...] = ()
    code: str | None = None


FILMS = {
    "strobe": Spoiled(strobe),
    "15 fps": Spoiled(whole, fps=15, step=4),
    "mirrored": Spoiled(mirrored, hand="right"),
    "black": Spoiled(black, later_frames=20),
    "poster": Spoiled(poster),
    "pan": Spoiled(pan),
    "enters and leaves": Spoiled(enters_and_leaves, later_frames=45),
    "portrait": Spoiled(portrait),
    "half speed": Spoiled(whole, fps=30, options=("--capture-fps", "60")),
    "cut in half": Spoiled(cut_in_half, code="no_pitch_found"),
}


@pytest.fixture(scope="module")
def film(samples: Path) -> Pictures:
    path = samples / "sample_lefty.mp4"
    return [frame.image for frame in frames(path, probe(path))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield tmp_path_factory.mktemp("odd")


@pytest.fixture(scope="module")
def untouched(samples: Path, folder: Path) -> dict:
    done = analyse(samples / "sample_lefty.mp4", "--out", folder / "untouched")
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "untouched" / "analysis.json").read_text())


@pytest.mark.parametrize("name", FILMS)
def test_the_pitch_is_measured_all_the_same_or_said_not_to_be_there(
    name: str, film: Pictures, folder: Path, untouched: dict
) -> None:
    how = FILMS[name]
    pictures = how.change(film)[:: how.step]
    height, width = (n - n % 2 for n in pictures[0].shape[:2])
    path = clips.film(
        folder / f"{name.replace(' ', '_')}.mp4", frames=len(pictures), fps=how.fps, width=width, height=height,
        draw=lambda i, w, h: np.ascontiguousarray(pictures[i][:h, :w]),
    )  # fmt: skip
    out = folder / path.stem
    done = analyse(path, "--out", out, *how.options)
    assert done.returncode == 0, done.stderr
    if how.code:
        assert how.code in done.stderr, done.stderr
        assert json.loads((out / "analysis.json").read_text())["deliveries"] == []
        return
    document, (wanted,) = json.loads((out / "analysis.json").read_text()), untouched["deliveries"]
    (delivery,) = document["deliveries"]
    assert document["athlete"]["throws"] == how.hand
    late = (delivery["events"]["release"]["time_s"] - how.later_frames / how.fps) - wanted["events"][
        "release"
    ]["time_s"]
    assert abs(late) < max(0.05, 1.1 / how.fps), late
    values = [{(m["name"], m["event"]): m["value"] for m in d["metrics"]} for d in (delivery, wanted)]
    for key, most in {("stride_length", "foot_contact"): 8, ("trunk_forward_tilt", "release"): 15}.items():
        assert abs(values[0][key] - values[1][key]) < most, (key, values)
