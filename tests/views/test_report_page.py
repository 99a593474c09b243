"""The report of a production run, opened in a real browser as a reader would."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from simulation.views.pages.report import write_report
from simulation.views.pages.timeline import write_timeline_page
from simulation.views.timeline import timelines_of
from tests.browser import NARROW, WIDE, accessibility_faults, assert_reads_well, browser, draws_all_charts, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["browser"]
LARGEST = 8_000_000


@pytest.fixture(scope="module")
def production(production_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a production run."""
    page = tmp_path_factory.mktemp("production") / "run.html"
    write_report(production_run, page)
    return page


def test_a_timeline_page_of_production_opens_and_has_no_fault(
    browser: "Browser", production_run: Path, tmp_path: Path
) -> None:
    found = timelines_of(production_run)
    page_of_one = tmp_path / "T0042.html"
    write_timeline_page("production", [found["T0042"]], found.rules, page_of_one, force=True)
    with opened(browser, page_of_one) as page:
        draws_all_charts(page)
        assert page.get_by_role("heading", level=2).first.inner_text() == "T0042, tutor"
        assert page.locator("figure svg").count() >= 3
        assert accessibility_faults(page) == []


def test_the_report_of_production_is_small_enough_to_be_sent(production: Path) -> None:
    assert production.stat().st_size <= LARGEST


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_all_charts_are_drawn_without_a_fault_in_light_and_dark_wide_and_narrow(
    browser: "Browser", production: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    with opened(browser, production, width=width, scheme=scheme) as page:
        draws_all_charts(page)
        assert page.locator("main > :not(dialog) svg, main > svg, main figure svg").count() > 25
        assert_reads_well(page, width)


def test_tutors_are_filtered_by_risk_and_sorted_by_a_column(browser: "Browser", production: Path) -> None:
    with opened(browser, production) as page:
        table = page.get_by_role("region", name="Tutors", exact=True)
        searched = page.locator(".searched").last
        searched.get_by_label("Risk").select_option("Medium")
        assert set(table.locator("tbody tr:visible td:nth-child(2)").all_inner_texts()) == {"Medium"}
        table.get_by_role("button", name="rating").click()
        ratings = [float(text) for text in table.locator("tbody tr:visible td:nth-child(6)").all_inner_texts()]
        assert ratings == sorted(ratings)
        assert len(set(ratings)) > 1


@pytest.mark.parametrize("width", [WIDE, 1920, NARROW])
def test_the_table_of_tutors_fits_its_window_or_keeps_names_and_marks_in_sight(
    browser: "Browser", production: Path, width: int
) -> None:
    with opened(browser, production, width=width) as page:
        table = page.get_by_role("region", name="Tutors", exact=True)
        gone = table.locator("tbody tr").filter(has=page.locator("td:last-child", has_text="left"))
        assert gone.count()
        assert set(gone.locator("td:first-child .mark").all_inner_texts()) == {"left"}
        if width != NARROW:
            assert table.evaluate("table => table.scrollWidth <= table.clientWidth")
        table.evaluate("table => table.scrollLeft = table.scrollWidth")
        mark, edge = gone.locator(".mark").first.bounding_box(), table.bounding_box()
        assert mark is not None
        assert edge is not None
        assert mark["x"] >= edge["x"]


def test_a_tutor_opens_from_the_table_and_closes_by_the_keyboard(browser: "Browser", production: Path) -> None:
    with opened(browser, production) as page:
        link = page.locator(".searched").last.locator("tbody a").first
        tutor = link.inner_text()
        link.press("Enter")
        dialog = page.get_by_role("dialog")
        dialog.locator("svg").first.wait_for()
        assert dialog.get_by_role("heading", level=2).inner_text() == f"{tutor}, tutor"
        assert page.url.endswith(f"#{tutor}")
        assert accessibility_faults(page) == []
        page.keyboard.press("Escape")
        dialog.wait_for(state="hidden")
        assert not page.url.endswith(f"#{tutor}")
        assert page.evaluate("document.activeElement.textContent") == tutor


def test_the_pages_address_opens_a_tutor_and_going_back_closes_it(browser: "Browser", production: Path) -> None:
    with opened(browser, production, "#T0042") as page:
        assert page.get_by_role("dialog").get_by_role("heading", level=2).inner_text() == "T0042, tutor"
    with opened(browser, production) as page:
        page.locator(".searched").last.locator("tbody a").first.click()
        page.get_by_role("dialog").locator("svg").first.wait_for()
        page.go_back()
        page.get_by_role("dialog").wait_for(state="hidden")
