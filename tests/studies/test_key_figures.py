"""The key figures of a run, known by hand; and that nothing else is kept of it."""

from itertools import groupby

import pytest

from simulation.events import (
    InterventionWithheld,
    Moment,
    RequestRefused,
    SessionRequested,
    SessionRescheduled,
    StudentChurned,
    TutorLeft,
    TutorTipped,
)
from simulation.scenario import Scenario
from simulation.studies.key_figures import KEY_FIGURES, USUALLY_ASKED, figures_of, figures_to_show, measure_scenario
from simulation.validation import Run
from tests.hand_made_log import LogBuilder, at, local
from tests.validation.measured_runs import run_of_columns


def hand_made() -> Run:
    story = LogBuilder(30)
    return run_of_columns(
        story,
        sessions={
            "session_completed": [True, True, True, False, False],
            "actual_duration_min": [60, 30, 90, 60, 60],
            "tutor_showed": [True, True, True, False, True],
            "student_showed": [True, True, True, True, False],
            "connection_quality": ["Excellent", "Good", "Fair", "Poor", "Good"],
            "student_rating": [5.0, 3.4, 3.5, None, None],
            "is_first_session": [False, True, True, None, None],
        },
        tutor_aggregates={
            "avg_engagement_score": [5.0, 6.0, 7.0, 8.0],
            "churn_probability": [0.1, 0.3, 0.5, 0.7],
            "churn_risk_level": ["Low", "Medium", "High", "High"],
        },
        interventions={"tutor_id": ["T0001", "T0001", "T0002"]},
        truth_interventions={"outcome": ["success", "ignored", "success"]},
    )


def eventful() -> Run:
    """Each of these once in the warm-up, and so often in the window: what is counted is in the window."""
    story = LogBuilder(30)
    for day, times in ((-2, 1), (3, 2)):
        requested = SessionRequested("U00001", "S000001", "Math", "student", Moment(at(9)), 60)
        story.event(at(day), *[requested] * (times + 6))
        story.event(at(day), *[RequestRefused("U00001", "S000001", "no_tutor_free")] * times)
        story.event(at(day), *[SessionRescheduled("T0001", "U00001", "S000001", "tutor", at(4), at(5))] * (times + 1))
        story.event(at(day), *[TutorLeft("T0001")] * (times + 2))
        withheld = InterventionWithheld("T0001", "INT0001", "churn", "High", 0.6, "E1")
        story.event(at(day), *[withheld] * (times + 3))
        story.event(at(day), *[TutorTipped("T0002")] * (times + 4))
    return run_of_columns(story, students={"churned_at": [None, local(-1), local(2), local(29, 23)]})


EVENTFUL = {
    "requests": 8,
    "requests_refused": 2,
    "reschedules": 3,
    "tutors_left": 4,
    "interventions_withheld": 5,
    "tutors_burned_out": 6,
    "students_left": 2,
    "events": 1 + 2 + 3 + 4 + 7 + 2 + 3 + 4 + 5 + 8,
}

# Of the figures that have a story of their own below.
TOLD_BELOW = {"utilisation", "enrolment"}

