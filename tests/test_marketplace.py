"""The marketplace: who is free when, whom a student would choose, and bookings that never collide."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from simulation.agents.calendar import SLOT, SLOTS_PER_DAY, hours, place, second_of, slots_of
from simulation.agents.identity import session_id, session_number
from simulation.agents.student import Student
from simulation.agents.tutor import Tutor
from simulation.clock import DAY, HOUR, MINUTE, Clock
from simulation.marketplace import Marketplace, Session
from simulation.randomness import Luck
from simulation.scenario.lessons import Matching
from tests.people import ALL_DAY, SATURDAY, a_need, a_student, a_turn, a_tutor, slot, weight_of

CLOCK = Clock(datetime(2026, 1, 5), 0, 30 * DAY)  # day 0 is a Monday
RULES = Matching()
WEEKENDS = (0, 0, 0, 0, 0, ALL_DAY, ALL_DAY)


def market_of(*tutors: Tutor, rules: Matching = RULES, reputation_counts: bool = True) -> Marketplace:
    return Marketplace(tutors, rules, CLOCK, reputation_counts=reputation_counts)


def book(market: Marketplace, student: Student, tutor: Tutor, day: int, hour: float, minutes: int = 60) -> Session:
    nth = student.next_session_number(0)
    return market.book(student, tutor, a_need(minutes=minutes), nth, second_of(day, slot(hour)), a_turn())


# ---------------------------------------------------------------- nobody is in two places at once

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
    return {(day, half) for day in range(2) for half in range(SLOTS_PER_DAY) if agent.calendar.taken(day) >> half & 1}


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
    assert (tutor.calendar.sessions_on(0), tutor.calendar.sessions_on(1)) == (0, 1)
    assert market.begin(17 * HOUR) == []
    assert market.begin(DAY + 18 * HOUR) == [session]


def test_a_tutor_who_needs_the_old_hour_keeps_it_while_the_student_is_free() -> None:
    student, tutor = a_student(), a_tutor()
    market = market_of(tutor)
    session = book(market, student, tutor, 0, 17)
    market.move(session, second_of(1, slot(18)), keep_old_time=True)
    assert not tutor.calendar.is_free(0, slot(17), 1)
    assert student.calendar.is_free(0, slot(17), 2)
    assert tutor.calendar.sessions_on(0) == 0  # it no longer counts against the day's most


# ---------------------------------------------------------------- the nearest free time


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


def chosen(
    market: Marketplace, errors: Sequence[float], subject: str = "Math", hour: float = 17, besides: Tutor | None = None
) -> Tutor | None:
    """Whom a student likes best of those who are free at an hour of the first day."""
    liked = [tutor for tutor in market.by_liking(subject, np.array(errors)) if tutor is not besides]
    return market.first_free(liked, 0, slot(hour), 2)


def can_be_chosen(market: Marketplace, tutor: Tutor, hour: float) -> bool:
    """Whether a student who wants an hour of the first day could get this tutor."""
    return chosen(market, [0.5], hour=hour) is tutor


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


# ---------------------------------------------------------------- whom a student would choose

errors = st.lists(st.floats(0, 1, exclude_max=True), min_size=6, max_size=6)
weights = st.lists(st.floats(0.01, 100), min_size=6, max_size=6)


def choice(weights: list[float], errors: list[float], besides: int | None = None) -> int | None:
    tutors = [a_tutor(number, base_weight=weight) for number, weight in enumerate(weights, 1)]
    found = chosen(market_of(*tutors), errors, besides=None if besides is None else tutors[besides - 1])
    return None if found is None else found.number


@given(weights, errors, st.floats(1, 50))
def test_a_tutor_who_gets_better_never_loses_a_student(weights: list[float], errors: list[float], gain: float) -> None:
    before = choice(weights, errors)
    assert before is not None
    weights[before - 1] *= gain
    assert choice(weights, errors) == before


@given(weights, errors, st.integers(0, 5), st.floats(1, 50))
def test_a_tutor_who_gets_better_wins_students_for_nobody_else(
    weights: list[float], errors: list[float], who: int, gain: float
) -> None:
    before = choice(weights, errors)
    weights[who] *= gain
    assert choice(weights, errors) in {before, who + 1}


@given(weights, errors)
def test_a_tutor_who_is_not_free_changes_the_choice_only_of_those_who_chose_that_tutor(
    weights: list[float], errors: list[float]
) -> None:
    best = choice(weights, errors)
    for other in range(1, 7):
        assert (choice(weights, errors, besides=other) == best) == (other != best)


def test_tutors_are_chosen_in_proportion_to_their_weights() -> None:
    decision = Luck(3).decision("choice")
    chosen_how_often = Counter(choice([1.0, 2.0, 5.0], decision.uniforms(student, 0, 3)) for student in range(4_000))
    assert [chosen_how_often[number] / 4_000 for number in (1, 2, 3)] == pytest.approx([1 / 8, 2 / 8, 5 / 8], abs=0.03)


def test_a_choice_is_among_those_who_teach_the_subject_and_are_free_there() -> None:
    math, science, busy, closed = (
        a_tutor(1),
        a_tutor(2, subjects=("Science", "Math")),
        a_tutor(3, subjects=("Science",)),
        a_tutor(4, subjects=("Science",), open_starts=WEEKENDS),
    )
    busy.calendar.take(0, slot(17.5), 1)
    market = market_of(math, science, busy, closed)
    for u in range(50):
        assert chosen(market, Luck(u).decision("a").uniforms(1, 0, 4), "Science") is science
    assert chosen(market, [0.5] * 4, "History") is None


def test_tutors_are_sorted_by_liking_whatever_their_calendars_say() -> None:
    tutors = [a_tutor(number) for number in range(1, 6)]
    tutors[1].calendar.take(0, 0, SLOTS_PER_DAY)
    liked = list(market_of(*tutors).by_liking("Math", np.array([0.5, 0.1, 0.9, 0.2, 0.3])))
    assert [tutor.number for tutor in liked] == [2, 4, 5, 1, 3]


def test_of_two_who_are_liked_alike_the_lower_number_is_preferred() -> None:
    tutors = [a_tutor(number) for number in range(1, 41)]
    liked = list(market_of(*tutors).by_liking("Math", np.array([0.25, 0.5] * 20)))
    assert [tutor.number for tutor in liked] == [*range(1, 41, 2), *range(2, 41, 2)]


@given(weights, errors, st.sets(st.integers(1, 6)))
def test_who_is_not_there_changes_nothing_in_how_the_others_are_liked(
    weights: list[float], errors: list[float], absent: set[int]
) -> None:
    def order(away: set[int]) -> list[int]:
        tutors = [a_tutor(nth, base_weight=weight, active=nth not in away) for nth, weight in enumerate(weights, 1)]
        return [tutor.number for tutor in market_of(*tutors).by_liking("Math", np.array(errors))]

    assert order(absent) == [number for number in order(set()) if number not in absent]


# ---------------------------------------------------------------- reputation, and who is gone


def test_a_star_of_reputation_weighs_as_the_rules_say() -> None:
    good, bad = a_tutor(1, avg_historical_rating=4.5), a_tutor(2, avg_historical_rating=3.5)
    market = market_of(good, bad)
    assert weight_of(market, good) == weight_of(market, bad) == 1.0  # until word gets around
    for tutor in (good, bad):
        market.weigh(tutor)
    assert weight_of(market, good) / weight_of(market, bad) == pytest.approx(2.718281828**RULES.reputation_weight)


def test_without_reputation_only_the_base_weight_counts() -> None:
    tutor = a_tutor(avg_historical_rating=5.0, base_weight=3.0)
    market = market_of(tutor, reputation_counts=False)
    market.weigh(tutor)
    assert weight_of(market, tutor) == 3.0


def test_inactive_tutors_are_not_on_the_market() -> None:
    market = market_of(a_tutor(1, active=False))
    assert chosen(market, [0.5]) is None
    assert not list(market.by_liking("Math", np.array([0.5])))


def test_a_tutor_who_is_removed_is_chosen_no_more() -> None:
    tutor, other = a_tutor(1), a_tutor(2)
    market = market_of(tutor, other)
    draws = [0.01, 0.99]
    assert chosen(market, draws) is tutor
    market.remove(tutor)
    assert not tutor.present
    assert chosen(market, draws) is other
    assert list(market.by_liking("Math", np.array(draws))) == [other]


def test_the_shortest_session_reserves_half_an_hour() -> None:
    assert [slots_of(minutes) for minutes in (30, 60, 90)] == [1, 2, 3]
    assert SLOT == 30 * MINUTE
