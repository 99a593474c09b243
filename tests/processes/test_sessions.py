"""A session's hour: who comes, when it really begins and ends, and what came of it."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from simulation.agents.calendar import second_of
from simulation.agents.influence import Aspect, Influence
from simulation.agents.session import Session
from simulation.agents.session_draws import SessionRequestDraws, TutorHour
from simulation.clock import DAY, HOUR, MINUTE
from simulation.events import SessionCompleted, StudentNoShow, TutorNoShow
from simulation.processes.sessions import Sessions, Settled
from simulation.random_streams import RandomStreams
from tests.people import SATURDAY, a_student, a_tutor, slot
from tests.processes.stage import Stage

MakeStage = Callable[..., Stage]

# Draws of an hour in which a session lasts exactly, a tenth more, or a tenth less than scheduled.
EXACTLY, LONGER, SHORTER = {"duration": 0.5}, {"duration": 5 / 6}, {"duration": 1 / 6}
ABSENT = {"shows": 0.0}


class Place:
    """A stage on which sessions take place."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.settled: list[Settled] = []
        self.sessions = stage.context.of(Sessions)
        self.sessions.listeners.append(self.settled.append)

    def expect(self, *booked: Session) -> None:
        for session in booked:
            self.sessions.expect(session)


@pytest.fixture
def place_of(stage: MakeStage) -> Callable[..., Place]:
    return lambda *details, **options: Place(stage(*details, **options))


MakePlace = Callable[..., Place]


def test_a_session_at_which_both_are_is_completed_at_its_real_end(place_of: MakePlace) -> None:
    tutor, student = a_tutor(), a_student()
    place = place_of([tutor], [student])
    place.expect(place.stage.book(student, tutor, 0, 17, of_hour=LONGER))
    place.stage.run_until(DAY)
    completed = place.stage.only(SessionCompleted)
    assert (completed.started_at, completed.actual_duration_min) == (17 * HOUR, 66)
    assert place.stage.times(SessionCompleted) == [17 * HOUR + 66 * MINUTE]
    assert (completed.tutor_id, completed.student_id, completed.session_id) == ("T0001", "U00001", "S010001")


@pytest.mark.parametrize("minutes", [30, 60, 90])
def test_a_session_lasts_between_85_and_115_percent_of_what_was_scheduled(place_of: MakePlace, minutes: int) -> None:
    tutor, student = a_tutor(), a_student()
    place = place_of([tutor], [student])
    for day, u in enumerate((0.0, 0.25, 0.5, 0.75, 1 - 2**-53)):
        place.expect(place.stage.book(student, tutor, day, 17, minutes, of_hour={"duration": u}))
    place.stage.run_until(6 * DAY)
    lasted = [event.actual_duration_min for event in place.stage.events(SessionCompleted)]
    assert lasted == sorted(lasted)
    assert lasted[0] == pytest.approx(0.85 * minutes, abs=0.5)
    assert lasted[-1] == pytest.approx(1.15 * minutes, abs=0.5)


@pytest.mark.parametrize("shared", ["tutor", "student"])
def test_a_session_begins_late_where_the_one_before_ran_over(place_of: MakePlace, shared: str) -> None:
    tutors, students = [a_tutor(1), a_tutor(2)], [a_student(1), a_student(2)]
    place = place_of(tutors, students)
    second_tutor, second_student = (tutors[0], students[1]) if shared == "tutor" else (tutors[1], students[0])
    place.expect(
        place.stage.book(students[0], tutors[0], 0, 17, of_hour=LONGER),
        place.stage.book(second_student, second_tutor, 0, 18, of_hour=EXACTLY),
    )
    place.stage.run_until(DAY)
    late = place.stage.events(SessionCompleted)[1]
    assert late.started_at == 18 * HOUR + 6 * MINUTE
    assert place.stage.times(SessionCompleted)[1] == 19 * HOUR + 6 * MINUTE


def test_a_session_begins_on_time_where_the_one_before_ended_early(place_of: MakePlace) -> None:
    tutor, student = a_tutor(), a_student()
    place = place_of([tutor], [student])
    place.expect(
        place.stage.book(student, tutor, 0, 17, of_hour=SHORTER),
        place.stage.book(student, tutor, 0, 18, of_hour=SHORTER),
    )
    place.stage.run_until(DAY)
    assert [event.started_at for event in place.stage.events(SessionCompleted)] == [17 * HOUR, 18 * HOUR]


