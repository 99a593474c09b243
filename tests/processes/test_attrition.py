"""Tutors leave: a hazard that their state drives, from the day the recorded window opens."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.agents.influence import Aspect, Influence
from simulation.agents.tutor import Tutor
from simulation.clock import DAY, HOUR, MINUTE
from simulation.events import (
    SessionBooked,
    SessionCancelled,
    SessionCompleted,
    StudentNoShow,
    TutorLeavingExplained,
    TutorLeft,
    TutorStateRecorded,
)
from simulation.processes.attrition import Attrition
from simulation.processes.sessions import Sessions
from simulation.random_streams import RandomStreams, exponential
from simulation.scenario import Scenario
from tests.people import a_student, a_tutor
from tests.processes.stage import WARM_UP_DAYS, Stage, a_completed, a_settled

MakeStage = Callable[..., Stage]

RULES = Scenario().attrition
OPENING = WARM_UP_DAYS * DAY
LEAVES_AT_ONCE: dict[str, Any] = {"leaving_threshold": 0.0}
CALM = {"student_churn": False, "rescheduling": False}


class Home:
    """A stage that tutors may leave."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.sessions = stage.context.of(Sessions)
        self.attrition = stage.context.of(Attrition)

    def expect(self, *details: Any, **options: Any) -> str:
        session = self.stage.book(*details, **options)
        self.sessions.expect(session)
        return session.id


@pytest.fixture
def home_of(stage: MakeStage) -> Callable[..., Home]:
    def make(*tutors: Tutor, students: Any = (), **scenario: Any) -> Home:
        mechanisms = {**CALM, **scenario.pop("mechanisms", {})}
        home = Home(stage(tutors, students, {"mechanisms": mechanisms, **scenario}))
        home.stage.every_midnight(home.attrition.take_stock, first=DAY)
        return home

    return make


MakeHome = Callable[..., Home]


# ---------------------------------------------------------------- morale


def felt(tutor: Tutor, home: Home, rating: float | None, *, student: bool = True, came: bool = True) -> float:
    session = home.stage.book(a_student(), tutor, 0, 9)
    completed = None if rating is None else a_completed(session, student_rating=rating)
    home.attrition.feel(a_settled(session, completed, student=student, tutor=came))
    return tutor.morale


def test_four_stars_leave_morale_as_it_is_and_better_or_worse_move_it(home_of: MakeHome) -> None:
    assert felt(a_tutor(), home_of(), 4.0) == RULES.morale_start
    assert felt(a_tutor(), home_of(), 5.0) > RULES.morale_start
    assert felt(a_tutor(), home_of(), 3.0) < RULES.morale_start


def test_the_latest_session_counts_a_little(home_of: MakeHome) -> None:
    expected = RULES.morale_start - RULES.morale_memory * 0.5 * RULES.morale_per_star
    assert felt(a_tutor(), home_of(), 3.5) == pytest.approx(expected)


def test_waiting_for_a_student_in_vain_lowers_morale_and_one_s_own_absence_does_not(home_of: MakeHome) -> None:
    expected = RULES.morale_start + RULES.morale_memory * RULES.morale_per_no_show
    assert felt(a_tutor(), home_of(), None, student=False) == pytest.approx(expected)
    assert felt(a_tutor(), home_of(), None, came=False) == RULES.morale_start


def test_morale_stays_between_none_and_all(home_of: MakeHome) -> None:
    for rating in (1.0, 5.0):
        tutor, home = a_tutor(), home_of(attrition={"morale_per_star": 2.0})
        for day in range(200):
            session = home.stage.book(a_student(), tutor, day, 9)
            home.attrition.feel(a_settled(session, a_completed(session, student_rating=rating)))
            assert 0 <= tutor.morale <= 1


# ---------------------------------------------------------------- the hazard

HOME = Home(Stage())
unit = st.floats(0, 1)


def hazard(morale: float, burnout: float, lift: float) -> float:
    tutor = a_tutor()
    tutor.morale, tutor.burnout = morale, burnout
    tutor.influences.add(Aspect.ENGAGEMENT, Influence(lift, 0, DAY))
    return HOME.attrition.hazard(tutor)


def test_a_content_tutor_leaves_with_the_stated_hazard() -> None:
    assert hazard(RULES.morale_start, 0.0, 0.0) == pytest.approx(RULES.hazard_per_day)


@given(unit, unit, unit, unit, st.floats(0, 0.35), st.floats(0, 0.35))
def test_the_hazard_grows_with_burnout_and_falls_with_morale_and_lift(
    morale: float, better: float, burnout: float, worse: float, lift: float, more: float
) -> None:
    low, high = sorted((morale, better))
    assert hazard(low, burnout, lift) >= hazard(high, burnout, lift)
    low, high = sorted((burnout, worse))
    assert hazard(morale, low, lift) <= hazard(morale, high, lift)
    low, high = sorted((lift, more))
    assert hazard(morale, burnout, low) >= hazard(morale, burnout, high)


