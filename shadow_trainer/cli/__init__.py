"""The command line. Commands are listed in one table and imported only when they are run.

A command lives in a module of its own and raises errors of the tree; here they become one line with
the code, the sentence and what to do, and the error's exit code.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, NoReturn

import click

from ..errors import BadRequest, ShadowError

# Name: (module below this package, object in it, what `--help` says). Importing torch for `--help`
# would take seconds, so the sentence is here and not read from the command.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "analyse": ("analyse", "analyse", "Measure the delivery in a video, without a queue."),
    "measure": ("measure", "measure", "Measure the deliveries in a pose file, without a video."),
    "reference": ("reference", "reference", "The deliveries to compare with: list, import, save, remove."),
    "up": ("up", "up", "Start everything: Redis, worker, clock, web server."),
    "demo": ("demo", "demo", "Send the sample clip through the queue and print what was found."),
    "example": ("example", "example", "Make the finished report that the first page opens."),
    "doctor": ("doctor", "doctor", "Say what works on this machine and how to mend what does not."),
    "settings": ("settings", "settings", "Every setting with its present value."),
    "api": ("api", "api", "The addresses for programs, as docs/api.md lists them."),
    "models": ("models", "models", "Convert and check the weights of the pose model."),
    "user": ("user", "user", "Accounts: add, list, role, password, disable, adopt."),
    "db": ("db", "db", "Migrate the database."),
    "storage": ("storage", "storage", "Where videos and results are kept: check, rules, move elsewhere."),
    "redis": ("redis", "redis", "Run the embedded Redis in the foreground."),
    "worker": ("worker", "worker", "Run one worker in the foreground."),
    "workers": ("worker", "workers", "Run several workers on this machine."),
    "clock": ("clock", "clock", "Run the clock (repairs and schedules) in the foreground."),
    "health": ("health", "health", "Say whether the web server, a worker or the clock is alive."),
    "queue": ("queue", "queue", "Look at the queue and repair it."),
    "labels": ("labels", "labels", "What coaches corrected, with the engine's answer: export."),
    "backup": ("backup", "backup", "Copy what cannot be made again; check and restore a copy."),
}


class LazyGroup(click.Group):
    """A click group that knows its commands by name and imports a command when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return [*COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"{__name__}.{module}"), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of `--help`, without importing any command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, sentence) for name, (_, _, sentence) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Shadow Trainer: measures a baseball pitcher's delivery from one ordinary video."""


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit; every error of the tree is one line."""
    try:
        code: Any = cli.main(arguments, prog_name="python -m shadow_trainer", standalone_mode=False)
    except ShadowError as error:
        click.echo(f"{error.code}: {error.message} {error.fix}", err=True)
        code = error.exit_code
    except ModuleNotFoundError as error:
        if (error.name or "").startswith(__package__.split(".")[0]):
            raise
        click.echo(f"setup: The Python package {error.name} is missing. Run `make setup`.", err=True)
        code = 1
    except click.UsageError as error:
        error.show()
        code = BadRequest.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        code = 130
    except BrokenPipeError:
        # `... | head` has read enough. Python would complain once more while closing stdout.
        sys.stderr.close()
        code = 141
    sys.exit(code if isinstance(code, int) else 0)
