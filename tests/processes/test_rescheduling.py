"""Sessions that move: how often, who asks, when, and where to."""

import itertools
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from simulation.agents.influence import Aspect, Influence
from simulation.agents.session import Session
from simulation.agents.session_draws import SessionDraws
from simulation.agents.tutor import Tutor
from simulation.clock import DAY, HOUR
from simulation.events import SessionCompleted, SessionRescheduled
from simulation.processes.churn import ChurnMonitor
from simulation.processes.rescheduling import Rescheduling
from simulation.processes.sessions import Sessions
from tests.people import a_student, a_tutor, slot
from tests.processes.stage import Stage

MakeStage = Callable[..., Stage]

NOTICE = 3 * HOUR
# A tutor who moves a session only if its draws says so at all costs, and does not do it again.
SELDOM = 1e-9
TUTOR_MOVES: dict[str, Any] = {"of_hour": {"moves": 0.0}}
STUDENT_MOVES: dict[str, Any] = {"of_request": {"moves": 0.0}}


class Place:
    """A stage on which sessions move."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.sessions = stage.context.of(Sessions)
        self.monitor = stage.context.of(ChurnMonitor)
        self.rescheduling = stage.context.of(Rescheduling)

    def book(self, day: int, hour: float, *, tutor: int = 0, student: int = 0, **draws: Any) -> Session:
        """Book a session, and ask whether somebody will want another time."""
        session = self.stage.book(self.stage.students[student], self.stage.tutors[tutor], day, hour, **draws)
        self.sessions.expect(session)
        self.rescheduling.consider(session)
        return session


@pytest.fixture
def place_of(stage: MakeStage) -> Callable[..., Place]:
    def make(*tutors: Tutor, students: int = 1, **scenario: Any) -> Place:
        people = [a_student(number) for number in range(1, students + 1)]
        return Place(stage(tutors or [a_tutor(reschedule_rate=SELDOM)], people, scenario))

    return make


MakePlace = Callable[..., Place]


# ---------------------------------------------------------------- how often


@pytest.mark.parametrize("rate", [0.05, 0.25, 0.5])
def test_a_session_moves_as_often_as_the_tutor_s_rate_says_on_average(
    place_of: MakePlace, monkeypatch: pytest.MonkeyPatch, rate: float
) -> None:
    rules = {"tutor_factor": 1.0, "student_rate": 0.0}
    # A tutor whose days are never full and never short, so that every move that is wanted is found a time.
    place = place_of(
        *[a_tutor(number, reschedule_rate=rate) for number in range(1, 41)], students=40,
        sessions={"rescheduling": rules}, matching={"daily_sessions": 48},
    )  # fmt: skip
    monkeypatch.setattr(place.stage.draws, "intention", SessionDraws(place.stage.context.streams, 40).intention)
    for tutor in range(40):
        for day in range(7, 32):
            place.book(day, 17, tutor=tutor, student=tutor)
    place.stage.run_until(45 * DAY)
    moves = Counter(event.session_id for event in place.stage.events(SessionRescheduled))
    assert moves.total() / 1_000 == pytest.approx(rate, abs=4 * (rate * (1 + rate) / 1_000) ** 0.5)
    if rate == 0.5:  # geometric: of those that moved, a third moved again
        again = sum(count > 1 for count in moves.values()) / len(moves)
        assert again == pytest.approx(rate / (1 + rate), abs=0.1)


@pytest.mark.parametrize(("u", "moves"), [(0.2 / 1.2 - 1e-6, 1), (0.2 / 1.2 + 1e-6, 0)])
def test_a_session_moves_once_or_more_with_a_probability_that_makes_the_rate_the_mean(
    place_of: MakePlace, u: float, moves: int
) -> None:
    place = place_of(a_tutor(reschedule_rate=0.2), sessions={"rescheduling": {"tutor_factor": 1.0}})
    place.book(5, 17, of_hour={"moves": u})
    place.stage.run_until(10 * DAY)
    assert (len(place.stage.events(SessionRescheduled)) > 0) == bool(moves)


def test_the_rate_on_record_is_multiplied_by_the_scenario_s_factor(place_of: MakePlace) -> None:
    tutor = a_tutor(reschedule_rate=0.2)
    place = place_of(tutor, sessions={"rescheduling": {"tutor_factor": 0.5}})
    assert place.rescheduling._tutor_rate(tutor) == pytest.approx(0.1)


def test_burnout_and_experiments_change_the_tutor_s_rate(place_of: MakePlace) -> None:
    tutor = a_tutor(reschedule_rate=0.1)
    place = place_of(tutor, sessions={"rescheduling": {"tutor_factor": 1.0}, "burnout": {"reschedule_factor": 1.6}})
    assert place.rescheduling._tutor_rate(tutor) == pytest.approx(0.1)
    tutor.burnout = 0.5
    assert place.rescheduling._tutor_rate(tutor) == pytest.approx(0.13)
    tutor.burnout = 1.0
    assert place.rescheduling._tutor_rate(tutor) == pytest.approx(0.16)
    tutor.influences.add(Aspect.RESCHEDULING, Influence(-0.1, 0, DAY))
    assert place.rescheduling._tutor_rate(tutor) == pytest.approx(0.144)
    tutor.influences.add(Aspect.RESCHEDULING, Influence(-5.0, 0, DAY))
    assert place.rescheduling._tutor_rate(tutor) == 0


def test_without_the_mechanism_sessions_stay_where_they_are(place_of: MakePlace) -> None:
    place = place_of(mechanisms={"rescheduling": False})
    place.book(5, 17, **TUTOR_MOVES, **STUDENT_MOVES)
    place.stage.run_until(10 * DAY)
    assert place.stage.told() == ["SessionCompleted"]


# ---------------------------------------------------------------- a move


def test_a_moved_session_is_written_down_and_takes_place_at_its_new_time(place_of: MakePlace) -> None:
    place = place_of()
    session = place.book(5, 17, **TUTOR_MOVES)
    place.stage.run_until(10 * DAY)
    moved = place.stage.only(SessionRescheduled)
    assert moved == SessionRescheduled("T0001", "U00001", session.id, "tutor", 5 * DAY + 17 * HOUR, 5 * DAY + 18 * HOUR)
    assert place.stage.only(SessionCompleted).started_at == 5 * DAY + 18 * HOUR


def test_a_tutor_keeps_the_old_hour_for_what_made_them_move(place_of: MakePlace) -> None:
    place = place_of()
    place.book(5, 17, **TUTOR_MOVES)
    place.stage.run_until(5 * DAY)
    tutor, student = place.stage.tutors[0], place.stage.students[0]
    assert not tutor.calendar.is_free(5, slot(17), 1)
    assert not tutor.calendar.is_free(5, slot(18), 1)
    assert tutor.calendar.sessions.get(5, 0) == 1
    assert student.calendar.is_free(5, slot(17), 2)
    assert not student.calendar.is_free(5, slot(18), 1)


def test_where_a_student_asks_the_old_hour_is_free_again_for_both(place_of: MakePlace) -> None:
    place = place_of(sessions={"rescheduling": {"student_rate": 0.01}})
    place.book(5, 17, of_request={"moves": 0.0099})
    place.stage.run_until(5 * DAY)
    assert place.stage.only(SessionRescheduled).initiated_by == "student"
    assert place.stage.tutors[0].calendar.is_free(5, slot(17), 2)
    assert place.stage.students[0].calendar.is_free(5, slot(17), 2)


def test_a_student_moves_a_session_once_at_most_and_seldom(place_of: MakePlace) -> None:
    for u, moves in ((0.0, 1), (0.0099, 1), (0.0101, 0)):
        place = place_of(sessions={"rescheduling": {"student_rate": 0.01}})
        place.book(5, 17, of_request={"moves": u})
        place.stage.run_until(10 * DAY)
        assert len(place.stage.events(SessionRescheduled)) == moves


@pytest.mark.parametrize(("when", "expected"), [(0.0, 1), (0.5, 5 * DAY / 2 + 7 * HOUR + 1), (1 - 2**-53, None)])
def test_the_wish_comes_up_between_the_booking_and_the_shortest_notice(
    place_of: MakePlace, when: float, expected: float | None
) -> None:
    place = place_of()
    place.book(5, 17, of_hour={"moves": 0.0, "moves_when": when})
    place.stage.run_until(10 * DAY)
    (second,) = place.stage.times(SessionRescheduled)
    latest = 5 * DAY + 17 * HOUR - NOTICE
    assert second == (latest if expected is None else expected)
    assert second <= latest


def test_a_session_that_begins_within_the_shortest_notice_stays(place_of: MakePlace) -> None:
    place = place_of()
    place.book(0, 3, **TUTOR_MOVES, **STUDENT_MOVES)
    place.stage.run_until(DAY)
    assert place.stage.told() == ["SessionCompleted"]


def test_nobody_is_moved_to_a_time_within_the_shortest_notice(place_of: MakePlace) -> None:
    place = place_of()
    session = place.book(5, 17, of_hour={"moves": 0.0, "moves_when": 1 - 2**-53})
    tutor = place.stage.tutors[0]
    tutor.calendar.take(5, slot(18), 12)  # later that day is taken: only earlier hours are left
    place.stage.run_until(10 * DAY)
    new_time = place.stage.only(SessionRescheduled).new_time
    assert new_time - place.stage.times(SessionRescheduled)[0] >= NOTICE
    assert new_time == 6 * DAY + 17 * HOUR
    assert session.start == new_time


def test_a_session_moves_to_the_first_day_on_which_both_are_free_near_the_same_hour(place_of: MakePlace) -> None:
    place = place_of()
    place.stage.tutors[0].calendar.take(6, 0, 48)
    place.stage.students[0].calendar.take(7, slot(12), slot(24) - slot(12))
    place.stage.tutors[0].calendar.take(8, slot(17), 2)
    session = place.book(5, 17, **TUTOR_MOVES)
    for first, last in ((12, 17), (18, 23)):
        place.stage.tutors[0].calendar.take(5, slot(first), slot(last) - slot(first))
    place.stage.run_until(5 * DAY)
    assert session.start == 8 * DAY + 18 * HOUR


@pytest.mark.parametrize(("rules", "days"), [({}, 6), ({"search_days": 2}, 2), ({"search_days": 0}, 0)])
def test_another_time_is_looked_for_until_six_days_later_or_as_the_scenario_says(
    place_of: MakePlace, rules: dict[str, int], days: int
) -> None:
    for free_on, found in ((5 + days, 5 + days), (5 + days + 1, 5)):
        place = place_of(sessions={"rescheduling": rules})
        session = place.book(5, 17, **TUTOR_MOVES)
        calendar = place.stage.tutors[0].calendar
        for day, half in itertools.product(range(5, 15), range(48)):
            if day != free_on and calendar.is_free(day, half, 1):
                calendar.take(day, half, 1)
        place.stage.run_until(5 * DAY)
        assert session.start // DAY == found


def test_a_session_for_which_there_is_no_other_time_stays(place_of: MakePlace) -> None:
    place = place_of()
    place.book(5, 17, **TUTOR_MOVES)
    for day in range(5, 12):
        for first, last in ((0, 17), (18, 24)):
            place.stage.tutors[0].calendar.take(day, slot(first), slot(last) - slot(first))
    for day in range(6, 12):
        place.stage.tutors[0].calendar.take(day, slot(17), 2)
    place.stage.run_until(10 * DAY)
    assert place.stage.told() == ["SessionCompleted"]


def test_a_cancelled_session_does_not_move(place_of: MakePlace) -> None:
    place = place_of()
    place.stage.context.marketplace.cancel(place.book(5, 17, **TUTOR_MOVES))
    place.stage.run_until(10 * DAY)
    assert place.stage.told() == []


def test_only_what_tutors_move_counts_for_the_monitor(place_of: MakePlace) -> None:
    for draws, counted in ((TUTOR_MOVES, 1), (STUDENT_MOVES, 0)):
        place = place_of(sessions={"rescheduling": {"student_rate": 0.01}})
        place.book(5, 17, **draws)
        place.stage.run_until(5 * DAY)
        assert len(place.stage.events(SessionRescheduled)) == 1
        assert len(place.monitor.rolling[1].moves) == counted


def test_moved_sessions_have_the_tutor_s_draws_of_their_new_hour(place_of: MakePlace) -> None:
    place = place_of(a_tutor(reschedule_rate=SELDOM, no_show_count=15), mechanisms={"churn_monitor": False})
    session = place.book(5, 17, **TUTOR_MOVES)
    place.stage.draws.give(session.tutor, 5 * DAY + 18 * HOUR, moves=0.0)
    place.stage.draws.give(session.tutor, 5 * DAY + 19 * HOUR, shows=0.0)
    place.stage.run_until(10 * DAY)
    assert place.stage.told() == ["SessionRescheduled", "SessionRescheduled", "TutorNoShow"]
    assert [event.new_time for event in place.stage.events(SessionRescheduled)] == [
        5 * DAY + hour * HOUR for hour in (18, 19)
    ]
