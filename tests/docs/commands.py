"""The commands of the documentation: every line of a block marked ``sh``, and how a test runs it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.conftest import ROOT
from tests.import_graph import tracked

PAGES = sorted(path for path in tracked("*.md") if path.name != "CHANGELOG.md")
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.M | re.S)


@dataclass(frozen=True)
class Command:
    """One line of a page."""

    page: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}: {self.text}"


def commands() -> list[Command]:
    """Every command, each once."""
    return list(dict.fromkeys(_commands()))


def _commands() -> Iterator[Command]:
    for page in PAGES:
        for block in BLOCK.findall(page.read_text(encoding="utf-8")):
            for line in block.replace("\\\n", " ").splitlines():
                text = line.split("  #")[0].strip()
                if text and not text.startswith("#"):
                    yield Command(page.relative_to(ROOT).as_posix(), text)


def kind_of(text: str) -> str:
    """How it is tested: see the table in test_docs.py."""
    for kind, pattern in KINDS.items():
        if re.fullmatch(pattern, text):
            return kind
    return ""


PYTHON = r"\.venv/bin/python -m shadow_trainer"
KINDS = {
    # Never end by themselves, or change this folder; `--help` shows that command and options exist.
    "help": rf"{PYTHON} (?:redis &|workers up .*|worker .*|clock|up|api --write|settings --write|demo|analyse .*"
    rf"|reference import .*|storage (?:cors|lifecycle).*|backup restore .*)",
    # Say what is not running here: the command must exist and be honest.
    "honest": rf"{PYTHON} (?:health \w+|doctor|queue self-test)",
    # Run for real in a scratch folder, in the order of the page.
    "run": rf"(?:printf '.*' \| )?{PYTHON} .*",
    "tests": r"\.venv/bin/python -m (?:pytest|ruff) .*",
    "make": r"make [\w-]+",
    "compose": r"docker compose .*",
    "systemd": r"(?:systemctl|journalctl) .*",
    "script": r"deploy/scripts/\w+\.sh.*",
    "curl": r"curl .*",
    "git": r"git pull",
    "hooks": r"\.venv/bin/pre-commit install",
}


# What runs a command that test_docs.py does not run itself: a test, or a long check by its `make` target. A command
# of another kind than DIRECT that matches no pattern fails a test.
DIRECT = ("run", "curl", "hooks")
PLACE = "make place-check"
PROOFS = {
    r"make setup": ("tests/setup/test_setup.py::test_the_first_set_up_makes_everything", PLACE),
    r"make run": ("tests/cli/test_up.py::test_everything_starts_survives_a_killed_worker_and_leaves_no_process",),
    r"make demo": (PLACE, "tests/cli/test_demo.py::test_the_sample_goes_in_with_the_chosen_model"),
    r"make (?:doctor|backup|clean)": (PLACE,),
    r"make (?:test|quick)": ("tests/setup/test_files.py::test_ci_runs_exactly_make_test",),
    r"make (?:dev|tools)": ("make fuzz", "make chaos"),
    r"make (?:chaos|fuzz|audit|gpu-benchmark|heroku-check|proxy-check|image-check|odd-films|real-check|metric-errors"
    r"|place-check|cuda)": ("SELF",),
    rf"{PYTHON} (?:doctor|health \w+|queue self-test)": (PLACE,),
    rf"{PYTHON} analyse .*": ("tests/analyse/test_contract.py::test_every_file_of_the_contract_is_there_and_nothing_else",),
    rf"{PYTHON} reference import .*": ("tests/cli/test_reference.py::test_import_shows_what_it_understood_and_saves_it",),
    rf"{PYTHON} storage (?:cors|lifecycle).*": ("tests/storage/test_migrate.py::test_the_commands",),
    rf"{PYTHON} backup restore .*": (
        "tests/backup/test_while_jobs_run.py::test_what_was_queued_and_running_is_finished_on_an_empty_machine",
    ),
    rf"{PYTHON} (?:api|settings) --write": ("tests/docs/test_docs.py::test_the_list_of_addresses_is_the_code_s",),
    # `up` and start.sh start each of them as its own process.
    rf"{PYTHON} (?:redis &|clock|up|worker .*|workers up .*)": (
        "tests/cli/test_up.py::test_everything_starts_survives_a_killed_worker_and_leaves_no_process",
        "tests/deploy/test_scripts.py::test_everything_starts_once_and_ends_without_a_trace",
    ),
    r"deploy/scripts/(?:start|stop)\.sh.*": (
        PLACE, "tests/deploy/test_scripts.py::test_everything_starts_once_and_ends_without_a_trace",
    ),
    r"deploy/scripts/install_systemd\.sh .*": (
        "tests/deploy/test_systemd.py::test_the_service_s_user_needs_no_file_of_the_project",
    ),
    r"deploy/scripts/new_secrets\.sh .*": (
        "tests/deploy/test_compose.py::test_fresh_secrets_are_long_random_and_for_one_reader",
    ),
    r"docker compose .* up .*": ("make image-check", "tests/deploy/test_compose.py::test_the_client_accepts_the_file"),
    r"docker compose .* exec web python -m shadow_trainer user add .*": (
        "tests/cli/test_user.py", "tests/deploy/test_compose.py::test_our_commands_exist",
    ),
    r"\.venv/bin/python -m (?:pytest|ruff) .*": ("make test",),
}  # fmt: skip
# What no check runs, and why: their names are looked at in test_docs.py.
NOT_RUN = {
    r"(?:systemctl|journalctl) .*": "needs systemd as the first process of the machine",
    r"kubectl .*|helm .*": "needs a cluster",
    r"git pull": "changes the checkout that is tested",
}
INLINE_MAKE = re.compile(r"`(?:[A-Z_]+=\S+ )?(make [a-z][\w-]*)`")


def inline_targets() -> list[Command]:
    """Every `make` target that a page names within a sentence or a table."""
    named = (
        Command(page.relative_to(ROOT).as_posix(), text)
        for page in PAGES
        for text in INLINE_MAKE.findall(page.read_text(encoding="utf-8"))
    )
    return list(dict.fromkeys(named))


def proofs_of(text: str) -> tuple[str, ...]:
    """What runs a command: nothing where nothing does."""
    if kind_of(text) in DIRECT:
        return ("tests/docs/test_docs.py",)
    for pattern, proofs in PROOFS.items():
        if re.fullmatch(pattern, text):
            return tuple(text if proof == "SELF" else proof for proof in proofs)
    return tuple(why for pattern, why in NOT_RUN.items() if re.fullmatch(pattern, text))
