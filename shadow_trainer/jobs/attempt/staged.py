"""Files that wait in the storage until they may replace the published ones of an analysis.

Storing them takes as long as it takes; replacing is a rename for each, short enough to be done while the analysis'
row is locked. What a process that died left waiting is swept with unclaimed uploads.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from pathlib import Path

from ...storage import INCOMING, Storage
from . import publish

# It vouches for the others, so it is replaced last.
LAST = "analysis.json"


class Staged:
    """New files of one analysis under names of their own; at the end of a ``with`` the unused ones are deleted."""

    def __init__(self, storage: Storage, analysis_id: str, token: str = "") -> None:
        """``token``: of files that another process has stored already."""
        self._storage, self._analysis_id = storage, analysis_id
        self.token = token or secrets.token_hex(8)
        self._replaced: set[str] = set()

    def __enter__(self) -> Staged:
        return self

    def __exit__(self, *_: object) -> None:
        self.discard()

    def put(self, names: Iterable[str], folder: Path, check: Callable[[], None] = lambda: None) -> None:
        """Store files of a folder where nobody sees them; ``check`` is asked before each."""
        for name in names:
            check()
            self._storage.put(self._key(name), folder / name)

    def replace(self, names: Iterable[str], removed: Iterable[str] = ()) -> None:
        """Let them take the place of the published ones, and delete those that went. Again: what is left."""
        for name in sorted(set(names) - self._replaced, key=lambda name: (name == LAST, name)):
            self._storage.rename(self._key(name), publish.key(self._analysis_id, name))
            self._replaced.add(name)
        for name in removed:
            self._storage.delete(publish.key(self._analysis_id, name))

    def discard(self) -> None:
        """Delete what was not used."""
        self._storage.delete_prefix(f"{INCOMING}/{self.token}")

    def _key(self, name: str) -> str:
        return f"{INCOMING}/{self.token}/{name}"
