"""From a request to a booked session, or a refusal."""

from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from simulation.agents.calendar import SLOTS_PER_DAY
from simulation.agents.identity import SESSIONS_PER_STUDENT
from simulation.agents.student import REGULAR, Need, Student
from simulation.agents.tutor import Tutor
from simulation.clock import DAY, HOUR
from simulation.events import (
    RequestRefused,
    SessionBooked,
    SessionCancelled,
    SessionCompleted,
    SessionRequested,
    SessionRescheduled,
    StudentChurned,
)
from simulation.processes.matching import Matching, _days_alike
from simulation.processes.sessions import Sessions
from tests.people import (
    FRIDAY,
    SATURDAY,
    SUNDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    a_need,
    a_request,
    a_student,
    a_tutor,
    slot,
)
from tests.processes.stage import Stage

MakeStage = Callable[..., Stage]
CALM = {"rescheduling": False, "tutor_no_shows": False, "student_churn": False}
WEEKENDS_ONLY = (0, 0, 0, 0, 0, (1 << 48) - 1, (1 << 48) - 1)


class Desk:
    """A stage on which sessions are asked for."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.sessions = stage.context.of(Sessions)
        self.matching = stage.context.of(Matching)

    def ask(self, student: Student, day: int = TUESDAY, hour: float = 17, need: Need | None = None) -> None:
        wanted, nth = need or a_need(day, hour), student.next_session_number(REGULAR)
        self.matching.request(student, wanted, day, slot(hour), nth, self.stage.draws.request(student, nth))

    @property
    def booked(self) -> list[tuple[str, int]]:
        """Tutors and starts of what was booked."""
        return [(event.tutor_id, event.scheduled_start) for event in self.stage.events(SessionBooked)]


@pytest.fixture
def desk_of(stage: MakeStage) -> Callable[..., Desk]:
    def make(tutors: list[Tutor], students: list[Student], other_days: int = 0, **mechanisms: Any) -> Desk:
        scenario = {"mechanisms": {**CALM, **mechanisms}, "matching": {"other_days": other_days}}
        return Desk(stage(tutors, students, scenario))

    return make


MakeDesk = Callable[..., Desk]


def fill(agent: Tutor | Student, day: int, first: float = 0, last: float = 24) -> None:
    """Leave an agent no time between two hours of a day."""
    agent.calendar.take(day, slot(first), slot(last) - slot(first))


# ---------------------------------------------------------------- who gets whom


def test_a_request_and_its_booking_are_written_down(desk_of: MakeDesk) -> None:
    tutor = a_tutor()
    desk = desk_of([tutor], [a_student(tutor=tutor)])
    desk.ask(desk.stage.students[0])
    start = DAY + 17 * HOUR
    assert desk.stage.told() == ["SessionRequested", "SessionBooked"]
    assert desk.stage.only(SessionRequested) == SessionRequested("U00001", "S010001", "Math", "student", start, 60)
    assert desk.stage.only(SessionBooked) == SessionBooked("T0001", "U00001", "S010001", "Math", "College", start, 60)


def test_a_student_gets_the_regular_tutor_whoever_else_is_popular(desk_of: MakeDesk) -> None:
    tutors = [a_tutor(1), a_tutor(2, base_weight=1e9)]
    desk = desk_of(tutors, [a_student(tutor=tutors[0])])
    desk.ask(desk.stage.students[0])
    assert desk.booked == [("T0001", DAY + 17 * HOUR)]


def test_a_regular_tutor_who_is_taken_then_offers_the_nearest_time_of_that_day(desk_of: MakeDesk) -> None:
    tutors = [a_tutor(1), a_tutor(2)]
    desk = desk_of(tutors, [a_student(tutor=tutors[0])])
    fill(tutors[0], TUESDAY, 16, 18)
    desk.ask(desk.stage.students[0])
    assert desk.booked == [("T0001", DAY + 18 * HOUR)]


@pytest.mark.parametrize(
    ("wished", "taken", "other_days", "booked"),
    [
        (WEDNESDAY, {WEDNESDAY}, 1, ("T0001", THURSDAY)),  # of two days equally near, the later
        (WEDNESDAY, {WEDNESDAY, THURSDAY}, 1, ("T0001", TUESDAY)),
        (WEDNESDAY, {TUESDAY, WEDNESDAY, THURSDAY}, 1, ("T0002", WEDNESDAY)),
        (WEDNESDAY, {TUESDAY, WEDNESDAY, THURSDAY}, 2, ("T0001", FRIDAY)),
        (FRIDAY, {FRIDAY}, 1, ("T0001", THURSDAY)),  # a weekday is not traded for a weekend
        (SATURDAY, {SATURDAY}, 1, ("T0001", SUNDAY)),
        (WEDNESDAY, {WEDNESDAY}, 0, ("T0002", WEDNESDAY)),
    ],
)
def test_a_student_comes_on_a_day_near_the_wished_one_to_keep_the_regular_tutor(
    desk_of: MakeDesk, wished: int, taken: set[int], other_days: int, booked: tuple[str, int]
) -> None:
    tutors = [a_tutor(1), a_tutor(2)]
    desk = desk_of(tutors, [a_student(tutor=tutors[0])], other_days)
    for day in sorted(taken):
        fill(tutors[0], day)
    desk.ask(desk.stage.students[0], wished)
    tutor, day = booked
    assert desk.booked == [(tutor, day * DAY + 17 * HOUR)]
    assert desk.stage.only(SessionRequested).requested_start == wished * DAY + 17 * HOUR


def test_days_of_the_same_kind_are_tried_nearest_first_and_none_of_the_other_kind() -> None:
    assert _days_alike(2) == [
        [0, 1, 2], [0, 1, -1, 2], [0, 1, -1, 2, -2], [0, 1, -1, -2], [0, -1, -2],
        [0, 1], [0, -1],
    ]  # fmt: skip


def test_another_tutor_stands_in_where_the_regular_one_has_no_time_that_day(desk_of: MakeDesk) -> None:
    tutors = [a_tutor(1), a_tutor(2)]
    student = a_student(tutor=tutors[0])
    desk = desk_of(tutors, [student])
    fill(tutors[0], TUESDAY)
    desk.ask(student)
    assert desk.booked == [("T0002", DAY + 17 * HOUR)]
    assert student.tutors == {"Math": tutors[0]}
    assert tutors[1].students == {}


def test_a_stand_in_may_be_found_near_the_wished_time_too(desk_of: MakeDesk) -> None:
    tutors = [a_tutor(1), a_tutor(2)]
    desk = desk_of(tutors, [a_student(tutor=tutors[0])])
    fill(tutors[0], TUESDAY)
    fill(tutors[1], TUESDAY, 15, 19)
    desk.ask(desk.stage.students[0])
    assert desk.booked == [("T0002", DAY + 19 * HOUR)]


@pytest.mark.parametrize(("tried", "booked"), [(2, []), (3, [("T0004", DAY + 18 * HOUR)])])
def test_as_many_favourites_are_asked_for_a_time_near_the_wished_one_as_the_rules_say(
    stage: MakeStage, tried: int, booked: list[tuple[str, int]]
) -> None:
    tutors = [a_tutor(number, base_weight=10.0 ** (12 - 3 * number)) for number in range(1, 5)]
    student = a_student(tutor=tutors[0])  # the regular tutor is none of those others
    rules = {"other_tutors_tried": tried, "other_days": 0}
    desk = Desk(stage(tutors, [student], {"matching": rules, "mechanisms": CALM}))
    for tutor in tutors[:3]:
        fill(tutor, TUESDAY)
    fill(tutors[3], TUESDAY, 16, 18)
    desk.ask(student)
    assert desk.booked == booked


def test_a_student_who_is_busy_at_the_wished_time_comes_near_it(desk_of: MakeDesk) -> None:
    tutor = a_tutor()
    student = a_student()
    desk = desk_of([tutor], [student])
    fill(student, TUESDAY, 17, 17.5)
    desk.ask(student)
    assert desk.booked == [("T0001", DAY + 17 * HOUR + 1800)]


def test_whom_a_newcomer_finds_becomes_the_regular_tutor_of_the_subject(desk_of: MakeDesk) -> None:
    tutor = a_tutor()
    student = a_student()
    desk = desk_of([tutor], [student])
    desk.ask(student)
    assert student.tutors == {"Math": tutor}
    assert tutor.students == {1: student}


def test_subjects_have_regular_tutors_of_their_own(desk_of: MakeDesk) -> None:
    tutors = [a_tutor(1), a_tutor(2, subjects=("History",))]
    student = a_student(tutor=tutors[0])
    desk = desk_of(tutors, [student])
    desk.ask(student, need=a_need(subject="History"))
    assert student.tutors == {"Math": tutors[0], "History": tutors[1]}
    assert desk.booked == [("T0002", DAY + 17 * HOUR)]


def test_who_likes_to_switch_tries_another_who_becomes_the_regular_one(desk_of: MakeDesk) -> None:
    tutors = [a_tutor(1, base_weight=1e9), a_tutor(2)]
    student = a_student(tutor=tutors[0], switching_probability=1.0)
    desk = desk_of(tutors, [student])
    desk.ask(student)
    assert desk.booked == [("T0002", DAY + 17 * HOUR)]
    assert student.tutors == {"Math": tutors[1]}
    assert (tutors[0].students, tutors[1].students) == ({}, {1: student})


def test_a_tutor_keeps_a_student_who_switches_in_one_of_two_subjects(desk_of: MakeDesk) -> None:
    tutors = [a_tutor(1, subjects=("Math", "History")), a_tutor(2)]
    student = a_student(tutor=tutors[0], switching_probability=1.0)
    student.tutors["History"] = tutors[0]
    desk_of(tutors, [student]).ask(student)
    assert student.tutors == {"Math": tutors[1], "History": tutors[0]}
    assert tutors[0].students == {1: student}


@pytest.mark.parametrize(("satisfaction", "tutor"), [(8.0, "T0001"), (10.0, "T0001"), (1.0, "T0002")])
def test_a_disappointed_student_is_more_likely_to_try_another(
    desk_of: MakeDesk, satisfaction: float, tutor: str
) -> None:
    tutors = [a_tutor(1), a_tutor(2)]
    student = a_student(tutor=tutors[0], switching_probability=0.0)
    student.satisfaction[1] = satisfaction
    desk = desk_of(tutors, [student])
    inclined = desk.stage.draws.request(student, 1).switches
    pull = 2.718281828 ** (desk.stage.scenario.students.traits.switching_per_satisfaction * 7)
    student.traits = evolve(student.traits, switching_probability=inclined / pull * 1.01)
    desk.ask(student)
    assert desk.booked == [(tutor, DAY + 17 * HOUR)]


def test_who_would_switch_stays_where_there_is_nobody_else(desk_of: MakeDesk) -> None:
    tutor = a_tutor()
    student = a_student(tutor=tutor, switching_probability=1.0)
    desk = desk_of([tutor], [student])
    desk.ask(student)
    assert desk.booked == [("T0001", DAY + 17 * HOUR)]
    assert tutor.students == {1: student}


def test_without_switching_nobody_does(desk_of: MakeDesk) -> None:
    tutors = [a_tutor(1), a_tutor(2)]
    student = a_student(tutor=tutors[0], switching_probability=1.0)
    desk = desk_of(tutors, [student], switching=False)
    desk.ask(student)
    assert desk.booked == [("T0001", DAY + 17 * HOUR)]


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    "tutors",
    [[], [a_tutor(subjects=("History",))], [a_tutor(active=False)], [a_tutor(open_starts=WEEKENDS_ONLY)]],
    ids=["no tutor", "of another subject", "inactive", "weekends only"],
)
def test_a_request_that_nobody_can_take_is_refused(desk_of: MakeDesk, tutors: list[Tutor]) -> None:
    desk = desk_of(tutors, [a_student()])
    desk.ask(desk.stage.students[0])
    assert desk.stage.told() == ["SessionRequested", "RequestRefused"]
    assert desk.stage.only(RequestRefused) == RequestRefused("U00001", "S010001", "no_tutor_free")


def test_a_refused_student_may_leave(stage: MakeStage) -> None:
    desk = Desk(stage([], [a_student()], {"students": {"leaving": {"after_refusal": 1.0}}}))
    desk.ask(desk.stage.students[0])
    desk.stage.run_until(3 * DAY)
    assert desk.stage.only(StudentChurned).session_id is None


def test_nobody_is_booked_into_the_next_quarter_of_an_hour(desk_of: MakeDesk) -> None:
    tutor = a_tutor()
    desk = desk_of([tutor], [a_student(tutor=tutor)])
    desk.stage.at(17 * HOUR - 900 + 1, desk.ask, desk.stage.students[0], 0, 17)
    desk.stage.run_until(17 * HOUR)
    assert desk.booked == [("T0001", 17 * HOUR + 1800)]


def test_who_asks_a_quarter_of_an_hour_before_is_in_time(desk_of: MakeDesk) -> None:
    tutor = a_tutor()
    student = a_student(tutor=tutor)
    desk = desk_of([tutor], [student])
    lost = desk.stage.book(student, tutor, 0, 19)
    desk.stage.context.marketplace.cancel(lost)
    desk.stage.at(17 * HOUR - 900, desk.ask, student, 0, 17)
    desk.stage.at(19 * HOUR - 900, desk.matching.ask_again, lost)
    desk.stage.run_until(19 * HOUR)
    assert desk.booked == [("T0001", 17 * HOUR), ("T0001", 19 * HOUR)]


def test_a_booked_session_may_move(desk_of: MakeDesk) -> None:
    tutor = a_tutor(reschedule_rate=1e-9)
    desk = desk_of([tutor], [a_student(tutor=tutor)], rescheduling=True)
    desk.stage.draws.give(tutor, 5 * DAY + 17 * HOUR, moves=0.0)
    desk.ask(desk.stage.students[0], day=5)
    desk.stage.run_until(5 * DAY)
    assert desk.stage.only(SessionRescheduled).old_time == 5 * DAY + 17 * HOUR


def test_a_full_platform_refuses_what_it_cannot_hold_and_books_the_rest(desk_of: MakeDesk) -> None:
    students = [a_student(number) for number in range(1, 16)]
    desk = desk_of([a_tutor()], students)
    for student in students:
        desk.ask(student)
    assert len(desk.booked) == len(set(desk.booked))
    assert all(abs(start - DAY - 17 * HOUR) <= 4 * HOUR for _, start in desk.booked)
    assert len(desk.stage.events(RequestRefused)) == 15 - len(desk.booked) > 0
    taken = desk.stage.tutors[0].calendar.half_hours.get(TUESDAY, 0).bit_count()
    assert taken == 2 * len(desk.booked) <= SLOTS_PER_DAY


# ---------------------------------------------------------------- draws


def test_a_booked_session_takes_place(desk_of: MakeDesk) -> None:
    tutor = a_tutor()
    desk = desk_of([tutor], [a_student(tutor=tutor)])
    desk.ask(desk.stage.students[0])
    desk.stage.run_until(2 * DAY)
    assert desk.stage.only(SessionCompleted).started_at == DAY + 17 * HOUR


def test_a_session_carries_the_student_s_draws_of_the_request(desk_of: MakeDesk) -> None:
    tutor, student = a_tutor(), a_student()
    desk = desk_of([tutor], [student])
    request = a_request(rating=0.123)
    desk.matching.request(student, a_need(TUESDAY), TUESDAY, slot(17), 1, request)
    (session,) = student.sessions.values()
    assert session.draws == request


def test_each_session_asked_for_besides_the_weekly_ones_has_draws_of_its_own(desk_of: MakeDesk) -> None:
    tutor, student = a_tutor(), a_student()
    desk = desk_of([tutor], [student])
    for day in (1, 2):
        for requested_by in ("student", "tutor"):
            assert desk.matching.add(student, tutor, a_need(), day, requested_by)
    lost = desk.stage.book(student, tutor, 3, 17)
    desk.stage.context.marketplace.cancel(lost)
    desk.matching.ask_again(lost)
    requests = {number % SESSIONS_PER_STUDENT: session.draws for number, session in student.sessions.items()}
    assert list(requests) == [3_001, 5_001, 3_002, 5_002, 8_001]
    assert requests == {nth: desk.stage.draws.request(student, nth) for nth in requests}
    assert len(set(requests.values())) == len(requests)


# ---------------------------------------------------------------- cancelling, asking again, inviting


def test_a_cancelled_session_says_why(desk_of: MakeDesk) -> None:
    tutor = a_tutor()
    desk = desk_of([tutor], [a_student(tutor=tutor)])
    desk.ask(desk.stage.students[0])
    desk.stage.context.cancel(next(iter(tutor.sessions.values())), "tutor_left")
    assert desk.stage.only(SessionCancelled) == SessionCancelled("T0001", "U00001", "S010001", "tutor_left")
    desk.stage.run_until(2 * DAY)
    assert desk.stage.events(SessionCompleted) == []


def test_a_student_whose_tutor_left_asks_for_the_same_hour_again(desk_of: MakeDesk) -> None:
    tutors = [a_tutor(1), a_tutor(2)]
    student = a_student()
    desk = desk_of(tutors, [student])
    lost = desk.stage.book(student, tutors[0], SATURDAY, 10, 90)
    desk.stage.context.marketplace.cancel(lost)
    desk.stage.context.marketplace.remove(tutors[0])
    desk.matching.ask_again(lost)
    again = desk.stage.only(SessionBooked)
    assert (again.session_id, again.tutor_id) == ("S018001", "T0002")
    assert (again.scheduled_start, again.scheduled_duration_min, again.subject) == (lost.start, 90, "Math")


def test_nobody_asks_again_who_has_left_or_for_what_is_about_to_begin(desk_of: MakeDesk) -> None:
    tutor = a_tutor()
    gone, late = a_student(1), a_student(2)
    gone.present = False
    desk = desk_of([tutor], [gone, late])
    for student, day, hour in ((gone, 3, 17), (late, 0, 0)):
        lost = desk.stage.book(student, tutor, day, hour)
        desk.stage.context.marketplace.cancel(lost)
        desk.matching.ask_again(lost)
    assert desk.stage.told() == []


def test_a_tutor_may_propose_an_extra_session(desk_of: MakeDesk) -> None:
    tutor = a_tutor()
    student = a_student(tutor=tutor)
    desk = desk_of([tutor], [student])
    fill(tutor, 3, 17, 18)
    assert desk.matching.add(student, tutor, a_need(), 3, "tutor")
    requested = desk.stage.only(SessionRequested)
    assert (requested.session_id, requested.requested_by) == ("S015001", "tutor")
    assert requested.requested_start == 3 * DAY + 18 * HOUR  # what is proposed is what the tutor can offer
    assert desk.booked == [("T0001", 3 * DAY + 18 * HOUR)]


def test_an_extra_session_for_which_there_is_no_time_is_not_proposed(desk_of: MakeDesk) -> None:
    tutor = a_tutor()
    student = a_student(tutor=tutor)
    desk = desk_of([tutor], [student])
    fill(tutor, 3)
    assert not desk.matching.add(student, tutor, a_need(), 3, "tutor")
    assert desk.stage.told() == []
    assert student.numbered == {}  # no number is used up