EXPECTED = {
    "sessions": 5,
    "sessions_completed": 3,
    "completion_rate": 0.6,
    "hours_taught": 3.0,
    "first_session_share": 0.666667,
    "tutor_no_shows": 1,
    "student_no_shows": 1,
    "bad_lines": 2,
    "mean_rating": 3.966667,
    "poor_first_sessions": 1,
    "poor_first_session_rate": 0.5,
    "engagement": 6.5,
    "churn_probability": 0.4,
    "tutors_at_low_risk": 1,
    "tutors_at_medium_risk": 1,
    "tutors_at_high_risk": 2,
    "interventions": 3,
    "interventions_succeeding": 2,
    "interventions_partial": 0,
    "interventions_ignored": 1,
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_key_figure_is_what_a_reader_counts(name: str) -> None:
    assert figures_of(hand_made())[name] == EXPECTED[name]


@pytest.mark.parametrize("name", EVENTFUL)
def test_what_happens_is_counted_in_the_window(name: str) -> None:
    assert figures_of(eventful())[name] == EVENTFUL[name]


def test_a_hand_made_run_knows_every_key_figure() -> None:
    assert {figure.name for figure in KEY_FIGURES} == EXPECTED.keys() | EVENTFUL.keys() | TOLD_BELOW


def test_what_is_a_mean_over_nobody_is_not_defined() -> None:
    figures = figures_of(run_of_columns())
    undefined = {name for name, value in figures.items() if value is None}
    assert undefined == {
        "completion_rate", "utilisation", "first_session_share", "mean_rating", "poor_first_session_rate",
        "engagement", "churn_probability",
    }  # fmt: skip
    assert {value for name, value in figures.items() if name not in undefined} == {0}


def test_utilisation_is_booked_of_offered_hours_while_tutors_are_there() -> None:
    """Seven days: one tutor offers 4 hours a day, one leaves after two days, one teaches 2 hours on weekends."""
    run = run_of_columns(
        LogBuilder(7).event(at(2), TutorLeft("T0002")),
        7,
        tutor_profiles={
            "active_status": [True, True, True, False],
            "preferred_start_hour": [16, 16, 10, 10],
            "preferred_end_hour": [20, 20, 12, 20],
            "weekend_only": [False, False, True, False],
        },
        sessions={
            "tutor_id": ["T0001", "T0001", "T0002", "T0001"],
            "session_datetime": [local(0, 16), local(0, 19, 30), local(1, 17), local(1, 20)],
            "scheduled_duration_min": [60, 90, 30, 60],
        },
    )
    offered, booked_within = 7 * 4 + 2 * 4 + 2 * 2, 1 + 1.5 + 0.5
    assert figures_of(run)["utilisation"] == booked_within / offered


def test_enrolled_is_who_has_joined_and_not_left_by_the_end() -> None:
    story = LogBuilder(30)
    for number, joined in enumerate((-20, -3, 5, 29)):
        story.student(f"U{number:05}", at(joined))
    for number, left in enumerate((-1, 8)):
        story.event(at(left), StudentChurned(f"U{number:05}", None))
    assert figures_of(run_of_columns(story))["enrolment"] == 4 - 2


# ---------------------------------------------------------------- how they are declared


def test_the_figures_of_a_group_stand_together() -> None:
    assert len([*groupby(KEY_FIGURES, key=lambda figure: figure.group)]) == len({f.group for f in KEY_FIGURES})


def test_about_a_dozen_are_headlines_and_others_are_shown_when_asked_for() -> None:
    headlines = figures_to_show()
    assert 10 <= len(headlines) <= 14
    assert [figure.name for figure in figures_to_show(["events"]) if figure not in headlines] == ["events"]
    assert figures_to_show(every=True) == list(KEY_FIGURES)
    assert {figure.name for figure in headlines} >= set(USUALLY_ASKED)


def test_shares_are_shown_in_percent_and_all_else_as_it_is() -> None:
    by_name = {figure.name: figure for figure in KEY_FIGURES}
    rate, hours = by_name["completion_rate"], by_name["hours_taught"]
    assert (rate.scale, rate.shown_unit, rate.is_total) == (100, "%", False)
    assert (hours.scale, hours.shown_unit, hours.is_total) == (1, "hours", True)


def test_every_key_figure_has_a_name_of_its_own_a_unit_and_a_meaning() -> None:
    assert len({figure.name for figure in KEY_FIGURES}) == len(KEY_FIGURES)
    assert all(figure.title and figure.unit and figure.description for figure in KEY_FIGURES)


def test_a_simulated_run_comes_to_its_key_figures_alone(tiny_scenario: Scenario) -> None:
    figures = measure_scenario(tiny_scenario)
    assert list(figures) == [figure.name for figure in KEY_FIGURES]
    assert all(isinstance(value, int | float) for value in figures.values())
    assert {type(figures[figure.name]) for figure in KEY_FIGURES if not figure.decimals} == {int}
