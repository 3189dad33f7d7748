"""Accounts in a real browser: in, upload page, out; a link in a clean profile until it is revoked; axe on each page.

The site is the application itself, served from a thread: nothing here needs a worker.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from tests.browser.looks import make_link
from tests.browser.test_accessibility import RULES
from tests.web import accounts, coaches_site
from tests.web.conftest import SampleAnalyses, make_app

pytestmark = pytest.mark.browser
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Iterator[tuple[str, dict]]:
    """``(address, ana's things)``. Browsers keep a Secure cookie of http://localhost."""
    folder = tmp_path_factory.mktemp("site")
    made = accounts.site(folder / "people", folder / "data")
    values = coaches_site.furnish(made, samples)
    analyses = SampleAnalyses(made, samples)
    values |= {"failed": analyses.failed(title="No pitch"), "running": analyses.running(title="On its way")}
    made.extensions["shadow"].catalog.close()
    app = make_app(folder / "data", single_user=False, login_rate="100 per minute")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}", values
    server.shutdown()
    thread.join()


@pytest.fixture(scope="module")
def site(furnished: tuple[str, dict]) -> tuple[str, str]:
    """``(address, id of ana's analysis)``."""
    return furnished[0], furnished[1]["id"]


def enter(page: Page, address: str, name: str, path: str = "/") -> None:
    """Ask for a page, be sent to the login, fill it in by keyboard, and land where one wanted to be."""
    page.goto(address + path)
    page.get_by_label("Name").fill(name)
    page.keyboard.press("Tab")
    page.keyboard.type(accounts.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(address + path)


def test_in_to_the_upload_page_and_out(chrome: Browser, site: tuple[str, str]) -> None:
    address, _ = site
    context = chrome.new_context(viewport=PHONE)
    page = context.new_page()
    enter(page, address, "ana")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("input[type=file]").first).to_be_attached()
    cookies = context.cookies()
    assert {cookie["name"] for cookie in cookies} == {"__Host-shadow_session", "__Host-shadow_device"}
    assert all(
        (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")
        for cookie in cookies
    )
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url(f"{address}/login")
    page.goto(f"{address}/analyses")
    assert "/login?next=" in page.url
    context.close()


def test_a_link_works_in_a_clean_profile_until_it_is_revoked(chrome: Browser, site: tuple[str, str]) -> None:
    address, analysis_id = site
    ana, stranger = chrome.new_context(), chrome.new_context(viewport=PHONE, java_script_enabled=False)
    page, theirs = ana.new_page(), stranger.new_page()
    enter(page, address, "ana", f"/analyses/{analysis_id}")
    page.get_by_role("link", name="Share").click()
    link = make_link(page)
    assert theirs.goto(link).status == 200
    expect(theirs.get_by_role("heading", name=coaches_site.SECRET)).to_be_visible()
    expect(theirs.get_by_role("heading", name="The numbers", exact=True)).to_be_visible()
    assert theirs.locator("form, button, input").count() == 0
    film = theirs.locator("video").get_attribute("src").partition("#")[0]
    assert stranger.request.get(address + film, headers={"Range": "bytes=0-99"}).status == 206
    assert stranger.cookies() == []
    theirs.goto(f"{address}/analyses/{analysis_id}")
    assert "/login" in theirs.url
    page.get_by_role("button", name=re.compile("^Revoke")).first.click()
    expect(page.get_by_text("The link was revoked")).to_be_visible()
    assert theirs.goto(link).status == 404
    assert stranger.request.get(address + film).status == 404
    ana.close()
    stranger.close()


def test_an_admin_makes_an_account_and_the_password_is_changed(
    chrome: Browser, site: tuple[str, str]
) -> None:
    address, _ = site
    root, cy = chrome.new_context(), chrome.new_context()
    page, theirs = root.new_page(), cy.new_page()
    enter(page, address, "root", "/admin/users")
    page.get_by_label("Name to log in with").fill("cy")
    page.get_by_role("button", name="Make the account").click()
    given = page.locator("[data-secret]").inner_text()
    theirs.goto(f"{address}/account")
    theirs.get_by_label("Name").fill("cy")
    theirs.get_by_label("Password").fill(given)
    theirs.get_by_role("button", name="Log in").click()
    theirs.get_by_label("Present password").fill(given)
    theirs.get_by_label("New password", exact=True).fill(accounts.PASSWORD)
    theirs.get_by_label("New password again").fill(accounts.PASSWORD)
    theirs.get_by_role("button", name="Change password").click()
    expect(theirs.get_by_text("Your password was changed")).to_be_visible()
    root.close()
    cy.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    chrome: Browser, site: tuple[str, str], scheme: str
) -> None:
    address, analysis_id = site
    context = chrome.new_context(viewport=DESKTOP, color_scheme=scheme)
    page, complaints = context.new_page(), []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.goto(f"{address}/login")
    look(page)
    enter(page, address, "root", "/account")
    for path in ("/account", "/admin", "/admin/users", f"/analyses/{analysis_id}/shares"):
        page.goto(address + path)
        look(page)
    page.get_by_role("button", name="Make a link").click()
    page.goto(page.get_by_role("textbox", name="The link").input_value())
    look(page)
    context.close()
    assert complaints == []


def test_axe_finds_nothing_on_the_pages_that_are_seen_less_often(
    chrome: Browser, furnished: tuple[str, dict]
) -> None:
    address, values = furnished
    context = chrome.new_context(viewport=DESKTOP, color_scheme="dark")
    page = context.new_page()
    enter(page, address, "root", "/help")
    look(page)
    for path in (
        "/analyses/{running}", "/analyses/{failed}", "/athletes/{athlete}", "/athletes/{athlete}/edit",
        "/references/{reference}",
    ):  # fmt: skip
        assert page.goto(address + path.format(**values)).status == 200
        look(page)
    context.close()


def look(page: Page) -> None:
    """Accessible, and no wider than a telephone."""
    violations = Axe().run(page, options=RULES)
    assert [f"{v['id']}: {v['nodes'][0]['html'][:150]}" for v in violations.response["violations"]] == [], (
        page.url
    )
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url
    page.set_viewport_size(DESKTOP)