# ---------------------------------------------------------------- who does not come


@pytest.mark.parametrize(
    ("student_comes", "tutor_comes", "written"),
    [(False, True, [StudentNoShow]), (True, False, [TutorNoShow]), (False, False, [StudentNoShow, TutorNoShow])],
)
def test_a_session_is_missed_after_a_quarter_of_an_hour_of_waiting(
    place_of: MakePlace, student_comes: bool, tutor_comes: bool, written: list[type[Any]]
) -> None:
    tutor, student = a_tutor(no_show_count=15), a_student(show_probability=0.9)
    place = place_of([tutor], [student])
    session = place.stage.book(
        student, tutor, 0, 17,
        of_hour={"shows": 0.9 if tutor_comes else 0.0}, of_request={"shows": 0.5 if student_comes else 0.95},
    )  # fmt: skip
    place.expect(session)
    place.stage.run_until(DAY)
    assert [(second, type(event)) for second, event in place.stage.diary.entries] == [
        (17 * HOUR + 15 * MINUTE, event_type) for event_type in written
    ]
    (settled,) = place.settled
    assert (settled.student_showed, settled.tutor_showed) == (student_comes, tutor_comes)
    assert settled.completed is None
    assert not settled.is_first


@pytest.mark.parametrize(("count", "chance"), [(0, 0.0), (3, 0.03), (15, 0.15), (100, 0.15)])
def test_a_tutor_s_chance_to_miss_a_session_follows_from_the_no_shows_on_record(
    place_of: MakePlace, count: int, chance: float
) -> None:
    tutor, student = a_tutor(no_show_count=count), a_student()
    place = place_of([tutor], [student])
    for day, u in enumerate((chance - 1e-6, chance + 1e-6)):
        place.expect(place.stage.book(student, tutor, day, 17, of_hour={"shows": max(u, 0.0)}))
    place.stage.run_until(3 * DAY)
    assert place.stage.times(TutorNoShow) == ([17 * HOUR + 15 * MINUTE] if chance else [])


def test_an_experiment_changes_that_chance(place_of: MakePlace) -> None:
    tutor, student = a_tutor(no_show_count=10), a_student()
    place = place_of([tutor], [student])
    tutor.influences.add(Aspect.NO_SHOWS, Influence(-0.2, 0, 10 * DAY, fades=False))
    for day, u in enumerate((0.079, 0.081)):
        place.expect(place.stage.book(student, tutor, day, 17, of_hour={"shows": u}))
    place.stage.run_until(3 * DAY)
    assert [settled.tutor_showed for settled in place.settled] == [False, True]


def test_a_student_comes_with_the_student_s_own_probability(place_of: MakePlace) -> None:
    tutor, student = a_tutor(), a_student(show_probability=0.96)
    place = place_of([tutor], [student])
    for day, u in enumerate((0.959, 0.961)):
        place.expect(place.stage.book(student, tutor, day, 17, of_request={"shows": u}))
    place.stage.run_until(3 * DAY)
    assert [settled.student_showed for settled in place.settled] == [True, False]


def test_without_tutor_no_shows_every_tutor_comes(place_of: MakePlace) -> None:
    tutor, student = a_tutor(no_show_count=15), a_student()
    place = place_of([tutor], [student], {"mechanisms": {"tutor_no_shows": False}})
    place.expect(place.stage.book(student, tutor, 0, 17, of_hour=ABSENT))
    place.stage.run_until(DAY)
    assert place.stage.told() == ["SessionCompleted"]


def test_waiting_in_vain_takes_up_nobody_s_time_beyond_it(place_of: MakePlace) -> None:
    tutor, student = a_tutor(no_show_count=15), a_student()
    place = place_of([tutor], [student])
    place.expect(
        place.stage.book(student, tutor, 0, 17, 30, of_hour=ABSENT), place.stage.book(student, tutor, 0, 17.5, 30)
    )
    place.stage.run_until(DAY)
    assert place.stage.only(SessionCompleted).started_at == 17 * HOUR + 30 * MINUTE


