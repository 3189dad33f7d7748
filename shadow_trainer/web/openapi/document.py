"""The description itself: paths from the application's routes, words from their docstrings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify
from werkzeug.routing import Rule

from ...version import RELEASE
from ..http.problems import API_PREFIXES
from . import deprecated, known_fields
from .operations import ONCE, OPERATIONS, QUERY, Operation
from .schemas import schemas

blueprint = Blueprint("openapi", __name__)
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
WORDS = {202: "Accepted; ask again: the address in Location, else this one", 204: "Done", 206: "Part of it"}


def init_app(app: Flask) -> None:
    """Add the address, and hold every address of the API to its description."""
    app.register_blueprint(blueprint)
    known_fields.init_app(app)
    deprecated.init_app(app)


@blueprint.get("/openapi.json")
def document() -> Response:
    """This description, as OpenAPI 3.1."""
    return jsonify(describe(current_app))


def describe(app: Flask) -> dict[str, Any]:
    """The OpenAPI document of an application."""
    paths: dict[str, Any] = {}
    for rule, method in api_rules(app):
        words = app.view_functions[rule.endpoint].__doc__ or ""
        entry = paths.setdefault(PARAMETER.sub(r"{\1}", rule.rule), {})
        entry[method.lower()] = _operation(rule, OPERATIONS[rule.endpoint], words)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Shadow Trainer",
            "version": RELEASE,
            "description": "Videos of a pitch in, measured deliveries out. Every error is application/problem+json.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "responses": {
                "Problem": _answer("An error, with what to do", "Problem", "application/problem+json")
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        # In single-user mode no token is needed.
        "security": [{"token": []}, {}],
    }


def api_rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every route of the API with each of its methods, by address."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.rule.startswith(API_PREFIXES):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method


def _operation(rule: Rule, operation: Operation, words: str) -> dict[str, Any]:
    summary, _, more = " ".join(words.split()).partition(". ")
    described: dict[str, Any] = {
        "operationId": rule.endpoint.replace(".", "_"),
        "tags": [rule.endpoint.split(".")[0]],
        "summary": summary.rstrip(".").replace("``", "`"),
        "responses": {
            **{str(status): _success(status, kind) for status, kind in operation.answers.items()},
            "default": {"$ref": "#/components/responses/Problem"},
        },
    }
    if operation.successor:
        described["deprecated"] = True
    if more:
        described["description"] = more.replace("``", "`")
    headers = [ONCE] if operation.once else []
    if parameters := [*_path(rule), *(QUERY[name] for name in operation.query), *headers]:
        described["parameters"] = parameters
    if operation.body:
        required = operation.body_needed
        content = {kind: {"schema": schema} for kind, schema in operation.body.items()}
        described["requestBody"] = {"required": required, "content": content}
    return described


def _path(rule: Rule) -> Iterator[dict[str, Any]]:
    kinds: dict[str, Callable[[], dict[str, Any]]] = {
        "analysis_id": lambda: {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "place": lambda: {"type": "integer", "minimum": 0},
    }
    for name in PARAMETER.findall(rule.rule):
        schema = kinds.get(name, lambda: {"type": "string"})()
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _success(status: int, kind: str) -> dict[str, Any]:
    words = WORDS.get(status, "The answer")
    if not kind:
        return {"description": words}
    if "/" in kind:
        return {"description": words, "content": {kind: {}}}
    return _answer(words, kind)


def _answer(words: str, schema: str, kind: str = "application/json") -> dict[str, Any]:
    return {"description": words, "content": {kind: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}}
