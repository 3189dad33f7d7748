"""H.264 that every browser plays: yuv420p, constant rate, index at the front, whole or not at all."""

from __future__ import annotations

import errno
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import numpy as np
from av.video.frame import PictureType

from ..errors import StorageFull
from .colour import YuvEncoder

FULL = (errno.ENOSPC, errno.EDQUOT)
KEY_FRAME_S = 0.5  # a browser that steps back decodes from the key frame before: keep that near
BT709, LIMITED = 1, 1  # AVCOL_*_BT709, AVCOL_RANGE_MPEG


class Writer:
    """Context manager that writes (H, W, 3) uint8 RGB frames to an MP4 at a constant rate.

    The file appears under its name when the block ends without an error, and not at all otherwise. An odd
    side is padded by one pixel. Raises StorageFull when the disk is full.
    """

    def __init__(
        self,
        path: Path | str,
        width: int,
        height: int,
        fps: float | Fraction,
        *,
        crf: int = 21,
        preset: str = "veryfast",
        thread_count: int = 2,
    ) -> None:
        self.path = Path(path)
        self.width, self.height = width + width % 2, height + height % 2
        self.fps = Fraction(fps).limit_denominator(1001)
        self.frame_count = 0
        self._expected = (height, width, 3)
        self._temporary = temporary_name(self.path)
        group = max(1, round(KEY_FRAME_S * self.fps))
        self._options = {"crf": str(crf), "preset": preset, "g": str(group)}
        self._thread_count = thread_count
        self._to_yuv = YuvEncoder(self.width, self.height)
        self._container: av.container.OutputContainer | None = None

    def __enter__(self) -> Writer:
        self._guard(self._open)
        return self

    def write(self, rgb: np.ndarray) -> None:
        """Append one (H, W, 3) uint8 RGB frame of the declared size."""
        if rgb.shape != self._expected or rgb.dtype != np.uint8:
            raise ValueError(f"expected uint8 {self._expected}, got {rgb.dtype} {rgb.shape}")
        self._append(self._to_yuv.from_rgb(rgb))

    def write_frame(self, frame: av.VideoFrame) -> None:
        """Append a decoded frame, scaled to the declared size: no detour by RGB."""
        self._append(self._to_yuv.from_frame(frame))

    def hold(self, ticks: int) -> None:
        """Show the frame before for so many more ticks of the rate, without writing it again."""
        self.frame_count += ticks

    def _append(self, frame: av.VideoFrame) -> None:
        frame.pts = self.frame_count
        frame.time_base = 1 / self.fps
        frame.pict_type = PictureType.NONE  # a key frame of the source need not be one here
        self.frame_count += 1
        self._guard(lambda: self._encode(frame))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._discard()
            return
        self._guard(self._finish)

    def _open(self) -> None:
        self._temporary.touch()  # PyAV opens the file only at the first packet
        self._container = av.open(str(self._temporary), "w", format="mp4", options={"movflags": "+faststart"})
        stream = self._container.add_stream("libx264", rate=self.fps, options=self._options)
        stream.width, stream.height, stream.pix_fmt = self.width, self.height, "yuv420p"
        context = stream.codec_context
        context.thread_count = self._thread_count
        context.time_base = 1 / self.fps
        context.color_range = LIMITED
        context.colorspace = context.color_primaries = context.color_trc = BT709
        self._stream = stream

    def _encode(self, frame: av.VideoFrame | None) -> None:
        for packet in self._stream.encode(frame):
            self._opened().mux(packet)

    def _finish(self) -> None:
        if not self.frame_count:
            raise ValueError(f"no frame was written to {self.path.name}")
        self._encode(None)
        self._opened().close()
        self._temporary.replace(self.path)

    def _opened(self) -> av.container.OutputContainer:
        if self._container is None:
            raise RuntimeError(f"{self.path.name} is written outside of its with block")
        return self._container

    def _guard(self, action: Callable[[], None]) -> None:
        """Run one step; whatever goes wrong leaves no file, and a full disk is named."""
        try:
            action()
        except BaseException as error:
            self._discard()
            if isinstance(error, OSError) and error.errno in FULL:
                raise StorageFull("The disk is full; the video could not be written.") from error
            raise

    def _discard(self) -> None:
        try:
            if self._container is not None:
                self._container.close()
        except (av.error.FFmpegError, OSError):
            pass  # it is thrown away; the first error is the one to tell
        finally:
            self._temporary.unlink(missing_ok=True)


def temporary_name(path: Path) -> Path:
    """Where a video stands until it is whole: beside its place, so that renaming is one step."""
    return path.with_name(f".{path.name}.part")