# ---------------------------------------------------------------- sessions that begin together


def test_of_sessions_that_begin_together_each_is_held_or_missed_for_itself(place_of: MakePlace) -> None:
    tutors = [a_tutor(number, no_show_count=15) for number in range(1, 6)]
    students = [a_student(number, show_probability=0.9) for number in range(1, 6)]
    place = place_of(tutors, students)
    tutors_draws, students_draws = (0.9, 0.0, 0.9, 0.9, 0.0), (0.5, 0.5, 0.95, 0.5, 0.95)
    for tutor, student, tutor_u, student_u in zip(tutors, students, tutors_draws, students_draws, strict=True):
        place.expect(
            place.stage.book(student, tutor, 0, 17, of_hour={"shows": tutor_u}, of_request={"shows": student_u})
        )
    place.stage.run_until(DAY)
    assert [event.student_id for event in place.stage.events(SessionCompleted)] == ["U00001", "U00004"]
    assert [event.tutor_id for event in place.stage.events(TutorNoShow)] == ["T0002", "T0005"]
    assert [event.student_id for event in place.stage.events(StudentNoShow)] == ["U00003", "U00005"]
    assert place.sessions.under_way == {}


def test_what_comes_of_a_session_is_the_same_whichever_others_begin_with_it(place_of: MakePlace) -> None:
    draw = RandomStreams(11).stream("tutors, students and their hours")

    def outcomes(*numbers: int) -> dict[str, Any]:
        tutors = [a_tutor(number, months_experience=number, no_show_count=number) for number in numbers]
        students = [a_student(number, show_probability=0.5 + 0.0125 * number) for number in numbers]
        place = place_of(tutors, students)
        for tutor, student in zip(tutors, students, strict=True):
            u = draw.uniforms(tutor.number, 0, len(TutorHour._fields) + len(SessionRequestDraws._fields))
            hour = dict(zip(TutorHour._fields, u[: len(TutorHour._fields)], strict=True))
            request = dict(zip(SessionRequestDraws._fields, u[len(TutorHour._fields) :], strict=True))
            place.expect(place.stage.book(student, tutor, 3, 17, of_hour=hour, of_request=request))
        place.stage.run_until(4 * DAY)
        return {event.tutor_id: (second, event) for second, event in place.stage.diary.entries}

    together = outcomes(*range(1, 41))
    assert len(together) == 40
    held = [event for _, event in together.values() if isinstance(event, SessionCompleted)]
    assert 20 < len(held) < 35
    for number in range(1, 41):
        assert outcomes(number) == {f"T{number:04d}": together[f"T{number:04d}"]}


def test_a_session_under_way_is_not_changed_by_what_happens_meanwhile(place_of: MakePlace) -> None:
    def simulated(*, disturbed: bool) -> list[tuple[int, Any]]:
        tutor, student = a_tutor(), a_student()
        place = place_of([tutor], [student])

        def meanwhile() -> None:
            tutor.burnout = 1.0
            tutor.influences.add(Aspect.QUALITY, Influence(-0.3, place.stage.now, 9 * DAY))
            student.rapports[1] = -3.0
            student.present = False
            place.stage.context.marketplace.remove(tutor)
            place.stage.draws.give(tutor, 17 * HOUR, mood=0.01, shows=0.0)

        place.expect(place.stage.book(student, tutor, 0, 17))
        if disturbed:
            place.stage.at(17 * HOUR + 10 * MINUTE, meanwhile)
        place.stage.run_until(DAY)
        assert [settled.is_first for settled in place.settled] == [True]
        return place.stage.diary.entries

    assert simulated(disturbed=True) == simulated(disturbed=False)
    assert len(simulated(disturbed=True)) == 1


# ---------------------------------------------------------------- what does not take place


def test_a_cancelled_session_does_not_take_place(place_of: MakePlace) -> None:
    tutor, student = a_tutor(), a_student()
    place = place_of([tutor], [student])
    session = place.stage.book(student, tutor, 0, 17)
    place.expect(session)
    place.stage.at(16 * HOUR, place.stage.context.marketplace.cancel, session)
    place.stage.run_until(DAY)
    assert place.stage.told() == []


