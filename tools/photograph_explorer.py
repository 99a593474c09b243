"""Take the pictures of the explorer that its document shows, light and dark, wide and narrow.

    python -m tools.photograph_explorer docs/pictures

Needs Chromium of the system and Playwright (`pip install .[test]`).
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tools.chromium import NARROW, WIDE, started_browser
from tools.take_screenshots import Scheme

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BASE, CHANGED = {"scenario": "dev"}, {"scenario": "dev", "sessions.attendance.no_show_probability_per_count": "0.04"}
PAGES = {
    "gallery": "/",
    "scenario": f"/scenario?{urlencode(CHANGED)}",
    "comparison": f"/compare?{urlencode({'base': urlencode(BASE), 'other': urlencode(CHANGED), 'pairs': 10})}",
}
# What the document shows: a page, how wide, and in which colours.
PICTURES: tuple[tuple[str, str, Scheme], ...] = (
    ("gallery", "wide", "light"), ("scenario", "wide", "light"), ("scenario", "wide", "dark"),
    ("scenario", "narrow", "light"), ("comparison", "wide", "light"), ("comparison", "narrow", "dark"),
)  # fmt: skip
WIDTHS = {"wide": WIDE, "narrow": NARROW}
HEIGHT = 1100
PATIENCE = 600_000  # ms


def main(pictures: str) -> None:
    """Serve the explorer, simulate what its pages show, and take pictures of them into a directory."""
    executable = shutil.which("chromium")
    if executable is None:
        raise SystemExit("chromium is not installed")
    command = [sys.executable, "-m", "simulation", "explore", "--no-browser"]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process,  # noqa: S603 -- our own command
        started_browser(executable) as browser,
    ):
        assert process.stdout is not None  # noqa: S101 -- it is a pipe
        address = process.stdout.readline().strip()
        prepare(browser, address)
        for name, width, scheme in PICTURES:
            page = opened(browser, address, PAGES[name], WIDTHS[width], scheme)
            page.screenshot(path=Path(pictures) / f"explorer-{name}-{width}-{scheme}.png")
            page.context.close()
        process.terminate()


def prepare(browser: "Browser", address: str) -> None:
    """Carry out what the pages are to show."""
    page = opened(browser, address, PAGES["scenario"], WIDE, "light")
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("link", name="Open the report").wait_for(timeout=PATIENCE)
    page.goto(address.partition("/?")[0] + PAGES["comparison"])
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_role("link", name="Save the page").wait_for(timeout=PATIENCE)
    page.context.close()


def opened(browser: "Browser", address: str, path: str, pixels: int, scheme: Scheme) -> "Page":
    """A page of the explorer, its charts drawn."""
    context = browser.new_context(viewport={"width": pixels, "height": HEIGHT}, color_scheme=scheme)
    page = context.new_page()
    page.goto(address)
    page.goto(address.partition("/?")[0] + path)
    page.wait_for_load_state("networkidle")
    return page


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m tools.photograph_explorer PICTURES_DIR")
    main(sys.argv[1])
