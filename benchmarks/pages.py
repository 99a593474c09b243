"""How long a reader waits for a page: from asking Chromium for it until its first chart is drawn, and until all are."""

import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

from tools.chromium import WIDE, draws_all_charts, started_browser


def browser_is_here() -> bool:
    """Whether pages can be opened: Chromium of the system, and Playwright, which drives it."""
    return shutil.which("chromium") is not None and find_spec("playwright") is not None


def seconds_to_charts(page: Path, repetitions: int) -> Iterator[tuple[float, float]]:
    """Open a page from disk so often, with nothing kept from before: seconds to its first chart, and to all of them."""
    with started_browser(shutil.which("chromium") or "chromium") as browser:
        for _ in range(repetitions):
            context = browser.new_context(viewport={"width": WIDE, "height": 900}, offline=True)
            opened = context.new_page()
            start = perf_counter()
            opened.goto(page.resolve().as_uri(), wait_until="commit")
            opened.locator(".chart svg").first.wait_for(state="attached")
            first = perf_counter() - start
            draws_all_charts(opened)
            yield first, perf_counter() - start
            context.close()
