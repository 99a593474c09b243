"""Chromium of the system, driven by Playwright: for looking at pages as their readers do."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# As root there is no sandbox; the rest keeps Chromium from asking the network for things of its own.
_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run", "--disable-quic",
]  # fmt: skip
WIDE, NARROW = 1280, 390
_PATIENCE = 600_000  # ms, which only what hangs takes


@contextmanager
def started_browser(executable: str) -> "Iterator[Browser]":
    """Chromium, as long as the block lasts. No other event loop runs in this thread meanwhile."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=_ARGUMENTS, timeout=_PATIENCE)
        yield browser
        browser.close()


def draws_all_charts(page: "Page") -> None:
    """Bring every chart of a page into sight, and wait until all are drawn."""
    from playwright.sync_api import expect

    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator(".chart:not(:has(svg))")).to_have_count(0, timeout=_PATIENCE)
    waits_for_charts_being_drawn(page)


def waits_for_charts_being_drawn(page: "Page") -> None:
    """Wait by a selector: a function would be evaluated again and again, which the page's policy forbids."""
    from playwright.sync_api import expect

    expect(page.locator(".chart[aria-busy]")).to_have_count(0, timeout=_PATIENCE)
