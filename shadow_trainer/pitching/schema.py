"""The JSON schema of analysis.json, made from its types."""

from __future__ import annotations

import inspect
import types
from enum import StrEnum
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from .document import SCHEMA, AnalysisDocument

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    object: {},
    type(None): {"type": "null"},
}


def schema() -> dict[str, Any]:
    """The whole schema; what has a name of its own stands once, under ``$defs``."""
    definitions: dict[str, Any] = {}
    root = _schema_of(AnalysisDocument, definitions)
    definitions["AnalysisDocument"]["properties"]["schema"] = {"const": SCHEMA}
    return {"$schema": DIALECT, "title": "analysis.json", **root, "$defs": dict(sorted(definitions.items()))}


def _schema_of(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    if kind in _PLAIN:
        return dict(_PLAIN[kind])
    if is_typeddict(kind) or (isinstance(kind, type) and issubclass(kind, StrEnum)):
        if kind.__name__ not in definitions:
            definitions[kind.__name__] = {}  # so that what refers to itself ends
            definitions[kind.__name__] = _named(kind, definitions)
        return {"$ref": f"#/$defs/{kind.__name__}"}
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_schema_of(part, definitions) for part in arguments]}
    if origin is list:
        return {"type": "array", "items": _schema_of(arguments[0], definitions)}
    if origin is dict:
        keys, values = (_schema_of(part, definitions) for part in arguments)
        return {"type": "object", "propertyNames": keys, "additionalProperties": values}
    raise TypeError(f"{kind} has no place in analysis.json")


def _named(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """A dictionary or a list of words; its docstring describes it."""
    # A dictionary of the functional form has no words of its own.
    words = "" if kind.__doc__ == dict.__doc__ else " ".join((inspect.getdoc(kind) or "").split())
    described = {"description": words} if words else {}
    if not is_typeddict(kind):
        return {**described, "enum": [str(word) for word in kind]}
    properties, required = {}, []
    for name, hint in get_type_hints(kind, include_extras=True).items():
        optional = get_origin(hint) is NotRequired
        properties[name] = _schema_of(get_args(hint)[0] if optional else hint, definitions)
        if kind.__total__ and not optional:
            required.append(name)
    return {
        **described,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
