"""The house's own rules: imports run one way, rooms stay small, nothing foreign gets in."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

from .import_graph import ROOT, circle, import_graph, imported_packages, tracked

MAX_LINES, MAX_FUNCTION_LINES = 400, 60

# The layers, the highest first: a module may import what stands in its own room or in a lower row. A room is a
# module or a package; the longest name that fits a module is its room. docs/architecture.md shows this table.
LAYERS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("wsgi", "shadow_trainer.__main__"), "where a process begins"),
    (("shadow_trainer.cli",), "the commands"),
    (("shadow_trainer",), "the factory of the web application"),
    (("workers",), "what runs outside the web: the warm worker, its child, the tasks, the clock"),
    (("shadow_trainer.web",), "how the web application is put together"),
    (
        ("shadow_trainer.web.views", "shadow_trainer.web.openapi"),
        "pages and API, a blueprint for each resource",
    ),
    (("shadow_trainer.web.services",), "what the views have done"),
    (("shadow_trainer.web.forms", "shadow_trainer.web.uploads"), "what comes in"),
    (("shadow_trainer.web.accounts",), "who is asking"),
    (("shadow_trainer.web.http", "shadow_trainer.web.server"), "what every request passes; how it is served"),
    (("shadow_trainer.web.presenters",), "what a page shows"),
    (("shadow_trainer.jobs.maintenance",), "what the clock does"),
    (("shadow_trainer.jobs.queue",), "the queue behind one interface"),
    (("shadow_trainer.jobs.correction", "shadow_trainer.jobs.backup"), "corrections of results; backups"),
    (("shadow_trainer.jobs.attempt",), "one attempt at one analysis"),
    (
        ("shadow_trainer.jobs.pipeline", "shadow_trainer.jobs.redis"),
        "the stages of one analysis; the connection",
    ),
    (("shadow_trainer.render",), "overlays, videos, charts, exports"),
    (
        ("shadow_trainer.pitching", "shadow_trainer.pose"),
        "events, metrics, faults; people, joints, 3D motion",
    ),
    (("shadow_trainer.video",), "probe, decode, encode"),
    (("shadow_trainer.services",), "settings, catalog and storage, opened once per process"),
    (("shadow_trainer.catalog", "shadow_trainer.storage"), "rows; files"),
    (
        ("shadow_trainer.body", "shadow_trainer.labels"),
        "landmarks, bones, series; words and units for coaches",
    ),
    (
        (
            "shadow_trainer.vocabulary",
            "shadow_trainer.logs",
            "shadow_trainer.secret_strength",
            "shadow_trainer.runtime_folder",
        ),
        "words in data; logs; secrets; the folder in memory",
    ),
    (
        ("shadow_trainer.settings", "shadow_trainer.first_bytes"),
        "every setting, once; what the first bytes of a file tell",
    ),
    (("shadow_trainer.errors", "shadow_trainer.version"), "the error tree; the release"),
)
HEAVY = {"torch", "cv2", "av", "scipy", "onnxruntime"}


def room_and_layer(module: str) -> tuple[str, int]:
    """The room of a module and the row of its layer; the longest fitting name decides."""
    rooms = {room: row for row, (names, _) in enumerate(LAYERS) for room in names}
    fitting = [room for room in rooms if module == room or module.startswith(room + ".")]
    room = max(fitting, key=len)
    return room, rooms[room]


def test_imports_run_down_the_layers() -> None:
    upward = []
    for module, imported in import_graph().items():
        room, row = room_and_layer(module)
        for other in sorted(imported):
            other_room, other_row = room_and_layer(other)
            if other_room != room and other_row <= row:
                upward.append(f"{module} imports {other}")
    assert not upward


def test_no_module_imports_itself_by_way_of_others() -> None:
    assert circle(import_graph()) == []


def test_a_local_is_named_after_what_was_found() -> None:
    assert not [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in tracked("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name) and node.id == "found" and isinstance(node.ctx, ast.Store)
    ]


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
    foreign = {"torch", "cv2", "av", "flask", "sqlalchemy", "redis", "rq"}
    modules = tracked("shadow_trainer/pitching/*.py")
    assert modules
    wrong = [f"{p.relative_to(ROOT)}: {named}" for p in modules if (named := imported_packages(p) & foreign)]
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
