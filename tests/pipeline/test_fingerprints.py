"""A receipt vouches for the code that made a stage's files: all of it, so that no two releases are mixed."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from shadow_trainer.jobs.pipeline import pipeline, stages
from shadow_trainer.jobs.pipeline.stage import Stage
from tests.import_graph import import_graph

STAGES = "shadow_trainer.jobs.pipeline.stages"
# What a stage reaches and what cannot change its files: values from outside, words for the log, where files lie.
PASSED_OVER = (
    "shadow_trainer.settings", "shadow_trainer.logs", "shadow_trainer.errors", "shadow_trainer.storage",
    "shadow_trainer.secret_strength", "shadow_trainer.version", "shadow_trainer.catalog", "shadow_trainer.services",
)  # fmt: skip


def reached(stage: Stage) -> set[str]:
    """Every module that the stage's function reaches, by its own imports and by those of the functions it calls."""
    graph = import_graph()
    tree = ast.parse(Path(stages.__file__).read_text(encoding="utf-8"))
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    at_top = _imports([node for node in tree.body if isinstance(node, ast.ImportFrom)], graph)
    waiting, seen, modules = [stage.run.__name__], set(), set()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        body = list(ast.walk(functions[name]))
        names = {node.id for node in body if isinstance(node, ast.Name)}
        modules |= {at_top[name] for name in names & set(at_top)}
        modules |= set(_imports([n for n in body if isinstance(n, ast.ImportFrom)], graph).values())
        waiting += [name for name in names & set(functions) if name not in seen]
    return _closure(modules, graph)


def _imports(nodes: list[ast.ImportFrom], graph: dict[str, set[str]]) -> dict[str, str]:
    """Name -> the module of this program that it comes from."""
    package, origins = STAGES.split("."), {}
    for node in nodes:
        if node.level:
            base = [*package[: len(package) - node.level], *filter(None, [node.module])]
            for alias in node.names:
                whole = ".".join([*base, alias.name])
                origins[alias.asname or alias.name] = whole if whole in graph else ".".join(base)
    return origins


def _closure(modules: set[str], graph: dict[str, set[str]]) -> set[str]:
    waiting, seen = list(modules), set()
    while waiting:
        module = waiting.pop()
        if module in seen or module.startswith(PASSED_OVER):
            continue
        seen.add(module)
        waiting += graph[module]
    return seen


def files_of(module: str) -> Path:
    path = pipeline.PACKAGE.parent.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@pytest.mark.parametrize("stage", stages.STAGES, ids=lambda stage: stage.name)
def test_every_module_that_a_stage_reaches_is_in_its_fingerprint(stage: Stage) -> None:
    roots = [pipeline.PACKAGE / code for code in stage.code]
    assert all(root.exists() for root in roots), stage.code
    modules = reached(stage)
    assert modules
    outside = [m for m in sorted(modules) if not any(files_of(m).is_relative_to(root) for root in roots)]
    assert not outside, f"name these in the stage's `code`: {outside}"


def test_every_file_below_a_folder_counts_and_nothing_that_python_leaves_there(tmp_path: Path) -> None:
    deep = tmp_path / "engine" / "fit" / "data" / "curves"
    deep.mkdir(parents=True)

    def fingerprint() -> str:
        pipeline.code_fingerprint.cache_clear()
        return pipeline.code_fingerprint(tmp_path / "engine")

    seen = set()
    for path in (tmp_path / "engine" / "a.py", deep.parent.parent / "b.py", deep / "c.csv"):
        path.write_text("1")
        seen.add(fingerprint())
        path.write_text("2")
        seen.add(fingerprint())
    (deep / "c.csv").rename(deep / "d.csv")
    seen.add(fingerprint())
    assert len(seen) == 7
    (tmp_path / "engine" / "__pycache__").mkdir()
    (tmp_path / "engine" / "__pycache__" / "a.pyc").write_bytes(b"x")
    assert fingerprint() in seen


def test_code_that_is_not_there_is_no_code(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no code"):
        pipeline.code_fingerprint(tmp_path / "moved")
