"""What the first bytes of a file tell without reading it as a video: text, a picture, a sound, a playlist.

The page that takes an upload asks here as well as whoever opens the video, so that what cannot be a video is refused
before it waits in a queue. Nothing is imported that decodes.
"""

from __future__ import annotations

import codecs

from .errors import BadVideo

HEAD_BYTES = 1 << 16
# Text is told from its first bytes; of fewer nothing can be said. No container of videos begins with so many that are
# all printable: each has a length, a version or a mark that is not.
LEAST_TEXT, FOREIGN_LETTERS = 24, 0.3
CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\f\x1b") | {127}
WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
PLAYLISTS = (
    b"#EXTM3U",
    b"ffconcat",
    b"<MPD",
    b"<smil",
    b"[playlist]",
    b"[InternetShortcut]",
    b"v=0\r\n",
    b"v=0\n",
)
IMAGES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"\0\0\1\0", b"8BPS")
SOUNDS = (b"ID3", b"fLaC", b"\xff\xfb", b"\xff\xf3", b"\xff\xf1", b"\xff\xf9", b"FORM", b"#!AMR")
IMAGE_BRANDS = (b"heic", b"heix", b"mif1", b"avif", b"jxl ")
MOVING_IMAGE_BRANDS = (b"avis", b"hevc", b"hevx", b"msf1")
COPY = "Copy the file from the camera again, or send it as a file (not through a chat), and upload it again."

PROBLEMS: dict[str, tuple[str, str]] = {
    "not_a_video": ("This file is not a video.", "Choose a video file, such as .mp4 or .mov."),
    "still_image": (
        "This is a picture, not a video.",
        "Choose the video of the pitch; a Live Photo must first be saved as a video.",
    ),
    "moving_image": (
        "This is an animated picture ({kind}), not a video: it does not say exactly when its frames were taken.",
        "Upload the video that it was made from.",
    ),
    "playlist": (
        "This is a playlist that points to other files, not a video.",
        "Download the video itself as .mp4 or .mov and upload that.",
    ),
    "audio_only": (
        "This file has sound but no picture.",
        "Choose the video of the pitch; if you recorded one, copy it from the camera again.",
    ),
}
TEXT = (
    "This file begins with text, so it is not a video: perhaps a web page or a message was saved under its name.",
    "Download or copy the video itself again and upload that.",
)


def check(head: bytes) -> None:
    """BadVideo for the first :data:`HEAD_BYTES` of a file that is a playlist, text or a picture by its own mark."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(PLAYLISTS) or (text.startswith(b"<?xml") and b"<MPD" in text):
        raise problem("playlist")
    if is_text(head):
        raise BadVideo(TEXT[0], code="not_a_video", fix=TEXT[1])
    brand = head[8:12] if head[4:8] == b"ftyp" else b""
    kind = moving_image(head)
    if kind:
        raise problem("moving_image", kind=kind)
    if brand in IMAGE_BRANDS or head.startswith((b"GIF8", b"\x89PNG")) or _is_webp(head):
        raise problem("still_image")


def is_text(head: bytes) -> bool:
    """Whether these bytes are written text, in any usual encoding."""
    if head.startswith(WIDE_MARKS):
        return len(head) >= LEAST_TEXT
    first = head[:LEAST_TEXT]
    if len(first) < LEAST_TEXT or CONTROLS & set(first):
        return False
    return sum(byte >= 128 for byte in first) <= FOREIGN_LETTERS * len(first)


def moving_image(head: bytes) -> str:
    """What an animated picture is called; empty when it is none, or only one picture."""
    if head.startswith(b"GIF8") and _gif_moves(head):
        return "GIF"
    if head.startswith(b"\x89PNG") and b"acTL" in head.split(b"IDAT")[0]:
        return "APNG"
    if _is_webp(head) and head[12:16] == b"VP8X" and len(head) > 20 and head[20] & 0x02:
        return "WebP"
    if head[4:8] == b"ftyp" and head[8:12] in MOVING_IMAGE_BRANDS:
        return "AVIF" if head[8:12] == b"avis" else "HEIF"
    return ""


def _is_webp(head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def _gif_moves(head: bytes) -> bool:
    """Whether a GIF has a second picture (GIF89a specification, 17 to 26), or a loop where these bytes end before it."""
    place = 13 + _color_table(head[10:11])
    pictures = 0
    while place < len(head):
        mark = head[place]
        if mark == 0x2C:
            pictures += 1
            place += 10 + _color_table(head[place + 9 : place + 10]) + 1
        elif mark == 0x21:
            place += 2
        else:
            return pictures > 1  # its end
        while place < len(head) and head[place]:
            place += 1 + head[place]
        place += 1
    return pictures > 1 or b"NETSCAPE2.0" in head or b"ANIMEXTS1.0" in head


def _color_table(flags: bytes) -> int:
    """Bytes of the table of colors that a field of flags announces."""
    return 3 << (flags[0] & 7) + 1 if flags and flags[0] & 0x80 else 0


def problem(code: str, **values: object) -> BadVideo:
    """The BadVideo of one of :data:`PROBLEMS`."""
    message, fix = PROBLEMS[code]
    return BadVideo(message.format(**values), code=code, fix=fix)
