"""What makes students leave, and what happens then."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from simulation.agents.session import Session
from simulation.clock import DAY, HOUR, MINUTE
from simulation.events import SessionCancelled, StudentChurned, StudentLeavingExplained, TutorNoShow
from simulation.processes.sessions import Sessions
from simulation.processes.student_leaving import StudentLeaving
from simulation.scenario import Scenario
from tests.people import a_student, a_tutor
from tests.processes.stage import Stage, a_completed, a_settled

MakeStage = Callable[..., Stage]
RULES = Scenario().students.leaving


def after_session(
    stage: Stage, u: float, *, first: bool = False, when: float = 0.5, quitting_factor: float = 1.0, **measures: Any
) -> Session:
    """A student weighs a session with a draw of `u`; the clock runs for the two days in which one may leave."""
    tutor, student = a_tutor(), a_student(quitting_factor=quitting_factor)
    stage.context.students[1] = student
    session = stage.book(student, tutor, 0, 9, of_request={"leaves": u, "leaves_when": when})
    StudentLeaving(stage.context).weigh_session(a_settled(session, a_completed(session, **measures), first=first))
    stage.run_until(3 * DAY)
    return session


def reasons(stage: Stage) -> list[str]:
    return [event.reason for event in stage.events(StudentLeavingExplained)]


def test_a_poor_first_session_drives_nearly_a_quarter_away(stage: MakeStage) -> None:
    for u, expected in ((RULES.after_poor_first - 0.001, ["poor_first_session"]), (RULES.after_poor_first, [])):
        here = stage()
        after_session(here, u, first=True, student_rating=3.4)
        assert reasons(here) == expected


def test_who_leaves_after_a_session_is_on_record_with_it(stage: MakeStage) -> None:
    here = stage()
    session = after_session(here, 0.0, first=True, student_rating=3.4)
    assert here.only(StudentChurned) == StudentChurned("U00001", session.id)
    assert not session.student.present
    assert here.context.students == {}


@pytest.mark.parametrize(("first", "rating"), [(True, 3.5), (False, 1.0)])
def test_a_first_session_at_the_threshold_and_a_poor_later_one_are_weighed_by_satisfaction(
    stage: MakeStage, first: bool, rating: float
) -> None:
    for u, expected in ((RULES.after_session - 1e-4, ["dissatisfied"]), (RULES.after_session + 1e-4, [])):
        here = stage()
        after_session(here, u, first=first, student_rating=rating, student_satisfaction=8.0)
        assert reasons(here) == expected


def test_odds_to_leave_grow_with_each_point_of_satisfaction_missing(stage: MakeStage) -> None:
    leaving = StudentLeaving(stage().context)
    chances = [leaving._chance_at(satisfaction) for satisfaction in range(10, 0, -1)]
    assert chances == sorted(chances)
    odds = [chance / (1 - chance) for chance in chances]
    assert [after / before for before, after in itertools.pairwise(odds)] == pytest.approx(
        [2.718281828**RULES.per_satisfaction] * 9
    )
    assert leaving._chance_at(8.0) == pytest.approx(RULES.after_session)


def test_a_student_remembers_how_satisfactory_the_latest_session_with_a_tutor_was(stage: MakeStage) -> None:
    session = after_session(stage(), 0.999, student_satisfaction=6.5)
    assert session.student.satisfaction == {1: 6.5}


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_who_never_or_always_leaves_does_so_at_any_satisfaction(stage: MakeStage, chance: float) -> None:
    leaving = StudentLeaving(stage(scenario={"students": {"leaving": {"after_session": chance}}}).context)
    assert {leaving._chance_at(satisfaction) for satisfaction in (1.0, 8.0, 10.0)} == {chance}


@pytest.mark.parametrize(
    ("student", "tutor", "expected"),
    [(True, False, ["tutor_no_show"]), (False, True, []), (False, False, [])],
)
def test_a_student_who_came_in_vain_may_leave_and_who_stayed_away_does_not(
    stage: MakeStage, student: bool, tutor: bool, expected: list[str]
) -> None:
    here = stage()
    pupil = a_student()
    here.context.students[1] = pupil
    session = here.book(pupil, a_tutor(), 0, 9, of_request={"leaves": RULES.after_tutor_no_show - 0.001})
    StudentLeaving(here.context).weigh_session(a_settled(session, student=student, tutor=tutor))
    here.run_until(3 * DAY)
    assert reasons(here) == expected


def test_some_quit_more_easily_than_others(stage: MakeStage) -> None:
    for factor, expected in ((1.8, ["poor_first_session"]), (0.8, [])):
        here = stage()
        after_session(here, 0.3, first=True, quitting_factor=factor, student_rating=3.0)
        assert reasons(here) == expected


@pytest.mark.parametrize(("when", "hours"), [(0.0, 1), (0.5, 24.5), (1 - 2**-53, 48)])
def test_who_leaves_does_so_within_one_to_forty_eight_hours(stage: MakeStage, when: float, hours: float) -> None:
    here = stage()
    after_session(here, 0.0, when=when)
    assert here.times(StudentChurned) == [hours * HOUR]


# ---------------------------------------------------------------- refusals, and reasons of one's own


def test_a_student_for_whom_nobody_was_free_may_leave(stage: MakeStage) -> None:
    for u, expected in ((RULES.after_refusal - 1e-4, ["no_tutor_free"]), (RULES.after_refusal, [])):
        here = stage(students=[a_student()])
        StudentLeaving(here.context).after_refusal(here.students[0], u)
        here.run_until(3 * DAY)
        assert reasons(here) == expected
        assert all(event.session_id is None for event in here.events(StudentChurned))


@pytest.mark.parametrize(("share", "hours"), [(0.0, 1), (0.5, 24.5), (1 - 1e-9, 48)])
def test_who_leaves_after_a_refusal_does_so_one_to_forty_eight_hours_later(
    stage: MakeStage, share: float, hours: float
) -> None:
    here = stage(students=[a_student()])
    StudentLeaving(here.context).after_refusal(here.students[0], share * RULES.after_refusal)
    here.run_until(3 * DAY)
    assert here.times(StudentChurned) == [hours * HOUR]


def test_a_week_is_as_likely_to_be_survived_as_seven_days(stage: MakeStage) -> None:
    weekly = 1 - (1 - RULES.per_day) ** 7
    for u, leaves in ((weekly - 1e-6, True), (weekly, False)):
        here = stage(students=[a_student()])
        assert StudentLeaving(here.context).for_own_reasons(here.students[0], u) == leaves
        assert reasons(here) == ["own_reasons"] * leaves
        assert here.students[0].present != leaves


# ---------------------------------------------------------------- what happens then


def test_the_sessions_of_a_student_who_leaves_are_cancelled(stage: MakeStage) -> None:
    tutor, student, other = a_tutor(), a_student(1), a_student(2)
    student.tutors["Math"], tutor.students[1] = tutor, student
    here = stage([tutor], [student, other])
    booked = [here.book(student, tutor, day, 17) for day in (1, 2)]
    kept = here.book(other, tutor, 3, 17)
    StudentLeaving(here.context).for_own_reasons(student, 0.0)
    assert here.events(SessionCancelled) == [
        SessionCancelled("T0001", "U00001", session.id, "student_left") for session in booked
    ]
    assert here.told()[:2] == ["StudentChurned", "StudentLeavingExplained"]
    assert list(tutor.sessions.values()) == [kept]
    assert tutor.calendar.is_free(1, 34, 2)
    assert tutor.students == {}


def test_nobody_leaves_in_the_middle_of_a_session(stage: MakeStage) -> None:
    here = stage(students=[a_student()])
    here.students[0].busy_until = 2 * HOUR
    here.at(HOUR, StudentLeaving(here.context).for_own_reasons, here.students[0], 0.0)
    here.run_until(DAY)
    assert here.times(StudentChurned) == [2 * HOUR]


def test_who_waits_for_an_absent_tutor_leaves_when_the_waiting_is_over(stage: MakeStage) -> None:
    tutor, student = a_tutor(no_show_count=15), a_student()
    here = stage([tutor], [student])
    here.context.of(Sessions).expect(here.book(student, tutor, 0, 17, of_hour={"shows": 0.0}))
    here.at(17 * HOUR + 5 * MINUTE, StudentLeaving(here.context).for_own_reasons, student, 0.0)
    here.run_until(DAY)
    assert here.times(TutorNoShow) == here.times(StudentChurned) == [17 * HOUR + 15 * MINUTE]


def test_nobody_leaves_twice(stage: MakeStage) -> None:
    here = stage(students=[a_student()])
    leaving = StudentLeaving(here.context)
    leaving.after_refusal(here.students[0], 0.0)
    leaving.after_refusal(here.students[0], 0.0)
    assert not leaving.for_own_reasons(here.students[0], 0.0)
    here.run_until(3 * DAY)
    assert len(here.events(StudentChurned)) == 1


def test_without_the_mechanism_everybody_stays(stage: MakeStage) -> None:
    here = stage(students=[a_student()], scenario={"mechanisms": {"student_churn": False}})
    after_session(here, 0.0, first=True, student_rating=1.0)
    leaving = StudentLeaving(here.context)
    leaving.after_refusal(here.students[0], 0.0)
    assert not leaving.for_own_reasons(here.students[0], 0.0)
    here.run_until(7 * DAY)
    assert here.told() == []
