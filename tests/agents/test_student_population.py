"""How students are drawn: those who are there when the log starts, and those who join."""

from collections import Counter
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from simulation.agents.calendar import SLOTS_PER_DAY
from simulation.agents.identity import FIRST_TO_JOIN
from simulation.agents.quotas import places_of
from simulation.agents.student import AGAIN, DURATIONS, INVITED, REGULAR, Student
from simulation.agents.student_population import StudentDrawing, next_planning
from simulation.clock import DAY, HOUR, WEEK
from simulation.random_streams import RandomStreams
from simulation.scenario import Scenario
from simulation.scenario.loading import scenario_from_dict
from simulation.scenario.regions import initial_count
from tests.people import a_student

SCENARIO = Scenario()
RULES = SCENARIO.students.traits
PERSONAS, SUBJECTS = SCENARIO.students.personas, list(SCENARIO.subjects)


@cache
def students_of(sessions_per_day: float = 750.0, seed: int = 0) -> tuple[Student, ...]:
    scenario = scenario_from_dict({"demand": {"sessions_per_day": sessions_per_day}})
    return tuple(StudentDrawing(scenario, RandomStreams(seed)).initial())


def shares_of(values: Any) -> dict[Any, float]:
    counts = Counter(values)
    return {value: count / counts.total() for value, count in counts.items()}


def needs() -> list[Any]:
    return [need for student in students_of() for need in student.traits.needs]


# ---------------------------------------------------------------- how many, and who


def test_there_are_as_many_students_as_it_takes_to_ask_for_the_day_s_sessions() -> None:
    weekly = sum(len(student.traits.needs) for student in students_of())
    wanted = 750 * 7 * SCENARIO.demand.overhead
    assert weekly * (1 - RULES.skipping) == pytest.approx(wanted, rel=0.02)


@pytest.mark.parametrize(("sessions_per_day", "students"), [(0.0, 0), (0.01, 1)])
def test_a_marketplace_may_be_empty_or_have_a_single_student(sessions_per_day: float, students: int) -> None:
    assert len(students_of(sessions_per_day)) == students


def test_even_students_who_always_skip_are_counted() -> None:
    assert initial_count(scenario_from_dict({"students": {"traits": {"skipping": 1.0}}})) > 0


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("sessions_per_day", [1.0, 30.0, 750.0])
def test_each_persona_has_its_share(sessions_per_day: float, seed: int) -> None:
    students = students_of(sessions_per_day, seed)
    places = places_of({name: persona.share for name, persona in PERSONAS.items()}, len(students))
    expected = {name: count for name, count in places.items() if count}
    assert Counter(student.traits.persona for student in students) == expected


def test_students_are_numbered_from_1_and_those_who_join_apart() -> None:
    assert [student.number for student in students_of()] == list(range(1, len(students_of()) + 1))
    assert students_of()[41].id == "U00042"
    assert StudentDrawing(SCENARIO, RandomStreams(0)).joining(3).number == FIRST_TO_JOIN + 3


def test_those_who_join_come_from_the_same_mix() -> None:
    joined = [StudentDrawing(SCENARIO, RandomStreams(0)).joining(nth) for nth in range(3_000)]
    shares = shares_of(student.traits.persona for student in joined)
    for name, persona in PERSONAS.items():
        assert shares[name] == pytest.approx(persona.share, abs=0.03)
    assert shares_of(len(student.traits.needs) for student in joined)[1] == pytest.approx(
        RULES.sessions_per_week[0], abs=0.03
    )


# ---------------------------------------------------------------- traits


def test_traits_are_the_persona_s_but_for_some_variety() -> None:
    for name, persona in PERSONAS.items():
        own = [student.traits for student in students_of() if student.traits.persona == name]
        assert {traits.show_probability for traits in own} == {persona.show_probability}
        assert {traits.quitting_factor for traits in own} == {persona.quitting_factor}
        assert {traits.switching_probability for traits in own} == {persona.switching}
        leniency = [traits.leniency for traits in own]
        error = RULES.leniency_spread / len(own) ** 0.5
        assert sum(leniency) / len(own) == pytest.approx(persona.leniency, abs=4 * error)


