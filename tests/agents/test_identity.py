"""Who is who: ids that carry the region, and numbers that nobody else renumbers."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.agents.identity import (
    BLOCKS,
    FIRST_TO_JOIN,
    INTERVENTIONS_PER_REGION,
    SESSIONS_PER_REGION,
    SESSIONS_PER_STUDENT,
    STUDENTS_PER_REGION,
    TUTORS_PER_REGION,
    intervention_id,
    intervention_number,
    numbered,
    session_id,
    session_number,
    student_id,
    tutor_id,
)
from simulation.agents.student import AGAIN, EXTRA, INVITED, REGULAR
from simulation.agents.student_population import StudentDrawing
from simulation.agents.tutor_population import draw_tutors
from simulation.random_streams import RandomStreams
from simulation.scenario.limits import STUDENTS_AT_START, STUDENTS_WHO_JOIN
from simulation.scenario.loading import scenario_from_dict
from tests.people import a_student


def test_ids_of_the_first_region_are_short() -> None:
    assert (tutor_id(7), student_id(42), intervention_id(701)) == ("T0007", "U00042", "INT000701")
    assert session_id(session_number(42, 3_001)) == "S423001"


def test_ids_of_other_regions_carry_the_region() -> None:
    assert (tutor_id(7, 3), student_id(42, 3)) == ("T2000007", "U200000042")
    assert session_id(session_number(42, 3_001), 3) == "S200000000423001"
    assert intervention_id(701, 3) == "INT2000000000701"


@pytest.mark.parametrize(
    ("name", "last"),
    [
        (tutor_id, TUTORS_PER_REGION - 1),
        (student_id, STUDENTS_PER_REGION - 1),
        (session_id, SESSIONS_PER_REGION - 1),
        (intervention_id, INTERVENTIONS_PER_REGION - 1),
    ],
)  # fmt: skip
def test_the_last_of_one_region_is_not_the_first_of_the_next(name: Callable[[int, int], str], last: int) -> None:
    ids = [name(number, region) for region in (1, 2, 3) for number in (0, 1, last)]
    numbers = [int(each.lstrip("TUSIN")) for each in ids]
    assert all(before < after for before, after in pairwise(numbers))


@given(st.integers(1, 50), st.lists(st.tuples(st.integers(0, 49), st.integers(0, 200)), unique=True))
def test_nobody_s_things_have_the_number_of_another_s(room: int, things: list[tuple[int, int]]) -> None:
    numbers = [numbered(owner, nth, 50, room) for owner, nth in things]
    assert len(set(numbers)) == len(things)


def test_more_sessions_than_there_is_room_for_in_a_row_do_not_meet_those_of_the_next_student() -> None:
    beyond = [
        session_number(7, nth) for nth in (SESSIONS_PER_STUDENT - 1, SESSIONS_PER_STUDENT, 10 * SESSIONS_PER_STUDENT)
    ]
    assert not {session_number(student, nth) for student in (8, 9, 10) for nth in range(SESSIONS_PER_STUDENT)} & {
        *beyond
    }


def test_more_than_a_hundred_interventions_of_a_tutor_do_not_meet_those_of_the_next() -> None:
    numbers = [intervention_number(tutor, nth) for tutor in (1, 2, 3) for nth in range(1, 1_001)]
    assert len(set(numbers)) == 3_000


# A student cannot have more sessions in the longest world than it has half hours.
MOST_SESSIONS = 48 * 3_220


def test_a_student_s_series_do_not_meet_however_many_sessions_there_are() -> None:
    student = a_student(7)
    series = (REGULAR, EXTRA, INVITED, AGAIN)
    numbers = [student.next_session_number(one) for one in series for _ in range(MOST_SESSIONS)]
    assert len(set(numbers)) == len(numbers)
    assert max(numbers) < BLOCKS * SESSIONS_PER_STUDENT


def test_the_numbers_of_a_short_world_stay_what_they_were() -> None:
    """They are keys of random draws: whoever counts 2,000 sessions has the draws of version 0.1.0."""
    student = a_student(7)
    assert [student.next_session_number(EXTRA) for _ in range(1_999)] == list(range(3_001, 5_000))
    assert session_number(7, 4_999) == 74_999


def test_a_region_has_room_for_the_students_of_every_scenario() -> None:
    assert FIRST_TO_JOIN == STUDENTS_AT_START + 1
    # How many join is left to chance; a million is a hundred standard deviations.
    assert FIRST_TO_JOIN + STUDENTS_WHO_JOIN + 1_000_000 <= STUDENTS_PER_REGION


def test_a_region_s_people_have_ids_of_their_region() -> None:
    scenario = scenario_from_dict({"population": {"tutors": 5}, "demand": {"sessions_per_day": 5}})
    drawing = StudentDrawing(scenario, RandomStreams(1, region=2), region=2)
    assert [tutor.id for tutor in draw_tutors(scenario, RandomStreams(1, region=2), region=2)] == [
        f"T{1_000_000 + number}" for number in range(1, 6)
    ]
    assert [student.id for student in drawing.initial()] == [
        f"U{100_000_000 + student.number}" for student in drawing.initial()
    ]
    assert drawing.joining(0).id == f"U{100_000_000 + FIRST_TO_JOIN}"
