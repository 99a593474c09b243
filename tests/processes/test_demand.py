"""Students join, plan their weeks, and ask for sessions."""

import itertools
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.agents.calendar import place, second_of
from simulation.agents.identity import FIRST_TO_JOIN
from simulation.agents.session_draws import SessionRequestDraws
from simulation.agents.student import Student
from simulation.agents.student_population import StudentDrawing, next_planning
from simulation.clock import DAY, HOUR, WEEK
from simulation.events import SessionBooked, SessionRequested, StudentChurned, StudentJoined, StudentTraitsDrawn
from simulation.processes.demand import Demand
from simulation.processes.population import introduce
from simulation.random_streams import exponential
from tests.people import FRIDAY, MONDAY, THURSDAY, TUESDAY, a_need, a_student, a_tutor, slot
from tests.processes.stage import Stage

MakeStage = Callable[..., Stage]
STEADY = {"student_churn": False, "student_arrivals": False, "rescheduling": False}
NEVER_SKIPS = {"traits": {"skipping": 0.0}}
SUNDAY_MORNING = 6 * DAY + 9 * HOUR


def a_demand(stage: Stage) -> Demand:
    """Everything that a request needs to become a session."""
    return stage.context.of(Demand)


@pytest.fixture
def demand_of(stage: MakeStage) -> Callable[..., Stage]:
    def make(*students: Student, mechanisms: dict[str, bool] | None = None, **scenario: Any) -> Stage:
        plan = {"students": NEVER_SKIPS, "mechanisms": {**STEADY, **(mechanisms or {})}, **scenario}
        made = stage([a_tutor(number) for number in range(1, 4)], students, plan)
        a_demand(made).start()
        return made

    return make


MakeDemand = Callable[..., Stage]


def wishes(stage: Stage) -> list[tuple[int, int]]:
    """The days and half hours that were asked for, in the order of asking."""
    return [place(event.requested_start) for event in stage.events(SessionRequested)]


# ---------------------------------------------------------------- weekly needs


def test_each_need_is_asked_for_once_a_week(demand_of: MakeDemand) -> None:
    student = a_student(1, a_need(TUESDAY, 17), a_need(FRIDAY, 18), planning_time=SUNDAY_MORNING)
    stage = demand_of(student)
    stage.run_until(5 * WEEK)
    asked = sorted(wishes(stage))
    assert asked[:10] == [
        (7 * week + day, half) for week in range(5) for day, half in ((TUESDAY, slot(17)), (FRIDAY, slot(18)))
    ]


def test_a_week_is_asked_for_at_the_student_s_own_planning_time(demand_of: MakeDemand) -> None:
    stage = demand_of(a_student(1, a_need(TUESDAY, 17), planning_time=SUNDAY_MORNING))
    stage.run_until(4 * WEEK)
    # On the first day at that hour, so that the first week is not empty; then every Sunday.
    assert stage.times(SessionRequested) == [9 * HOUR, *[SUNDAY_MORNING + week * WEEK for week in range(4)]]


@pytest.mark.parametrize("lead_days", [0.5, 1.0, 3.0])
def test_nobody_asks_for_a_session_later_than_the_lead_time_allows(demand_of: MakeDemand, lead_days: float) -> None:
    needs = [a_need(day, 12) for day in range(7)]
    stage = demand_of(a_student(1, *needs, planning_time=2 * DAY + 13 * HOUR), demand={"lead_days": lead_days})
    stage.run_until(4 * WEEK)
    notices = [
        event.requested_start - second for second, event in stage.diary.entries if isinstance(event, SessionRequested)
    ]
    assert min(notices) >= lead_days * DAY
    assert max(notices) < lead_days * DAY + WEEK
    # No day is left out from the first that could be asked for on.
    days = sorted(day for day, _ in wishes(stage))
    assert days == list(range(days[0], days[0] + len(days)))


