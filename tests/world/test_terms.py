"""A region's terms: on some days more or less is asked for than usual."""

from collections import Counter
from datetime import date
from typing import Any

import pytest

from simulation.scenario.loading import scenario_from_dict
from simulation.validation import Run
from tests.world.simulated import broken_rules, same_events, simulated

SMALL: dict[str, Any] = {
    "seed": 3,
    "days": 14,
    "warm_up_days": 7,
    "population": {"tutors": 20},
    "demand": {"sessions_per_day": 60.0},
}
FIRST, LAST = date(2026, 1, 10), date(2026, 1, 16)


def a_run(demand: float | None = None, **mechanisms: bool) -> Run:
    """Two weeks, of which one may be a term of its own."""
    region: dict[str, Any] = {"name": "US-East"}
    if demand is not None:
        region["terms"] = [{"name": "term", "first": FIRST, "last": LAST, "demand": demand}]
    return simulated(scenario_from_dict({**SMALL, "regions": [region], "mechanisms": mechanisms}))


@pytest.fixture(scope="module")
def usual() -> Run:
    return a_run()


def asked_by_students(run: Run) -> dict[str, date]:
    """The sessions that students asked for in the whole log, with the days for which they asked."""
    requests = run.log.table.select(["session_id", "requested_by", "requested_start"]).to_pylist()
    return {r["session_id"]: r["requested_start"].date() for r in requests if r["requested_by"] == "student"}


def in_term(run: Run) -> int:
    """How much was asked for on the days of the term."""
    return sum(FIRST <= day <= LAST for day in asked_by_students(run).values())


def test_a_term_of_usual_demand_changes_nothing(usual: Run) -> None:
    assert same_events(a_run(1.0), usual)


def test_in_the_holidays_students_skip_what_they_need(usual: Run) -> None:
    assert in_term(a_run(0.3)) == pytest.approx(0.3 * in_term(usual), rel=0.25)


def test_nobody_asks_for_anything_where_demand_is_nothing() -> None:
    assert in_term(a_run(0.0, keenness=False)) == 0


def test_in_exam_weeks_students_come_on_the_days_after_too(usual: Run) -> None:
    exams = a_run(1.6)
    more = len(asked_by_students(exams)) - len(asked_by_students(usual))
    assert more == pytest.approx(0.6 * in_term(usual), rel=0.25)
    assert not broken_rules(exams)


def test_more_demand_takes_nothing_away_that_was_asked_for_before_it(usual: Run) -> None:
    """The draws of a need stays its own: who came at usual demand comes at a higher one, at the same time."""
    before, after = asked_by_students(usual), asked_by_students(a_run(1.6))
    early = {session: day for session, day in before.items() if day < FIRST}
    assert early == {session: day for session, day in after.items() if day < FIRST}


def test_on_other_days_demand_is_as_usual(usual: Run) -> None:
    usual_days, holidays = (Counter(asked_by_students(run).values()) for run in (usual, a_run(0.3)))
    assert {day: count for day, count in usual_days.items() if day < FIRST} == {
        day: count for day, count in holidays.items() if day < FIRST
    }
