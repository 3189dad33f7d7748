"""`python -m shadow_trainer api`: what programs need to know, as the code has it; docs/api.md is written from this."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from secrets import token_hex
from typing import TYPE_CHECKING

import click

from ..settings import ROOT, Settings

if TYPE_CHECKING:
    from flask import Flask

BEGIN, END = "<!-- addresses: begin (generated) -->", "<!-- addresses: end -->"
FILE = ROOT / "docs" / "api.md"
SCHEMA_FILE = ROOT / "docs" / "analysis.schema.json"
HIDDEN_METHODS = {"HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Address:
    """One address: ``path`` with its variables in angle brackets, method, and the view's own words."""

    path: str
    method: str
    words: str


@click.command()
@click.option(
    "--write", is_flag=True, help="Rewrite the list in docs/api.md and the schema of analysis.json beside it."
)
def api(write: bool) -> None:
    """List the addresses for programs."""
    if write:
        FILE.write_text(with_list(FILE.read_text(encoding="utf-8")), encoding="utf-8")
        SCHEMA_FILE.write_text(analysis_schema(), encoding="utf-8")
        click.echo("docs/api.md and docs/analysis.schema.json are up to date")
        return
    for address in addresses():
        click.echo(f"{address.method:7} {address.path:45} {address.words.splitlines()[0]}")


def addresses() -> list[Address]:
    """Every address for programs, sorted by path and method."""
    from .. import create_app

    # Only looked at: nothing is opened at these places.
    app = create_app(Settings(secret_key=token_hex()))
    return sorted(_addresses(app), key=lambda a: (a.path, a.method))


def _addresses(app: Flask) -> Iterator[Address]:
    from ..web.http.problems import API_PREFIXES

    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(API_PREFIXES):
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", rule.rule)
            words = inspect.getdoc(app.view_functions[rule.endpoint]) or ""
            for method in sorted((rule.methods or set()) - HIDDEN_METHODS):
                yield Address(path, method, words)


def analysis_schema() -> str:
    """The JSON schema of analysis.json as the text of its file."""
    from ..pitching.schema import schema

    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def with_list(text: str) -> str:
    """The page's text with the present list between its markers; ValueError without markers."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError("docs/api.md has lost the markers around its list")
    rows = [f"| `{a.method}` | `{a.path}` | {' '.join(a.words.split())} |" for a in addresses()]
    table = "\n".join(["| Method | Address | What it does |", "|---|---|---|", *rows, ""])
    return f"{before}{BEGIN}\n{table}{END}{after}"