def test_each_strain_weighs_as_the_rules_say() -> None:
    content = hazard(RULES.morale_start, 0, 0)
    assert math.log(hazard(RULES.morale_start - 0.1, 0, 0) / content) == pytest.approx(0.1 * RULES.hazard_per_morale)
    assert math.log(hazard(RULES.morale_start, 1, 0) / content) == pytest.approx(RULES.hazard_burnout)
    assert math.log(hazard(RULES.morale_start, 0, 0.2) / content) == pytest.approx(0.2 * RULES.hazard_engagement)


def test_an_email_that_helps_keeps_a_tutor_who_would_have_left(home_of: MakeHome) -> None:
    for lift, left in ((0.0, 1), (0.3, 0)):
        tutor = a_tutor(leaving_threshold=0.25)
        tutor.influences.add(Aspect.ENGAGEMENT, Influence(lift, 0, 400 * DAY))
        home = home_of(tutor, attrition={"hazard_per_day": 0.01})
        home.stage.run_until(OPENING + 30 * DAY)
        assert len(home.stage.events(TutorLeft)) == left


# ---------------------------------------------------------------- leaving


def test_nobody_leaves_before_the_window_opens(home_of: MakeHome) -> None:
    home = home_of(a_tutor(**LEAVES_AT_ONCE), attrition={"hazard_per_day": 1.0})
    home.stage.run_until(OPENING - 1)
    assert home.stage.events(TutorLeft) == []
    assert home.stage.tutors[0].cumulative_hazard == 0


def test_who_has_simulated_enough_leaves_in_the_small_hours(home_of: MakeHome) -> None:
    home = home_of(*[a_tutor(number, leaving_threshold=10.5 * 0.01) for number in range(1, 51)],
                   attrition={"hazard_per_day": 0.01})  # fmt: skip
    home.stage.run_until(OPENING + 30 * DAY)
    assert len(home.stage.events(TutorLeft)) == 50
    tenth_night = OPENING + 10 * DAY  # the first takes stock as the window opens
    assert all(tenth_night + 2 * HOUR <= second <= tenth_night + 5.5 * HOUR for second in home.stage.times(TutorLeft))
    assert len(set(home.stage.times(TutorLeft))) > 25


def test_as_many_leave_as_the_hazard_says(home_of: MakeHome) -> None:
    draws = RandomStreams(5).stream("threshold")
    tutors = [a_tutor(number, leaving_threshold=exponential(draws.uniform(number))) for number in range(1, 501)]
    home = home_of(*tutors, attrition={"hazard_per_day": 0.02})
    home.stage.run_until(OPENING + 29 * DAY + 12 * HOUR)  # thirty nights
    expected = 1 - math.exp(-0.02 * 30)
    assert len(home.stage.events(TutorLeft)) / 500 == pytest.approx(expected, abs=0.09)
    # And everybody could be told so at the opening.
    state = next(
        event for second, event in home.stage.diary.entries
        if second == OPENING and isinstance(event, TutorStateRecorded)
    )  # fmt: skip
    assert state.leave_probability_30d == pytest.approx(expected, abs=1e-4)


def test_without_the_mechanism_nobody_leaves(home_of: MakeHome) -> None:
    home = home_of(a_tutor(), attrition={"hazard_per_day": 1.0}, mechanisms={"attrition": False})
    home.stage.tutors[0].traits = a_tutor(leaving_threshold=0.001).traits
    home.stage.run_until(OPENING + 30 * DAY)
    assert home.stage.events(TutorLeft) == []
    assert {event.leave_probability_30d for event in home.stage.events(TutorStateRecorded)} == {0.0}


@pytest.mark.parametrize(
    ("morale", "burnout", "reason"),
    [
        (0.6, 0.0, "moved_on"),
        (0.45, 0.0, "discouraged"),
        (0.45, 1.0, "burned_out"),
        (0.6, 0.5, "moved_on"),
        (0.6, 0.51, "burned_out"),
    ],
)
def test_only_the_simulator_knows_why(home_of: MakeHome, morale: float, burnout: float, reason: str) -> None:
    tutor = a_tutor(**LEAVES_AT_ONCE)
    tutor.morale, tutor.burnout = morale, burnout
    home = home_of(tutor)
    home.stage.run_until(OPENING + DAY)
    assert home.stage.only(TutorLeavingExplained) == TutorLeavingExplained("T0001", reason)


def test_who_leaves_is_off_the_market(home_of: MakeHome) -> None:
    tutor = a_tutor(**LEAVES_AT_ONCE)
    student = a_student(tutor=tutor)
    student.tutors["History"] = other = a_tutor(2)
    home = home_of(tutor, other, students=[student])
    home.stage.run_until(OPENING + DAY)
    assert not tutor.present
    assert list(home.stage.context.marketplace.by_liking("Math", np.array([0.5, 0.5]))) == [other]
    assert student.tutors == {"History": other}
    assert tutor.students == {}


