"""The Dockerfile's own lines, outside a container: what it installs, converts and starts, in a scratch folder.

Takes minutes and the network, so it runs with ``make image-check``. What only a container's root may do (apt-get for
real, the user, the folders of the root) is named in ROOTS and left out; test_dockerfile.py reads those lines.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.deploy import composition
from tests.deploy.certificates import free_port
from tests.deploy.test_dockerfile import LINES

pytestmark = pytest.mark.skipif(
    os.environ.get("SHADOW_IMAGE_CHECK") != "true", reason="takes minutes: `make image-check` runs it"
)
ROOTS = re.compile(
    r"apt-get update|rm -rf /var/lib/apt/lists/\*|groupadd .*|useradd .*|install -d -o shadow .*"
)
FOLDERS = ("/venv", "/src", "/app", "/build-data", "/data")
PATIENCE_S = 90


@dataclass(frozen=True)
class Image:
    """The folders of the image below a scratch folder, and its environment."""

    root: Path
    env: dict[str, str]

    def here(self, text: str) -> str:
        """The same words with the image's folders replaced by ours."""
        names = "|".join(FOLDERS)
        return re.sub(rf"(?<![\w./])({names})(?=[/\s:]|$)", rf"{self.root}\1", text)

    def run(self, command: str, folder: str) -> None:
        """A shell line of the Dockerfile."""
        line = self.here(command)
        done = subprocess.run(["sh", "-euc", line], cwd=self.root / folder, env=self.env, capture_output=True, text=True)  # fmt: skip
        assert done.returncode == 0, f"{line}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"

    def words(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command of the finished image."""
        return subprocess.run(
            [f"{self.root}/venv/bin/{arguments[0]}", *arguments[1:]], cwd=self.root / "app", env=self.env,
            capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip


def lines_of(stage: str, kind: str) -> list[str]:
    """What stands behind RUN, COPY or ENV in one stage; mounts left out."""
    place = next(i for i, line in enumerate(LINES) if re.fullmatch(rf"FROM (\S+) AS {stage}", line))
    instructions = []
    for line in LINES[place + 1 :]:
        if line.startswith("FROM "):
            break
        if line.startswith(f"{kind} "):
            instructions.append(re.sub(r"--mount=\S+ ", "", line.removeprefix(f"{kind} ")).strip())
    return instructions


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """Everything that the stages npm, packages-cpu and prepared do, and the environment of base and cpu."""
    root = tmp_path_factory.mktemp("image")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SHADOW_")}
    built = Image(root, {**kept, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"})
    for folder in ("src", "app", "data"):
        (root / folder).mkdir()
    copy(root / "src", lines_of("npm", "COPY"))
    built.env.update(variables(built, "packages-cpu"))
    built.env["PIP_CACHE_DIR"] = str(root / "cache")
    for line in lines_of("npm", "RUN"):
        built.run(line, "src")
    copy(root / "src", lines_of("packages-cpu", "COPY"))
    for line in lines_of("packages-cpu", "RUN"):
        built.run(line, "src")
    shutil.move(root / "src" / "node_modules", root / "app" / "node_modules")
    copy(root / "app", [line for line in lines_of("prepared", "COPY") if "--from" not in line])
    built.env.update(variables(built, "prepared"))
    for line in lines_of("prepared", "RUN"):
        built.run(line, "app")
    for stage in ("base", "cpu"):
        built.env.update(variables(built, stage))
    built.env.update(SHADOW_HOST="127.0.0.1", SHADOW_SECRET_KEY="i" * 48, PORT=str(free_port()))
    return built


def copy(folder: Path, lines: list[str]) -> None:
    for line in lines:
        *names, target = line.split()
        for name in names:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, folder)


def variables(image: Image, stage: str) -> dict[str, str]:
    words = shlex.split(" ".join(lines_of(stage, "ENV")))
    pairs = dict(word.split("=", 1) for word in words)
    if "PATH" in pairs:
        pairs["PATH"] = pairs["PATH"].replace("$PATH", image.env["PATH"])
    return {name: image.here(value) for name, value in pairs.items()} | {"HOME": str(image.root)}


def test_the_image_has_what_it_needs_and_nothing_to_build_with(image: Image) -> None:
    assert not (image.root / "venv" / "bin" / "pip").exists()
    assert not list((image.root / "venv").glob("lib/python*/site-packages/torch"))
    for publisher in ("@mediapipe", "@vladmandic"):
        assert not (image.root / "app" / "node_modules" / publisher).exists()
    assert image.words("python", "-m", "shadow_trainer", "models", "check").returncode == 0


def test_every_line_of_the_last_stage_is_known(image: Image, tmp_path: Path) -> None:
    """What can be run elsewhere is run; apt-get only says what it would do."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    for line in (part.strip() for run in lines_of("base", "RUN") for part in run.split("&&")):
        if ROOTS.fullmatch(line):
            continue
        if line.startswith("apt-get install"):
            if shutil.which("apt-get"):
                line = line.replace("apt-get install", "apt-get install -s")
                subprocess.run(shlex.split(line), check=True, stdout=subprocess.DEVNULL)
            continue
        assert line.startswith("pip uninstall"), f"nobody runs {line!r}"
        subprocess.run([tmp_path / "venv" / "bin" / "python", "-m", *shlex.split(line)], check=True)


def test_the_sample_is_measured_with_what_is_in_the_image(image: Image) -> None:
    film, out = image.root / "app" / "static" / "samples" / "sample_lefty.mp4", image.root / "data" / "out"
    done = image.words(
        "python", "-m", "shadow_trainer", "analyse", str(film), "--out", str(out), "--model", "xs"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (out / "report.html").is_file() and (out / "overlay.mp4").is_file()


def test_each_service_starts_and_says_itself_that_it_is_well(image: Image) -> None:
    """release, then web, worker and clock with their health checks, before a Redis of the image's own packages."""
    assert image.words(*composition.command("release")).returncode == 0
    [last] = [line for line in lines_of("base", "CMD") if line.startswith("[")]
    assert re.findall(r'"([^"]+)"', last) == composition.command("web")
    commands = {"redis": ["python", "-m", "shadow_trainer", "redis"]}
    commands |= {name: composition.command(name) for name in ("web", "worker", "clock")}
    started = {}
    try:
        for name, (program, *rest) in commands.items():
            command = [f"{image.root}/venv/bin/{program}", *rest]
            log = (image.root / f"{name}.log").open("wb")
            started[name] = subprocess.Popen(
                command, cwd=image.root / "app", env=image.env, stdout=log, stderr=log
            )
        for name in ("web", "worker", "clock"):
            well(image, composition.services()[name]["healthcheck"]["test"][1:], name)
    finally:
        # As compose does it: what depends on Redis ends before it.
        for process in reversed(started.values()):
            process.terminate()
            process.wait(60)
    assert {name: process.returncode for name, process in started.items()} == dict.fromkeys(started, 0)


def well(image: Image, check: list[str], name: str) -> None:
    """Until the health check of a service passes."""
    deadline = time.monotonic() + PATIENCE_S
    while (done := image.words(*check)).returncode:
        assert time.monotonic() < deadline, (
            f"{done.stdout}{done.stderr}\n{(image.root / f'{name}.log').read_text()}"
        )
        time.sleep(0.5)
