"""What a video may cost: limits on pixels, frames, length and rate, and the formats that are let in.

Only containers and codecs that phones, cameras and editors write are opened. Playlists (HLS, DASH, concat)
are formats that open other files or addresses, so none of them is here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..settings import Settings

KNOWN_FRAMES = 10_000_000
# Names of FFmpeg's demuxers.
CONTAINERS = frozenset(
    "mov mp4 m4a 3gp 3g2 mj2 matroska webm avi mpegts mpeg asf flv ogg dv mxf".split()  # noqa: SIM905
)
# Names of FFmpeg's codecs (not decoders: AV1 is `av1` whoever decodes it).
CODECS = frozenset(
    "h264 hevc av1 vp8 vp9 mpeg4 mpeg2video mpeg1video h263 mjpeg prores dnxhd vc1 wmv3 wmv2 wmv1 "  # noqa: SIM905
    "msmpeg4v3 msmpeg4v2 theora dvvideo cfhd".split()
)


@dataclass(frozen=True)
class Limits:
    """Most that is accepted of one video. Build with :meth:`from_settings`."""

    max_pixels: int = 4096 * 2304  # per frame; 8K is refused
    max_duration_s: float = 1200.0
    max_frames: int = 300_000
    min_frames: int = 8  # fewer cannot hold a delivery
    min_side: int = 64  # pixels; smaller shows no body
    min_fps: float = 5.0
    max_fps: float = 4000.0

    def for_known(self, pixels: int) -> Limits:
        """The same for a video that was probed before (under limits of its own): its size is let in."""
        return replace(self, max_pixels=max(self.max_pixels, 2 * pixels), max_frames=KNOWN_FRAMES)

    @classmethod
    def from_settings(cls, settings: Settings) -> Limits:
        """Limits as the operator set them."""
        return cls(
            max_pixels=settings.max_video_pixels,
            max_duration_s=settings.max_video_s,
            max_frames=settings.max_video_frames,
        )


DEFAULT = Limits()