def test_sessions_of_who_leaves_are_cancelled_and_asked_for_again(home_of: MakeHome) -> None:
    tutor, other = a_tutor(1, **LEAVES_AT_ONCE), a_tutor(2)
    student = a_student(tutor=tutor)
    home = home_of(tutor, other, students=[student])
    home.expect(student, tutor, WARM_UP_DAYS - 1, 17)
    lost = [home.expect(student, tutor, WARM_UP_DAYS + day, 17) for day in (0, 2)]
    home.stage.run_until(OPENING + 5 * DAY)
    assert home.stage.events(SessionCancelled) == [
        SessionCancelled("T0001", "U00001", session, "tutor_left") for session in lost
    ]
    again = [(event.tutor_id, event.scheduled_start) for event in home.stage.events(SessionBooked)]
    assert again == [("T0002", OPENING + day * DAY + 17 * HOUR) for day in (0, 2)]
    assert [event.tutor_id for event in home.stage.events(SessionCompleted)] == ["T0001", "T0002", "T0002"]
    assert student.tutors == {"Math": other}


def test_tutors_leave_at_any_time_from_two_to_half_past_five_in_the_morning(home_of: MakeHome) -> None:
    home = home_of(*[a_tutor(number, **LEAVES_AT_ONCE) for number in range(1, 201)])
    home.stage.run_until(OPENING + DAY)
    hours = [(second - OPENING) / HOUR for second in home.stage.times(TutorLeft)]
    assert len(hours) == 200
    assert 2 <= min(hours) < 2.2
    assert 5.3 < max(hours) <= 5.5


def test_nothing_is_heard_of_a_tutor_after_leaving(home_of: MakeHome) -> None:
    home = home_of(a_tutor(**LEAVES_AT_ONCE))
    home.stage.run_until(OPENING + 30 * DAY)
    (left,) = home.stage.times(TutorLeft)
    assert home.stage.told()[-2:] == ["TutorLeft", "TutorLeavingExplained"]
    assert home.stage.diary.entries[-1][0] == left


def test_farewells_are_bidden_before_sessions_are_cancelled(home_of: MakeHome) -> None:
    tutor, student = a_tutor(**LEAVES_AT_ONCE), a_student()
    home = home_of(tutor, students=[student])
    home.expect(student, tutor, WARM_UP_DAYS + 1, 17)
    bidden: list[tuple[int, bool, int]] = []
    home.attrition.farewells.append(lambda who: bidden.append((who.number, who.present, len(who.sessions))))
    home.stage.run_until(OPENING + DAY)
    assert bidden == [(1, True, 1)]


def test_nobody_leaves_in_the_middle_of_a_session(home_of: MakeHome) -> None:
    tutor, student = a_tutor(**LEAVES_AT_ONCE), a_student()
    home = home_of(tutor, students=[student])
    tutor.busy_until = OPENING + 7 * HOUR
    home.stage.run_until(OPENING + DAY)
    assert home.stage.times(TutorLeft) == [OPENING + 7 * HOUR]


def test_who_waits_for_an_absent_student_leaves_when_the_waiting_is_over(home_of: MakeHome) -> None:
    tutor, student = a_tutor(), a_student(show_probability=0.0)
    home = home_of(tutor, students=[student])
    home.expect(student, tutor, 0, 17)
    home.stage.at(17 * HOUR + 5 * MINUTE, home.attrition._leave, tutor)
    home.stage.run_until(DAY)
    assert home.stage.times(StudentNoShow) == home.stage.times(TutorLeft) == [17 * HOUR + 15 * MINUTE]


# ---------------------------------------------------------------- what is on record


def test_the_state_of_every_active_tutor_is_recorded_each_midnight(home_of: MakeHome) -> None:
    tutor = a_tutor(1)
    tutor.burnout = 0.25
    tutor.influences.add(Aspect.ENGAGEMENT, Influence(0.2, 0, 2 * DAY))
    tutor.influences.add(Aspect.SESSIONS_PER_WEEK, Influence(3, 0, 2 * DAY))
    home = home_of(tutor, a_tutor(2, active=False), a_tutor(3))
    home.stage.run_until(2 * DAY)
    states = home.stage.events(TutorStateRecorded)
    assert home.stage.times(TutorStateRecorded) == [DAY, DAY, 2 * DAY, 2 * DAY]
    assert [state.tutor_id for state in states] == ["T0001", "T0003"] * 2
    assert states[0][1:5] == (RULES.morale_start, 0.25, 0.1, 1.5)
    assert states[2][3:5] == (0.0, 0.0)


def test_states_are_recorded_to_four_decimals(home_of: MakeHome) -> None:
    tutor = a_tutor()
    tutor.morale, tutor.burnout = 0.123456789, 0.23456789
    tutor.influences.add(Aspect.ENGAGEMENT, Influence(0.1111111, 0, 3 * DAY))
    tutor.influences.add(Aspect.SESSIONS_PER_WEEK, Influence(1.1111111, 0, 3 * DAY))
    home = home_of(tutor)
    home.stage.run_until(DAY)
    state = home.stage.only(TutorStateRecorded)
    assert state[1:5] == (0.1235, 0.2346, 0.0741, 0.7407)
    assert state.leave_probability_30d == round(state.leave_probability_30d, 4) > 0
