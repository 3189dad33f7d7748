"""A site with accounts: two coaches, an admin, and one of everything that belongs to the first coach."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from shadow_trainer.catalog.login_sessions import Device
from shadow_trainer.jobs.pipeline.references import References
from shadow_trainer.pitching.reference import BUILT_IN
from tests.web.access_table import Route
from tests.web.accounts import SITE, Person
from tests.web.conftest import SampleAnalyses, make_app

SECRET = "Bullpen of Leo"


class CoachesSite:
    """The site with ana's things in it: an analysis, athletes, a reference, a share link, a token."""

    def __init__(self, app: Flask, values: dict[str, Any]) -> None:
        self.app, self.catalog, self.values = app, app.extensions["shadow"].catalog, values
        self.analysis_id, self.link, self.token = values["id"], values["link"], values["key"]
        self.bobs_token, self.roots_token = values["bobs_key"], values["roots_key"]

    def ask(self, person: Person, route: Route) -> TestResponse:
        """The request that the route describes, as a page of ours would send it."""
        path = route.path.format(**self.values)
        if route.method == "GET":
            return person.get(path)
        if route.method == "POST" and route.json is None:
            fields = {name: value.format(**self.values) for name, value in route.form.items()}
            return person.post(path, fields)
        headers = {"Origin": SITE, "X-CSRFToken": person.token()}
        return person.client.open(path, method=route.method, base_url=SITE, json=route.json, headers=headers)


def furnish(app: Flask, samples: Path) -> dict[str, Any]:
    """Put ana's things in; what addresses and forms need to name them."""
    catalog = app.extensions["shadow"].catalog
    users = {user.name: user.id for user in catalog.users.all()}
    ana = users["ana"]
    analysis_id = SampleAnalyses(app, samples).completed(title=SECRET, owner_id=ana)
    twins = [catalog.athletes.create(name=SECRET, owner_id=ana).id for _ in range(2)]
    elite = BUILT_IN["elite"]()
    References(app.extensions["shadow"].storage).save(elite, key="leo-1")
    reference = catalog.references.create(
        name=SECRET,
        storage_key="references/leo-1.npz",
        data={**elite.facts(), "events": elite.events},
        level="adult",
        throws="right",
        owner_id=ana,
    )
    share, link = catalog.shares.create(analysis_id, days=7, by=ana)
    token, key = catalog.tokens.create(ana, "Her script")
    catalog.sessions.begin(ana, Device("127.0.0.1", "A test"))
    login = catalog.sessions.of(ana)[0].id
    keys = {f"{name}s_key": catalog.tokens.create(users[name], "A script")[1] for name in ("bob", "root")}
    return {
        "id": analysis_id, "share": share.id, "token": token.id, "session": login, "link": link, "key": key, **keys, **users,
        "athlete": twins[0], "twin": twins[1], "reference": reference.id,
    }  # fmt: skip


def copied(furnished: tuple[Path, dict], folder: Path, **changes: Any) -> CoachesSite:
    """The site in a copy of that folder."""
    shutil.copytree(furnished[0], folder)
    return CoachesSite(make_app(folder, **{"single_user": False, **changes}), dict(furnished[1]))


def refused_as_unknown(answer: TestResponse) -> bool:
    """Sent to the login, or told to log in."""
    to_login = answer.status_code == 303 and answer.location.startswith("/login")
    return to_login or (answer.status_code == 401 and "WWW-Authenticate" in answer.headers)
