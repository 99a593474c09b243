"""Pages in a real browser: Chromium of the system, driven by Playwright."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from tests.needs import needs
from tests.waiting import PATIENCE
from tools.chromium import NARROW, WIDE, draws_all_charts, started_browser, waits_for_charts_being_drawn

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["NARROW", "WIDE", "accessibility_faults", "assert_reads_well", "browser", "draws_all_charts", "opened"]


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Chromium for the tests of a module; closed after them, since others run event loops of their own."""
    with started_browser(needs("chromium")) as started:
        yield started


@contextmanager
def opened(
    browser: "Browser",
    file: Path,
    fragment: str = "",
    *,
    width: int = WIDE,
    scheme: Literal["light", "dark"] = "light",
    timezone: str | None = None,
    charts: bool = True,
) -> "Iterator[Page]":
    """A page opened from disk, with its charts in sight drawn, if it has any.

    Fails where it reports an error or asks for anything else.
    """
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True, timezone_id=timezone
    )
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    reported: list[str] = []
    page.on("console", lambda message: reported.append(message.text))
    page.on("pageerror", lambda error: reported.append(str(error)))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{file.resolve().as_uri()}{fragment}")
    if charts:
        page.locator(".chart svg").first.wait_for(state="attached")
    waits_for_charts_being_drawn(page)
    yield page
    assert not reported, reported
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    context.close()


def assert_reads_well(page: "Page", width: int) -> None:
    """Axe finds no fault in a page, and it is no wider than its window."""
    faults = accessibility_faults(page)
    assert faults == [], faults
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def accessibility_faults(page: "Page") -> list[str]:
    """What axe finds at fault in a page, in words."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{fault['id']}: {fault['help']}: {node['html'][:200]}" for fault in found for node in fault["nodes"]]
