"""Ends what a supervisor leaves when it is killed: a process of its own that reads the supervisor's pipe.

Arguments, then lines on standard input: ``+ SESSION RANK STOP_S`` for a session that was started, ``- SESSION``
for one that has ended, ``.`` for an orderly end. When the pipe closes without ``.``, the supervisor is dead,
however it died: what still runs gets SIGTERM, its time, and SIGKILL, the highest rank first, as an orderly stop
would do it.

Works on every POSIX system, because a pipe closes with its last writer. Run by path, so that nothing is imported
that it does not need.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable
from itertools import chain, groupby

import psutil

TICK_S = 0.1


def main() -> None:
    """Keep the list; act on it when the supervisor is gone."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sessions: dict[int, tuple[int, float]] = {}
    for line in chain(sys.argv[1:], sys.stdin):
        sign, *words = line.split()
        if sign == ".":
            return
        if sign == "+":
            sessions[int(words[0])] = (int(words[1]), float(words[2]))
        else:
            sessions.pop(int(words[0]), None)
    by_rank = sorted(sessions, key=lambda s: sessions[s][0], reverse=True)
    for _, group in groupby(by_rank, key=lambda s: sessions[s][0]):
        members = list(group)
        stop(members, max(sessions[s][1] for s in members))


def stop(sessions: Iterable[int], stop_s: float) -> None:
    """SIGTERM to the leaders, a bounded wait, SIGKILL to whoever is left in the sessions."""
    chosen = set(sessions)
    for leader in chosen:
        with contextlib.suppress(OSError):
            os.killpg(leader, signal.SIGTERM)
    deadline = time.monotonic() + stop_s
    while any(_alive(leader) for leader in chosen) and time.monotonic() < deadline:
        time.sleep(TICK_S)
    kill_sessions(chosen)


def kill_sessions(sessions: Iterable[int]) -> None:
    """End every process that is left in these sessions."""
    chosen = set(sessions)
    for pid in psutil.pids():
        with contextlib.suppress(OSError):
            if os.getsid(pid) in chosen:
                os.kill(pid, signal.SIGKILL)


def _alive(pid: int) -> bool:
    with contextlib.suppress(psutil.Error):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


if __name__ == "__main__":
    main()
