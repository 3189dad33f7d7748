"""People with accounts, and browsers and programs of theirs, for tests of who may do what."""

from __future__ import annotations

import re
import shutil
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shadow_trainer.catalog.login_sessions import Device
from tests.web.conftest import make_app

SITE = "https://club.example"
PASSWORD = "four words of hers"
PEOPLE = {"ana": "coach", "bob": "coach", "root": "admin"}


class Person:
    """Somebody at a browser, over https, who keeps cookies and fills in the form's token."""

    def __init__(self, app: Flask, name: str = "") -> None:
        self.app, self.name = app, name
        self.client: FlaskClient = app.test_client()
        if name:
            self._sit_down()

    def _sit_down(self) -> None:
        """Be logged in without the form: its password check is slow on purpose."""
        user = self.app.extensions["shadow"].catalog.users.by_name(self.name)
        token = self.app.extensions["shadow"].catalog.sessions.begin(user.id, Device("127.0.0.1", "A test"))
        with self.client.session_transaction(base_url=SITE) as session:
            session["login"] = token
            session["_user_id"] = f"{user.id}.{user.session_epoch}"
            session.permanent = True

    def get(self, path: str, **more: Any) -> TestResponse:
        """Open an address."""
        return self.client.get(path, base_url=SITE, **more)

    def token(self) -> str:
        """A form token of this session."""
        page = self.get("/account" if self.name else "/login").text
        return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """Send a form as our own page does."""
        headers = {"Origin": SITE, "Sec-Fetch-Site": "same-origin", **more.pop("headers", {})}
        fields = {"csrf_token": self.token(), **(data or {})}
        return self.client.post(path, base_url=SITE, data=fields, headers=headers, **more)

    def login(self, name: str, password: str = PASSWORD, **fields: str) -> TestResponse:
        """Fill in the login form."""
        self.name = ""
        answer = self.post("/login", {"name": name, "password": password, **fields})
        self.name = name if answer.status_code == 303 else ""
        return answer


@cache
def _template(folder: Path) -> Path:
    app = make_app(folder, single_user=False)
    for name, role in PEOPLE.items():
        app.extensions["shadow"].catalog.users.create(name, PASSWORD, role=role)
    app.extensions["shadow"].catalog.close()
    return folder


def site(template: Path, folder: Path, **changes: Any) -> Flask:
    """An application with ana and bob, who are coaches, and root, who is an admin."""
    shutil.copytree(_template(template), folder)
    return make_app(folder, **{"single_user": False, **changes})
