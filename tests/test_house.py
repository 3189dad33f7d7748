"""The house's own rules: imports run one way, rooms stay small, nothing foreign gets in."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAX_LINES, MAX_FUNCTION_LINES = 400, 60

# What each room may import of ours. Everything may use errors, settings, logs and the body.
LEAVES = {
    "__version__", "errors", "labels", "secret_strength", "settings", "logs", "body", "services", "vocabulary",
}  # fmt: skip
ALLOWED = {
    "video": {"video"},
    "pose": {"pose", "video"},
    "pitching": {"pitching"},
    "render": {"render", "video", "pitching"},
    "catalog": {"catalog"},
    "storage": {"storage"},
    "jobs": {"jobs", "catalog", "storage", "video", "pose", "pitching", "render", "workers"},
    "web": {"web", "jobs", "catalog", "storage", "pitching", "render"},
}
HEAVY = {"torch", "cv2", "av", "scipy", "onnxruntime"}


def tracked(*patterns: str) -> list[Path]:
    """Files that are part of the repository (or about to be)."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return [ROOT / name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def ours(path: Path) -> Iterator[str]:
    """Modules of this package that a file imports, as dotted names below ``shadow_trainer``."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            full = [*base, *((node.module or "").split(".") if node.module else [])]
            if full[:1] == ["shadow_trainer"]:
                yield from (".".join([*full[1:], alias.name]) for alias in node.names)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("shadow_trainer."):
                    yield alias.name.removeprefix("shadow_trainer.")


@pytest.mark.parametrize("room", sorted(ALLOWED))
def test_imports_run_one_way(room: str) -> None:
    wrong = []
    for path in tracked(f"shadow_trainer/{room}/*.py", f"shadow_trainer/{room}.py"):
        for name in ours(path):
            leaf = any(name == leaf or name.startswith(leaf + ".") for leaf in LEAVES)
            if not leaf and name.split(".")[0] not in ALLOWED[room]:
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not wrong


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    files = tracked("*.py", "*.js", "*.css", "*.html")
    long = [
        f"{p.relative_to(ROOT)}: {n}" for p in files if (n := len(p.read_text().splitlines())) > MAX_LINES
    ]
    assert not long


def test_no_function_is_longer_than_a_screen() -> None:
    long = []
    for path in tracked("shadow_trainer/*.py", "workers/*.py", "scripts/*.py", "benchmarks/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.end_lineno:
                size = node.end_lineno - node.lineno + 1
                if size > MAX_FUNCTION_LINES:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {size}")
    assert not long


def test_public_functions_say_what_they_do() -> None:
    silent = []
    for path in tracked("shadow_trainer/*.py", "workers/*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if public and not ast.get_docstring(node):
                silent.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert not silent


def test_pitching_knows_no_film_no_database_no_web() -> None:
    foreign = re.compile(r"^\s*(?:import|from) (torch|cv2|av|flask|sqlalchemy|redis|rq)\b", re.M)
    wrong = [p for p in tracked("shadow_trainer/pitching/*.py") if foreign.search(p.read_text())]
    assert not wrong


def test_nothing_names_a_registry_or_a_path_of_one_machine() -> None:
    hosts = "|".join(
        (r"py" + r"pi\.org", r"python" + r"hosted", r"registry\.npm" + r"js", r"deb\.deb" + r"ian")
    )
    paths = "|".join((r"/wo" + r"rk/", r"/ro" + r"ot/", r"/tm" + r"p/raw"))
    pattern = re.compile(f"{hosts}|{paths}")
    wrong = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        wrong += [f"{path.relative_to(ROOT)}: {m.group(0)}" for m in pattern.finditer(text)]
    assert not wrong


def test_the_web_process_loads_no_model_and_no_film_library(tmp_path: Path) -> None:
    import sys

    code = "import sys, wsgi; print([m for m in %r if m in sys.modules])" % sorted(HEAVY)  # noqa: UP031
    environment = {"PATH": "/usr/bin:/bin", "SHADOW_SECRET_KEY": "x" * 40, "SHADOW_DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().splitlines()[-1] == "[]"
