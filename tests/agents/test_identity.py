"""Who is who: ids that carry the region, and numbers that nobody else renumbers."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from simulation.agents.identity import (
    INTERVENTIONS_PER_TUTOR,
    SESSIONS_PER_STUDENT,
    STUDENTS_PER_REGION,
    TUTORS_PER_REGION,
    intervention_id,
    session_id,
    session_number,
    student_id,
    tutor_id,
)
from simulation.agents.student import AGAIN, EXTRA, INVITED, REGULAR
from simulation.agents.student_population import FIRST_TO_JOIN, StudentDrawing
from simulation.agents.tutor_population import draw_tutors
from simulation.randomness import Luck
from simulation.scenario.loading import scenario_from_dict


def test_ids_of_the_first_region_are_short() -> None:
    assert (tutor_id(7), student_id(42), intervention_id(701)) == ("T0007", "U00042", "INT000701")
    assert session_id(session_number(42, 3_001)) == "S423001"


def test_ids_of_other_regions_carry_the_region() -> None:
    assert (tutor_id(7, 3), student_id(42, 3)) == ("T2000007", "U200000042")
    assert session_id(session_number(42, 3_001), 3) == "S2000000423001"
    assert intervention_id(701, 3) == "INT200000701"


@pytest.mark.parametrize(
    ("name", "last"),
    [
        (tutor_id, TUTORS_PER_REGION - 1),
        (student_id, STUDENTS_PER_REGION - 1),
        (session_id, session_number(STUDENTS_PER_REGION - 1, SESSIONS_PER_STUDENT - 1)),
        (intervention_id, TUTORS_PER_REGION * INTERVENTIONS_PER_TUTOR - 1),
    ],
)  # fmt: skip
def test_the_last_of_one_region_is_not_the_first_of_the_next(name: Callable[[int, int], str], last: int) -> None:
    ids = [name(number, region) for region in (1, 2, 3) for number in (0, 1, last)]
    numbers = [int(each.lstrip("TUSIN")) for each in ids]
    assert all(before < after for before, after in pairwise(numbers))


def test_series_of_a_student_s_sessions_have_room_and_do_not_meet() -> None:
    bounds = [REGULAR, EXTRA, INVITED, AGAIN, SESSIONS_PER_STUDENT]
    assert all(after - before >= 2_000 for before, after in pairwise(bounds))
    assert session_number(7, SESSIONS_PER_STUDENT - 1) < session_number(8, 0)


def test_whoever_joins_has_a_number_of_their_region() -> None:
    assert FIRST_TO_JOIN < STUDENTS_PER_REGION / 2


def test_a_region_s_people_have_ids_of_their_region() -> None:
    scenario = scenario_from_dict({"population": {"tutors": 5}, "demand": {"sessions_per_day": 5}})
    drawing = StudentDrawing(scenario, Luck(1, region=2), region=2)
    assert [tutor.id for tutor in draw_tutors(scenario, Luck(1, region=2), region=2)] == [
        f"T{1_000_000 + number}" for number in range(1, 6)
    ]
    assert [student.id for student in drawing.initial()] == [
        f"U{100_000_000 + student.number}" for student in drawing.initial()
    ]
    assert drawing.joining(0).id == f"U{100_000_000 + FIRST_TO_JOIN}"