def test_a_moved_session_takes_place_once_at_its_new_time(place_of: MakePlace) -> None:
    tutor, student = a_tutor(), a_student()
    place = place_of([tutor], [student])
    session = place.stage.book(student, tutor, 0, 17)
    place.expect(session)
    for new_start in (DAY + 9 * HOUR, 17 * HOUR):  # away, and back again
        place.stage.context.marketplace.move(session, new_start, keep_old_time=False)
        place.expect(session)
    place.stage.run_until(3 * DAY)
    assert place.stage.only(SessionCompleted).started_at == 17 * HOUR


def test_a_moved_session_has_the_tutor_s_draws_of_its_new_hour(place_of: MakePlace) -> None:
    tutor, student = a_tutor(no_show_count=15), a_student()
    place = place_of([tutor], [student])
    session = place.stage.book(student, tutor, 0, 17, of_hour=LONGER)
    place.expect(session)
    place.stage.draws.give(tutor, DAY + 18 * HOUR, shows=0.1)
    place.stage.context.marketplace.move(session, DAY + 18 * HOUR, keep_old_time=False)
    place.expect(session)
    place.stage.run_until(3 * DAY)
    assert place.stage.told() == ["TutorNoShow"]
    assert place.stage.times(TutorNoShow) == [DAY + 18 * HOUR + 15 * MINUTE]


def test_a_session_takes_the_time_of_another_that_was_cancelled(place_of: MakePlace) -> None:
    tutor, students = a_tutor(), [a_student(1), a_student(2)]
    place = place_of([tutor], students)
    lost = place.stage.book(students[0], tutor, 0, 17)
    place.expect(lost)
    place.stage.context.marketplace.cancel(lost)
    place.expect(place.stage.book(students[1], tutor, 0, 17))
    place.stage.run_until(DAY)
    assert place.stage.only(SessionCompleted).student_id == "U00002"


def test_a_session_that_began_stands_in_nobody_s_plans_and_is_under_way_until_settled(place_of: MakePlace) -> None:
    tutor, student = a_tutor(), a_student()
    place = place_of([tutor], [student])
    session = place.stage.book(student, tutor, 0, 17)
    place.expect(session)
    place.stage.run_until(17 * HOUR)
    assert not place.stage.context.marketplace.is_ahead(session)
    assert not (tutor.sessions)
    assert not (student.sessions)
    assert place.sessions.under_way == {session.id: 17 * HOUR}
    place.stage.run_until(19 * HOUR)
    assert place.sessions.under_way == {}


# ---------------------------------------------------------------- first sessions, and who is told


def test_the_first_completed_session_of_a_student_with_a_tutor_is_their_first(place_of: MakePlace) -> None:
    tutors, student = [a_tutor(1), a_tutor(2)], a_student()
    place = place_of(tutors, [student])
    for day, tutor in enumerate((tutors[0], tutors[0], tutors[1], tutors[0])):
        place.expect(place.stage.book(student, tutor, day, 17))
    place.stage.run_until(5 * DAY)
    assert [settled.is_first for settled in place.settled] == [True, False, True, False]


def test_a_missed_session_is_no_first_session(place_of: MakePlace) -> None:
    tutor, student = a_tutor(no_show_count=15), a_student()
    place = place_of([tutor], [student])
    place.expect(place.stage.book(student, tutor, 0, 17, of_hour=ABSENT), place.stage.book(student, tutor, 1, 17))
    place.stage.run_until(3 * DAY)
    assert [settled.is_first for settled in place.settled] == [False, True]


def test_listeners_learn_what_came_of_a_session_in_their_order_after_it_is_written(place_of: MakePlace) -> None:
    tutor, student = a_tutor(), a_student()
    place = place_of([tutor], [student])
    order: list[str] = []
    place.sessions.listeners += [
        lambda _: order.append(f"one, after {place.stage.told()}"), lambda _: order.append("another"),
    ]  # fmt: skip
    place.expect(place.stage.book(student, tutor, 0, 17))
    place.stage.run_until(DAY)
    assert order == ["one, after ['SessionCompleted']", "another"]


