"""The library of references: the built-in ones, and files in the storage that every worker can reach."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from ...errors import BadRequest, NotFound
from .request import HEIGHT_M_RANGE

if TYPE_CHECKING:
    from ...pitching.reference import Reference
    from ...storage import Storage

FOLDER, NONE = "references", "none"
NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,59}")


class References:
    """References by name. Names are also file names: letters, digits, dots, dashes and underscores."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def names(self) -> list[str]:
        """Built-in names first, then the saved ones."""
        from ...pitching.reference import BUILT_IN

        saved = [key.split("/", 1)[1].removesuffix(".npz") for key in self.storage.list(FOLDER)]
        return [*BUILT_IN, *(name for name in saved if name not in BUILT_IN)]

    def facts(self) -> list[dict[str, Any]]:
        """Name, level, hand, height, duration and source of each."""
        return [self.get(name).facts() for name in self.names()]

    def get(self, name: str) -> Reference:
        """A reference by name; NotFound when there is none."""
        from ...pitching.reference import BUILT_IN, Reference

        if name in BUILT_IN:
            return BUILT_IN[name]()
        if not NAME.fullmatch(name) or not self.storage.exists(_key(name)):
            raise NotFound(
                f"There is no reference named {name!r}.",
                code="no_such_reference",
                fix=f"Choose one of: {', '.join(self.names())}, or {NONE}.",
            )
        with self.storage.open(_key(name)) as file:
            return Reference.load(io.BytesIO(file.read()))

    def save(self, reference: Reference, *, key: str = "") -> None:
        """Add one under ``key`` (else its name), or replace the one that is there; the built-in ones stay."""
        from ...pitching.reference import BUILT_IN

        low, high = HEIGHT_M_RANGE
        if not low <= reference.height_m <= high:
            raise BadRequest(
                f"A pitcher {reference.height_m:.2f} m tall cannot be a reference.",
                code="bad_reference_height",
                fix=f"Give the pitcher's height, {low:g} to {high:g} m, or scale the file to meters.",
            )
        name = key or reference.name
        if name in (*BUILT_IN, NONE) or not NAME.fullmatch(name):
            raise BadRequest(
                f"{name!r} is no name for a reference of your own.",
                code="bad_reference_name",
                fix="Use letters, digits, dots, - and _, at most 60 of them, and none of the built-in names.",
            )
        file = io.BytesIO()
        reference.save(file)
        file.seek(0)
        self.storage.put(_key(name), file)

    def delete(self, name: str) -> bool:
        """Remove a saved one; False when there was none."""
        return bool(NAME.fullmatch(name)) and self.storage.delete(_key(name))

    def find(self, name: str | None) -> Reference | None:
        """For an analysis' option: a reference, or None for ``none``."""
        return None if name in (None, NONE) else self.get(name)


def _key(name: str) -> str:
    return f"{FOLDER}/{name}.npz"
