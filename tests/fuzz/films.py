"""Films that were damaged on purpose: what a broken phone, a bad copy or an attacker sends."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

from tests.video import clips

# Where containers keep sizes, counts and times; a change there goes further than one in the picture data.
PLACES = (b"moov", b"stsz", b"stsc", b"stts", b"stco", b"ctts", b"tkhd", b"mdhd", b"stsd", b"avcC", b"elst", b"idx1",
          b"strh", b"avih", b"\x1aE\xdf\xa3", b"\x16T\xaek", b"\x1fC\xb6u")  # fmt: skip
ODD = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def seeds(folder: Path) -> list[bytes]:
    """Small sound films of every kind that is let in."""
    made = [
        clips.film(folder / "a.mp4", frames=24),
        clips.film(folder / "b.mov", frames=24, rotation_ccw=90),
        clips.film(folder / "c.mkv", frames=24),
        clips.film(folder / "d.avi", frames=24, codec="mpeg4"),
        clips.film(folder / "e.ts", frames=24),
        clips.film(folder / "f.webm", frames=16, codec="libvpx-vp9", codec_options={"cpu-used": "8"}),
        clips.film(folder / "g.mov", frames=12, codec="mjpeg", pixel_format="yuvj420p"),
        clips.film(folder / "h.mp4", frames=24, options={"movflags": "frag_keyframe+empty_moov"}),
    ]
    return [path.read_bytes() for path in made]


def damaged(films: list[bytes], number: int) -> bytes:
    """A video made from one or two sound ones; the same number always gives the same video."""
    chance = random.Random(number)
    raw = bytearray(films[number % len(films)])
    for _ in range(chance.choice((1, 1, 2, 4))):
        chance.choice(WAYS)(raw, films, chance)
    return bytes(raw)


def _flip(raw: bytearray, _: list[bytes], chance: random.Random) -> None:
    for _again in range(chance.choice((1, 4, 40, 400))):
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)


def _overwrite(raw: bytearray, _: list[bytes], chance: random.Random) -> None:
    place, size = chance.randrange(len(raw)), chance.choice((4, 64, 2000))
    raw[place : place + size] = chance.randbytes(min(size, len(raw) - place))


def _zero(raw: bytearray, _: list[bytes], chance: random.Random) -> None:
    place = chance.randrange(len(raw))
    size = min(chance.choice((8, 500, 8000)), len(raw) - place)
    raw[place : place + size] = bytes(size)


def _cut(raw: bytearray, _: list[bytes], chance: random.Random) -> None:
    del raw[chance.randrange(8, len(raw)) :]
    raw.extend(b"\0" * (8 - len(raw)))


def _remove(raw: bytearray, _: list[bytes], chance: random.Random) -> None:
    place = chance.randrange(max(1, len(raw) - 16))
    del raw[place : place + chance.choice((1, 7, 300))]


def _repeat(raw: bytearray, _: list[bytes], chance: random.Random) -> None:
    place = chance.randrange(len(raw))
    part = raw[place : place + chance.choice((16, 700, 9000))]
    raw[place:place] = part * chance.choice((1, 3))


def _splice(raw: bytearray, films: list[bytes], chance: random.Random) -> None:
    other = chance.choice(films)
    place, from_there = chance.randrange(len(raw)), chance.randrange(len(other))
    raw[place:] = other[from_there:]
    raw.extend(b"\0" * (8 - len(raw)))


def _odd_number(raw: bytearray, _: list[bytes], chance: random.Random) -> None:
    """A size, count or time in the container's tables becomes an absurd one."""
    places = [m.start() for tag in PLACES for m in re.finditer(re.escape(tag), raw)]
    place = chance.choice(places or [0]) + chance.randrange(-4, 40)
    place = min(max(place, 0), max(0, len(raw) - 4))
    raw[place : place + 4] = chance.choice(ODD).to_bytes(4, "big")


WAYS: tuple[Callable[[bytearray, list[bytes], random.Random], None], ...] = (
    _flip, _overwrite, _zero, _cut, _remove, _repeat, _splice, _odd_number, _odd_number, _odd_number,
)  # fmt: skip
