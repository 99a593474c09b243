"""The draws of sessions: a tutor's belongs to the hour, a student's to the request, and to nobody else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from simulation.agents.calendar import SLOT, SLOTS_PER_DAY
from simulation.agents.session_draws import ReschedulingIntention, SessionDraws, SessionRequestDraws, TutorHour
from simulation.clock import DAY, HOUR
from simulation.random_streams import RandomStreams
from tests.people import a_student, a_tutor

slots = st.integers(0, 60 * SLOTS_PER_DAY - 1)


def draws_of(tutors: int, seed: int = 1) -> SessionDraws:
    return SessionDraws(RandomStreams(seed), tutors)


def all_of(draws: SessionDraws, tutors: int, start: int) -> list[list[float]]:
    """The draws of all tutors in an hour."""
    rows: list[list[float]] = draws.hours(start, [a_tutor(number) for number in range(1, tutors + 1)]).tolist()
    return rows


@given(slots, st.integers(1, 20), st.integers(1, 20))
def test_further_tutors_leave_the_draws_of_the_first_as_it_is(slot: int, few: int, more: int) -> None:
    start = slot * SLOT
    assert all_of(draws_of(few + more), few, start) == all_of(draws_of(few), few, start)
    for number in range(1, few + 1):
        assert draws_of(few + more).intention(a_tutor(number), start) == draws_of(few).intention(a_tutor(number), start)


@given(slots, st.lists(st.integers(1, 12), min_size=1, unique=True))
def test_a_tutor_s_draws_in_an_hour_is_the_same_whoever_else_teaches_then(slot: int, numbers: list[int]) -> None:
    everybody = all_of(draws_of(12), 12, slot * SLOT)
    some = draws_of(12).hours(slot * SLOT, [a_tutor(number) for number in numbers])
    assert some.tolist() == [everybody[number - 1] for number in numbers]


def test_each_hour_of_each_tutor_has_draws_of_its_own() -> None:
    draws, starts = draws_of(5), range(0, 2 * DAY, SLOT)
    hours = [u for start in starts for row in all_of(draws, 5, start) for u in row]
    assert len(set(hours)) == len(hours) == 5 * 2 * SLOTS_PER_DAY * len(TutorHour._fields)
    wishes = [u for start in starts for number in range(1, 6) for u in draws.intention(a_tutor(number), start)]
    assert len(set(wishes)) == len(wishes) == 5 * 2 * SLOTS_PER_DAY * len(ReschedulingIntention._fields)
    assert set(hours).isdisjoint(wishes)


def test_a_half_hour_has_one_draws_from_its_first_second_to_its_last() -> None:
    draws, tutor = draws_of(3), a_tutor(2)
    for start in (17 * HOUR, 17 * HOUR + SLOT - 1):
        assert draws.intention(tutor, start) == draws.intention(tutor, 17 * HOUR)
        assert all_of(draws, 3, start) == all_of(draws, 3, 17 * HOUR)
    assert draws.intention(tutor, 17 * HOUR + SLOT) != draws.intention(tutor, 17 * HOUR)


def test_wishes_do_not_hang_on_which_days_were_asked_for_before() -> None:
    days, tutor = [*range(200), *reversed(range(200))], a_tutor(2)
    draws = draws_of(3)
    assert [draws.intention(tutor, day * DAY) for day in days] == [
        draws_of(3).intention(tutor, day * DAY) for day in days
    ]


@given(st.integers(1, 10**6), st.integers(0, 9_999))
def test_a_student_s_draws_belongs_to_the_request(number: int, nth: int) -> None:
    request = draws_of(3).request(a_student(number), nth)
    assert request == draws_of(300).request(a_student(number), nth)
    others = (draws_of(3).request(a_student(number + 1), nth), draws_of(3).request(a_student(number), nth + 1))
    assert not set(request) & {u for other in others for u in other}
    assert len(set(request)) == len(SessionRequestDraws._fields)


def test_another_seed_or_region_is_other_draws() -> None:
    tutor, start = a_tutor(2), 17 * HOUR
    several = [
        SessionDraws(RandomStreams(1), 3),
        SessionDraws(RandomStreams(2), 3),
        SessionDraws(RandomStreams(1, region=2), 3),
    ]
    assert len({draws.intention(tutor, start) for draws in several}) == 3
    assert len({tuple(draws.hours(start, [tutor])[0]) for draws in several}) == 3


@pytest.mark.parametrize("name", TutorHour._fields)
def test_draws_of_hours_are_uniform_over_tutors_and_over_time(name: str) -> None:
    draws, place = draws_of(2_000), TutorHour._fields.index(name)
    tutors = [a_tutor(number) for number in range(1, 2_001)]
    over_tutors = draws.hours(17 * HOUR, tutors)[:, place]
    over_time = np.array([draws.hours(slot * SLOT, tutors[41:42])[0, place] for slot in range(500)])
    for found in (over_tutors, over_time):
        assert stats.kstest(found, "uniform").pvalue > 0.001
