"""What all pages have in common, seen in a real browser."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from simulation.views.pages.charts import framed, rows
from simulation.views.pages.page import environment, write_page
from tests.browser import NARROW, WIDE, assert_reads_well, browser, draws_all_charts, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["browser"]
HOSTILE = "</script><img src=x onerror=alert(1)>"
TEMPLATE = """
{% extends "frame.html" %}
{% from "parts.html" import chart, figures, table %}
{% block title %}{{ name }}{% endblock %}
{% block content %}
<h1>{{ name }}</h1>
{{ figures([(name, name)]) }}
<h2>{{ name }}</h2>
{{ chart("bars", name, name) }}
<h2 id="tutors">Tutors</h2>
{{ table("tutors", columns, tutors) }}
{% endblock %}
"""


@pytest.fixture(scope="module")
def page_of_a_table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with a chart and a table, in whose words markup stands."""
    import altair as alt

    bars = alt.Chart(rows([{"name": HOSTILE, "count": 3}, {"name": "b", "count": 1}])).mark_bar()
    chart = framed(bars.encode(x="count:Q", y="name:N"), HOSTILE)
    out = tmp_path_factory.mktemp("pages") / "page.html"
    tutors: list[tuple[object, ...]] = [
        ("T0002", HOSTILE, 10.2), ("T0010", "Maths", 9.25), ("T0001", "Science", None), ("T0003", "Maths", 10.05),
        *((f"T{number:04}", "English", number) for number in range(20, 25)),
    ]  # fmt: skip
    columns = ["tutor", HOSTILE, "rating"]
    write_page(environment().from_string(TEMPLATE), out, {"bars": chart}, name=HOSTILE, columns=columns, tutors=tutors)
    return out


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_page_has_no_fault_of_accessibility_and_fits_its_window(
    browser: "Browser", page_of_a_table: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    with opened(browser, page_of_a_table, width=width, scheme=scheme) as page:
        draws_all_charts(page)
        assert_reads_well(page, width)


def test_what_stands_in_the_data_is_text_and_never_markup(browser: "Browser", page_of_a_table: Path) -> None:
    with opened(browser, page_of_a_table) as page:
        draws_all_charts(page)
        assert page.locator("img").count() == 0
        assert page.locator("h1").inner_text() == HOSTILE


def test_a_head_sorts_its_column_up_and_then_down(browser: "Browser", page_of_a_table: Path) -> None:
    with opened(browser, page_of_a_table) as page:
        ratings = page.locator("tbody td:nth-child(3)")
        head = page.get_by_role("button", name="rating")
        head.press("Enter")
        assert ratings.all_inner_texts() == ["", "9.25", "10.05", "10.2", "20", "21", "22", "23", "24"]
        head.click()
        assert ratings.all_inner_texts() == ["24", "23", "22", "21", "20", "10.2", "10.05", "9.25", ""]
        assert page.locator("th").nth(2).get_attribute("aria-sort") == "descending"


def test_words_in_the_search_field_leave_the_rows_that_have_them(browser: "Browser", page_of_a_table: Path) -> None:
    with opened(browser, page_of_a_table) as page:
        page.get_by_label("Search").fill("t001 MATHS")
        assert page.locator("tbody tr:visible td:first-child").all_inner_texts() == ["T0010"]
        assert page.get_by_role("status").inner_text() == "1 of 9"
