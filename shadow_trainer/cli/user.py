"""`python -m shadow_trainer user`: accounts. A password is typed or read from stdin, never an argument."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ..catalog.users import ADMIN, COACH, ROLES
from ..errors import BadRequest
from ..settings import load

if TYPE_CHECKING:
    from ..catalog import Catalog, User

# Whoever lists the processes of this machine reads their arguments, so no password is one.
stdin_option = click.option(
    "--password-stdin", "from_stdin", is_flag=True, help="Read the password from the first line of stdin."
)


@click.group()
def user() -> None:
    """Accounts for SHADOW_SINGLE_USER=false."""


@user.command()
@click.argument("name")
@click.option("--admin", is_flag=True, help="Runs the installation and sees everybody's things.")
@click.option("--display-name", default="", help="How the user is called on pages.")
@stdin_option
def add(name: str, admin: bool, display_name: str, from_stdin: bool) -> None:
    """Make an account."""
    catalog = _catalog()
    row = catalog.users.create(
        name, _password(from_stdin), role=ADMIN if admin else COACH, display_name=display_name
    )
    click.echo(f"{row.name} may log in as {row.role}.")


@user.command("list")
def list_() -> None:
    """Everybody who has an account."""
    for row in _catalog().users.all():
        last = f"{row.last_login_at:%Y-%m-%d %H:%M}" if row.last_login_at else "never"
        state = "active" if row.active else "disabled"
        click.echo(f"{row.name:24} {row.role:6} {state:9} last login {last:16}  {row.display_name}".rstrip())


@user.command()
@click.argument("name")
@click.argument("wanted", metavar="ROLE", type=click.Choice(ROLES))
def role(name: str, wanted: str) -> None:
    """Make NAME a coach or an admin. Ends their sessions."""
    catalog, row = _find(name)
    catalog.users.set_role(row.id, wanted)
    click.echo(f"{row.name} is {wanted} now.")


@user.command()
@click.argument("name")
@stdin_option
def password(name: str, from_stdin: bool) -> None:
    """Give NAME another password. Ends their sessions and revokes their API tokens."""
    catalog, row = _find(name)
    catalog.users.set_password(row.id, _password(from_stdin), revoke_tokens=True)
    click.echo(f"{row.name} has another password; their sessions have ended, their API tokens are revoked.")


@user.command()
@click.argument("name")
def disable(name: str) -> None:
    """Let NAME in no more; their things stay."""
    catalog, row = _find(name)
    catalog.users.set_active(row.id, False)
    click.echo(f"{row.name} may not log in any more; sessions have ended and tokens open nothing.")


@user.command()
@click.argument("name")
def enable(name: str) -> None:
    """Let NAME in again."""
    catalog, row = _find(name)
    catalog.users.set_active(row.id, True)
    click.echo(f"{row.name} may log in again.")


@user.command()
@click.argument("name")
def adopt(name: str) -> None:
    """Give NAME everything that was made in single-user mode and has no owner."""
    catalog, row = _find(name)
    counts = catalog.users.adopt(row.id)
    words = ", ".join(f"{number} {table.replace('_deliveries', 's')}" for table, number in counts.items())
    click.echo(f"{row.name} owns now: {words}.")


def _catalog() -> Catalog:
    from ..catalog import migrate, open_catalog

    settings = load()
    migrate(settings)
    return open_catalog(settings)


def _find(name: str) -> tuple[Catalog, User]:
    catalog = _catalog()
    return catalog, catalog.users.by_name(name)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise BadRequest(
            "There is no terminal to ask for the password.",
            code="no_terminal",
            fix="Use --password-stdin and write the password to stdin.",
        )
    return click.prompt("Password", hide_input=True, confirmation_prompt=True)
