"""A child that waits loaded: used once, replaced, and gone when it is not needed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from shadow_trainer.jobs.correction.warm_process import WarmProcess

ECHO = "import os, sys\nprint(os.getpid(), os.environ['WHO'], sys.stdin.read())\n"


@pytest.fixture
def ask_warm(tmp_path: Path):
    (tmp_path / "echo_child.py").write_text(ECHO)
    warm = WarmProcess("echo_child")
    yield lambda task, who: (
        warm,
        warm.ask(task, {**os.environ, "PYTHONPATH": str(tmp_path), "WHO": who}, 30).split(),
    )
    if warm._waiting:
        warm._waiting[1].communicate("", timeout=30)


def test_the_next_child_waits_and_answers_once(ask_warm) -> None:
    warm, (first, *_) = ask_warm("one", "a")
    waiting = warm._waiting[1].pid
    assert first != str(waiting)
    assert ask_warm("two", "a")[1] == [str(waiting), "a", "two"]


def test_a_child_made_for_another_environment_or_dead_is_not_asked(ask_warm) -> None:
    warm, _ = ask_warm("one", "a")
    assert ask_warm("two", "b")[1][1:] == ["b", "two"]
    warm._waiting[1].kill()
    assert ask_warm("three", "b")[1][1:] == ["b", "three"]
