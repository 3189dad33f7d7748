"""A video that cannot be used ends in its own code, a sentence and what to do; one that can be used is used."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from shadow_trainer import video
from shadow_trainer.errors import BadVideo
from shadow_trainer.settings import Settings
from shadow_trainer.video.limits import CODECS, CONTAINERS
from shadow_trainer.video.problems import PROBLEMS
from shadow_trainer.video.timeline import decoded

from . import clips

SECRET = "/etc/passwd"


def text(content: str):
    return lambda path: path.write_text(content)


def data(content: bytes):
    return lambda path: path.write_bytes(content)


def film(**options):
    return lambda path: clips.film(path, **options)


def behind_text(words: bytes):
    """A good video with text before it, as a download that was saved with its head."""

    def make(path: Path) -> None:
        made = clips.film(path.with_suffix(".made.ts"), frames=20)
        path.write_bytes(words + made.read_bytes())
        made.unlink()

    return make


def hides_8k(path: Path) -> None:
    small = clips.film(path, codec="mjpeg", pixel_format="yuvj420p", frames=10)
    raw = bytearray(small.read_bytes())
    for place in [i for i in range(len(raw)) if raw[i : i + 2] == b"\xff\xc0"]:
        raw[place + 5 : place + 9] = bytes([0x10, 0xE0, 0x1E, 0x00])  # 4320 rows, 7680 columns
    small.write_bytes(bytes(raw))


BAD = {
    "empty.mp4": ("empty_file", data(b"")),
    "text.mp4": ("not_a_video", text("hello, coach\n" * 500)),
    "noise.mp4": ("not_a_video", data(np.random.default_rng(1).bytes(100_000))),
    "page.mp4": ("not_a_video", text("<!doctype html><title>404</title>" * 100)),
    "archive.mp4": ("not_a_video", data(b"PK\x03\x04" + bytes(3000))),
    "sheet.pdf": ("not_a_video", data(b"%PDF-1.7\n" + bytes(3000))),
    "photo.mp4": ("still_image", film(frames=1, codec="mjpeg", container="mjpeg", pixel_format="yuvj420p")),
    "picture.png": ("still_image", film(frames=1, codec="png", container="image2", pixel_format="rgb24")),
    "drawing.gif": ("still_image", film(frames=1, codec="gif", pixel_format="rgb8")),
    "moving.gif": ("moving_image", film(codec="gif", pixel_format="rgb8")),
    "moving.png": ("moving_image", film(codec="apng", container="apng", pixel_format="rgb24")),
    "burst.heic": ("moving_image", data(b"\0\0\0\x18ftypmsf1\0\0\0\0msf1hevc" + bytes(3000))),
    "answer.mp4": ("not_a_video", behind_text(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n")),
    "page.ts": ("not_a_video", behind_text(b"<!doctype html><title>Sign in</title>\n" * 3)),
    "wide.mp4": ("not_a_video", data("Die Datei ist nicht verfügbar.".encode("utf-16"))),
    "error.mov": ("not_a_video", data("Größe überschritten, bitte später.".encode("latin-1") * 3)),
    "photo.heic": ("still_image", data(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(3000))),
    "sound.mp4": ("audio_only", clips.audio_only),
    "sound.wav": ("audio_only", clips.audio_only),
    "sound.mp3": ("audio_only", data(b"ID3\x04" + bytes(3000))),
    "playlist.m3u8": ("playlist", text(f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://{SECRET}\n")),
    "playlist.mp4": ("playlist", text(f"\n #EXTM3U\n#EXTINF:9,\n{SECRET}\n")),
    "concat.mp4": ("playlist", text(f"ffconcat version 1.0\nfile '{SECRET}'\n")),
    "dash.mp4": ("playlist", text("<?xml version='1.0'?><MPD><Period/></MPD>")),
    "session.sdp": ("playlist", text("v=0\r\nm=video 5000 RTP/AVP 96\r\n")),
    "no-index.mp4": ("unreadable", clips.without_index),
    "head-only.mp4": ("unreadable", lambda path: clips.cut_file(clips.film(path), 0.01)),
    "head-only.mkv": ("unreadable", lambda path: clips.cut_file(clips.film(path), 0.05)),
    "few-frames-of-it.mp4": ("unreadable", lambda path: clips.truncated(path, keep=0.5)),
    "encrypted.mp4": ("encrypted", clips.encrypted),
    "one.mp4": ("too_short", film(frames=1)),
    "seven.mp4": ("too_short", film(frames=7)),
    "icon.mp4": ("too_small", film(width=48, height=48)),
    "8k.mov": (
        "too_many_pixels",
        film(frames=1, width=7680, height=4320, codec="mjpeg", pixel_format="yuvj420p"),
    ),
    "8k-behind-a-small-header.avi": ("unreadable", hides_8k),
    "three-hours.mp4": ("too_long", film(fps=Fraction(1, 400))),
    "one-in-ten-seconds.mp4": ("bad_frame_rate", film(fps=Fraction(1, 10))),
    "100000-a-second.mp4": ("bad_frame_rate", film(fps=100_000, codec_options={"bf": "0"})),
    "lossless.mkv": ("unsupported_codec", film(codec="ffv1")),
}


@pytest.mark.parametrize("name", BAD)
def test_each_bad_film_has_its_own_code_and_advice(tmp_path, name) -> None:
    code, make = BAD[name]
    make(tmp_path / name)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(BadVideo) as refused:
        video.probe(tmp_path / name)
    error = refused.value
    assert error.code == code
    assert error.permanent
    assert error.exit_code == 2
    assert error.message.endswith(".")
    assert error.fix.endswith(".")
    assert "{" not in error.message
    assert str(tmp_path) not in error.message, "a path of the server is nobody's business"
    assert sorted(tmp_path.iterdir()) == before


def test_no_picture_is_taken_from_encrypted_packets(tmp_path) -> None:
    """By chance a decoder finds one in them, so it is never asked."""
    path = clips.encrypted(tmp_path / "a.mp4")
    with av.open(str(path)) as container, pytest.raises(BadVideo) as refused:
        next(decoded(container, container.streams.video[0]), None)
    assert refused.value.code == "encrypted"


def test_every_problem_has_been_met_by_a_test() -> None:
    met = {code for code, _ in BAD.values()} | {"no_times", "too_many_frames"}
    assert met == set(PROBLEMS)


def test_a_missing_file_is_not_a_bad_film(tmp_path) -> None:
    with pytest.raises(FileNotFoundError):
        video.probe(tmp_path / "none.mp4")


def test_a_folder_or_a_pipe_is_not_opened(tmp_path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe.mp4")
    for path in (tmp_path, tmp_path / "pipe.mp4"):
        with pytest.raises(BadVideo) as refused:
            video.probe(path)
        assert refused.value.code == "not_a_video"


def test_no_format_that_opens_other_files_is_let_in() -> None:
    assert not CONTAINERS & {
        "hls",
        "dash",
        "concat",
        "applehttp",
        "sdp",
        "rtsp",
        "image2",
        "lavfi",
        "tty",
        "imf",
    }
    assert {name for formats in av.formats_available for name in formats.split(",")} | {"m4a"} >= CONTAINERS
    assert {av.Codec(name).canonical_name for name in av.codecs_available if _decodes(name)} >= CODECS


def _decodes(name: str) -> bool:
    try:
        return av.Codec(name, "r").type == "video"
    except av.codec.codec.UnknownCodecError:
        return False


def test_a_reference_to_another_file_is_not_followed(tmp_path) -> None:
    """A QuickTime video may keep its frames in another file; that file is never opened."""
    other = clips.film(tmp_path / "other.mov")
    raw = bytearray(other.read_bytes())
    place = raw.index(b"url ")
    raw[place + 4 : place + 8] = bytes(4)  # not in this file
    leader = clips.film(tmp_path / "leader.mov")
    leader.write_bytes(bytes(raw[: raw.index(b"mdat") - 4] + raw[raw.index(b"moov") - 4 :]))
    with pytest.raises(BadVideo):
        video.probe(leader)


def test_a_tiny_file_that_claims_millions_of_frames_costs_nothing(tmp_path) -> None:
    import resource

    path = clips.film(tmp_path / "a.mp4")
    clips.patch_box(path, b"stsz", 4, ">II", 100, 200_000_000)
    clips.patch_box(path, b"stsc", 12, ">I", 200_000_000)
    clips.patch_box(path, b"stts", 8, ">I", 200_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BadVideo):
        video.probe(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kB


def test_limits_are_the_operators(tmp_path) -> None:
    path = clips.film(tmp_path / "a.mp4")
    for change, code in [
        ({"max_video_frames": 29}, "too_many_frames"),
        ({"max_video_s": 0.5}, "too_long"),
        ({"max_video_pixels": 320 * 192 - 1}, "too_many_pixels"),
    ]:
        limits = video.Limits.from_settings(Settings(**change))
        with pytest.raises(BadVideo) as refused:
            video.probe(path, limits=limits)
        assert refused.value.code == code
    assert video.probe(path, limits=video.Limits.from_settings(Settings())).frame_count == 30


def test_a_film_let_in_by_higher_limits_is_decoded(tmp_path, monkeypatch) -> None:
    from shadow_trainer.video import decode

    path = clips.film(tmp_path / "a.mp4")
    info = video.probe(path)
    monkeypatch.setattr(decode, "DEFAULT", video.Limits(max_pixels=1000, max_frames=10))
    assert len(list(video.frames(path, info))) == 30


def test_probing_can_be_stopped(tmp_path) -> None:
    class Stopped(Exception):
        pass

    def stop() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        video.probe(clips.film(tmp_path / "a.mp4"), check=stop)


def test_the_header_may_lie_when_the_times_are_sane(read, tmp_path) -> None:
    path = clips.film(tmp_path / "a.mkv")
    raw = path.read_bytes()
    place = raw.index(b"\x23\xe3\x83")  # DefaultDuration, 33 333 333 ns
    size = raw[place + 3] & 0x7F
    path.write_bytes(raw[: place + 4] + (10_000).to_bytes(size, "big") + raw[place + 4 + size :])
    film = read(path)
    assert film.info.fps == pytest.approx(30, rel=1e-3)
    assert film.shown == list(range(30))


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.9, 0.999])
@pytest.mark.parametrize("ending", ["mp4", "mkv", "avi"])
def test_a_cut_film_is_read_as_far_as_it_goes(read, tmp_path, ending, keep) -> None:
    options = {"codec": "mpeg4"} if ending == "avi" else {}
    path = clips.truncated(tmp_path / f"a.{ending}", keep=keep, frames=150, **options)
    film = read(path)
    count = film.info.frame_count
    assert 8 <= count < 150 or keep > 0.99
    assert film.shown[: count - 4] == list(range(count - 4))
    # The last frames may lack one between them that stood behind the cut; the others keep their times.
    np.testing.assert_allclose(film.times, np.array(film.shown) / 30, atol=0.0011)
    assert film.info.truncated
    assert [w["code"] for w in film.info.warnings] == ["truncated"]
    assert all(w["message"] and w["fix"] for w in film.info.warnings)


def test_damage_in_the_middle_moves_no_other_frame(read, tmp_path) -> None:
    path = clips.film(tmp_path / "a.mp4", frames=90, codec_options={"g": "10", "bf": "0"})
    raw = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        packet = next(p for p in container.demux(video=0) if p.pts and p.pts * p.time_base == 1)
        raw[packet.pos : packet.pos + packet.size] = bytes(packet.size)
    path.write_bytes(bytes(raw))
    film = read(path)
    rows = [frame.index for frame in film.frames]
    assert rows == sorted(set(rows))
    assert len(rows) >= 80
    times = video.frame_times(path, film.info)
    assert [times[row] for row in rows] == film.times
    for row, shown in zip(rows, film.shown, strict=True):
        if row < 30 or row >= 40:
            assert row == shown


@pytest.mark.parametrize("seed", range(40))
def test_any_damage_ends_in_a_film_or_in_a_bad_film(tmp_path, seed) -> None:
    chance = np.random.default_rng(seed)
    ending = ["mp4", "mkv", "ts", "avi"][seed % 4]
    path = clips.film(tmp_path / f"a.{ending}", codec="mpeg4" if ending == "avi" else "libx264")
    raw = np.frombuffer(path.read_bytes(), np.uint8).copy()
    places = chance.integers(0, len(raw), chance.integers(1, 40))
    raw[places] = chance.integers(0, 256, len(places))
    path.write_bytes(raw.tobytes())
    try:
        info = video.probe(path)
    except BadVideo as error:
        assert error.code in PROBLEMS
        return
    times = [frame.time_s for frame in video.frames(path, info)]
    assert (np.diff(times) > 0).all()
    assert len(times) <= info.frame_count
