"""Looking at the report's player in tests: what is drawn, and what the server says of it."""

from __future__ import annotations

import urllib.request

from playwright.sync_api import Page, expect

SMALL = (160, 90)


def get(report: str, path: str) -> bytes:
    url, analysis_id = report.rsplit("/analyses/", 1)
    with urllib.request.urlopen(f"{url}/videos/{analysis_id}/{path}") as answer:
        return answer.read()


def at_row(page: Page, row: int) -> None:
    expect(page.locator("[data-player] canvas.overlay")).to_have_attribute("data-row", str(row))


def painted(page: Page, canvas: str) -> int:
    return page.evaluate(
        """name => { const c = document.querySelector(name);
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        let n = 0; for (let i = 3; i < d.length; i += 4) n += d[i] > 0; return n; }""",
        canvas,
    )