def test_students_vary_as_stated() -> None:
    for trait, centre, spread in (
        ("leniency", "leniency", RULES.leniency_spread),
        ("attention_offset", "attention_offset", RULES.attention_spread),
        ("sentiment_offset", "sentiment_offset", RULES.sentiment_spread),
    ):
        deviations = [
            (getattr(student.traits, trait) - getattr(PERSONAS[student.traits.persona], centre)) / spread
            for student in students_of()
        ]
        assert stats.kstest(deviations, "norm").pvalue > 0.001


def test_where_students_miss_nothing_everybody_comes() -> None:
    scenario = scenario_from_dict({"mechanisms": {"student_no_shows": False}})
    assert {student.traits.show_probability for student in StudentDrawing(scenario, RandomStreams(0)).initial()} == {
        1.0
    }


@pytest.mark.parametrize(
    "trait", ["leniency", "attention_offset", "sentiment_offset", "planning_time", "quitting_factor"]
)
def test_a_student_s_number_tells_nothing_about_the_student(trait: str) -> None:
    numbers = [student.number for student in students_of()]
    values = [getattr(student.traits, trait) for student in students_of()]
    assert abs(stats.spearmanr(numbers, values).statistic) < 3.5 / len(numbers) ** 0.5


def test_grade_levels_have_their_shares() -> None:
    shares = shares_of(student.traits.grade_level for student in students_of())
    for name, level in SCENARIO.students.grade_levels.items():
        assert shares[name] == pytest.approx(level.share, abs=0.03)


# ---------------------------------------------------------------- names of one's own


def students_with(**changes: Any) -> list[Student]:
    drawing = StudentDrawing(scenario_from_dict(changes), RandomStreams(0))
    return [*drawing.initial(), *map(drawing.joining, range(300))]


def test_an_unused_subject_grade_level_or_persona_changes_no_student() -> None:
    unused = {"personas": {"prodigy": {"share": 0}}, "grade_levels": {"Kindergarten": {"share": 0}}}
    before, after = students_with(), students_with(subjects={"Piano": {"share": 0}}, students=unused)
    assert [student.traits for student in before] == [student.traits for student in after]


def test_another_grade_level_moves_only_those_who_choose_it() -> None:
    after = students_with(students={"grade_levels": {"Kindergarten": {"share": 0.25}}})
    pairs = [(one.traits, other.traits) for one, other in zip(students_with(), after, strict=True)]
    moved = [now for was, now in pairs if was.grade_level != now.grade_level]
    assert {traits.grade_level for traits in moved} == {"Kindergarten"}
    assert len(moved) / len(pairs) == pytest.approx(0.2, abs=0.02)
    assert all(was == now for was, now in pairs if was.grade_level == now.grade_level)


def test_another_subject_moves_only_those_who_choose_it() -> None:
    pairs = list(zip(students_with(), students_with(subjects={"Piano": {}}), strict=True))
    for one, other in pairs:
        was, now = ([need.subject for need in student.traits.needs] for student in (one, other))
        assert was == now or "Piano" in now
    first = [other.traits.needs[0].subject for _, other in pairs]
    assert first.count("Piano") / len(first) == pytest.approx(1 / 7, abs=0.02)


def test_another_persona_moves_among_joiners_only_those_who_choose_it() -> None:
    after = students_with(students={"personas": {"prodigy": {"like": "diligent", "share": 0.5}}})
    pairs = [(one.traits.persona, other.traits.persona) for one, other in zip(students_with(), after, strict=True)]
    assert all(now in {was, "prodigy"} for was, now in pairs[-300:])
    assert sum(now not in {was, "prodigy"} for was, now in pairs) < 0.04 * len(pairs)


