"""All files from one storage into another: each read back and compared, and nothing done twice.

What was compared is written into a journal (a line of JSON for each file), so that a second run, after an
interruption or to fetch what has changed meanwhile, costs only the difference. The source is only read.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ..errors import NotFound, ShadowError
from .interface import INCOMING, Storage

BLOCK_BYTES = 1 << 20
# Not videos and results: uploads under way, and the doctor's probe.
PASSED_OVER = (INCOMING, "doctor")


class Damaged(ShadowError):
    """What arrived is not what was sent."""

    code = "copy_differs"
    fix = "Run the same command again; if it stays, look at the target's disk or service."


@dataclass
class Count:
    """What a migration did: files and bytes copied; files that were there; files that vanished meanwhile."""

    copied: int = 0
    copied_bytes: int = 0
    there: int = 0
    gone: int = 0


def migrate(
    source: Storage,
    target: Storage,
    journal: Path,
    *,
    dry_run: bool = False,
    say: Callable[[str], None] = lambda line: None,
) -> Count:
    """Copy what the target does not have yet. Raises Damaged for a copy that differs, and deletes that copy."""
    count, done = Count(), _read(journal)
    with contextlib.ExitStack() as stack:
        # A dry run writes nothing, not even an empty journal.
        notes = None if dry_run else stack.enter_context(_open(journal))
        for key in source.list():
            if key.split("/")[0] in PASSED_OVER:
                continue
            try:
                size = source.size(key)
                facts: dict[str, Any] = {"key": key, "size": size, "modified": source.modified(key)}
                if _is_there(target, facts, done.get(key)):
                    count.there += 1
                    continue
                say(f"{key} ({size} bytes)")
                if notes is not None:
                    facts["sha256"] = copy(source, target, key)
                    print(json.dumps(facts), file=notes, flush=True)
            except NotFound:
                # Deleted by the running site since it was listed.
                count.gone += 1
                continue
            count.copied += 1
            count.copied_bytes += size
    return count


def copy(source: Storage, target: Storage, key: str) -> str:
    """Copy one file and read it back; its SHA-256. Raises Damaged, NotFound."""
    with tempfile.TemporaryDirectory(prefix="shadow-migrate-") as folder:
        path = source.path(key) or source.get(key, Path(folder) / "file")
        with path.open("rb") as file:
            wanted = digest(file)
        target.put(key, path)
    with target.open(key) as file:
        arrived = digest(file)
    if arrived != wanted:
        target.delete(key)
        raise Damaged(f"The copy of {key} differs from the original.")
    return wanted


def digest(file: BinaryIO) -> str:
    """SHA-256 of what is left to read."""
    sha256 = hashlib.sha256()
    while block := file.read(BLOCK_BYTES):
        sha256.update(block)
    return sha256.hexdigest()


def journal_path(folder: Path, source: str, target: str) -> Path:
    """Where the migration between two addresses is written down."""
    mark = hashlib.sha256(f"{source}\n{target}".encode()).hexdigest()[:12]
    return folder / f"storage-migration-{mark}.jsonl"


def _is_there(target: Storage, facts: dict[str, Any], noted: dict[str, Any] | None) -> bool:
    """Compared before, not changed in the source since, and not changed in size in the target."""
    if noted is None or any(noted[name] != facts[name] for name in ("size", "modified")):
        return False
    try:
        return target.size(str(facts["key"])) == int(facts["size"])
    except NotFound:
        return False


def _read(journal: Path) -> dict[str, dict[str, Any]]:
    if not journal.exists():
        return {}
    copied = {}
    for line in journal.read_text(encoding="utf-8").splitlines():
        # The last line of an interrupted run may be half a line: that file is copied again.
        with contextlib.suppress(ValueError):
            row = json.loads(line)
            copied[row["key"]] = row
    return copied


@contextlib.contextmanager
def _open(journal: Path) -> Iterator[Any]:
    journal.parent.mkdir(parents=True, exist_ok=True)
    whole = not journal.exists() or journal.read_bytes().endswith(b"\n") or not journal.stat().st_size
    with journal.open("a", encoding="utf-8") as file:
        if not whole:
            file.write("\n")
        yield file
