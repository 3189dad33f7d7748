"""`make setup`, `make test`, `make quick` and what the long checks need: from a bare Python to a program that runs, or one
clear line."""

from __future__ import annotations

import fcntl
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from . import checks, dotenv_file, node, project, python_env, system, tools_env
from .shell import ROOT, Failure, os_failure, say


def main(arguments: list[str]) -> int:
    """Run one command; the exit code of the process."""
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        print(f"usage: python -m scripts.bootstrap {'|'.join(COMMANDS)}", file=sys.stderr)
        return 2
    try:
        return COMMANDS[arguments[0]]()
    except Failure as failure:
        print(f"set-up: {failure}", file=sys.stderr)
    except OSError as error:
        print(f"set-up: {os_failure(error)}", file=sys.stderr)
    except KeyboardInterrupt:
        print("set-up: stopped. Run the same command to go on.", file=sys.stderr)
        return 130
    return 1


def setup() -> int:
    """Bring the project's folder to a state in which it runs; quick when nothing changed."""
    started = time.monotonic()
    with only_one():
        _install("requirements.txt")
        system.say_if_there_is_no_redis()
        project.make_example()
    say(f"ready ({time.monotonic() - started:.1f} s)")
    return 0


def cuda() -> int:
    """Set up for a graphics card; a later set-up of this folder keeps to it."""
    with only_one():
        python_env.ensure()
        python_env.install_cuda()
    return setup()


def dev() -> int:
    """Set up, and add what only tests need."""
    with only_one():
        _install("requirements.txt", "requirements-dev.txt")
        system.ensure_chromium()
        system.ensure_postgres()
        system.ensure_redis()
    return 0


def rehearsal() -> int:
    """What deploy/scripts/test_migration.sh needs: the packages of the tests, and a Redis server."""
    with only_one():
        _install("requirements.txt", "requirements-dev.txt")
        system.ensure_redis()
    return 0


def heroku() -> int:
    """What `make heroku-check` needs: the same as the tests, and a Redis server that speaks TLS."""
    dev()
    with only_one():
        system.ensure_redis_with_tls()
    return 0


def proxy() -> int:
    """What `make proxy-check` needs: the same as the tests, and nginx."""
    dev()
    with only_one():
        system.ensure_nginx()
    return 0


def tools() -> int:
    """The same, and the programs of the long checks."""
    dev()
    with only_one():
        tools_env.ensure()
    return 0


def test() -> int:
    """Set up, add what only tests need, then run every check and test."""
    dev()
    with only_one():
        python_env.install("requirements-training.txt")
    return checks.run(checks.WHOLE)


def quick() -> int:
    """The same without what takes long: no server, worker, browser, network or film."""
    with only_one():
        _install("requirements.txt", "requirements-dev.txt")
    return checks.run(checks.QUICK)


COMMANDS = {
    "setup": setup,
    "cuda": cuda,
    "test": test,
    "quick": quick,
    "dev": dev,
    "tools": tools,
    "rehearsal": rehearsal,
    "heroku": heroku,
    "proxy": proxy,
}


def _install(*requirements: str) -> None:
    python_env.ensure()
    python_env.install(*requirements)
    node.install()
    dotenv_file.ensure()
    project.prepare_weights()
    project.migrate_database()


@contextmanager
def only_one() -> Iterator[None]:
    """Two set-ups of one folder at once would undo each other's work: the second one waits."""
    (ROOT / "var").mkdir(exist_ok=True)
    with (ROOT / "var" / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up of this folder is running; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
