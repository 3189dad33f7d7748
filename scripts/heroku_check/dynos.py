"""Dynos: a slug that is built once by the build's own hooks, unpacked for each process, and never shared."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
STOP_S = 40.0
KILLED_S = 30.0  # the platform kills a dyno this long after its SIGTERM


class Dyno:
    """One process of the Procfile in a copy of the slug of its own, started by honcho."""

    def __init__(self, slug: Path, folder: Path, kind: str, env: dict[str, str], port: int) -> None:
        self.folder, self.kind, self.log = folder, kind, folder.with_suffix(".log")
        shutil.copytree(slug, folder, symlinks=True)
        command = ["honcho", "--no-colour", "-f", "Procfile", "start", "--port", str(port), kind]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, cwd=folder, env=env, stdout=log, stderr=log, start_new_session=True
            )

    def wait(self, seconds: float) -> None:
        """Until it has ended well (the release phase)."""
        code = self.process.wait(seconds)
        if code:
            raise SystemExit(f"heroku-check: {self.kind} ended with {code}:\n{self.tail()}")

    def end(self) -> float:
        """SIGTERM to every process at once, as the platform sends it; the seconds until the last one has ended.

        SystemExit when one is left after the 30 s at which the platform kills.
        """
        everybody = [psutil.Process(self.process.pid), *self.family()]
        began = time.monotonic()
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(STOP_S)
        _, left = psutil.wait_procs(everybody, timeout=max(0.0, KILLED_S - (time.monotonic() - began)))
        took = time.monotonic() - began
        if left or took > KILLED_S:
            raise SystemExit(f"heroku-check: {self.kind} did not end in {KILLED_S:.0f} s:\n{self.tail()}")
        return took

    def stop(self) -> None:
        """Whatever is left at the end is killed."""
        family = self.family()
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for member in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()

    def family(self) -> list[psutil.Process]:
        """Every process that it started."""
        with contextlib.suppress(psutil.NoSuchProcess):
            return psutil.Process(self.process.pid).children(recursive=True)
        return []

    def memory_mb(self) -> float:
        """Resident memory of all of them together, in megabytes; shared pages count more than once."""
        total = 0
        for member in self.family():
            with contextlib.suppress(psutil.NoSuchProcess):
                total += member.memory_info().rss
        return total / 1e6

    def tail(self, characters: int = 2500) -> str:
        """The end of what it said."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-characters:]

    def films(self) -> list[str]:
        """Films and pictures on this dyno's disk that are not part of the slug."""
        kinds = {".mp4", ".mov", ".jpg", ".part"}
        paths = (self.folder / "var").rglob("*")
        return [p.relative_to(self.folder).as_posix() for p in paths if p.suffix in kinds]


def build_slug(folder: Path, env: dict[str, str]) -> Path:
    """The tree as it would be pushed, npm's packages, and what the build's hooks make."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    (folder / "node_modules").symlink_to((ROOT / "node_modules").resolve())
    subprocess.run(
        [folder / "bin" / "post_compile"], cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL
    )
    return folder
