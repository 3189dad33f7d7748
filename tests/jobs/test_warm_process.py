"""A child that waits loaded: it answers again, is replaced when it is dead, and killed when it hangs."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from shadow_trainer.jobs.correction.warm_process import WarmProcess

ECHO = """import os, sys, time
for line in sys.stdin:
    words = line.split()
    if words[0] == "die":
        sys.exit(1)
    if words[0] == "hang":
        time.sleep(600)
    print(os.getpid(), os.environ["WHO"], words[0] * int(words[1]), flush=True)
"""


@pytest.fixture
def warm(tmp_path: Path) -> Iterator[WarmProcess]:
    (tmp_path / "echo_child.py").write_text(ECHO)
    process = WarmProcess("echo_child", PYTHONPATH=str(tmp_path), WHO="ana")
    yield process
    process.stop()


def test_one_child_answers_one_task_after_the_other(warm: WarmProcess) -> None:
    first, who, said = warm.ask("one 1", 30).split()
    assert (who, said) == ("ana", "one")
    assert warm.ask("two 1", 30).split() == [first, "ana", "two"]


def test_what_no_pipe_holds_at_once_is_written_and_read(warm: WarmProcess) -> None:
    assert warm.ask(f"abc 100000 {'x' * 300_000}", 30).split()[2] == "abc" * 100_000


def test_a_child_that_died_while_it_waited_is_replaced(warm: WarmProcess) -> None:
    first = warm.ask("one 1", 30).split()[0]
    assert warm._waiting is not None
    warm._waiting.kill()
    assert warm.ask("two 1", 30).split()[0] != first


def test_a_task_that_kills_every_child_has_no_answer(warm: WarmProcess) -> None:
    assert warm.ask("die 1", 30) == ""
    assert warm.ask("one 1", 30).split()[2] == "one"


def test_a_child_that_hangs_is_killed(warm: WarmProcess) -> None:
    first = warm.ask("one 1", 30).split()[0]
    with pytest.raises(subprocess.TimeoutExpired):
        warm.ask("hang 1", 0.2)
    assert not Path("/proc", first).exists()
    assert warm.ask("two 1", 30).split()[0] != first
