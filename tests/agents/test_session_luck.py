"""The luck of sessions: a tutor's belongs to the hour, a student's to the request, and to nobody else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from simulation.agents.calendar import SLOT, SLOTS_PER_DAY
from simulation.agents.session_luck import SessionLuck, StudentTurn, TutorHour, TutorWish
from simulation.clock import DAY, HOUR
from simulation.random_streams import Luck
from tests.people import a_student, a_tutor

slots = st.integers(0, 60 * SLOTS_PER_DAY - 1)


def luck_of(tutors: int, seed: int = 1) -> SessionLuck:
    return SessionLuck(Luck(seed), tutors)


def all_of(luck: SessionLuck, tutors: int, start: int) -> list[list[float]]:
    """The luck of all tutors in an hour."""
    rows: list[list[float]] = luck.hours(start, [a_tutor(number) for number in range(1, tutors + 1)]).tolist()
    return rows


@given(slots, st.integers(1, 20), st.integers(1, 20))
def test_further_tutors_leave_the_luck_of_the_first_as_it_is(slot: int, few: int, more: int) -> None:
    start = slot * SLOT
    assert all_of(luck_of(few + more), few, start) == all_of(luck_of(few), few, start)
    for number in range(1, few + 1):
        assert luck_of(few + more).wish(a_tutor(number), start) == luck_of(few).wish(a_tutor(number), start)


@given(slots, st.lists(st.integers(1, 12), min_size=1, unique=True))
def test_a_tutor_s_luck_in_an_hour_is_the_same_whoever_else_teaches_then(slot: int, numbers: list[int]) -> None:
    everybody = all_of(luck_of(12), 12, slot * SLOT)
    some = luck_of(12).hours(slot * SLOT, [a_tutor(number) for number in numbers])
    assert some.tolist() == [everybody[number - 1] for number in numbers]


def test_each_hour_of_each_tutor_has_luck_of_its_own() -> None:
    luck, starts = luck_of(5), range(0, 2 * DAY, SLOT)
    hours = [u for start in starts for row in all_of(luck, 5, start) for u in row]
    assert len(set(hours)) == len(hours) == 5 * 2 * SLOTS_PER_DAY * len(TutorHour._fields)
    wishes = [u for start in starts for number in range(1, 6) for u in luck.wish(a_tutor(number), start)]
    assert len(set(wishes)) == len(wishes) == 5 * 2 * SLOTS_PER_DAY * len(TutorWish._fields)
    assert set(hours).isdisjoint(wishes)


def test_a_half_hour_has_one_luck_from_its_first_second_to_its_last() -> None:
    luck, tutor = luck_of(3), a_tutor(2)
    for start in (17 * HOUR, 17 * HOUR + SLOT - 1):
        assert luck.wish(tutor, start) == luck.wish(tutor, 17 * HOUR)
        assert all_of(luck, 3, start) == all_of(luck, 3, 17 * HOUR)
    assert luck.wish(tutor, 17 * HOUR + SLOT) != luck.wish(tutor, 17 * HOUR)


def test_wishes_do_not_hang_on_which_days_were_asked_for_before() -> None:
    days, tutor = [*range(200), *reversed(range(200))], a_tutor(2)
    luck = luck_of(3)
    assert [luck.wish(tutor, day * DAY) for day in days] == [luck_of(3).wish(tutor, day * DAY) for day in days]


@given(st.integers(1, 10**6), st.integers(0, 9_999))
def test_a_student_s_luck_belongs_to_the_request(number: int, nth: int) -> None:
    turn = luck_of(3).turn(a_student(number), nth)
    assert turn == luck_of(300).turn(a_student(number), nth)
    others = (luck_of(3).turn(a_student(number + 1), nth), luck_of(3).turn(a_student(number), nth + 1))
    assert not set(turn) & {u for other in others for u in other}
    assert len(set(turn)) == len(StudentTurn._fields)


def test_another_seed_or_region_is_other_luck() -> None:
    tutor, start = a_tutor(2), 17 * HOUR
    lucks = [SessionLuck(Luck(1), 3), SessionLuck(Luck(2), 3), SessionLuck(Luck(1, region=2), 3)]
    assert len({luck.wish(tutor, start) for luck in lucks}) == 3
    assert len({tuple(luck.hours(start, [tutor])[0]) for luck in lucks}) == 3


@pytest.mark.parametrize("lane", TutorHour._fields)
def test_luck_in_hours_is_uniform_over_tutors_and_over_time(lane: str) -> None:
    luck, place = luck_of(2_000), TutorHour._fields.index(lane)
    tutors = [a_tutor(number) for number in range(1, 2_001)]
    over_tutors = luck.hours(17 * HOUR, tutors)[:, place]
    over_time = np.array([luck.hours(slot * SLOT, tutors[41:42])[0, place] for slot in range(500)])
    for draws in (over_tutors, over_time):
        assert stats.kstest(draws, "uniform").pvalue > 0.001
