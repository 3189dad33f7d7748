"""Films that take a browser test a third of the time: fewer pixels, and nothing before and after the pitch."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av

SIZE = (640, 360)
PART_S = (0.4, 3.4)  # of the sample clips: from before the first movement until after the follow-through
# A copy that is cut off can still be read up to there.
INDEX_FIRST = {"movflags": "faststart"}
TICKS = 60_000  # a second of the copies' clock; divides 60, 30 and 24 pictures evenly


def small(
    film: Path,
    out: Path,
    *,
    part_s: tuple[float, float] = PART_S,
    keep: Callable[[int], bool] = lambda number: True,
) -> Path:
    """A small copy of a part of a video. ``keep(number)`` False leaves a picture out, and the one before it
    stands longer: the rate of the copy varies."""
    with av.open(str(film)) as source, av.open(str(out), "w", options=INDEX_FIRST) as target:
        stream = target.add_stream("libx264", rate=60, options={"preset": "veryfast", "crf": "18"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, TICKS)
        shown = [frame for frame in source.decode(video=0) if part_s[0] <= frame.time <= part_s[1]]
        for number, frame in enumerate(shown):
            if keep(number):
                copy = frame.reformat(*SIZE)
                copy.time_base, copy.pts = Fraction(1, TICKS), round((frame.time - shown[0].time) * TICKS)
                target.mux(stream.encode(copy))
        target.mux(stream.encode())
    return out