@given(
    st.integers(0, 6), st.integers(0, 47), st.integers(0, 6), st.integers(0, 5 * WEEK),
    st.lists(st.integers(1, WEEK), max_size=6),
)  # fmt: skip
def test_stretches_that_follow_each_other_hold_each_occurrence_of_a_need_once(
    weekday: int, half: int, first_weekday: int, start: int, lengths: list[int]
) -> None:
    stage = Stage(scenario={"start_date": f"2026-01-{5 + first_weekday:02d}"})
    demand, need, found = a_demand(stage), a_need(weekday, half / 2), list[int]()
    second = start
    for length in lengths:
        day = demand._day_of(need, second, second + length)
        found += [] if day is None else [second_of(day, need.slot)]
        second += length
    expected = [
        second_of(day, half) for day in range(start // DAY, second // DAY + 1)
        if stage.clock.weekday(day * DAY) == weekday and start <= second_of(day, half) < second
    ]  # fmt: skip
    assert found == expected


@pytest.mark.parametrize(("before", "after", "found"), [(0, HOUR, True), (HOUR, 0, False), (HOUR, 1, True)])
def test_a_stretch_holds_its_first_second_and_not_its_last(before: int, after: int, found: bool) -> None:
    stage, need = Stage(), a_need(TUESDAY, 17)
    start = second_of(TUESDAY, slot(17))
    assert (a_demand(stage)._day_of(need, start - before, start + after) is not None) == found


@pytest.mark.parametrize(("factor", "days"), [(0.0, []), (1.0, [8]), (2.0, [8, 9]), (3.0, [8, 9, 10])])
def test_on_days_of_a_term_students_come_as_often_as_it_says_on_the_days_after_too(
    demand_of: MakeDemand, factor: float, days: list[int]
) -> None:
    second_tuesday = date(2025, 12, 30)
    term = {"name": "a term", "first": second_tuesday, "last": second_tuesday, "demand": factor}
    stage = demand_of(
        a_student(1, a_need(TUESDAY, 17), planning_time=SUNDAY_MORNING), regions=[{"name": "here", "terms": [term]}]
    )
    stage.run_until(2 * WEEK)
    assert wishes(stage) == [(day, slot(17)) for day in (1, *days, 15)]
    assert len(stage.events(SessionBooked)) == len(wishes(stage))


@pytest.mark.parametrize(("factor", "days"), [(0.0, []), (1.0, [1, 8]), (2.0, [1, 2, 8, 9])])
def test_the_factor_of_demand_is_that_of_every_day(demand_of: MakeDemand, factor: float, days: list[int]) -> None:
    stage = demand_of(a_student(1, a_need(TUESDAY, 17), planning_time=SUNDAY_MORNING), demand={"factor": factor})
    stage.run_until(6 * DAY + 10 * HOUR)
    assert wishes(stage) == [(day, slot(17)) for day in days]


def test_a_student_s_calendar_forgets_what_is_over_and_nothing_that_is_ahead(demand_of: MakeDemand) -> None:
    student = a_student(1, a_need(TUESDAY, 17), planning_time=SUNDAY_MORNING)
    demand_of(student, demand={"lead_days": 3.0}).run_until(7 * WEEK)
    # Once in four weeks, as the first of them is planned: on day 27.
    assert sorted(student.calendar.half_hours) == [29, 36, 43, 50, 57]


def test_what_is_asked_for_is_booked(demand_of: MakeDemand) -> None:
    stage = demand_of(a_student(1, a_need(TUESDAY, 17, 90), planning_time=SUNDAY_MORNING))
    stage.run_until(2 * WEEK)
    booked = stage.events(SessionBooked)
    assert [place(event.scheduled_start) for event in booked] == [(1, 34), (8, 34), (15, 34)]
    assert {event.tutor_id for event in booked} == {booked[0].tutor_id}
    assert {event.scheduled_duration_min for event in booked} == {90}


def test_a_week_may_be_skipped_and_takes_its_number_with_it(stage: MakeStage) -> None:
    needs = [a_need(day, 12) for day in range(3)]
    students = [a_student(number, *needs, planning_time=SUNDAY_MORNING) for number in range(1, 41)]
    tutors = [a_tutor(number) for number in range(1, 31)]
    here = stage(tutors, students, {"students": {"traits": {"skipping": 0.2}}, "mechanisms": STEADY})
    a_demand(here).start()
    here.run_until(4 * WEEK)
    asked = [event for event in here.events(SessionRequested) if event.requested_start >= WEEK]
    possible = 40 * 3 * 4
    assert len(asked) / possible == pytest.approx(0.8, abs=0.08)
    for event in asked:
        day, _ = place(event.requested_start)
        # Two of the first week's days could still be asked for on its Monday: numbers 1 and 2 are theirs.
        assert int(event.session_id[-4:]) == 3 * (day // 7) + day % 7


def requests_of(stage: Stage, student: Student) -> dict[int, SessionRequestDraws]:
    """A student's draws with each session of eight weeks, by its number."""
    requests = {}
    for week in range(8):
        stage.run_until(week * WEEK + SUNDAY_MORNING)
        requests.update({number: session.draws for number, session in student.sessions.items()})
    return requests


def test_each_weekly_session_has_draws_of_its_own(demand_of: MakeDemand) -> None:
    student = a_student(1, *[a_need(day, 12) for day in range(7)], planning_time=SUNDAY_MORNING)
    requests = requests_of(demand_of(student), student)
    assert len(requests) >= 8 * 7
    assert len(set(requests.values())) == len(requests)
    assert len({u for request in requests.values() for u in request}) == len(requests) * len(
        SessionRequestDraws._fields
    )


def test_draws_of_a_week_do_not_depend_on_which_others_are_skipped(demand_of: MakeDemand) -> None:
    students = [a_student(1, *[a_need(day, 12) for day in range(4)], planning_time=SUNDAY_MORNING) for _ in range(2)]
    every = requests_of(demand_of(students[0]), students[0])
    some = requests_of(demand_of(students[1], students={"traits": {"skipping": 0.5}}), students[1])
    assert 5 < len(some) < len(every) - 5
    assert some == {number: every[number] for number in some}


def test_a_student_s_draws_are_the_same_whoever_else_is_there(demand_of: MakeDemand) -> None:
    alone, among_others = (a_student(2, a_need(TUESDAY), planning_time=SUNDAY_MORNING) for _ in range(2))
    others = [a_student(number, a_need(TUESDAY), planning_time=SUNDAY_MORNING) for number in (1, 3)]
    assert requests_of(demand_of(alone), alone) == requests_of(
        demand_of(others[0], among_others, others[1]), among_others
    )


def test_who_always_skips_asks_for_nothing(demand_of: MakeDemand) -> None:
    stage = demand_of(a_student(1, a_need(), planning_time=0), students={"traits": {"skipping": 1.0}})
    stage.run_until(4 * WEEK)
    assert stage.told() == []


def test_who_has_left_plans_no_more(demand_of: MakeDemand) -> None:
    student = a_student(1, a_need(THURSDAY), planning_time=SUNDAY_MORNING)
    stage = demand_of(student)
    stage.at(10 * DAY, setattr, student, "present", False)
    stage.run_until(4 * WEEK)
    assert max(stage.times(SessionRequested)) < 10 * DAY
    assert stage.context.agenda.waiting_for_nothing() == []


def test_who_leaves_for_reasons_of_their_own_does_so_when_planning(stage: MakeStage) -> None:
    students = [a_student(number, a_need(MONDAY), planning_time=SUNDAY_MORNING) for number in range(1, 301)]
    here = stage([], students, {
        "students": {"leaving": {"per_day": 0.02, "after_refusal": 0.0}}, "mechanisms": {"student_arrivals": False},
    })  # fmt: skip
    a_demand(here).start()
    here.run_until(SUNDAY_MORNING)
    left = here.times(StudentChurned)
    assert set(left) == {9 * HOUR, SUNDAY_MORNING}
    assert len(left) / 300 == pytest.approx(1 - (1 - 0.02) ** 14, abs=0.08)


# ---------------------------------------------------------------- those who join


def test_students_join_at_the_stated_rate_and_plan_at_once(demand_of: MakeDemand) -> None:
    stage = demand_of(mechanisms={"student_arrivals": True}, demand={"sessions_per_day": 100.0, "joining": 0.1})
    stage.run_until(4 * WEEK)
    joined = stage.events(StudentJoined)
    assert len(joined) == pytest.approx(280, abs=4 * 280**0.5)
    assert [event.joined_at for event in joined] == stage.times(StudentJoined)
    assert [event.student_id for event in joined] == [f"U{FIRST_TO_JOIN + nth}" for nth in range(len(joined))]
    first_request: dict[str, int] = {}
    for second, asked in zip(stage.times(SessionRequested), stage.events(SessionRequested), strict=True):
        first_request.setdefault(asked.student_id, second)
    drawing, lead = StudentDrawing(stage.scenario, stage.context.streams), stage.scenario.demand.lead_days * DAY
    for nth, event in enumerate(event for event in joined if event.joined_at < 3 * WEEK):
        student = drawing.joining(nth)
        assert stage.context.students[FIRST_TO_JOIN + nth].traits == student.traits
        # Who needs nothing before their own planning time comes again asks for the first time then.
        planning = next_planning(student, event.joined_at)
        from_first = [second_of(need.weekday, need.slot) - event.joined_at - lead for need in student.traits.needs]
        at_once = any(later % WEEK < planning - event.joined_at for later in from_first)
        assert first_request[event.student_id] == (event.joined_at if at_once else planning)


def test_gaps_between_arrivals_are_exponential_from_the_first_second_on(demand_of: MakeDemand) -> None:
    stage = demand_of(mechanisms={"student_arrivals": True}, demand={"sessions_per_day": 100.0, "joining": 0.1})
    stage.run_until(4 * WEEK)
    draws, joined = stage.context.streams.stream("students: arrival"), stage.events(StudentJoined)
    gaps = [exponential(draws.uniform(0, nth)) * DAY / 10 for nth in range(len(joined))]
    assert [event.joined_at for event in joined] == [pytest.approx(time, abs=1) for time in itertools.accumulate(gaps)]
    assert joined[0].joined_at == int(gaps[0])


@pytest.mark.parametrize(
    ("mechanism", "demand"),
    [(False, {}), (True, {"joining": 0.0}), (True, {"sessions_per_day": 0.0})],
)
def test_nobody_joins_where_nobody_should(demand_of: MakeDemand, mechanism: bool, demand: dict[str, float]) -> None:
    stage = demand_of(mechanisms={"student_arrivals": mechanism}, demand=demand)
    stage.run_until(4 * WEEK)
    assert stage.told() == []


def test_who_a_student_is_stands_in_both_parts_of_the_log(stage: MakeStage) -> None:
    here = stage()
    introduce(here.context, a_student(7, leniency=0.3, persona="explorer"), joined_at=-3 * DAY)
    assert here.only(StudentJoined) == StudentJoined("U00007", "College", -3 * DAY)
    drawn = here.only(StudentTraitsDrawn)
    assert (drawn.student_id, drawn.persona, drawn.leniency) == ("U00007", "explorer", 0.3)


# ---------------------------------------------------------------- extra sessions


def a_delighted_student(satisfaction: float, keenness: float = 1.0) -> Student:
    student = a_student(1, a_need(TUESDAY, 17), planning_time=SUNDAY_MORNING, keenness=keenness)
    student.satisfaction = dict.fromkeys((1, 2, 3), satisfaction)
    return student


def extra_sessions(stage: Stage) -> list[SessionRequested]:
    """What was asked for beyond the weekly needs: the series of extra sessions has numbers of its own."""
    return [event for event in stage.events(SessionRequested) if event.session_id >= "S013001"]


def test_a_keen_student_who_was_delighted_asks_the_regular_tutor_for_more(demand_of: MakeDemand) -> None:
    stage = demand_of(a_delighted_student(9.0))
    stage.run_until(3 * WEEK)
    extra = extra_sessions(stage)
    assert [event.requested_by for event in extra] == ["student"] * len(extra)
    assert len(extra) == len(wishes(stage)) // 2 > 0
    tutors = {event.session_id: event.tutor_id for event in stage.events(SessionBooked)}
    assert len(set(tutors.values())) == 1
    days_after = {(place(event.requested_start)[0] - TUESDAY) % 7 for event in extra}
    assert days_after <= {2, 3, 4}


def test_extra_sessions_are_asked_for_two_three_and_four_days_after_the_weekly_one_alike(
    demand_of: MakeDemand,
) -> None:
    stage = demand_of(a_delighted_student(9.0))
    stage.run_until(90 * WEEK)
    days_after = Counter((place(event.requested_start)[0] - TUESDAY) % 7 for event in extra_sessions(stage))
    assert set(days_after) == {2, 3, 4}
    assert min(days_after.values()) >= 20


@pytest.mark.parametrize(("satisfaction", "keenness"), [(8.9, 1.0), (10.0, 0.0)])
def test_who_is_not_delighted_or_not_keen_asks_for_no_more(
    demand_of: MakeDemand, satisfaction: float, keenness: float
) -> None:
    stage = demand_of(a_delighted_student(satisfaction, keenness))
    stage.run_until(3 * WEEK)
    assert wishes(stage)
    assert extra_sessions(stage) == []


def test_an_extra_session_renumbers_no_regular_one(demand_of: MakeDemand) -> None:
    with_more, without = demand_of(a_delighted_student(9.0)), demand_of(a_delighted_student(5.0))
    regular = []
    for stage in (with_more, without):
        stage.run_until(3 * WEEK)
        extra = {event.session_id for event in extra_sessions(stage)}
        regular.append([event for event in stage.events(SessionRequested) if event.session_id not in extra])
    assert regular[0] == regular[1]
