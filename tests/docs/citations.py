"""What the repository's own text cites: pages by name, sections by number, files of the tree by path.

Of Python only comments and docstrings are read (by ``tokenize`` and ``ast``), of everything else the whole text.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.conftest import ROOT
from tests.import_graph import tracked

METHOD = "docs/method.md"
# In these rooms a section without a page is one of the method's.
OF_THE_METHOD = ("shadow_trainer/pitching/", "tests/pitching/")
TEXTS = ("*.md", "*.py", "*.csv", "*.yml", "*.toml", "*.conf", "*.sh", "*.js", "*.css", "*.html", "*.j2", "*.service",
         "*.target", "*.mako", ".env.example", "Makefile", "Procfile", "requirements*.txt", "deploy/Dockerfile")  # fmt: skip
NUMBER = r"\d+(?:\.\d+)*"
PAGE = re.compile(r"(?<![\w*./<>-])(?:[\w./-]*\w\.md|docs/[\w./-]*\w\.\w+)\b")
SECTION = re.compile(
    rf"(?P<before>RFC \d+,? |[\w./-]*\w\.md\W{{0,3}})?\bsections? (?P<numbers>{NUMBER}(?:(?:, | and | to ){NUMBER})*)"
)
QUOTED = re.compile(r"`([\w.-]+(?:/[\w.-]+)*/?)`")
# Whether a link leads to its section is another test's; an address of an installation names the same tree.
LINK = re.compile(r"\[[^]]*\]\([^)]*\)")
INSTALLED = "file:///opt/shadow-trainer/"
# Written at set-up, and part of no repository.
MADE = frozenset(("deploy/.env",))


@dataclass(frozen=True)
class Citation:
    """One mention: in which file, of which page, and of which section of it (or empty)."""

    where: str
    page: str
    section: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.page}{f', section {self.section}' if self.section else ''}"


@cache
def texts() -> dict[str, str]:
    """Path from the root -> what of that file may cite, in one line."""
    paths = {path.relative_to(ROOT).as_posix(): path for path in tracked(*TEXTS)}
    return {name: " ".join(_prose(path).split()) for name, path in sorted(paths.items())}


def _prose(path: Path) -> str:
    text = path.read_text(encoding="utf-8").replace(INSTALLED, "")
    return "\n".join((*comments(text), *docstrings(text))) if path.suffix == ".py" else text


def comments(source: str) -> Iterator[str]:
    """Every comment of a Python file, without its marks."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string.lstrip("#: ")


def docstrings(source: str) -> Iterator[str]:
    """Every docstring of a Python file."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node, clean=True) or ""


def pages_cited() -> Iterator[Citation]:
    """Every ``*.md``, and every file of the documentation, that is named anywhere."""
    for where, text in texts().items():
        for name in PAGE.findall(text):
            yield Citation(where, name)


def sections_cited() -> Iterator[Citation]:
    """Every section that is cited by number; ``page`` is empty where nobody can tell which one is meant."""
    for where, text in texts().items():
        for match in SECTION.finditer(LINK.sub("", text)):
            before = match["before"] or ""
            if before.startswith("RFC"):
                continue
            named = PAGE.search(before)
            page = named[0] if named else where if where.endswith(".md") else ""
            if not page and where.startswith(OF_THE_METHOD):
                page = METHOD
            for number in re.findall(NUMBER, match["numbers"]):
                yield Citation(where, page, number)


def resolve(where: str, page: str) -> Path | None:
    """The file that ``page`` names in ``where``: from the root, or from the folder of the file itself."""
    for base in (ROOT, (ROOT / where).parent):
        if (base / page).is_file():
            return base / page
    return None


@cache
def headings(page: Path) -> frozenset[str]:
    """Numbers of a page's headings."""
    return frozenset(re.findall(rf"^#+ ({NUMBER})\.? ", page.read_text(encoding="utf-8"), re.M))


@cache
def tree() -> frozenset[str]:
    """Every file of the repository and every folder, from the root."""
    files = [path.relative_to(ROOT) for path in tracked()]
    return frozenset(p.as_posix() for file in files for p in (file, *file.parents) if p.name)


@cache
def tops() -> frozenset[str]:
    """First names by which a path of ours may begin: folders of the repository and rooms of the package."""
    return frozenset(
        name.split("/")[-1]
        for name in tree()
        if (ROOT / name).is_dir() and (name.count("/") == 0 or re.fullmatch(r"shadow_trainer/\w+", name))
    )


def paths_quoted(text: str) -> Iterator[str]:
    """Paths of the tree that a page names between backticks: what ends in .py, or begins with a folder of ours."""
    for name in QUOTED.findall(text):
        first, *rest = name.rstrip("/").split("/")
        if name.endswith(".py") or (rest and first in tops()):
            yield name.rstrip("/")


def exists(name: str) -> bool:
    """Whether a file or folder ends in this path, or set-up makes one."""
    return name in MADE or any(path == name or path.endswith("/" + name) for path in tree())