def test_grown_ups_are_those_whose_grade_level_says_so() -> None:
    levels = {"replace": True, "Evening class": {"share": 1, "grown_up": True}}
    own, usual = students_with(students={"grade_levels": levels}), students_with()
    morning = [
        sum(need.slot < 24 for student in students for need in student.traits.needs if need.weekday < 5)
        for students in (own, usual)
    ]
    assert morning[0] > 1.5 * morning[1]


# ---------------------------------------------------------------- needs


def test_nobody_wants_two_sessions_on_a_day_or_more_than_two_subjects() -> None:
    for student in students_of():
        weekdays = [need.weekday for need in student.traits.needs]
        assert len(set(weekdays)) == len(weekdays)
        assert 1 <= len({need.subject for need in student.traits.needs}) <= 2


def test_needs_are_of_known_subjects_and_lengths_at_half_hours_of_the_week() -> None:
    for need in needs():
        assert need.subject in SUBJECTS
        assert need.minutes in DURATIONS
        assert 0 <= need.slot < SLOTS_PER_DAY
        assert 0 <= need.weekday <= 6


def test_most_sessions_last_an_hour() -> None:
    shares = shares_of(need.minutes for need in needs())
    assert [shares[minutes] for minutes in DURATIONS] == pytest.approx(list(RULES.durations), abs=0.03)


def test_subjects_are_wanted_alike() -> None:
    shares = shares_of(student.traits.needs[0].subject for student in students_of())
    assert [shares[subject] for subject in SUBJECTS] == pytest.approx([1 / 6] * 6, abs=0.03)


def test_the_stated_share_of_sessions_is_wanted_on_weekends() -> None:
    weekend = sum(need.weekday >= 5 for need in needs()) / len(needs())
    assert weekend == pytest.approx(SCENARIO.demand.hours.weekend_share, abs=0.03)


def test_pupils_want_their_weekday_sessions_after_school_and_adults_in_the_morning() -> None:
    for levels, weights in (
        (("Elementary", "Middle School", "High School"), SCENARIO.demand.hours.school_weekday),
        (("College", "Adult"), SCENARIO.demand.hours.grown_up_weekday),
    ):
        hours = shares_of(
            need.slot // 2
            for student in students_of() if student.traits.grade_level in levels
            for need in student.traits.needs if need.weekday < 5
        )  # fmt: skip
        for hour, weight in enumerate(weights):
            assert hours.get(hour, 0.0) == pytest.approx(weight / sum(weights), abs=0.04)


# ---------------------------------------------------------------- planning


def test_students_plan_at_a_waking_hour_of_any_day_of_the_week() -> None:
    times = [student.traits.planning_time for student in students_of()]
    assert all(7 * HOUR <= time % DAY < 23 * HOUR for time in times)
    assert {time // DAY for time in times} == set(range(7))


@given(st.integers(0, WEEK - 1), st.integers(0, 10 * WEEK))
def test_the_next_planning_time_is_the_same_of_the_week_and_comes_within_one(planning_time: int, now: int) -> None:
    following = next_planning(a_student(planning_time=planning_time), now)
    assert now < following <= now + WEEK
    assert following % WEEK == planning_time


# ---------------------------------------------------------------- draws stays with its owner


def test_a_larger_marketplace_does_not_change_a_student_s_own_draws() -> None:
    for before, after in zip(students_of(30.0), students_of(60.0), strict=False):
        assert before.traits.needs == after.traits.needs
        assert before.traits.planning_time == after.traits.planning_time


def test_series_of_sessions_are_numbered_apart() -> None:
    student = a_student()
    assert [student.next_session_number(series) for series in (REGULAR, REGULAR, INVITED, AGAIN, INVITED, REGULAR)] == [
        1, 2, 5_001, 8_001, 5_002, 3,
    ]  # fmt: skip
