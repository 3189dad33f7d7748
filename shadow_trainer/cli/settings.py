"""`python -m shadow_trainer settings`: present values, the README's table, `.env.example`."""

from __future__ import annotations

from pathlib import Path

import click

from ..settings import ROOT, Declared, declared, in_force, load, shown_value

BEGIN, END = "<!-- settings: begin (generated) -->", "<!-- settings: end -->"


@click.command()
@click.option("--write", is_flag=True, help="Rewrite the README's table and .env.example.")
def settings(write: bool) -> None:
    """Print every setting with its present value; secrets are not shown."""
    if write:
        write_files(ROOT)
        click.echo("README.md and .env.example are up to date")
        return
    for name, shown in in_force(load()):
        click.echo(f"{name:34} {shown}")


def write_files(root: Path) -> None:
    """Bring the README's table and `.env.example` in line with the declarations."""
    readme = root / "README.md"
    readme.write_text(with_table(readme.read_text(encoding="utf-8")), encoding="utf-8")
    (root / ".env.example").write_text(env_example(), encoding="utf-8")


def with_table(text: str) -> str:
    """The README's text with the present table between its markers; ValueError without markers."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError("README.md has lost the markers around its settings table")
    return f"{before}{BEGIN}\n{table()}{END}{after}"


def table() -> str:
    """The settings as a Markdown table."""
    rows = [f"| `{row.env}` | {_default(row)} | {row.sentence} |" for row in declared()]
    return "\n".join(["| Setting | Default | What it does |", "|---|---|---|", *rows, ""])


def env_example() -> str:
    """The content of `.env.example`: every setting, commented out, with its sentence and default."""
    head = (
        "# Every setting with its default. Copy to .env and change what you need; `make setup` does the\n"
        "# same with nothing but a fresh SHADOW_SECRET_KEY. The environment wins over this file.\n"
        "# Generated: python -m shadow_trainer settings --write\n"
    )
    rows = [f"\n# {row.sentence}\n# {row.env}={shown_value(row.default)}\n" for row in declared()]
    return head + "".join(rows)


def _default(row: Declared) -> str:
    shown = shown_value(row.default)
    return f"`{shown}`" if shown else "(empty)"
