"""The explorer as a reader uses it, in a real browser: by pointer and keyboard, light and dark, wide and narrow."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from tests.browser import NARROW, WIDE, assert_reads_well, browser
from tests.explorer.served import Served
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser"]


@contextmanager
def opened(
    browser: "Browser", explorer: Served, *, width: int = WIDE, scheme: Literal["light", "dark"] = "light"
) -> "Iterator[Page]":
    """The tiny scenario's page. Fails where the browser reports anything, or anything is asked of anybody else."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, permissions=["clipboard-read", "clipboard-write"]
    )
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    reported: list[str] = []
    page.on("console", lambda message: reported.append(message.text))
    page.on("pageerror", lambda error: reported.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    asked: list[str] = []
    page.goto(explorer.address)
    yield page
    assert not reported, reported
    assert [url for url in asked if not url.startswith((f"http://{explorer.host}/", "data:"))] == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_pages_have_no_fault_of_accessibility_and_fit_their_window(
    browser: "Browser", explorer: Served, width: int, scheme: Literal["light", "dark"]
) -> None:
    with opened(browser, explorer, width=width, scheme=scheme) as page:
        for path in ("/", "/scenario?scenario=dev&search=rating&days=0", "/compare"):
            page.goto(f"http://{explorer.host}{path}")
            assert_reads_well(page, width)


def test_a_parameter_is_changed_run_and_compared_and_each_step_has_its_address(
    browser: "Browser", explorer: Served, tmp_path: Path
) -> None:
    with opened(browser, explorer) as page:
        page.get_by_label("Days", exact=True).fill("3")
        page.wait_for_url("**days=3")
        page.get_by_label("Mechanisms: burnout").uncheck()
        page.wait_for_url("**mechanisms.burnout=false")
        page.get_by_role("button", name="Run", exact=True).click()
        page.get_by_text("mean rating").wait_for()
        page.locator(".chart svg").nth(1).wait_for()
        page.get_by_role("link", name="Open the report").wait_for()
        assert_reads_well(page, WIDE)
        with page.expect_download() as saved:
            page.get_by_role("link", name="Save the report").click()
        assert saved.value.suggested_filename.endswith("days=3, mechanisms.burnout=false.html")

        page.locator("#at-risk tbody a").first.click()
        page.get_by_role("dialog").get_by_role("heading", level=2).wait_for()
        page.go_back()
        page.get_by_role("link", name="as it is").click()
        page.get_by_label("Pairs").select_option("5")
        page.wait_for_url("**pairs=5")
        page.get_by_role("button", name="Compare", exact=True).click()
        page.get_by_role("link", name="Save the page").wait_for()
        assert page.get_by_role("heading", name="5 pairs").count()
        assert page.locator(".differences tbody svg").count() > 5
        assert_reads_well(page, WIDE)


def test_what_is_allowed_is_said_at_the_control(browser: "Browser", explorer: Served) -> None:
    with opened(browser, explorer) as page:
        tutors = page.get_by_label("Population: tutors", exact=True)
        tutors.fill("0")
        page.wait_for_url("**tutors=0")
        page.locator("#run .error").wait_for()
        told = "--set: population.tutors is 0; allowed is a whole number from 1 to 9999 (tutors)"
        control = page.locator(".control").filter(has=tutors)
        assert control.locator(".error").inner_text() == told
        assert page.get_by_role("button", name="Run", exact=True).count() == 0
        tutors.fill("9")
        page.get_by_role("button", name="Run", exact=True).wait_for()
        assert page.locator(".error").count() == 0


def test_a_slider_moves_its_number_and_the_address(browser: "Browser", explorer: Served) -> None:
    with opened(browser, explorer) as page:
        page.get_by_label("Interventions: withheld, slider").fill("0.5")
        page.wait_for_url("**interventions.withheld=0.5")
        assert page.get_by_label("Interventions: withheld", exact=True).input_value() == "0.5"
        page.get_by_text("--set interventions.withheld=0.5").wait_for()


def test_any_other_parameter_is_found_by_its_words(browser: "Browser", explorer: Served) -> None:
    with opened(browser, explorer) as page:
        page.get_by_label("Find any other parameter").fill("first penalty")
        penalty = page.get_by_label("Sessions, scores: first session penalty", exact=True)
        penalty.fill("-1")
        page.wait_for_url("**sessions.scores.first_session_penalty=-1**")
        page.get_by_label("Find any other parameter").fill("")
        page.wait_for_url("**first_session_penalty=-1")
        assert penalty.input_value() == "-1"


def test_going_back_takes_a_change_back(browser: "Browser", explorer: Served) -> None:
    with opened(browser, explorer) as page:
        days = page.get_by_label("Days", exact=True)
        days.fill("5")
        page.wait_for_url("**days=5")
        page.get_by_label("Seed", exact=True).fill("8")
        page.wait_for_url("**seed=8**")
        page.go_back()
        page.wait_for_url("**days=5")
        page.get_by_label("Seed", exact=True).and_(page.locator("[value='7']")).wait_for()
        assert days.input_value() == "5"


def test_by_keyboard_alone_a_run_is_started_and_cancelled(browser: "Browser", explorer: Served) -> None:
    with opened(browser, explorer) as page:
        page.get_by_label("Days", exact=True).focus()
        page.keyboard.press("Control+A")
        page.keyboard.type("900")
        page.wait_for_url("**days=900")
        run = page.get_by_role("button", name="Run", exact=True)
        for _ in range(80):
            if run.evaluate("button => button === document.activeElement"):
                break
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_role("progressbar").wait_for()
        assert page.evaluate("document.activeElement.textContent") == "Cancel"
        page.keyboard.press("Enter")
        page.get_by_text("Cancelled.").wait_for()
        assert page.evaluate("document.activeElement.textContent") == "Run"


def test_a_text_is_copied(browser: "Browser", explorer: Served) -> None:
    with opened(browser, explorer) as page:
        page.get_by_role("button", name="Copy: Command").click()
        page.get_by_text("copied").wait_for(state="attached")
        assert page.evaluate("navigator.clipboard.readText()").startswith("python -m simulation run ")
