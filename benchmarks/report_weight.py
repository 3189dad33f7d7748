"""What the first load of a report costs in a real browser: bytes over the wire by kind, and time until it answers.

    python -m benchmarks.report_weight http://127.0.0.1:8000/analyses/ID [RUNS]

The film answers when its first frame is on the screen with the skeleton over it and the keys work. Each run has an
empty cache. The film and the 3D module are not counted: the first is the coach's own, the second is fetched when the second
view is opened. The page is scrolled to its end, so that the charts are counted too. Needs Chromium.
"""

from __future__ import annotations

import shutil
import statistics
import sys
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = ("--headless", "--no-sandbox", "--no-first-run", "--disable-background-networking")
LIMIT_BYTES = 250_000
NOT_COUNTED = {"Media"}
USABLE = "canvas.overlay[data-row]:not([data-row=''])"
# The page itself notes when: what is asked from outside comes later by the way there.
WATCH = f"""(() => {{ const look = () => {{
  if (document.querySelector("{USABLE}")) document.documentElement.dataset.usable = performance.now();
  else requestAnimationFrame(look); }}; look(); }})()"""


@dataclass(frozen=True)
class Load:
    """Bytes as they came over the wire (compressed, with headers) by kind; milliseconds until the film answers."""

    bytes_by_kind: dict[str, int]
    addresses: dict[str, int]
    usable_ms: float

    @property
    def total(self) -> int:
        """What counts."""
        return sum(size for kind, size in self.bytes_by_kind.items() if kind not in NOT_COUNTED)


def measure(browser: Browser, report: str) -> Load:
    """Load a report once with an empty cache."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})  # a profile of its own
    try:
        return _measure(page, report)
    finally:
        page.close()


def _measure(page: Page, report: str) -> Load:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    kinds: dict[str, tuple[str, str]] = {}
    sizes: dict[str, int] = defaultdict(int)

    def begun(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = (event.get("type", "Other"), event["request"]["url"])

    def ended(event: dict[str, Any]) -> None:
        sizes[event["requestId"]] += int(event["encodedDataLength"])

    session.on("Network.requestWillBeSent", begun)
    session.on("Network.loadingFinished", ended)
    page.add_init_script(WATCH)
    page.goto(report, wait_until="commit")
    usable_ms = page.wait_for_selector("html[data-usable]").get_attribute("data-usable")
    page.locator("[data-charts]").scroll_into_view_if_needed()
    page.wait_for_selector(".u-over")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_load_state("networkidle")
    by_kind: dict[str, int] = defaultdict(int)
    for request, size in sizes.items():
        by_kind[kinds.get(request, ("Other", ""))[0]] += size
    addresses = {kinds[request][1]: size for request, size in sizes.items() if request in kinds}
    return Load(dict(by_kind), addresses, float(usable_ms))


def main() -> None:
    """Print what was measured."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        loads = [measure(browser, sys.argv[1]) for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 1)]
        browser.close()
    load = loads[0]
    for kind, size in sorted(load.bytes_by_kind.items(), key=lambda item: -item[1]):
        print(f"{size / 1000:9.1f} kB  {kind}{'  (not counted)' if kind in NOT_COUNTED else ''}")
    print(f"{load.total / 1000:9.1f} kB  in all, of {LIMIT_BYTES / 1000:.0f}")
    for address, size in sorted(load.addresses.items(), key=lambda item: -item[1])[:8]:
        print(f"{size / 1000:9.1f} kB  {address.split('/', 3)[-1]}")
    times = [load.usable_ms for load in loads]
    print(f"{statistics.median(times):9.0f} ms until the film answers (median of {len(times)}; ", end="")
    print(f"all: {', '.join(f'{time:.0f}' for time in times)})")


if __name__ == "__main__":
    main()
