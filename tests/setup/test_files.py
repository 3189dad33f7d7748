"""The files that a fresh machine starts from: everything pinned, nothing forgotten, no registry named."""

from __future__ import annotations

import importlib.util
import json
import re
import stat
from importlib import metadata
from pathlib import Path

import pytest

from scripts.cuda_requirements import text as cuda_text
from shadow_trainer.cli import settings as settings_command
from shadow_trainer.cli.checks import PIN, pinned
from shadow_trainer.settings import declared

ROOT = Path(__file__).resolve().parents[2]
REQUIRED = re.compile(r"^([A-Za-z0-9._-]+)\s*(?:\[[^]]*\])?[^;]*(?:;(.*))?$")


def norm(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def requirements(name: str) -> dict[str, str]:
    return {norm(package): version for package, version in pinned((ROOT / name).read_text()).items()}


def needed_by(package: str) -> set[str]:
    """Packages that an installed one requires here, without its optional extras."""
    needed = set()
    for line in metadata.requires(package) or ():
        match = REQUIRED.match(line)
        marker = (match and match[2]) or ""
        foreign = re.search(r"extra\s*==|win32|Windows|python_(full_)?version\s*<", marker)
        if match and not foreign:
            needed.add(norm(match[1]))
    return needed


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-cuda.txt", "requirements-dev.txt", "requirements-training.txt"]
)
def test_every_line_pins_one_version(name: str) -> None:
    loose = []
    for line in (ROOT / name).read_text().splitlines():
        text = line.partition("#")[0].strip()
        if text and not text.startswith("-r ") and not PIN.match(text):
            loose.append(text)
    assert not loose


def test_what_the_runtime_packages_need_is_pinned_with_them() -> None:
    pins = requirements("requirements.txt")
    missing = {f"{needed} (for {p})" for p in pins for needed in needed_by(p) if needed not in pins}
    assert not missing


def test_the_set_for_a_card_is_the_same_with_the_other_build_of_one_package() -> None:
    """Both builds are one module: side by side, the files of one would lie over those of the other."""
    usual, card = requirements("requirements.txt"), requirements("requirements-cuda.txt")
    assert (ROOT / "requirements-cuda.txt").read_text() == cuda_text((ROOT / "requirements.txt").read_text())
    assert set(usual) - set(card) == {"onnxruntime"}
    assert {name for name in set(card) - set(usual) if not name.startswith("nvidia-")} == {"onnxruntime-gpu"}
    assert all(card[name] == usual[name] for name in set(usual) & set(card))


def test_what_the_test_packages_need_is_pinned_with_them() -> None:
    pins = requirements("requirements.txt") | requirements("requirements-dev.txt")
    missing = {f"{needed} (for {p})" for p in pins for needed in needed_by(p) if needed not in pins}
    assert not missing


def test_what_the_training_needs_is_pinned_with_it() -> None:
    training = requirements("requirements-training.txt")
    if importlib.util.find_spec("torch") is None:
        pytest.skip("PyTorch is not installed; `make test` does that")
    pins = requirements("requirements.txt") | requirements("requirements-dev.txt") | training
    missing = {f"{needed} (for {p})" for p in training for needed in needed_by(p) if needed not in pins}
    # The CUDA build of torch pins its own libraries; they are not there in the CPU build.
    assert not {m for m in missing if not m.startswith(("nvidia", "cuda", "triton"))}


def test_nothing_is_pinned_twice() -> None:
    names = ("requirements.txt", "requirements-dev.txt", "requirements-training.txt")
    pinned_names = [package for name in names for package in requirements(name)]
    assert len(pinned_names) == len(set(pinned_names))


def test_what_runs_here_is_what_is_pinned() -> None:
    pins = requirements("requirements.txt") | requirements("requirements-dev.txt")
    installed = {name: metadata.version(name).partition("+")[0] for name in pins}
    assert installed == pins


def test_the_lock_file_has_a_hash_for_every_package_and_names_no_registry() -> None:
    text = (ROOT / "package-lock.json").read_text()
    packages = {name: row for name, row in json.loads(text)["packages"].items() if name}
    # What a publisher lists beside the models (a linter, a cloud's client) is not installed with them.
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert set(packages) == {f"node_modules/{name}" for name in wanted}
    assert all(row["integrity"].startswith("sha512-") for row in packages.values())
    assert "resolved" not in text and "://" not in text


def test_package_json_names_exact_versions() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert all(re.fullmatch(r"\d[\w.]*", version) for version in wanted.values())


def test_the_readme_lists_every_setting() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [row.env for row in declared() if f"| `{row.env}` |" not in readme] == []
    assert settings_command.with_table(readme) == readme, "run: python -m shadow_trainer settings --write"


def test_the_example_env_file_is_up_to_date() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert text == settings_command.env_example(), "run: python -m shadow_trainer settings --write"


def test_the_example_env_file_sets_nothing_when_it_is_copied() -> None:
    from shadow_trainer.settings import Settings, load

    assert load({}, dotenv=ROOT / ".env.example") == Settings()


def test_ci_runs_exactly_make_test() -> None:
    path = ROOT / ".ci" / "run"
    commands = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    assert commands[-1] == "exec make test"
    assert path.stat().st_mode & stat.S_IXUSR


def test_the_procfile_starts_what_the_command_line_knows() -> None:
    from shadow_trainer.cli import COMMANDS

    rows = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    assert set(rows) == {"release", "web", "worker", "clock"}
    for row in rows.values():
        if row.startswith("python -m shadow_trainer "):
            assert row.split()[3] in COMMANDS
