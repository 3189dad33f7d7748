"""The references that the viewer may choose from: the built-in ones and their own.

A saved reference is a row (whose, its name, its facts) and a file in the storage under a key that nobody
can guess from the name; an analysis' option ``reference`` holds that key. What was put into the storage by
the command line has no row and belongs to whoever runs the installation.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from ...catalog import Reference as Row
from ...catalog.references import RETIRED
from ...errors import BadRequest, NotFound
from ...jobs.pipeline.references import FOLDER, NONE, References
from ...jobs.pipeline.request import LEVELS
from ...pitching.reference import BUILT_IN
from ...render import figure
from ..accounts.viewer import catalog
from ..http.services import current

if TYPE_CHECKING:
    from ...pitching.reference import Reference

NO_REFERENCE = "There is no such reference."
BUILT_IN_NAMES = {"elite": "Elite"}
NAME_MAX_CHARS, NOTE_MAX_CHARS = 60, 2000


@dataclass(frozen=True)
class ListedReference:
    """A reference as lists show it. ``key`` is the option of an analysis, ``place`` the end of its address."""

    key: str
    place: str
    name: str
    facts: dict[str, Any]
    figure: str
    built_in: bool


def all_() -> list[ListedReference]:
    """Built-in ones first, then the viewer's own by name."""
    listed = [_built_in(name) for name in BUILT_IN]
    rows = catalog().references.all()
    listed += [_saved(row) for row in rows]
    return listed + [_rowless(name) for name in _rowless_names()]


def find(place: str) -> tuple[ListedReference, Row | None]:
    """``(reference, its row or None)`` for an address; NotFound for none and for somebody else's."""
    if place in BUILT_IN:
        return _built_in(place), None
    if re.fullmatch(r"[0-9]{1,9}", place):
        row = catalog().references.get(int(place))
        if row.data.get(RETIRED):
            raise NotFound(NO_REFERENCE, code="no_such_reference")
        return _saved(row), row
    if catalog().everything and place in _rowless_names():
        return _rowless(place), None
    raise NotFound(NO_REFERENCE, code="no_such_reference")


def choices() -> list[tuple[str, str]]:
    """``(option, words)`` for a form."""
    built_in = [(name, f"{BUILT_IN_NAMES.get(name, name)} (built in)") for name in BUILT_IN]
    rows = catalog().references.all()
    own_ones = [(key_of(row), row.name) for row in rows]
    return [*built_in, *own_ones, *((name, name) for name in _rowless_names()), (NONE, "None")]


def option_of(text: str) -> str:
    """An analysis' option from a key or a name; BadRequest for what the viewer does not have."""
    if text in BUILT_IN or text == NONE:  # nobody's reference is called so
        return text
    known = choices()
    if text in dict(known):
        return text
    for key, words in known:
        if words.lower() == text.strip().lower():
            return key
    raise BadRequest(
        f"There is no reference named “{text[:60]}”.",
        code="no_such_reference",
        fix=f"Choose one of: {', '.join(words for _, words in known)}.",
    )


def key_of(row: Row) -> str:
    """The option of an analysis that names a saved reference."""
    return PurePosixPath(row.storage_key).stem


def save(reference: Reference, *, name: str, more: Mapping[str, Any], **columns: Any) -> Row:
    """Store a reference of the viewer's under ``name``; returns its row. ``more`` goes with its facts."""
    title = checked_name(name)
    slug = re.sub(r"[^A-Za-z0-9]+", "-", title).strip("-").lower()[:32] or "reference"
    key = f"{slug}-{secrets.token_hex(6)}"
    reference = replace(reference, name=title)
    References(current().storage).save(reference, key=key)
    poses = figure.flat(reference.points, reference.time_s, reference.events)
    data = {**reference.facts(), "events": reference.events, "poses": poses, **more}
    try:
        return catalog().references.create(
            name=title,
            storage_key=f"{FOLDER}/{key}.npz",
            data=data,
            level=reference.level,
            throws=reference.hand,
            **columns,
        )
    except BaseException:
        References(current().storage).delete(key)
        raise


def edit(place: str, *, name: str, note: str) -> str:
    """Another name and note for a saved reference; its name. What is drawn of it from now on carries the new one."""
    reference, row = find(place)
    if row is None:
        raise BadRequest(
            "Only a reference that was saved on these pages can be edited.", code="built_in",
            fix="Save one of your own.",
        )  # fmt: skip
    title = checked_name(name)
    text = note.replace("\r\n", "\n").strip()
    if len(text) > NOTE_MAX_CHARS:
        raise BadRequest("The note is too long.", code="bad_notes", fix=f"Keep it below {NOTE_MAX_CHARS}.")
    catalog().references.edit(row.id, name=title, note=text)
    if title != row.name:
        library = References(current().storage)
        library.save(replace(library.get(reference.key), name=title), key=reference.key)
    return title


def delete(place: str) -> str:
    """Delete a saved reference; its name. While an analysis is compared with it, its file stays for that."""
    reference, row = find(place)
    if reference.built_in:
        raise BadRequest("A built-in reference stays.", code="built_in", fix="Delete one of your own.")
    if row is not None and catalog().references.is_used(row.id):
        catalog().references.retire(row.id)
        return reference.name
    if row is not None:
        catalog().references.delete(row.id)
    References(current().storage).delete(reference.key)
    return reference.name


def checked_name(text: str) -> str:
    """A name for a saved reference; BadRequest for an empty, long or reserved one."""
    name = " ".join(text.split())
    reserved = {*BUILT_IN, NONE, *(words.lower() for words in BUILT_IN_NAMES.values())}
    if not name or len(name) > NAME_MAX_CHARS or name.lower() in reserved:
        raise BadRequest(
            "A reference needs a name of its own.",
            code="bad_reference_name",
            fix=f"Write at most {NAME_MAX_CHARS} characters, and none of the built-in names.",
        )
    return name


def checked_level(text: str) -> str:
    """One of the levels; BadRequest for another."""
    if text not in LEVELS:
        raise BadRequest("There is no such level.", code="bad_level", fix="Choose one of the list.")
    return text


def _saved(row: Row) -> ListedReference:
    drawn = (
        figure.svg(row.data["poses"], f"{row.name}: the delivery in four poses")
        if row.data.get("poses")
        else ""
    )
    return ListedReference(key_of(row), str(row.id), row.name, row.data, drawn, built_in=False)


def _built_in(name: str) -> ListedReference:
    reference, words = BUILT_IN[name](), BUILT_IN_NAMES.get(name, name)
    return ListedReference(name, name, words, _facts(reference), _figure_of(reference, words), built_in=True)


def _rowless(name: str) -> ListedReference:
    reference = References(current().storage).get(name)
    return ListedReference(name, name, name, _facts(reference), _figure_of(reference, name), built_in=False)


def _rowless_names() -> list[str]:
    """Files of the command line, for whoever runs the installation."""
    if not catalog().everything:
        return []
    with_row = {key_of(row) for row in catalog().references.all(retired=True)}
    return [n for n in References(current().storage).names() if n not in with_row and n not in BUILT_IN]


def _facts(reference: Reference) -> dict[str, Any]:
    return {**reference.facts(), "events": reference.events}


def _figure_of(reference: Reference, name: str) -> str:
    poses = figure.flat(reference.points, reference.time_s, reference.events)
    return figure.svg(poses, f"{name}: the delivery in four poses")
