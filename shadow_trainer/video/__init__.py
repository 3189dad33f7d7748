"""Videos in and out: probe, decode, encode, browser copy. Time comes from the stream; frames are upright."""

from .decode import frame_times, frames
from .encode import Writer
from .held_pictures import Changes, Stills, cut_out
from .info import Frame, VideoInfo
from .limits import DEFAULT, Limits
from .prefetch import prefetch
from .preview import make_preview
from .probe import probe

__all__ = [
    "DEFAULT",
    "Changes",
    "Frame",
    "Limits",
    "Stills",
    "VideoInfo",
    "Writer",
    "cut_out",
    "frame_times",
    "frames",
    "make_preview",
    "prefetch",
    "probe",
]
