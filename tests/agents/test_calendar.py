"""Calendars: days of 48 half hours, each free or taken."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.agents.calendar import SLOT, SLOTS_PER_DAY, Calendar, hours, place, second_of, slots_of
from simulation.clock import DAY, HOUR, MINUTE

days = st.integers(-7, 700)
slots = st.integers(0, SLOTS_PER_DAY - 1)


def test_a_day_has_forty_eight_half_hours() -> None:
    assert (SLOT, SLOTS_PER_DAY) == (30 * MINUTE, 48)


@given(days, slots, st.integers(0, SLOT - 1))
def test_every_second_of_a_half_hour_falls_into_it(day: int, slot: int, seconds: int) -> None:
    assert place(second_of(day, slot) + seconds) == (day, slot)


def test_a_session_reserves_as_many_half_hours_as_it_needs() -> None:
    assert [slots_of(minutes) for minutes in (30, 60, 90)] == [1, 2, 3]


def test_hours_of_a_day_are_bits() -> None:
    assert hours(8, 10) == 0b1111 << 16
    assert hours(22, 23.5) == 0b111 << 44
    assert hours(12, 12) == 0


def test_a_new_calendar_is_free() -> None:
    calendar = Calendar()
    assert calendar.is_free(3, 0, SLOTS_PER_DAY)
    assert (calendar.half_hours.get(3, 0), calendar.sessions.get(3, 0)) == (0, 0)


def test_what_is_taken_is_not_free_and_its_neighbours_are() -> None:
    calendar = Calendar()
    calendar.take(0, 20, 2)
    assert [calendar.is_free(0, slot, 1) for slot in (19, 20, 21, 22)] == [True, False, False, True]
    assert not calendar.is_free(0, 19, 2)
    assert calendar.is_free(1, 20, 2)


def test_nothing_runs_past_midnight() -> None:
    assert Calendar().is_free(0, 46, 2)
    assert not Calendar().is_free(0, 47, 2)


def test_nobody_is_in_two_places_at_once() -> None:
    calendar = Calendar()
    calendar.take(0, 20, 2)
    with pytest.raises(ValueError, match="day 0, half hour 21 is taken already"):
        calendar.take(0, 21, 2)
    assert calendar.sessions.get(0, 0) == 1
    assert calendar.is_free(0, 22, 1)  # what was refused left nothing behind


def test_what_is_released_is_free_again() -> None:
    calendar = Calendar()
    calendar.take(0, 20, 2)
    calendar.release(0, 20, 2)
    assert calendar.is_free(0, 20, 2)
    assert calendar.sessions.get(0, 0) == 0


def test_a_blocked_hour_stays_taken_and_counts_as_no_session() -> None:
    calendar = Calendar()
    calendar.take(0, 20, 2)
    calendar.block(0)
    assert not calendar.is_free(0, 20, 2)
    assert calendar.sessions.get(0, 0) == 0


def test_days_that_are_over_can_be_forgotten() -> None:
    calendar = Calendar()
    for day in range(3):
        calendar.take(day, 20, 2)
    calendar.forget_before(2)
    assert [calendar.sessions.get(day, 0) for day in range(3)] == [0, 0, 1]
    assert [calendar.half_hours.get(day, 0) == 0 for day in range(3)] == [True, True, False]


@given(st.lists(st.tuples(st.integers(0, 1), slots, st.integers(1, 3)), max_size=40))
def test_a_calendar_holds_what_was_taken_and_nothing_else(wishes: list[tuple[int, int, int]]) -> None:
    calendar, taken, sessions = Calendar(), set[tuple[int, int]](), Counter[int]()
    for day, slot, length in wishes:
        wanted = {(day, slot + later) for later in range(length)}
        free = slot + length <= SLOTS_PER_DAY and not wanted & taken
        assert calendar.is_free(day, slot, length) == free
        if free:
            calendar.take(day, slot, length)
            taken |= wanted
            sessions[day] += 1
        else:
            with pytest.raises(ValueError, match="is taken already"):
                calendar.take(day, slot, length)
    for day in (0, 1):
        assert calendar.half_hours.get(day, 0) == sum(1 << slot for known, slot in taken if known == day)
        assert calendar.sessions.get(day, 0) == sessions[day]


def test_the_afternoon_of_the_second_day_is_where_one_would_look_for_it() -> None:
    assert place(DAY + 15 * HOUR + 45 * MINUTE) == (1, 31)
