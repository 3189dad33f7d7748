"""URL converters for numbers that fit into a database's integer."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1


class Number(IntegerConverter):
    """``<int:...>`` that does not match what no row can have: there is nothing at that address (404)."""

    def __init__(self, url_map: Map, *arguments: Any, **options: Any) -> None:
        super().__init__(url_map, *arguments, **{"max": LARGEST, **options})


def init_app(app: Flask) -> None:
    """Make the converter what ``<int:...>`` means; before any route is added."""
    app.url_map.converters["int"] = Number
