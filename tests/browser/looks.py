"""Looking at the pages in tests, and the steps that more than one test takes on them."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np
from playwright.sync_api import Page, expect

SMALL = (160, 90)
ANALYSIS_S = 600


def get(report: str, path: str) -> bytes:
    url, analysis_id = report.rsplit("/analyses/", 1)
    with urllib.request.urlopen(f"{url}/videos/{analysis_id}/{path}") as answer:
        return answer.read()


def pictures(film: Path) -> np.ndarray:
    """Every frame of a video, small and grey: (T, 90, 160)."""
    with av.open(str(film)) as container:
        frames = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    return np.stack(
        [cv2.resize(frame, SMALL, interpolation=cv2.INTER_AREA).astype(float) for frame in frames]
    )


def seen(page: Page) -> np.ndarray:
    """What the video element shows, small and grey."""
    grey = page.evaluate(
        """([w, h]) => { const c = document.createElement('canvas'); [c.width, c.height] = [w, h];
        const x = c.getContext('2d'); x.imageSmoothingQuality = 'high';
        x.drawImage(document.querySelector('[data-screen] video'), 0, 0, w, h);
        const d = x.getImageData(0, 0, w, h).data, g = [];
        for (let i = 0; i < d.length; i += 4) g.push(0.299 * d[i] + 0.587 * d[i + 1] + 0.114 * d[i + 2]);
        return g; }""",
        list(SMALL),
    )
    return np.array(grey).reshape(SMALL[1], SMALL[0])


def id_of(report: str) -> str:
    return report.rsplit("/", 1)[1]


def until_report(page: Page) -> None:
    """Wait on the page of an analysis until it is a report; the reason is the message when it never is."""
    report = page.get_by_role("heading", name="The numbers", exact=True)
    failed = page.get_by_role("button", name="Try again")
    expect(report.or_(failed)).to_be_visible(timeout=ANALYSIS_S * 1000)
    assert failed.count() == 0, page.inner_text("main")


def until(condition: Callable[[], bool], within_s: float = 10.0) -> None:
    """Wait for what no locator can wait for."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


def at_row(page: Page, row: int) -> None:
    expect(page.locator("[data-player] canvas.overlay")).to_have_attribute("data-row", str(row))


def drag_mark(page: Page, event: str, dx: float) -> None:
    """Move an event's mark by ``dx`` pixels of the page: with a finger where there is a touch screen."""
    disc = page.locator(f"[data-marks] [data-event={event}] .number")
    disc.scroll_into_view_if_needed()
    box = disc.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    places = [x + dx * step / 4 for step in range(1, 5)]
    if page.evaluate("navigator.maxTouchPoints"):
        touch = fingers(page)
        touch("touchStart", (x, y))
        for place in places:
            touch("touchMove", (place, y))
        touch("touchEnd")
        return
    page.mouse.move(x, y)
    page.mouse.down()
    for place in places:
        page.mouse.move(place, y)
    page.mouse.up()


def fingers(page: Page) -> Callable[..., None]:
    """``touch(kind, *points)``: what fingers do on a touch screen, as the browser itself gets it."""
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        marks = [{"x": x, "y": y, "id": k} for k, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": marks})

    return touch


def make_link(page: Page) -> str:
    """A link for seven days, from the page where links are made."""
    page.get_by_label("Works for").select_option("7")
    page.get_by_role("button", name="Make a link").click()
    return page.get_by_role("textbox", name="The link").input_value()


def painted(page: Page, canvas: str) -> int:
    return page.evaluate(
        """name => { const c = document.querySelector(name);
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        let n = 0; for (let i = 3; i < d.length; i += 4) n += d[i] > 0; return n; }""",
        canvas,
    )
