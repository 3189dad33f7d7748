"""`python -m shadow_trainer api`: the addresses for programs, as the code has them; docs/api.md is written from this."""

from __future__ import annotations

import inspect
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
HIDDEN_METHODS = {"HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Address:
    """One address: ``path`` with its variables in angle brackets, method, and the view's own words."""

    path: str
    method: str
    words: str


@click.command()
@click.option("--write", is_flag=True, help="Rewrite the list in docs/api.md.")
def api(write: bool) -> None:
    """List the addresses for programs."""
    if write:
        FILE.write_text(with_list(FILE.read_text(encoding="utf-8")), encoding="utf-8")
        click.echo("docs/api.md is up to date")
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


def with_list(text: str) -> str:
    """The page's text with the present list between its markers; ValueError without markers."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError("docs/api.md has lost the markers around its list")
    rows = [f"| `{a.method}` | `{a.path}` | {' '.join(a.words.split())} |" for a in addresses()]
    table = "\n".join(["| Method | Address | What it does |", "|---|---|---|", *rows, ""])
    return f"{before}{BEGIN}\n{table}{END}{after}"
