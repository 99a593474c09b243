"""The key figures of a run, known by hand; and that nothing else is kept of it."""

import pytest

from simulation.events import InterventionWithheld, RequestRefused, SessionRescheduled, TutorLeft, TutorTipped
from simulation.scenario import Scenario
from simulation.studies.key_figures import KEY_FIGURES, figures_of, measure_scenario
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
        story.event(at(day), *[RequestRefused("U00001", "S000001", "no_tutor_free")] * times)
        story.event(at(day), *[SessionRescheduled("T0001", "U00001", "S000001", "tutor", at(4), at(5))] * (times + 1))
        story.event(at(day), *[TutorLeft("T0001")] * (times + 2))
        withheld = InterventionWithheld("T0001", "INT0001", "churn", "High", 0.6, "E1")
        story.event(at(day), *[withheld] * (times + 3))
        story.event(at(day), *[TutorTipped("T0002")] * (times + 4))
    return run_of_columns(story, students={"churned_at": [None, local(-1), local(2), local(29, 23)]})


EVENTFUL = {
    "requests_refused": 2,
    "reschedules": 3,
    "tutors_left": 4,
    "interventions_withheld": 5,
    "tutors_burned_out": 6,
    "students_left": 2,
    "events": 1 + 2 + 3 + 4 + 2 + 3 + 4 + 5,
}

EXPECTED = {
    "sessions": 5,
    "sessions_completed": 3,
    "completion_rate": 0.6,
    "hours_taught": 3.0,
    "tutor_no_shows": 1,
    "student_no_shows": 1,
    "bad_lines": 2,
    "mean_rating": 3.966667,
    "poor_first_sessions": 1,
    "poor_first_session_rate": 0.5,
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
    assert {figure.name for figure in KEY_FIGURES} == EXPECTED.keys() | EVENTFUL.keys()


def test_what_is_a_mean_over_nobody_is_not_defined() -> None:
    figures = figures_of(run_of_columns())
    undefined = {name for name, value in figures.items() if value is None}
    assert undefined == {"completion_rate", "mean_rating", "poor_first_session_rate", "churn_probability"}
    assert {value for name, value in figures.items() if name not in undefined} == {0}


def test_every_key_figure_has_a_name_of_its_own_a_unit_and_a_meaning() -> None:
    assert len({figure.name for figure in KEY_FIGURES}) == len(KEY_FIGURES)
    assert all(figure.unit and figure.description for figure in KEY_FIGURES)


def test_a_simulated_run_comes_to_its_key_figures_alone(tiny_scenario: Scenario) -> None:
    figures = measure_scenario(tiny_scenario)
    assert list(figures) == [figure.name for figure in KEY_FIGURES]
    assert all(isinstance(value, int | float) for value in figures.values())
    assert {type(figures[figure.name]) for figure in KEY_FIGURES if not figure.decimals} == {int}
