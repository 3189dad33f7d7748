"""/openapi.json: the HTTP API, described from the routes, their docstrings and the options' own limits."""

from .document import describe, init_app

__all__ = ["describe", "init_app"]
