"""Reading ahead changes when frames are read, never which, and leaves nothing running."""

from __future__ import annotations

import threading
import time

import pytest

from shadow_trainer import video

from . import clips


def running() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "prefetch"]


def test_all_items_come_in_order() -> None:
    assert list(video.prefetch(iter(range(100)), depth=3)) == list(range(100))
    assert list(video.prefetch([], depth=1)) == []
    assert not running()


def test_no_more_than_depth_items_are_read_ahead() -> None:
    read = []

    def source():
        for item in range(50):
            read.append(item)
            yield item

    ahead = video.prefetch(source(), depth=4)
    assert next(ahead) == 0
    while len(read) < 1 + 4:
        time.sleep(0.01)
    ahead.close()
    assert len(read) <= 1 + 4 + 1  # taken, waiting, in the reader's hand
    assert not running()


def test_a_reader_that_stops_early_closes_the_film(tmp_path) -> None:
    closed = []

    def source():
        try:
            yield from range(1000)
        finally:
            closed.append(threading.current_thread().name)

    for item in video.prefetch(source(), depth=2):
        if item == 5:
            break
    assert closed == ["prefetch"]
    assert not running()


def test_an_error_of_the_consumer_ends_the_reader() -> None:
    with pytest.raises(KeyError):
        for _ in video.prefetch(iter(range(1000))):
            raise KeyError
    assert not running()


def test_an_error_of_the_source_comes_after_the_items_before_it() -> None:
    def source():
        yield 1
        yield 2
        raise RuntimeError("torn")

    seen = []
    with pytest.raises(RuntimeError, match="torn"):
        for item in video.prefetch(source()):
            seen.append(item)
    assert seen == [1, 2]
    assert not running()


def test_a_film_read_ahead_is_the_same_film(tmp_path) -> None:
    path = clips.film(tmp_path / "a.mp4", frames=40)
    info = video.probe(path)
    rows = [clips.row_of(frame.image) for frame in video.prefetch(video.frames(path, info), depth=3)]
    assert rows == list(range(40))


def test_depth_must_be_positive() -> None:
    with pytest.raises(ValueError):
        next(video.prefetch([1], depth=0))
