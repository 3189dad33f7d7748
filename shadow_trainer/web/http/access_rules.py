"""Access and rate rules, written beside the view they rule. A view without a rule needs a login.

    @blueprint.get("/health")
    @anonymous
    def health() -> Response: ...

    @blueprint.post("/upload")
    @limited("upload")
    def upload() -> Response: ...

A rule belongs to the function: it holds under whatever name and address the function is reached. What the rules
mean is in :mod:`shadow_trainer.web.access_control`, which asks for them before a body is read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

from flask import current_app, request

View = TypeVar("View", bound=Callable[..., Any])
ATTRIBUTE = "access_rule"


class Who(StrEnum):
    """Who may ask a view."""

    # No user is looked up and no host name is checked, so it answers load balancers, and without the database.
    ANONYMOUS = "anonymous"
    PUBLIC = "public"
    KNOWN = "known"
    ADMIN = "admin"


class Limit(StrEnum):
    """What is counted in :mod:`shadow_trainer.web.accounts.rate_limits`."""

    LOGIN = "login"
    NAME = "name"
    PASSWORD = "password"  # noqa: S105 - the name of a limit
    UPLOAD = "upload"


@dataclass(frozen=True)
class AccessRule:
    """The rule of one view."""

    who: Who = Who.KNOWN
    limit: Limit | None = None
    # The program that watches over the installation is let in with the token of the settings.
    by_metrics_token: bool = False
    # It knows its own pages without our form token.
    guards_itself: bool = False


def anonymous(view: View) -> View:
    """Answer everybody alike; nobody is looked up."""
    return _ruled(view, who=Who.ANONYMOUS)


def public(view: View) -> View:
    """Answer whoever asks, logged in or not."""
    return _ruled(view, who=Who.PUBLIC)


def admin_only(view: View) -> View:
    """Answer admins alone."""
    return _ruled(view, who=Who.ADMIN)


def by_metrics_token(view: View) -> View:
    """Answer also the bearer of SHADOW_METRICS_TOKEN."""
    return _ruled(view, by_metrics_token=True)


def guards_itself(view: View) -> View:
    """Do not ask for our form token: the view tells requests of its own pages from others by itself."""
    return _ruled(view, guards_itself=True)


def limited(name: str) -> Callable[[View], View]:
    """Count every change that is sent to the view against a rate limit; ValueError for one that does not exist."""
    limit = Limit(name)
    return lambda view: _ruled(view, limit=limit)


def rule_of(view: Callable[..., Any] | None) -> AccessRule:
    """The rule of a view; the strictest that a coach passes where none was written."""
    rule = getattr(view, ATTRIBUTE, None)
    return rule if isinstance(rule, AccessRule) else AccessRule()


def rule_of_request() -> AccessRule:
    """The rule of the view that this request asks for."""
    return rule_of(current_app.view_functions.get(request.endpoint or ""))


def _ruled(view: View, **changes: Any) -> View:
    setattr(view, ATTRIBUTE, replace(rule_of(view), **changes))
    return view
