"""Every command of the documentation works, every place it names exists, and what is generated is fresh.

| Kind | How it is run |
|---|---|
| run | for real, in a scratch data folder, in the order of the pages |
| honest | for real: nothing runs in the scratch folder, and it must say so |
| curl | for real, against the real web server with a real video |
| help | with ``--help``: it never ends, or takes minutes, or would change this folder |
| tests | the paths exist (they are run by ``make test`` itself) |
| make | ``make -n``: the target exists, and its own commands are tested elsewhere |
| compose | the files, services and our own command exist (no engine here; tests/deploy) |
| systemd | the units that are named exist (tests/deploy runs systemd's checker) |
| hooks | for real, in an empty repository |
| script | the script exists, is executable and sound; tests/deploy runs them |

What runs those of the other kinds stands in `PROOFS` of tests/docs/commands.py: a test by its name or a long check;
`make place-check` runs set-up, demo, scripts, health and backup by a user without rights.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner
from werkzeug.serving import make_server

from shadow_trainer.cli import api, cli
from shadow_trainer.settings import load
from tests.conftest import ROOT
from tests.deploy import composition
from tests.docs.commands import BLOCK, PAGES, commands, inline_targets, kind_of, proofs_of
from tests.pitching import bodies
from tests.web.conftest import make_app

COMMANDS = commands()


def of_kind(kind: str) -> list[str]:
    return list(dict.fromkeys(c.text for c in COMMANDS if kind_of(c.text) == kind))


def environment(folder: Path) -> dict[str, str]:
    empty = dict.fromkeys(("DATABASE_URL", "REDIS_URL", "SHADOW_STORAGE_URL", "SHADOW_SINGLE_USER"), "")
    return {**os.environ, **empty, "SHADOW_DATA_DIR": str(folder), "SHADOW_SECRET_KEY": "d" * 40,
            "SHADOW_MODELS_DIR": str(load().models_path)}  # fmt: skip


def test_every_command_has_a_test() -> None:
    assert len(COMMANDS) > 40
    assert [str(c) for c in COMMANDS if not kind_of(c.text)] == []


def test_every_command_is_run_by_a_test_or_a_long_check() -> None:
    told = {str(c): proofs_of(c.text) for c in [*COMMANDS, *inline_targets()]}
    assert [command for command, proofs in told.items() if not proofs] == []


def test_what_is_said_to_run_a_command_is_there() -> None:
    targets = set(re.findall(r"^([a-z][\w-]*(?: [a-z][\w-]*)*):", (ROOT / "Makefile").read_text(), re.M))
    known = {name for names in targets for name in names.split()}
    for command in [*COMMANDS, *inline_targets()]:
        for proof in proofs_of(command.text):
            if proof.startswith("tests/"):
                file, _, name = proof.partition("::")
                assert re.search(rf"^def {name or 'test_'}", (ROOT / file).read_text(), re.M), proof
            elif proof.startswith("make "):
                assert proof.removeprefix("make ") in known, f"{command}: there is no {proof}"


def test_no_command_hides_from_the_tests() -> None:
    """A command in a block that is not marked, or indented, would be run by nobody."""
    hidden = re.compile(
        r"^\s*(?:\$ )?(?:\.venv/bin/\S+|make [a-z]+|docker compose|systemctl|curl) ?.*$", re.M
    )
    for page in PAGES:
        text = re.sub(r"^\|.*$", "", BLOCK.sub("", page.read_text()), flags=re.M)
        hiding = [
            line for line in hidden.findall(text) if not line.startswith("make test`") and "`" not in line
        ]
        assert not hiding, f"{page.name}: {hiding}"


def test_what_can_be_run_is_run(tmp_path: Path) -> None:
    """One process for all, because starting Python thirty times would take longer than the commands."""
    scratch = tmp_path / "var"
    scratch.mkdir()
    (scratch / "lefty").mkdir()
    bodies.sampled(bodies.mirrored(bodies.pitch()), 2).save(scratch / "lefty" / "pose.npz")
    before = dict(os.environ)
    os.environ.update(environment(scratch))
    try:
        for text in ["python -m shadow_trainer db upgrade", *of_kind("run")]:
            said, _, command = text.rpartition(" | ")
            words = [w.replace("var/", f"{scratch}/") for w in shlex.split(command)]
            words = [w.replace("file:///tmp/", f"file://{scratch}/") for w in words]
            typed = shlex.split(said)[1].replace("\\n", "\n") if said else None
            done = CliRunner().invoke(cli, words[words.index("shadow_trainer") + 1 :], input=typed)
            assert done.exit_code == 0, f"{text}\n{done.output}\n{done.exception!r}"
    finally:
        os.environ.clear()
        os.environ.update(before)
    assert (scratch / "full.tar").is_file()


@pytest.mark.parametrize("text", of_kind("honest"))
def test_what_asks_says_that_nothing_runs(text: str, tmp_path: Path) -> None:
    arguments = shlex.split(text)[1:]
    ours = {"PORT": "9"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env={**environment(tmp_path), **ours}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert done.returncode == 1 or "doctor" in text, done.stdout + done.stderr


@pytest.mark.parametrize("text", of_kind("help"))
def test_what_never_ends_exists_with_its_options(text: str) -> None:
    words = shlex.split(text.removesuffix(" &"))[3:]
    names = [word for word in words if re.fullmatch(r"[a-z]+", word)][: 2 if words[0] in GROUPS else 1]
    done = CliRunner().invoke(cli, [*names, "--help"])
    assert done.exit_code == 0, done.output
    for option in (word for word in words if word.startswith("-")):
        assert option in done.output, option


GROUPS = {"workers", "models", "reference", "backup", "user", "queue", "db", "storage"}


def test_the_tests_that_are_named_exist() -> None:
    for text in of_kind("tests"):
        for word in shlex.split(text):
            assert not word.startswith("tests/") or (ROOT / word).exists(), word


@pytest.mark.parametrize("text", of_kind("make"))
def test_the_targets_exist(text: str) -> None:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    done = subprocess.run(
        [*text.split()[:1], "-n", *text.split()[1:]], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_hooks_that_are_named_are_installed(tmp_path: Path) -> None:
    [text] = of_kind("hooks")
    program = Path(sys.executable).with_name("pre-commit")
    if program.is_file() and shutil.which("git"):
        subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
        shutil.copy(ROOT / ".pre-commit-config.yaml", tmp_path)
        subprocess.run([program, *shlex.split(text)[1:]], cwd=tmp_path, check=True, capture_output=True)
        assert os.access(tmp_path / ".git" / "hooks" / "pre-commit", os.X_OK)
    assert (ROOT / ".pre-commit-config.yaml").is_file()
    assert "\npre_commit==" in (ROOT / "requirements-dev.txt").read_text()


def test_what_compose_is_asked_for_exists() -> None:
    for text in of_kind("compose"):
        words = shlex.split(text)
        assert (ROOT / words[words.index("-f") + 1]).is_file()
        if "exec" in words:
            service, *inner = words[words.index("exec") + 1 :]
            assert service in composition.services()
            assert inner[:3] == ["python", "-m", "shadow_trainer"]
            assert CliRunner().invoke(cli, [*inner[3:5], "--help"]).exit_code == 0
        if "--scale" in words:
            assert words[words.index("--scale") + 1].split("=")[0] in composition.services()


def test_the_units_that_are_named_exist() -> None:
    units = {path.name for path in (ROOT / "deploy" / "systemd").iterdir()}
    for text in of_kind("systemd"):
        for name in re.findall(r"shadow-trainer[\w.@-]*\.(?:service|target)", text):
            assert re.sub(r"@\d+", "@", name) in units, name


def test_the_scripts_that_are_named_exist() -> None:
    for text in of_kind("script"):
        path = ROOT / shlex.split(text)[0]
        assert os.access(path, os.X_OK), path
        assert subprocess.run(["sh", "-n", str(path)], check=False).returncode == 0


def test_the_api_s_examples_are_answered(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    app = make_app(tmp_path / "data")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    job, codes = "", []
    for text in of_kind("curl"):
        text = (
            text.replace(":8000", f":{server.server_port}")
            .replace("JOB", job)
            .replace("var/", f"{tmp_path}/")
        )
        done = subprocess.run(
            [*shlex.split(text), "-w", "\n%{http_code}"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        *said, code = done.stdout.rsplit("\n", 1)
        codes.append(code)
        if code == "202":
            job = json.loads(said[0])["job_id"]
    server.shutdown()
    assert codes == ["202", "202", "200", "200", "200", "204"]
    assert json.loads((tmp_path / "info.json").read_text())["job_id"] == job


# What the pages say


def test_the_list_of_addresses_is_the_code_s() -> None:
    text = api.FILE.read_text(encoding="utf-8")
    assert api.with_list(text) == text, "run: python -m shadow_trainer api --write"
    assert all(address.words for address in api.addresses()), "a view without words"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_test_setting_and_file_that_is_named_exists(page: Path) -> None:
    from shadow_trainer.settings import declared

    text = page.read_text()
    for file, name in re.findall(r"(tests/[\w/]+\.py)::(\w+)", text):
        assert re.search(rf"^def {name}\(", (ROOT / file).read_text(), re.M), f"{file}::{name}"
    for file in re.findall(r"`((?:tests|deploy|benchmarks|static|scripts)/[\w./-]+)`", text):
        assert (ROOT / file).exists() or file == "deploy/.env", file
    known = {row.env for row in declared()} | composition_names()
    for name in re.findall(r"`(SHADOW_[A-Z_]*[A-Z])(?:=[^`]*)?`", text):
        assert name in known or name.startswith(("SHADOW_FUZZ", "SHADOW_CHAOS")), name


def composition_names() -> set[str]:
    return set(re.findall(r"\$\{(\w+)", composition.FILE.read_text()))


def test_every_page_is_in_the_index() -> None:
    for folder in (ROOT / "docs", ROOT / "docs" / "adr"):
        index = (folder / "README.md").read_text()
        for page in folder.glob("*.md"):
            assert page.name == "README.md" or f"({page.name})" in index
    assert "(adr/README.md)" in (ROOT / "docs" / "README.md").read_text()
    for name in ("docs/README.md", "CONTRIBUTING.md", "SECURITY.md", "NOTICE.md"):
        assert f"({name})" in (ROOT / "README.md").read_text(), name
