"""How often the drawing of a video was begun and not finished: in the catalog, as a process may die of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from ...catalog import Analysis, Catalog, utcnow

PREFIX = "drawing:"
MOST = 3
# After this it may be begun again: a full disk has been emptied, a worker has more memory.
FORGOTTEN_AFTER = timedelta(hours=1)


def begin(catalog: Catalog, row: Analysis, name: str) -> bool:
    """Count one more, before it begins; False when there were too many of these numbers."""
    tries = of(catalog, row, name)
    if tries >= MOST:
        return False
    record = {"of": _numbers(row), "tries": tries + 1, "at": utcnow().isoformat()}
    catalog.key_values.put(_key(row.id, name), record)
    return True


def of(catalog: Catalog, row: Analysis, name: str) -> int:
    """How many there were lately, of the numbers of now."""
    key = _key(row.id, name)
    known = catalog.key_values.all(key).get(key)
    if known is None or known["of"] != _numbers(row):
        return 0
    return int(known["tries"]) if utcnow() - datetime.fromisoformat(known["at"]) < FORGOTTEN_AFTER else 0


def forget(catalog: Catalog, analysis_id: str, name: str = "") -> None:
    """One that succeeded, or all of an analysis."""
    for key in catalog.key_values.all(_key(analysis_id, name)):
        catalog.key_values.delete(key)


def _numbers(row: Analysis) -> str:
    return f"{row.attempt}/{row.revision or ''}"


def _key(analysis_id: str, name: str) -> str:
    return f"{PREFIX}{analysis_id}:{name}"
