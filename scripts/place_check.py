"""The whole program in an odd place: `make place-check`.

The tracked files are copied to a folder with spaces, umlauts, a question mark and a path of more than 200 characters,
and there `make setup`, `doctor`, `make demo`, the start and stop scripts with `health`, the self-test and `make backup`
are run: by a user without rights (when started by root), with a home that nobody may write and another PORT.
It installs everything anew, so it needs the package registries, some GB of disk and several minutes.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAME = "Jürgen's pitching lab #1, what? 50%"
LEAST_PATH = 201
NOBODY = 65534
STEP_S = 1500.0
PASSED_ON = ("PATH", "PYTHON", "LANG", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_CONFIG_FILE", "SSL_CERT_FILE",
             "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "NPM_CONFIG_REGISTRY", "npm_config_registry")  # fmt: skip


def main() -> int:
    """Make the place, run every step, say what came of it; 1 when one failed."""
    base = Path(tempfile.mkdtemp(prefix="place-"))
    base.chmod(0o755)
    try:
        return _check(base)
    finally:
        shutil.rmtree(base, ignore_errors=True)


def _check(base: Path) -> int:
    place = base / NAME
    while len(str(place)) < LEAST_PATH:
        place /= "season of ünusual length"
    _copy(place)
    home = base / "home that nobody may write"
    home.mkdir(mode=0o555)
    root = os.getuid() == 0
    if root:
        for path in [base / NAME, *(base / NAME).rglob("*")]:
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    env = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    env |= {"HOME": str(home), "PORT": str(_free_port()), "TMPDIR": tempfile.gettempdir()}
    python = ".venv/bin/python -m shadow_trainer"
    steps = (
        "make setup",
        "make doctor",
        "make demo </dev/null",
        f"deploy/scripts/start.sh 1 && for i in $(seq 120); do {python} health worker && break; sleep 1; done",
        f"{python} health web && {python} health worker && {python} health clock",
        f"{python} queue self-test",
        f"{python} queue list",
        "make backup",
        "deploy/scripts/stop.sh",
        "make clean && test ! -e .venv && test -e var/shadow.db",
    )
    print(
        f"{len(str(place))} characters: {place}\nas user {NOBODY if root else os.getuid()}, home {home}, PORT {env['PORT']}"
    )
    failed = [step for step in steps if not _run(step, place, env, root)]
    with contextlib.suppress(OSError):
        _run("deploy/scripts/stop.sh >/dev/null 2>&1; true", place, env, root, quiet=True)
    strays = [path.name for path in home.iterdir()]
    print(
        "FAIL  " + "; ".join(failed) if failed else "Everything passed.",
        f"Written into the home: {strays or 'nothing'}.",
    )
    return 1 if failed or strays else 0


def _copy(place: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        target = place / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target, follow_symlinks=False)


def _run(step: str, place: Path, env: dict[str, str], root: bool, *, quiet: bool = False) -> bool:
    began = time.monotonic()
    options: dict[str, object] = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if root else {}
    command: Sequence[str] = ("sh", "-c", step)
    try:
        done = subprocess.run(  # type: ignore[call-overload]
            command,
            cwd=place,
            env=env,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=STEP_S,
            check=False,
            **options,
        )
        code, said = done.returncode, done.stdout + done.stderr
    except subprocess.TimeoutExpired as error:
        code, said = -1, f"it took longer than {STEP_S:.0f} s: {error.stdout!r}"
    if not quiet:
        print(f"{'ok  ' if code == 0 else 'FAIL'}  {time.monotonic() - began:5.0f} s  {step}", flush=True)
        if code:
            print(said[-4000:], flush=True)
    return bool(code == 0)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
