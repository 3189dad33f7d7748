"""What the installed program does for its own set-up: weights and database."""

from __future__ import annotations

from .python_env import PYTHON
from .shell import run

COMMAND = [str(PYTHON), "-m", "shadow_trainer"]


def prepare_weights() -> None:
    """Convert the pose weights once and check their hashes every time."""
    run([*COMMAND, "models", "ensure"], "preparing the pose weights", ours=True)


def make_example() -> None:
    """The report that the first page opens: the sample, analyzed once for each release."""
    run([*COMMAND, "example"], "making the example report", ours=True)


def migrate_database() -> None:
    """Bring the catalog to the newest migration; nothing to do is quick."""
    run([*COMMAND, "db", "upgrade"], "migrating the database", ours=True)
