"""Two runs beside each other, and the index of a folder with their reports."""

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from simulation.cli.program import Exit
from simulation.validation import Run
from simulation.views.pages.page import beside, in_figures, sections
from simulation.views.pages.report.queries import rows_of
from tests.browser import NARROW, WIDE, assert_reads_well, browser, draws_all_charts, opened
from tests.command_line import answer, mistake

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["browser"]


@pytest.fixture(scope="module")
def folder(tiny_run: Path, tiny_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tiny run, a busier one, and a sweep that was begun."""
    from simulation import load_scenario, simulate

    directory = tmp_path_factory.mktemp("several") / "runs"
    shutil.copytree(tiny_run, directory / "tiny")
    busier = load_scenario(tiny_file, ("demand.sessions_per_day=60",))
    simulate(busier).write(directory / "busier")
    (directory / "demand" / "runs").mkdir(parents=True)
    described = {"scenario": "tiny", "points": [{"demand.sessions_per_day": 20}, {"demand.sessions_per_day": 40}]}
    (directory / "demand" / "sweep.json").write_text(json.dumps(described), encoding="utf-8")
    return directory


# ---------------------------------------------------------------- two runs


@pytest.fixture(scope="module")
def pair(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of both runs."""
    from simulation.views.pages.report import write_report

    page = tmp_path_factory.mktemp("pair") / "pair.html"
    write_report(folder / "tiny", page, folder / "busier")
    return page


@pytest.mark.parametrize(("width", "scheme"), [(WIDE, "light"), (NARROW, "dark")])
def test_two_runs_have_the_sections_of_one_and_no_fault(
    browser: "Browser", pair: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    with opened(browser, pair, width=width, scheme=scheme) as page:
        draws_all_charts(page)
        contents = page.get_by_role("navigation", name="Sections").get_by_role("link").all_inner_texts()
        assert contents == ["Sessions", "Figures", "Personas", "Risk", "Interventions", "Experiments", "Tutors"]
        table = page.get_by_role("region", name="Tutors", exact=True)
        assert table.evaluate("table => table.scrollWidth <= table.clientWidth")
        assert_reads_well(page, width)


def test_charts_of_two_runs_are_on_the_same_scales(browser: "Browser", pair: Path) -> None:
    with opened(browser, pair) as page:
        draws_all_charts(page)
        for name in ("sessions_by_day", "of_rating", "tutors_by_signal", "persona_total_sessions_30d"):
            charts = page.locator(f'[data-alike="{name}"]')
            ticks = [charts.nth(nth).locator(".role-axis-label").all_inner_texts() for nth in range(2)]
            assert ticks[0][-1] == ticks[1][-1]
            assert set(ticks[0]) == set(ticks[1])


def test_figures_of_two_runs_stand_beside_each_other_with_their_difference(
    browser: "Browser", pair: Path, folder: Path
) -> None:
    tiny, busier = (
        rows_of(Run.of_directory(folder / name), "headline")["headline"][0]["sessions"] for name in ("tiny", "busier")
    )
    with opened(browser, pair) as page:
        row = page.locator("table.beside tr").filter(has=page.get_by_role("rowheader", name="sessions", exact=True))
        assert row.locator("td").all_inner_texts() == [f"{tiny:,}", f"{busier:,}", f"{busier - tiny:+,}"]


def test_rows_of_two_tables_meet_by_their_key_and_numbers_have_a_difference() -> None:
    one: list[dict[str, Any]] = [
        {"id": "a", "rating": 4.0, "status": "active"},
        {"id": "b", "rating": None, "status": "left"},
    ]
    other: list[dict[str, Any]] = [
        {"id": "b", "rating": 3.0, "status": "left"},
        {"id": "c", "rating": 2.0, "status": "active"},
    ]
    assert beside([one, other], "id", "rating", "status") == [
        ("a", 4.0, None, None, "active", None), ("b", None, 3.0, None, "left", "left"),
        ("c", None, 2.0, None, None, "active"),
    ]  # fmt: skip
    assert beside([one, [{**one[0], "rating": 3.5}]], "id", "rating")[0] == ("a", 4.0, 3.5, -0.5)


def test_numbers_have_separators_the_places_that_are_asked_for_and_a_true_minus() -> None:
    assert [in_figures(value) for value in (22622, 1234.5, 22512.0, 0.7012, None, "words")] == [
        "22,622", "1,234.5", "22,512", "0.7012", "", "words",
    ]  # fmt: skip
    assert [in_figures(value, "+.2f") for value in (0.5, -0.5, 0.0)] == ["+0.50", "\N{MINUS SIGN}0.50", "0.00"]


def test_contents_are_the_headings_that_have_an_id_in_short_where_they_say_so() -> None:
    content = '<h2>A</h2><h2 id="b" data-short="B">Long b</h2><h3 id="c">C</h3><h2 id="d">D &amp; e</h2>'
    assert sections(content) == [("b", "B"), ("d", "D &amp; e")]


def test_the_page_of_two_runs_has_the_names_of_both(
    folder: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("tiny", "busier"):
        shutil.copytree(folder / name, tmp_path / name)
    told = answer(capsys, "report", tmp_path / "tiny", tmp_path / "busier")
    assert (told.code, told.out) == (0, f"{tmp_path / 'tiny-busier.html'}\n")
    said = mistake(capsys, "report", tmp_path / "tiny", tmp_path / "busy")
    assert said.startswith(f"{tmp_path / 'busy'}: there is no such directory; did you mean {tmp_path / 'busier'}?")


# ---------------------------------------------------------------- a folder


def test_a_folder_has_an_index_that_leads_to_the_reports_that_are_there(
    folder: Path, capsys: pytest.CaptureFixture[str], browser: "Browser"
) -> None:
    told = answer(capsys, "report", folder)
    assert (told.code, told.out, told.err) == (0, f"{folder / 'index.html'}\n", "")
    (folder / "tiny.html").write_text("a report", encoding="utf-8")
    assert "exists" in mistake(capsys, "report", folder, expected=Exit.EXISTS)
    assert answer(capsys, "report", folder, "--force").code == 0
    (folder / "tiny.html").unlink()
    with opened(browser, folder / "index.html", width=NARROW, scheme="dark", charts=False) as page:
        assert page.locator("a[href$='.html']").all_inner_texts() == ["tiny"]
        runs, studies = (page.get_by_role("region", name=name, exact=True) for name in ("Runs", "Studies"))
        assert runs.locator("tbody td:first-child").all_inner_texts() == ["busier", "tiny"]
        sessions = rows_of(Run.of_directory(folder / "tiny"), "headline")["headline"][0]["sessions"]
        assert f"{sessions:,}" in runs.locator("tbody tr").last.all_inner_texts()[0]
        assert "demand.sessions_per_day" in (studies.locator("tbody").text_content() or "")
        assert_reads_well(page, NARROW)


def test_reports_of_a_folder_share_one_script_and_those_that_are_there_stay(
    folder: Path, capsys: pytest.CaptureFixture[str], browser: "Browser", tmp_path: Path
) -> None:
    shutil.copytree(folder, tmp_path / "runs", ignore=shutil.ignore_patterns("*.html"))
    (tmp_path / "runs" / "busier.html").write_text("mine", encoding="utf-8")
    assert answer(capsys, "report", tmp_path / "runs", "--reports").code == 0
    (script,) = (tmp_path / "runs").glob("*.js")
    assert (tmp_path / "runs" / "busier.html").read_text(encoding="utf-8") == "mine"
    report = tmp_path / "runs" / "tiny.html"
    assert report.stat().st_size < script.stat().st_size
    with opened(browser, report) as page:
        draws_all_charts(page)
        assert page.locator(".chart svg").count() > 25


def test_a_run_that_cannot_be_read_is_told_and_does_not_keep_others_out(
    folder: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    shutil.copytree(folder, tmp_path / "runs", ignore=shutil.ignore_patterns("*.html"))
    for table in (tmp_path / "runs" / "tiny").glob("sessions.*"):
        table.write_bytes(b"no table")
    told = answer(capsys, "report", tmp_path / "runs")
    assert told.code == 0
    (line,) = told.err.splitlines()
    assert line.startswith("warning: ")
    assert "sessions" in line
    page = (tmp_path / "runs" / "index.html").read_text(encoding="utf-8")
    assert "<tr><td>busier</td>" in page
    assert "<tr><td>tiny</td>" not in page


def test_where_there_is_neither_a_run_nor_a_folder_of_them_one_line_says_so(
    tiny_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "has no run.json, so it is no run" in mistake(capsys, "report", tmp_path)
    said = mistake(capsys, "report", tiny_run, "--reports")
    assert "--reports is for a folder of runs" in said
