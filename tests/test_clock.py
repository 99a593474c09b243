"""Simulated time, and what it means on a region's calendar."""

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.agents.identity import STUDENTS_PER_REGION
from simulation.clock import DAY, HOUR, MINUTE, WEEK, Clock, EventPriority, hour_of_day, moment, second_at

MONDAY = datetime(2026, 1, 5)
CLOCK = Clock(MONDAY, window_start=7 * DAY, window_end=37 * DAY, utc_offset=timedelta(hours=-5))

# The longest world: a warm-up of 200 days, earlier windows of 1,825, one of 1,095, and 100 that follow.
LONGEST = 3_220
seconds = st.integers(0, LONGEST * DAY)
agents = st.integers(0, STUDENTS_PER_REGION - 1)


def test_the_units_of_time_follow_from_each_other() -> None:
    assert (MINUTE, HOUR, DAY, WEEK) == (60, 60 * MINUTE, 24 * HOUR, 7 * DAY)


def test_second_0_is_the_local_midnight_at_which_the_log_starts() -> None:
    assert CLOCK.local(0) == MONDAY
    assert CLOCK.local(DAY + 3 * HOUR + 5) == datetime(2026, 1, 6, 3, 0, 5)


@given(seconds)
def test_local_time_as_seconds_since_1970_names_the_same_moment(second: int) -> None:
    assert datetime(1970, 1, 1) + timedelta(seconds=CLOCK.local_epoch_start + second) == CLOCK.local(second)


@given(seconds)
def test_weekdays_are_those_of_the_calendar(second: int) -> None:
    assert CLOCK.weekday(second) == CLOCK.local(second).weekday()
    assert CLOCK.is_weekend(second) == (CLOCK.local(second).weekday() in {5, 6})


@pytest.mark.parametrize("first_day", [MONDAY + timedelta(days=day) for day in range(7)])
def test_a_log_may_start_on_any_weekday(first_day: datetime) -> None:
    clock = Clock(first_day, 0, DAY)
    assert [clock.weekday(day * DAY) for day in range(7)] == [(first_day.weekday() + day) % 7 for day in range(7)]


@given(seconds)
def test_the_hour_of_the_day_is_that_of_local_time(second: int) -> None:
    assert hour_of_day(second) == CLOCK.local(second).hour


def test_days_are_counted_from_the_opening_of_the_window() -> None:
    assert CLOCK.days_since_opening(7 * DAY) == 0
    assert CLOCK.days_since_opening(8 * DAY + 12 * HOUR) == 1.5
    assert CLOCK.days_since_opening(0) == -7


def test_days_are_counted_from_the_first_window_where_earlier_ones_were_recorded() -> None:
    clock = attrs.evolve(CLOCK, window_start=37 * DAY, window_end=67 * DAY, opening=7 * DAY)
    assert clock.days_since_opening(37 * DAY) == 30


def test_utc_is_local_time_less_the_region_s_offset() -> None:
    assert CLOCK.utc_shift == -5 * HOUR
    assert Clock(MONDAY, 0, DAY, timedelta(hours=5, minutes=30)).utc_shift == 5 * HOUR + 30 * MINUTE
    assert CLOCK.utc(7 * DAY) == CLOCK.local(7 * DAY) + timedelta(hours=5)
    assert CLOCK.utc_epoch_start == CLOCK.utc(0).replace(tzinfo=UTC).timestamp()


# ---------------------------------------------------------------- moments


@given(seconds, st.sampled_from(EventPriority), agents)
def test_a_moment_lies_within_its_second(second: int, priority: EventPriority, who: int) -> None:
    assert moment(second) <= moment(second, priority, who) < moment(second + 1)
    assert second_at(moment(second, priority, who)) == second


@given(*[st.tuples(st.sampled_from([0, 1, LONGEST * DAY]), st.sampled_from(EventPriority), agents)] * 2)
def test_moments_are_ordered_by_second_then_turn_then_who(
    one: tuple[int, EventPriority, int], other: tuple[int, EventPriority, int]
) -> None:
    assert (moment(*one) < moment(*other)) == (one < other)
    assert (moment(*one) == moment(*other)) == (one == other)


@given(*[st.tuples(seconds, st.sampled_from(EventPriority), agents)] * 2)
def test_waiting_from_one_moment_until_another_arrives_exactly_there(
    one: tuple[int, EventPriority, int], other: tuple[int, EventPriority, int]
) -> None:
    now, then = sorted((moment(*one), moment(*other)))
    assert now + (then - now) == then


def test_at_midnight_what_ended_is_settled_before_scores_are_taken_and_plans_are_made() -> None:
    assert sorted(EventPriority)[:5] == [
        EventPriority.SETTLEMENT,
        EventPriority.SCORING,
        EventPriority.STATE,
        EventPriority.BURNOUT,
        EventPriority.INVITING,
    ]


def test_within_a_second_turns_go_from_what_ends_to_what_is_planned_to_what_the_platform_does() -> None:
    assert [priority.name.lower() for priority in sorted(EventPriority)] == [
        "settlement", "scoring", "state", "burnout", "inviting", "leaving", "joining", "planning", "session_start",
        "rescheduling", "platform", "intervention", "email", "coaching", "experiment",
    ]  # fmt: skip
