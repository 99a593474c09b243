"""Bookings: nobody is in two places at once, and whoever cancels or moves frees what was taken."""

from collections import Counter

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from simulation.agents.calendar import SLOTS_PER_DAY, place, second_of, slots_of
from simulation.agents.identity import session_id, session_number
from simulation.agents.session import Session
from simulation.agents.student import Student
from simulation.agents.tutor import Tutor
from simulation.clock import DAY, HOUR
from simulation.marketplace import Marketplace
from tests.marketplace.market import RULES, book, market_of
from tests.people import a_student, a_tutor, slot

ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["book", "move", "keep the hour", "cancel", "begin"]),
        st.integers(0, 2), st.integers(0, 2), st.integers(0, 1), st.integers(0, SLOTS_PER_DAY - 1),
        st.sampled_from([30, 60, 90]), st.integers(0, 99),
    ),
    max_size=60,
)  # fmt: skip


def halves(session: Session) -> set[tuple[int, int]]:
    """The days and half hours that a session takes up."""
    day, first = place(session.start)
    return {(day, first + later) for later in range(session.slots)}


def taken(agent: Tutor | Student) -> set[tuple[int, int]]:
    """The days and half hours that a calendar says are taken."""
    return {
        (day, half)
        for day in range(2)
        for half in range(SLOTS_PER_DAY)
        if agent.calendar.half_hours.get(day, 0) >> half & 1
    }


def begin(
    market: Marketplace, ahead: list[Session], held: dict[Tutor | Student, set[tuple[int, int]]], start: int
) -> None:
    """All sessions that stand at a time begin, in the order of their numbers."""
    begun = market.begin(start)
    assert begun == sorted((session for session in ahead if session.start == start), key=lambda each: each.number)
    for session in begun:
        ahead.remove(session)
        held[session.tutor] |= halves(session)
        held[session.student] |= halves(session)


@given(ACTIONS)
def test_whatever_is_booked_moved_and_cancelled_nobody_is_double_booked(
    actions: list[tuple[str, int, int, int, int, int, int]],
) -> None:
    tutors = [a_tutor(number) for number in (1, 2, 3)]
    students = [a_student(number) for number in (1, 2, 3)]
    market = market_of(*tutors, rules=evolve(RULES, daily_sessions=48, max_shift_hours=24))
    ahead, everything = list[Session](), list[Session]()
    everybody: list[Tutor | Student] = [*tutors, *students]
    held: dict[Tutor | Student, set[tuple[int, int]]] = {agent: set() for agent in everybody}
    for action, who, whom, day, wished, minutes, which in actions:
        if action == "book":
            tutor, student = tutors[who], students[whom]
            found = market.nearest_free(tutor, student, day, wished, slots_of(minutes), earliest=0)
            if found is not None:
                ahead.append(book(market, student, tutor, day, found / 2, minutes))
                everything.append(ahead[-1])
        elif ahead:
            session = ahead[which % len(ahead)]
            if action in {"move", "keep the hour"}:
                found = market.nearest_free(session.tutor, session.student, day, wished, session.slots, earliest=0)
                if found is not None:
                    if action == "keep the hour":
                        held[session.tutor] |= halves(session)
                    market.move(session, second_of(day, found), keep_old_time=action == "keep the hour")
            elif action == "cancel":
                ahead.remove(session)
                market.cancel(session)
            else:
                begin(market, ahead, held, session.start)
        assert [session for session in everything if market.is_ahead(session)] == ahead
        for agent in everybody:
            own = [session for session in ahead if agent in (session.tutor, session.student)]
            assert list(agent.sessions.values()) == own
            times = Counter(half for session in own for half in halves(session)) + Counter(held[agent])
            assert max(times.values(), default=1) == 1
            assert taken(agent) == set(times)


def test_an_hour_that_is_taken_is_refused() -> None:
    tutor = a_tutor()
    market = market_of(tutor)
    book(market, a_student(1), tutor, 0, 17)
    with pytest.raises(ValueError, match="day 0, half hour 35 is taken already"):
        book(market, a_student(2), tutor, 0, 17.5)


def test_a_session_is_numbered_by_its_student_and_request() -> None:
    student, tutor = a_student(42), a_tutor()
    session = book(market_of(tutor), student, tutor, 0, 17)
    assert (session.number, session.id) == (session_number(42, 1), "S420001") == (420_001, session_id(420_001))
    assert book(market_of(tutor), student, tutor, 1, 17).id == "S420002"


def test_a_cancelled_session_frees_both_calendars() -> None:
    student, tutor = a_student(), a_tutor()
    market = market_of(tutor)
    session = book(market, student, tutor, 0, 17)
    market.cancel(session)
    assert not market.is_ahead(session)
    assert not (tutor.sessions)
    assert not (student.sessions)
    assert tutor.calendar.is_free(0, slot(17), 2)
    assert student.calendar.is_free(0, slot(17), 2)


def test_a_session_that_has_begun_is_no_longer_ahead_but_its_hour_stays_taken() -> None:
    student, tutor = a_student(), a_tutor()
    market = market_of(tutor)
    session = book(market, student, tutor, 0, 17)
    assert market.is_ahead(session)
    assert market.begin(session.start) == [session]
    assert not market.is_ahead(session)
    assert not (tutor.sessions)
    assert not (student.sessions)
    assert not tutor.calendar.is_free(0, slot(17), 1)


def test_sessions_begin_with_all_others_that_stand_at_that_time_in_the_order_of_their_numbers() -> None:
    tutors, students = [a_tutor(number) for number in (1, 2, 3)], [a_student(number) for number in (1, 2, 3)]
    market = market_of(*tutors)
    third, first, second = (book(market, students[who], tutors[who], 0, 17) for who in (2, 0, 1))
    later = book(market, students[0], tutors[0], 0, 18)
    assert market.begin(17 * HOUR) == [first, second, third]
    assert market.is_ahead(later)
    assert market.begin(18 * HOUR) == [later]


def test_a_moved_session_stands_at_its_new_hour_alone() -> None:
    student, tutor = a_student(), a_tutor()
    market = market_of(tutor)
    session = book(market, student, tutor, 0, 17)
    market.move(session, second_of(1, slot(18)), keep_old_time=False)
    assert (session.start, session.moves) == (DAY + 18 * HOUR, 1)
    assert tutor.calendar.is_free(0, slot(17), 2)
    assert (tutor.calendar.sessions.get(0, 0), tutor.calendar.sessions.get(1, 0)) == (0, 1)
    assert market.begin(17 * HOUR) == []
    assert market.begin(DAY + 18 * HOUR) == [session]


def test_a_tutor_who_needs_the_old_hour_keeps_it_while_the_student_is_free() -> None:
    student, tutor = a_student(), a_tutor()
    market = market_of(tutor)
    session = book(market, student, tutor, 0, 17)
    market.move(session, second_of(1, slot(18)), keep_old_time=True)
    assert not tutor.calendar.is_free(0, slot(17), 1)
    assert student.calendar.is_free(0, slot(17), 2)
    assert tutor.calendar.sessions.get(0, 0) == 0  # it no longer counts against the day's most
