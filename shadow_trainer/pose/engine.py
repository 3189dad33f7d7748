"""The pose engine: the detector and the landmark networks, loaded when first used.

Sizes: ``xs`` lite, ``s`` full, ``m`` heavy, ``l`` heavy averaged with its mirror image. The scan always
uses the detector and lite.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from ..body.skeleton import COUNT, MIRROR
from ..errors import BadRequest
from ..vocabulary import ModelSize
from . import devices, movenet, weights
from .card_runner import CardRunner
from .heatmap_refine import refine, sigmoid
from .inference import CPU_BATCH, CUDA, CUDA_BATCH, OnnxRunner, Runner

CROP_PX, DETECTOR_PX = 256, weights.SOURCES["detector"].side
KEYPOINTS = "thunder"
AUXILIARY = (33, 34)  # mid-hip, and a point above it whose distance is the body's scale
POINTS = 39
_MIRROR_ALL = np.concatenate([MIRROR, np.arange(COUNT, POINTS)])


@dataclass(frozen=True)
class LandmarkOutput:
    """Landmarks of N crops.

    ``points`` (N, 39, 3) in crop pixels 0..256 (z in the same scale, hip-centered); ``visibility`` and
    ``presence`` (N, 39) in 0..1; ``peak`` (N, 39) highest heatmap logit near the point; ``flag`` (N,) probability
    that there is a person; ``world`` (N, 33, 3) meters, hip-centered, axes of the crop (x right, y down, z away).
    """

    points: np.ndarray
    visibility: np.ndarray
    presence: np.ndarray
    peak: np.ndarray
    flag: np.ndarray
    world: np.ndarray


class Engine:
    """Detector and landmark networks on one device. Not for use by two threads at once."""

    def __init__(
        self,
        size: str = "m",
        device: str = "auto",
        batch_size: int = 0,
        models_dir: Path | None = None,
        buffered: bool | None = None,
    ) -> None:
        """``buffered``: the way of a graphics card, with two buffers and work ahead; None: on a card alone."""
        if size not in weights.SIZES:
            raise BadRequest(f"The model size {size!r} is not known; use {', '.join(weights.SIZES)}.")
        self.size = size
        self.models_dir = Path(models_dir) if models_dir else weights.default_models_dir()
        self.device = devices.resolve(device)
        self.batch_size = batch_size or (CUDA_BATCH if self.device == CUDA else CPU_BATCH)
        self.buffered = self.device == CUDA if buffered is None else buffered
        self._runners: dict[str, Runner] = {}

    @property
    def network(self) -> str:
        """Name of the landmark network of this size."""
        return weights.SIZES[self.size]

    def warm(self) -> None:
        """Load all networks that this size needs and run each once."""
        for name in weights.networks_for([self.size]):
            side = weights.SOURCES[name].side
            self._runner(name).run(np.zeros((1, side, side, 3), np.uint8))

    def detect(self, squares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(N, 224, 224, 3) uint8 -> raw boxes (N, 2254, 12) and score logits (N, 2254)."""
        out = self._run("detector", squares)
        return out["boxes"], out["scores"][..., 0]

    def landmarks(self, crops: np.ndarray, *, light: bool = False) -> LandmarkOutput:
        """(N, 256, 256, 3) uint8 -> landmarks; ``light`` uses the lite network whatever the size."""
        name = "lite" if light else self.network
        direct = self._landmarks_once(name, crops)
        if light or self.size != ModelSize.L:
            return direct
        mirrored = self._landmarks_once(name, np.ascontiguousarray(crops[:, :, ::-1]))
        return _average(direct, unmirror(mirrored))

    def keypoints(self, crops: np.ndarray, *, mirrored: bool = False) -> movenet.Keypoints:
        """(N, 256, 256, 3) uint8 -> MoveNet's keypoints; ``mirrored`` averages them with those of the mirror image."""
        direct = movenet.decode(self._run(KEYPOINTS, crops), CROP_PX)
        if not mirrored:
            return direct
        flipped = movenet.decode(self._run(KEYPOINTS, np.ascontiguousarray(crops[:, :, ::-1])), CROP_PX)
        return movenet.average(direct, movenet.unmirror(flipped, CROP_PX))

    def _landmarks_once(self, name: str, crops: np.ndarray) -> LandmarkOutput:
        out = self._run(name, crops)
        raw = out["landmarks"].reshape(-1, POINTS, 5)
        points = raw[..., :3].astype(np.float64)
        points[..., :2], peak = refine(points[..., :2], out["heatmap"], CROP_PX)
        return LandmarkOutput(
            points,
            sigmoid(raw[..., 3]),
            sigmoid(raw[..., 4]),
            peak,
            out["flag"][:, 0],
            out["world"].reshape(-1, POINTS, 3)[:, :COUNT].astype(np.float64),
        )

    def _run(self, name: str, crops: np.ndarray) -> dict[str, np.ndarray]:
        """All rows; the runner cuts them into batches of at most ``batch_size``."""
        return self._runner(name).run(np.ascontiguousarray(crops))

    def _runner(self, name: str) -> Runner:
        if name not in self._runners:
            self._runners[name] = load_runner(
                name,
                models_dir=self.models_dir,
                device=self.device,
                batch=self.batch_size,
                buffered=self.buffered,
            )
        return self._runners[name]


def load_runner(name: str, *, models_dir: Path, device: str, batch: int, buffered: bool) -> Runner:
    """A network of :data:`.weights.SOURCES`, ready to run; SetupError when its files are not as they must be.

    ``buffered``: with two buffers, as a graphics card wants it.
    """
    if buffered:
        return CardRunner(name, models_dir=models_dir, device=device, batch=batch)
    return OnnxRunner(name, models_dir=models_dir, batch=batch)


def unmirror(mirrored: LandmarkOutput) -> LandmarkOutput:
    """The landmarks of mirrored crops, in the crops themselves."""
    points = mirrored.points[:, _MIRROR_ALL].copy()
    points[..., 0] = CROP_PX - points[..., 0]
    world = mirrored.world[:, MIRROR] * np.array([-1.0, 1.0, 1.0])
    scores = (mirrored.visibility, mirrored.presence, mirrored.peak)
    visibility, presence, peak = (score[:, _MIRROR_ALL] for score in scores)
    return LandmarkOutput(points, visibility, presence, peak, mirrored.flag, world)


def _average(a: LandmarkOutput, b: LandmarkOutput) -> LandmarkOutput:
    return LandmarkOutput(*((getattr(a, f.name) + getattr(b, f.name)) / 2 for f in fields(LandmarkOutput)))
