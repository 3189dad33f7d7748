"""What a request to the API may carry: a field that nobody reads is named in the answer and not ignored."""

from __future__ import annotations

from flask import Flask, request

from ...errors import BadRequest
from ..http.access_rules import Who, rule_of_request
from .operations import JSON, OPERATIONS, Operation
from .schemas import schemas

# Spellings of options that no description mentions.
ALIASES = {"model", "height"}
# Of what somebody made up, so much is shown.
MOST_NAMED, NAME_CHARS = 10, 40


def init_app(app: Flask) -> None:
    """Look before the view does, after it is known who asks."""
    app.before_request(_check)


def _check() -> None:
    operation = OPERATIONS.get(request.endpoint or "")
    # What probes add to an address against caches is nobody's business.
    if operation is None or rule_of_request().who == Who.ANONYMOUS:
        return
    _refuse("in the address", set(request.args), set(operation.query))
    if request.is_json and isinstance(body := request.get_json(silent=True), dict):
        _refuse("in the body", set(body), _fields(operation))


def _fields(operation: Operation) -> set[str]:
    """The fields of the JSON body that this operation reads."""
    schema = operation.body.get(JSON)
    if schema is None:
        return set()
    name = schema["$ref"].rpartition("/")[2]
    return set(schemas()[name]["properties"]) | (ALIASES if name.endswith("Options") else set())


def _refuse(where: str, given: set[str], known: set[str]) -> None:
    unknown = sorted(given - known)
    if not unknown:
        return
    words, fix = f"Unknown {where}", f"Known there: {', '.join(sorted(known)) or 'nothing'}."
    shown = [name[:NAME_CHARS] for name in unknown[:MOST_NAMED]]
    errors = [{"field": name, "code": "unknown_option", "message": f"{words}.", "fix": fix} for name in shown]
    raise BadRequest(f"{words}: {', '.join(shown)}.", code="unknown_option", fix=fix, errors=errors)