def test_who_follows_up_on_a_session_learns_the_tutor_s_draws_for_it(place_of: MakePlace) -> None:
    tutor, student = a_tutor(no_show_count=15), a_student()
    place = place_of([tutor], [student])
    hour = {"follows_up": 0.125, "follows_up_when": 0.75}
    place.expect(
        place.stage.book(student, tutor, 0, 17, of_hour=hour),
        place.stage.book(student, tutor, 1, 17, of_hour=hour | ABSENT),
    )
    place.stage.run_until(3 * DAY)
    held, missed = place.settled
    assert (held.follows_up, held.follows_up_when) == (0.125, 0.75)
    assert missed.follows_up == 1.0  # there is nothing to follow up on


# ---------------------------------------------------------------- the line


QUALITIES = ("Excellent", "Good", "Fair", "Poor")


def lines(place: Place, day: int, hour: float) -> dict[str, float]:
    """Shares of lines at an hour, over evenly spread draws."""
    draws = (np.arange(200) + 0.5) / 200
    names = place.stage.context.scenario.sessions.connection.ranked()
    found = Counter(names[line] for line in place.sessions._connection_quality(second_of(day, slot(hour)), draws))
    return {quality: found[quality] / 200 for quality in names}


@pytest.mark.parametrize(
    ("day", "hour", "shares"),
    [
        (0, 17.5, (0.60, 0.30, 0.08, 0.02)),
        (0, 18, (0.50, 0.30, 0.15, 0.05)),
        (4, 20.5, (0.50, 0.30, 0.15, 0.05)),
        (4, 21, (0.60, 0.30, 0.08, 0.02)),
        (SATURDAY, 10, (0.65, 0.28, 0.06, 0.01)),
        (SATURDAY + 1, 19, (0.65, 0.28, 0.06, 0.01)),
    ],
)
def test_lines_are_worse_in_the_evenings_and_better_on_weekends(
    place_of: MakePlace, day: int, hour: float, shares: tuple[float, ...]
) -> None:
    assert list(lines(place_of(), day, hour).values()) == pytest.approx(list(shares))


def test_without_the_mechanism_all_lines_are_excellent(place_of: MakePlace) -> None:
    place = place_of([], [], {"mechanisms": {"connection": False}})
    assert lines(place, 0, 19)["Excellent"] == 1


def test_a_scenario_may_have_qualities_of_its_own_by_rank_whatever_their_order(place_of: MakePlace) -> None:
    dead = {"rank": 2, "peak": 1, "normal": 1, "weekend": 1}
    qualities = {"replace": True, "Dead": dead, "Fibre": {**dead, "rank": 0}, "Copper": {**dead, "rank": 1, "peak": 2}}
    place = place_of([], [], {"sessions": {"connection": {"qualities": qualities}}})
    assert lines(place, 0, 19) == {"Fibre": 0.25, "Copper": 0.5, "Dead": 0.25}
    assert list(lines(place, 0, 12).values()) == pytest.approx([1 / 3] * 3, abs=0.01)


def test_a_quality_that_nobody_has_moves_no_line(place_of: MakePlace) -> None:
    qualities = {"Dead": {"rank": 9}}
    with_it = lines(place_of([], [], {"sessions": {"connection": {"qualities": qualities}}}), 0, 19)
    assert with_it == {**lines(place_of(), 0, 19), "Dead": 0}


def test_a_completed_session_tells_the_line_over_which_it_was_held(place_of: MakePlace) -> None:
    tutor, student = a_tutor(), a_student()
    place = place_of([tutor], [student])
    for day, u in enumerate((0.59, 0.61, 0.91, 0.99)):
        place.expect(place.stage.book(student, tutor, day, 17, of_hour={"line": u}))
    place.stage.run_until(5 * DAY)
    told = [event.connection_quality for event in place.stage.events(SessionCompleted)]
    assert told == [settled.line for settled in place.settled] == list(QUALITIES)


def test_a_missed_session_tells_the_line_that_was_opened(place_of: MakePlace) -> None:
    tutor, student = a_tutor(no_show_count=15), a_student()
    place = place_of([tutor], [student])
    place.expect(place.stage.book(student, tutor, 0, 19, of_hour={**ABSENT, "line": 0.99}))
    place.stage.run_until(DAY)
    assert place.stage.only(TutorNoShow).connection_quality == "Poor"
