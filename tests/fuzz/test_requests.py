"""Nonsense at every address: never a broken page, always the headers, errors as promised, and no echo of markup.

Addresses and the names of fields are read from the program itself, so what is added later is met, too.
``make fuzz`` asks many times more.
"""

from __future__ import annotations

import ast
import io
import json
import os
import re
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.routing import BuildError, Rule

from shadow_trainer.jobs.pipeline import assumptions
from shadow_trainer.jobs.pipeline.request import AnalysisRequest
from shadow_trainer.web import access_control
from shadow_trainer.web.forms.athlete import READERS
from tests.conftest import ROOT
from tests.web.conftest import SampleAnalyses, make_app

EXAMPLES = int(os.environ.get("SHADOW_FUZZ_REQUESTS", "80"))
MARKUP = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"
# Full: the disk or the queue, which an operator may see and a fuzzer cannot cause.
BROKEN = {500, 502, 504}
# What logs out or sends away to a file of the house; their own tests look at them.
SKIPPED = {"assets.serve", "static"}


READ_FROM = {"form", "args", "values", "body", "files"}


@cache
def field_names() -> list[str]:
    """Every name that the web reads from a form, a query or a JSON body."""
    read = {name for path in (ROOT / "shadow_trainer" / "web").rglob("*.py") for name in _names_read(path)}
    options = {field.name for field in fields(AnalysisRequest)}
    return sorted({*read, *options, *READERS, *assumptions.FIELDS, "video", "file", "events"})


def _names_read(path: Path) -> Iterator[str]:
    """The names in ``form.get("name")``, ``args["name"]`` and their like."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            source, key = node.func.value, node.args[0]
        elif isinstance(node, ast.Subscript):
            source, key = node.value, node.slice
        else:
            continue
        name = getattr(source, "attr", getattr(source, "id", ""))
        if name in READ_FROM and isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value


ODD_TEXT = st.sampled_from(
    ["", " ", "0", "-1", "1e309", "nan", "١٢", "null", "true", "a" * 5000, "\x00", "\ud800".encode("utf-8", "replace").decode(),
     "../../etc/passwd", "%00", "\r\nX-Evil: 1", MARKUP, "{{7*7}}", "' OR 1=1 --", "0" * 32, "f" * 32, "auto", "left",
     "lefty", "release", "overlay.mp4", "original", "analysis.json", "99999999999999999999", "2026-02-31", "//evil.example"]
)  # fmt: skip
TEXT = st.one_of(ODD_TEXT, st.text(max_size=40), st.integers().map(str), st.floats().map(str))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=6,
)
FIELDS = st.deferred(lambda: st.dictionaries(st.sampled_from(field_names()), TEXT, max_size=5))


class World:
    """An application with a few analyses that are made again when somebody deleted them."""

    def __init__(self, app: Flask, analyses: SampleAnalyses) -> None:
        self.app, self.analyses = app, analyses
        self.client = app.test_client()
        self.rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint not in SKIPPED]
        self.ids: dict[str, str] = {}

    def id_of(self, state: str) -> str:
        """An analysis that is (or was) in this state."""
        analysis_id = self.ids.get(state)
        catalog = self.app.extensions["shadow"].catalog
        row = None if analysis_id is None else catalog.analyses.find(analysis_id)
        if row is None or row.deleted_at is not None:
            self.ids[state] = getattr(self.analyses, state)()
        return self.ids[state]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, samples) -> World:
    app = make_app(tmp_path_factory.mktemp("fuzz") / "data", queue_limit=10**6)
    return World(app, SampleAnalyses(app, samples))


@pytest.fixture(autouse=True)
def _no_form_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard against foreign forms has its own tests; here every request shall reach its view."""
    monkeypatch.setattr(access_control.csrf, "protect", lambda: None)


def address(draw: Any, rule: Rule, world: World) -> str | None:
    """The rule's address with values that exist, nearly exist, or are nonsense."""
    values: dict[str, Any] = {}
    for name in rule.arguments:
        if name == "analysis_id" and draw(st.integers(0, 3)):
            values[name] = world.id_of(draw(st.sampled_from(["completed", "queued", "failed"])))
        elif name.endswith("_id"):
            values[name] = draw(st.one_of(st.integers(0, 3), TEXT.filter(bool)))
        else:
            values[name] = draw(TEXT.filter(bool))
    try:
        return world.app.url_map.bind("localhost").build(rule.endpoint, values, method=draw(methods(rule)))
    except (BuildError, ValueError):
        return None


