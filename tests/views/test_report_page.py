"""The report of a production run, opened in a real browser as a reader would."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from simulation.views.pages.report import write_report
from simulation.views.pages.timeline import write_timeline_page
from simulation.views.timeline import timelines_of
from tests.browser import NARROW, WIDE, accessibility_faults, assert_reads_well, browser, draws_all_charts, opened
from tests.waiting import until

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
        searched.get_by_role("combobox", name="Risk").select_option("Medium")
        assert set(table.locator("tbody tr:visible td:nth-child(2)").all_inner_texts()) == {"Medium"}
        table.get_by_role("button", name="rating").click()
        ratings = [float(text) for text in table.locator("tbody tr:visible td:nth-child(6)").all_inner_texts()]
        assert ratings == sorted(ratings)
        assert len(set(ratings)) > 1


@pytest.mark.parametrize("width", [NARROW, WIDE, 1920])
def test_the_table_of_tutors_fits_its_window_with_names_risk_and_who_left(
    browser: "Browser", production: Path, width: int
) -> None:
    with opened(browser, production, width=width) as page:
        table = page.get_by_role("region", name="Tutors", exact=True)
        assert table.evaluate("table => table.scrollWidth <= table.clientWidth")
        shown = table.locator("th:visible").all_inner_texts()
        assert shown[:3] == ["tutor", "risk", "churn probability"]
        assert (len(shown) == 11) == (width == 1920)
        gone = table.locator("tbody tr").filter(has=page.locator("td:last-child", has_text="left"))
        assert gone.count()
        assert set(gone.locator("td:first-child .mark").all_inner_texts()) == {"left"}


def test_the_reader_chooses_columns_which_then_stay(browser: "Browser", production: Path) -> None:
    with opened(browser, production, width=NARROW) as page:
        table, chooser = page.get_by_role("region", name="Tutors", exact=True), page.locator("details.columns")
        before = table.locator("th:visible").count()
        assert chooser.locator("summary").inner_text() == f"Columns {before} of 11"
        chooser.locator("summary").press("Enter")
        page.get_by_label("subject").press("Space")
        assert table.locator("th:visible").last.inner_text() == "subject"
        assert chooser.locator("summary").inner_text() == f"Columns {before + 1} of 11"
        page.set_viewport_size({"width": NARROW - 10, "height": 900})
        assert table.locator("th:visible").last.inner_text() == "subject"
        assert accessibility_faults(page) == []


def test_figures_of_a_column_have_the_same_places_and_stand_at_its_right(browser: "Browser", production: Path) -> None:
    with opened(browser, production) as page:
        table = page.get_by_role("region", name="Tutors", exact=True)
        for column, decimals in ((3, 3), (6, 2), (7, 0)):
            cells = table.locator(f"tbody td:nth-child({column}).number").all_inner_texts()
            assert {len(text.partition(".")[2]) for text in cells} == {decimals}
        assert table.locator("th.number").first.evaluate("head => getComputedStyle(head).textAlign") == "right"
        sessions = page.locator("dl.figures div").filter(has_text="sessions").locator("dd")
        assert re.fullmatch(r"\d\d,\d{3}", sessions.inner_text())


# ---------------------------------------------------------------- contents


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_the_contents_stay_in_sight_and_mark_the_section_that_is_read(
    browser: "Browser", production: Path, width: int
) -> None:
    with opened(browser, production, width=width) as page:
        contents = page.get_by_role("navigation", name="Sections")
        current = contents.locator("[aria-current]")
        contents.get_by_role("link", name="Risk").press("Enter")
        until(lambda: current.all_inner_texts() == ["Risk"])
        heading = page.get_by_role("heading", name="Churn risk and its signals").bounding_box()
        bar = contents.bounding_box()
        assert heading is not None
        assert bar is not None
        assert 0 <= bar["y"] < 100
        assert heading["y"] >= (bar["y"] + bar["height"] if width == NARROW else 0)
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        until(lambda: current.all_inner_texts() == ["Tutors"])
        place = current.bounding_box()
        assert place is not None
        assert 0 <= place["x"] <= place["x"] + place["width"] <= width


# ---------------------------------------------------------------- timelines


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
