"""The nearest free time: when both a tutor and a student can, within the day, the rules and the student's reach."""

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from simulation.agents.calendar import SLOT, SLOTS_PER_DAY, hours, slots_of
from simulation.agents.tutor import Tutor
from simulation.clock import DAY, HOUR
from simulation.marketplace import Marketplace
from tests.marketplace.market import RULES, WEEKENDS, book, can_be_chosen, chosen, market_of
from tests.people import ALL_DAY, SATURDAY, a_student, a_tutor, slot


def nearest(
    market: Marketplace, tutor: Tutor, wished: float, minutes: int = 60, earliest: int = 0, day: int = 0
) -> float | None:
    """The hour nearest to the wished one at which a tutor and some student are free."""
    found = market.nearest_free(tutor, a_student(9), day, slot(wished), slots_of(minutes), earliest)
    return None if found is None else found / 2


def test_the_wished_time_is_the_nearest_if_both_are_free() -> None:
    tutor = a_tutor()
    assert nearest(market_of(tutor), tutor, 17) == 17


def test_of_two_that_are_equally_close_the_later_is_taken() -> None:
    tutor = a_tutor()
    tutor.calendar.take(0, slot(17), 1)
    assert nearest(market_of(tutor), tutor, 17, minutes=30) == 17.5


def test_the_earlier_is_taken_if_it_is_closer() -> None:
    tutor = a_tutor()
    tutor.calendar.take(0, slot(17), 4)
    assert nearest(market_of(tutor), tutor, 17, minutes=60) == 16


def test_nobody_shifts_a_wish_by_more_than_the_student_s_reach() -> None:
    tutor = a_tutor(open_starts=(hours(8, 9),) * 7)
    market = market_of(tutor)
    assert nearest(market, tutor, 12.5) == 8.5
    assert nearest(market, tutor, 13) is None


def test_the_student_s_calendar_counts_too() -> None:
    tutor, student = a_tutor(), a_student()
    student.calendar.take(0, slot(17), 2)
    assert market_of(tutor).nearest_free(tutor, student, 0, slot(17), 2, 0) == slot(18)


def test_hours_to_which_a_tutor_does_not_open_are_not_free() -> None:
    tutor = a_tutor(open_starts=WEEKENDS)
    market = market_of(tutor)
    assert nearest(market, tutor, 17, day=SATURDAY) == 17
    assert nearest(market, tutor, 17, day=SATURDAY - 1) is None
    assert not can_be_chosen(market, tutor, 17)


def test_a_session_ends_by_midnight() -> None:
    tutor = a_tutor()
    assert nearest(market_of(tutor), tutor, 23.5, minutes=90) == 22.5


def test_nobody_is_free_for_a_session_that_would_end_after_midnight() -> None:
    tutor = a_tutor()
    market = market_of(tutor)
    assert market.first_free([tutor], 0, slot(22.5), 3) is tutor
    assert market.first_free([tutor], 0, slot(23), 3) is None


def test_the_past_is_not_free() -> None:
    tutor = a_tutor()
    market = market_of(tutor)
    assert nearest(market, tutor, 12, earliest=13 * HOUR) == 13
    assert nearest(market, tutor, 12, earliest=13 * HOUR + 1) == 13.5
    assert nearest(market, tutor, 12, earliest=DAY) is None
    assert nearest(market, tutor, 12, earliest=DAY, day=1) == 12


def test_a_tutor_takes_no_more_sessions_on_a_day_than_the_rules_allow() -> None:
    tutor = a_tutor()
    market = market_of(tutor, rules=evolve(RULES, daily_sessions=2))
    for student, hour in ((a_student(1), 9), (a_student(2), 11)):
        assert can_be_chosen(market, tutor, 17)
        book(market, student, tutor, 0, hour)
    assert not can_be_chosen(market, tutor, 17)
    assert nearest(market, tutor, 17) is None
    assert chosen(market, [0.5]) is None
    assert nearest(market, tutor, 17, day=1) == 17


@given(st.integers(0, 47), st.integers(0, 47), st.integers(1, 3), st.integers(0, ALL_DAY), st.integers(0, ALL_DAY))
def test_the_nearest_free_time_is_free_and_none_is_nearer(
    wished: int, earliest_slot: int, slots: int, tutor_taken: int, student_taken: int
) -> None:
    tutor, student = a_tutor(), a_student()
    for agent, bits in ((tutor, tutor_taken), (student, student_taken)):
        for half in range(SLOTS_PER_DAY):
            if bits >> half & 1:
                agent.calendar.take(0, half, 1)
                agent.calendar.block(0)
    found = market_of(tutor).nearest_free(tutor, student, 0, wished, slots, earliest_slot * SLOT)
    possible = [
        half for half in range(earliest_slot, SLOTS_PER_DAY)
        if tutor.calendar.is_free(0, half, slots) and student.calendar.is_free(0, half, slots)
        and abs(half - wished) <= RULES.max_shift_hours * 2
    ]  # fmt: skip
    assert found == min(possible, key=lambda half: (abs(half - wished), -half), default=None)