def methods(rule: Rule) -> st.SearchStrategy[str]:
    return st.sampled_from(sorted(rule.methods or {"GET"}))


def body(draw: Any) -> dict[str, Any]:
    """Keyword arguments for the client: a form, a video, JSON, or bytes under any label."""
    kind = draw(st.sampled_from(["form", "film", "json", "bytes", "none"]))
    if kind == "form":
        return {"data": draw(FIELDS)}
    if kind == "film":
        name = draw(st.sampled_from(["video", "file", "photo"]))
        return {"data": {**draw(FIELDS), name: (io.BytesIO(draw(st.binary(max_size=300))), draw(TEXT))}}
    if kind == "json":
        names = st.sampled_from(field_names())
        return {"json": draw(st.one_of(JSON, st.dictionaries(names, JSON, max_size=4)))}
    if kind == "bytes":
        label = draw(
            st.sampled_from(
                ["application/json", "multipart/form-data", "multipart/form-data; boundary=b", "text/xml", ""]
            )
        )
        return {"data": draw(st.binary(max_size=200)), "content_type": label}
    return {}


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
@given(data=st.data())
def test_no_request_breaks_a_page(world: World, data: st.DataObject) -> None:
    rule = data.draw(st.sampled_from(world.rules), label="rule")
    path = address(data.draw, rule, world)
    if path is None:
        return
    method = data.draw(methods(rule), label="method")
    query = data.draw(FIELDS)
    more = body(data.draw) if method not in ("GET", "HEAD") else {}
    accept = data.draw(st.sampled_from(["text/html", "application/json", "*/*", "", "x"]))
    answer = world.client.open(path, method=method, query_string=query, headers={"Accept": accept}, **more)
    check(answer, path, world)


def check(answer: Any, path: str, world: World) -> None:
    """What holds for every answer."""
    status, text = answer.status_code, "" if answer.is_streamed else answer.get_data(as_text=True)
    try:
        assert status not in BROKEN, f"{status}: {text[:2000]}"
        for name in ("X-Content-Type-Options", "Content-Security-Policy", "X-Frame-Options", "X-Request-ID"):
            assert name in answer.headers, name
        assert "X-Evil" not in answer.headers
        assert urlsplit(answer.headers.get("Location", "")).netloc in ("", "localhost")
        if answer.mimetype == "text/html":
            assert MARKUP not in text and "<script>alert(1)" not in text
            assert "Traceback" not in text
        if answer.mimetype == "application/problem+json":
            problem = json.loads(text or "{}")
            assert not text or {"type", "title", "status", "code", "fix", "request_id"} <= set(problem)
            assert str(world.analyses.storage.root.parent) not in text, (
                "a path of the server is nobody's business"
            )
    finally:
        answer.close()


def test_a_number_without_end_breaks_no_page(world: World) -> None:
    """In an address, in a query and in a form: larger than any database's integer."""
    huge = "9" * 20
    places = dict.fromkeys(("delivery", "page", "person", "days", "athlete", "reference", "limit"), huge)
    for rule in world.rules:
        values = {name: huge if name.endswith("_id") or name == "place" else "csv" for name in rule.arguments}
        known = {"analysis_id": world.id_of("completed")} if "analysis_id" in values else {}
        for filled in (values, {**values, **known}):
            path = re.sub(r"<(?:\w+:)?(\w+)>", lambda match, filled=filled: filled[match[1]], rule.rule)
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                more = {} if method == "GET" else {"data": places}
                check(world.client.open(path, method=method, query_string=places, **more), path, world)


@pytest.mark.parametrize("state", ["queued", "running", "failed", "completed"])
def test_every_address_has_its_headers_in_every_state(world: World, state: str) -> None:
    analysis = getattr(world.analyses, state)()
    for rule in world.rules:
        if "GET" not in (rule.methods or ()) or set(rule.arguments) - {"analysis_id", "name"}:
            continue
        for name in ("overlay.mp4", "original", "csv", "arm") if "name" in rule.arguments else ("",):
            values = {"analysis_id": analysis, "name": name}
            path = world.app.url_map.bind("localhost").build(
                rule.endpoint, {k: values[k] for k in rule.arguments}
            )
            check(world.client.get(path), path, world)


def test_the_fields_of_the_forms_are_known() -> None:
    assert {"throws", "height_m", "person", "title", "delivery", "mode", "next"} <= set(field_names())
