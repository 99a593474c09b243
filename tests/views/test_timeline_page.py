"""The timeline of some tutors and students as a page, seen in a real browser."""

import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from attrs import evolve

from simulation.cli.program import Exit
from simulation.views.pages.page import environment, write_page
from simulation.views.pages.timeline.charts import timeline_charts
from simulation.views.pages.timeline.page import write_timeline_page
from simulation.views.pages.timeline.values import timeline_value, timeline_values
from simulation.views.timeline import Timelines
from tests.browser import NARROW, WIDE, accessibility_faults, assert_reads_well, browser, draws_all_charts, opened
from tests.command_line import answer, mistake

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser"]
HOSTILE = "</script><img src=x onerror=alert(1)>"
ACROSS_THE_DATE_LINE = "Pacific/Auckland"


@pytest.fixture(scope="module")
def student(timelines: Timelines) -> str:
    """A student who had a session in the window."""
    return next(
        student_id
        for student_id in timelines.student_ids
        if any(entry.kind == "session" for entry in timelines[student_id].entries)
    )


@pytest.fixture(scope="module")
def page_of_two(timelines: Timelines, written_to: str, student: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a tutor and a student."""
    out = tmp_path_factory.mktemp("timelines") / "two.html"
    write_timeline_page("tiny", [timelines[written_to], timelines[student]], timelines.rules, out)
    return out


@pytest.fixture(scope="module")
def unfolded(browser: "Browser", page_of_two: Path) -> "Iterator[Page]":
    """That page as it is printed, with everything drawn and open; to be read only."""
    with opened(browser, page_of_two) as page:
        draws_all_charts(page)
        yield page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_page_of_timelines_has_no_fault_of_accessibility_and_fits_its_window(
    browser: "Browser", page_of_two: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    with opened(browser, page_of_two, width=width, scheme=scheme) as page:
        draws_all_charts(page)
        assert page.locator("details[open]").count() == page.locator("details").count() > 2
        assert_reads_well(page, width)


def test_the_calendar_has_a_bar_for_each_session_and_a_row_for_each_day(
    unfolded: "Page", timelines: Timelines, written_to: str, student: str
) -> None:
    for agent in (written_to, student):
        value = timeline_value(timelines[agent], timelines.rules)
        article = unfolded.locator(f"article#{agent}")
        assert article.locator(".sessions_marks path").count() == len(value["bars"])
        assert article.locator(".marks_marks path").count() == len(value["marks"])
        assert article.locator(".days_marks path").count() == value["days"]


def test_readers_in_all_time_zones_see_the_local_times_of_the_run(browser: "Browser", page_of_two: Path) -> None:
    told = []
    for timezone in ("UTC", ACROSS_THE_DATE_LINE):
        with opened(browser, page_of_two, timezone=timezone) as page:
            draws_all_charts(page)
            told.append((page.locator("svg text").all_text_contents(), page.locator("article").all_inner_texts()))
    assert told[0] == told[1]
    assert "Mon 05 Jan" in told[0][0]


def test_the_account_of_an_intervention_adds_up_on_the_page(
    unfolded: "Page", timelines: Timelines, written_to: str
) -> None:
    churn, offset = timelines.rules.churn, timelines[written_to].facts["score_offset"]
    facts = unfolded.locator(f"article#{written_to} dl.facts").inner_text()
    assert re.search(rf"score offset\s+{offset:g}", facts)
    accounts = unfolded.locator("details.account").all()
    assert accounts
    for account in accounts:
        rows = [row.locator("th, td").all_inner_texts() for row in account.locator("tbody tr").all()]
        for _, compared, counts in rows:
            assert lies_beyond(compared) == ("not" not in compared and "too few" not in compared) == (counts != "0")
        total = sum(int(counts) for *_, counts in rows)
        probability = min(total * churn.probability_per_signal + offset, churn.probability_cap)
        told = account.inner_text()
        assert f"= {total}; {total} x {churn.probability_per_signal:g} + {offset:g} (the tutor's own)" in told
        assert f": {probability:.3f}, " in told
        assert f"at {probability:.3f}, " in account.locator("summary").inner_text()


def lies_beyond(compared: str) -> bool:
    """Whether a value lies where `5.1 below 5.5` or `5.6 not below 5.5` asks, by the numbers alone."""
    found = re.fullmatch(r"(\S+) (?:not )?(below|above) (\S+)", compared)
    if found is None:
        return False
    value, threshold = float(found[1]), float(found[3])
    return value < threshold if found[2] == "below" else value > threshold


def test_the_churn_probability_stands_against_the_levels_of_the_run(unfolded: "Page", timelines: Timelines) -> None:
    churn = timelines.rules.churn
    told = unfolded.locator(".mark-text.role-mark text").all_text_contents()
    assert told == [f"Medium from {churn.medium_risk:g}", f"High from {churn.high_risk:g}"]


def test_all_charts_over_the_days_have_one_axis(unfolded: "Page", written_to: str) -> None:
    lines = unfolded.locator(f"article#{written_to} .value_marks").all()
    spans = {(round(box["x"]), round(box["width"])) for line in lines if (box := line.bounding_box())}
    assert len(lines) == 7
    assert len(spans) == 1


def test_a_click_on_an_intervention_opens_its_account_and_one_on_a_session_its_day(
    browser: "Browser", page_of_two: Path, written_to: str
) -> None:
    with opened(browser, page_of_two) as page:
        draws_all_charts(page)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = false; })")
        article = page.locator(f"article#{written_to}")
        article.locator(".interventions_marks line").first.click(force=True)
        assert article.locator("details.account[open]").count() == 1
        article.locator(".sessions_marks path").first.click(force=True)
        assert article.locator("details.day[open]").count() == 1
        assert page.evaluate("document.activeElement.parentElement.className") == "day"


def test_a_button_opens_all_days_by_keyboard(browser: "Browser", page_of_two: Path, written_to: str) -> None:
    with opened(browser, page_of_two) as page:
        draws_all_charts(page)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = false; })")
        days = page.locator(f"article#{written_to} details.day")
        page.locator(f"article#{written_to}").get_by_role("button", name="Open all").last.press("Enter")
        assert page.locator(f"article#{written_to} details.day[open]").count() == days.count() > 1


def test_the_days_are_told_as_in_the_terminal(
    unfolded: "Page", tiny_run: Path, student: str, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = answer(capsys, "timeline", tiny_run, student).out.splitlines()
    lines = [" ".join(line.split()) for line in unfolded.locator(f"article#{student} li").all_inner_texts()]

    assert lines == [" ".join(line.split()) for line in printed if re.match(r"\d\d:\d\d  ", line)]


def test_a_tutor_to_whom_nobody_wrote_has_scores_and_signals_all_the_same(
    browser: "Browser", timelines: Timelines, at_work: str, tmp_path: Path
) -> None:
    tutor = timelines[at_work]
    entries = tuple(entry for entry in tutor.entries if entry.group != "interventions")
    write_timeline_page("tiny", [evolve(tutor, entries=entries)], timelines.rules, tmp_path / "unwritten.html")
    with opened(browser, tmp_path / "unwritten.html") as page:
        draws_all_charts(page)
        assert page.locator(".value_marks path").count() == 7
        assert page.locator(".interventions_marks").count() == 0


def test_a_signal_of_too_few_sessions_is_told_in_words(
    browser: "Browser", timelines: Timelines, at_work: str, tmp_path: Path
) -> None:
    tutor = timelines[at_work]
    unknown = tuple(
        evolve(risk, readings=tuple(one._replace(value=None) if one.signal == "poor_first_sessions" else one
                                    for one in risk.readings))
        for risk in tutor.risk
    )  # fmt: skip
    write_timeline_page("tiny", [evolve(tutor, risk=unknown)], timelines.rules, tmp_path / "unknown.html")
    with opened(browser, tmp_path / "unknown.html") as page:
        draws_all_charts(page)
        silent = page.locator("figure", has=page.get_by_role("heading", name="Poor first sessions"))
        assert "Too few sessions to say, on all of these days." in silent.inner_text()
        assert page.locator(".value_marks path").count() == 6


def test_who_left_is_told_with_the_moment_and_preferred_hours_end_there(
    browser: "Browser", timelines: Timelines, tmp_path: Path
) -> None:
    left_at = datetime.combine(timelines.first, time(5, 7)) + timedelta(days=2)
    tutor = timelines[next(one for one in timelines.tutor_ids if not timelines[one].facts["weekend_only"])]
    write_timeline_page("tiny", [evolve(tutor, left_at=left_at)], timelines.rules, tmp_path / "left.html")
    with opened(browser, tmp_path / "left.html") as page:
        draws_all_charts(page)
        assert f"Left for good, {left_at:%a %Y-%m-%d %H:%M}." in page.locator("article").inner_text()
        assert page.locator(".preferred_marks path").count() == 3


def test_a_student_has_neither_scores_nor_interventions(unfolded: "Page", student: str) -> None:
    assert unfolded.locator(f"article#{student} h3").all_inner_texts() == ["Calendar", "Day by day"]


def test_where_nothing_happened_the_page_says_so(browser: "Browser", timelines: Timelines, tmp_path: Path) -> None:
    quiet = evolve(timelines["T0001"], entries=(), risk=())
    write_timeline_page("tiny", [quiet], timelines.rules, tmp_path / "quiet.html")
    with opened(browser, tmp_path / "quiet.html") as page:
        draws_all_charts(page)
        told = page.locator("article").inner_text()
        assert "No score was taken in these days." in told
        assert "No interventions in these days." in told
        assert "Nothing happened in these days." in told
        assert accessibility_faults(page) == []


def test_what_stands_in_the_log_is_text_and_never_markup(
    browser: "Browser", timelines: Timelines, written_to: str, tmp_path: Path
) -> None:
    timeline = timelines[written_to]
    entries = tuple(
        evolve(entry, fields={**entry.fields, "subject": HOSTILE}) if "subject" in entry.fields else entry
        for entry in timeline.entries
    )
    hostile = evolve(timeline, agent_id=HOSTILE, facts={**timeline.facts, "primary_subject": HOSTILE}, entries=entries)
    write_timeline_page(HOSTILE, [hostile], timelines.rules, tmp_path / "hostile.html")
    with opened(browser, tmp_path / "hostile.html") as page:
        draws_all_charts(page)
        page.locator(".sessions_marks path").first.hover(force=True)
        page.wait_for_selector("#vg-tooltip-element.visible")
        assert page.locator("#vg-tooltip-element td.value").last.evaluate(
            "cell => cell.scrollWidth <= cell.clientWidth"
        )
        assert HOSTILE in page.locator("#vg-tooltip-element").inner_text()
        assert page.locator("img").count() == 0
        assert HOSTILE in page.locator("details.day").first.inner_text()


def test_several_agents_are_named_with_links_to_each(
    browser: "Browser", page_of_two: Path, written_to: str, student: str
) -> None:
    with opened(browser, page_of_two) as page:
        links = page.get_by_role("navigation", name="Timelines").get_by_role("link")
        assert links.all_inner_texts() == [written_to, student]
        links.last.click()
        page.wait_for_selector(f"article#{student} svg")


OTHER_PAGE = """
{% extends "frame.html" %}
{% from "timeline/parts.html" import timeline_data %}
{% block title %}Any{% endblock %}
{% block style %}{{ as_it_stands("timeline/timeline.css") }}{% endblock %}
{% block content %}
<h1>Any</h1>
{% for agent in timelines.agents %}
<button type="button">{{ agent }}</button>
{% endfor %}
<div id="panel"></div>
{{ timeline_data(timelines) }}
{% endblock %}
{% block script %}
{{ as_it_stands("timeline/timeline.js") }}
for (const button of document.querySelectorAll("main > button"))
  button.addEventListener("click", () => showTimeline(document.getElementById("panel"), button.textContent));
document.querySelector("main > button").click();
{% endblock %}
"""


def test_any_page_shows_one_timeline_after_another_in_the_same_place(
    browser: "Browser", timelines: Timelines, written_to: str, student: str, tmp_path: Path
) -> None:
    shown = timeline_values([timelines[written_to], timelines[student]], timelines.rules)
    charts = timeline_charts(timelines.rules.churn)
    write_page(environment().from_string(OTHER_PAGE), tmp_path / "page.html", charts, timelines=shown)
    with opened(browser, tmp_path / "page.html") as page:
        draws_all_charts(page)
        assert page.locator("#panel h2").all_inner_texts() == [f"{written_to}, tutor"]
        page.get_by_role("button", name=student, exact=True).click()
        draws_all_charts(page)
        assert page.locator("#panel h2").all_inner_texts() == [f"{student}, student"]
        assert page.locator("#panel .chart svg").count() == 1
        page.set_viewport_size({"width": NARROW, "height": 900})  # what was let go of reports no fault
        page.wait_for_function("() => document.querySelector('#panel svg').clientWidth < 390")


# ---------------------------------------------------------------- on the command line


def test_the_command_writes_the_same_page_each_time_and_replaces_one_only_when_forced(
    tiny_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    assert answer(capsys, "timeline", tiny_run, "T0001", "--html", page).out == f"{page}\n"
    before = page.read_bytes()
    assert "--force" in mistake(capsys, "timeline", tiny_run, "T0001", "--html", page, expected=Exit.EXISTS)
    answer(capsys, "timeline", tiny_run, "T0001", "--html", page, "--force")
    assert page.read_bytes() == before
    assert before.count(b"window.vegaEmbed") == 1


def test_the_page_has_the_truth_only_when_it_was_asked_for(
    tiny_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, options in (("known.html", ()), ("truth.html", ("--with-truth",))):
        answer(capsys, "timeline", tiny_run, "T0001", "--html", tmp_path / name, *options)
    assert '["persona",' not in (tmp_path / "known.html").read_text(encoding="utf-8")
    assert '["persona",' in (tmp_path / "truth.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--html", "x.html"), "name a tutor or a student"),
        (("T0001", "--html", "x.html", "--json"), "--json and --html are two things"),
        (("T0099", "--html", "x.html"), "'T0099' is no tutor of this run"),
    ],
)
def test_a_mistake_is_answered_in_one_line_and_leaves_no_page(
    tiny_run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert told in mistake(capsys, "timeline", tiny_run, *arguments)
    assert list(tmp_path.iterdir()) == []


def test_who_left_before_the_days_that_are_shown_left_at_the_time_of_day_that_it_was(
    browser: "Browser", timelines: Timelines, student: str, tmp_path: Path
) -> None:
    shown = timelines[student]
    left = datetime.combine(shown.first, time(17, 30)) - timedelta(days=17)
    write_timeline_page("tiny", [evolve(shown, left_at=left)], timelines.rules, tmp_path / "left.html")
    with opened(browser, tmp_path / "left.html") as page:
        assert f"{left:%Y-%m-%d} 17:30" in page.locator("article").inner_text()


def test_what_was_not_chosen_is_not_said_not_to_have_happened(
    browser: "Browser", tiny_run: Path, written_to: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--only", "sessions", "--html", tmp_path / "only.html")
    assert answer(capsys, "timeline", tiny_run, written_to, *options).code == 0
    with opened(browser, tmp_path / "only.html") as page:
        told = page.locator("article").inner_text()
        assert "Nothing of what was chosen happened in these days." in told
        assert "No interventions in these days." not in told
