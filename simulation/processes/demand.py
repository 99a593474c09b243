"""Demand: students join, plan their weeks, and request sessions.

A student has a few weekly needs, each for a subject at a weekday and hour. Once a week the student requests the
sessions of the days ahead, one for each need that is not skipped, and sometimes one more. The region's calendar of
terms, and `demand.factor`, raise or lower demand: needs are skipped more often, or met twice.
"""

import math
from functools import cache

from attrs import define, evolve

from simulation.agents.calendar import second_of
from simulation.agents.session_draws import DRAWS_PER_NEED, WEEKS_AT_ONCE, SessionRequestDraws
from simulation.agents.student import EXTRA, REGULAR, Need, Student
from simulation.agents.student_population import StudentDrawing, next_planning
from simulation.clock import DAY, WEEK, EventPriority
from simulation.processes.agenda import Process, action
from simulation.processes.context import Behaviour, SimulationContext
from simulation.processes.matching import Matching
from simulation.processes.population import introduce
from simulation.processes.student_leaving import StudentLeaving
from simulation.random_streams import choice, exponential
from simulation.scenario.regions import demand_factor

EXTRA_AFTER_DAYS = (2, 3, 4)


@define
class Arrivals:
    """How many students were to join so far, and the simulated second at which the next one is, as drawn."""

    joined: int = 0
    next_at: float = 0.0


class Demand(Behaviour):
    """Who requests how many sessions, and when."""

    name = "demand"

    def __init__(self, context: SimulationContext) -> None:
        super().__init__(context)
        self._matching = context.of(Matching)
        self._leaving = context.of(StudentLeaving)
        self._drawing = StudentDrawing(context.scenario, context.streams, context.region)
        self._arrivals = context.streams.stream("students: arrival")
        self._factor_of = cache(self._term_factor)
        self._state = context.memory.of("demand", Arrivals)
        scenario = context.scenario
        self._per_second = scenario.demand.joining * scenario.demand.sessions_per_day / DAY

    def start(self) -> None:
        """Students on record plan on the first day; others join from now on."""
        for student in self._context.students.values():
            student.plans_at = student.traits.planning_time % DAY
            self._context.agenda.start(self._weeks_of, student)
        self._state.next_at = self._after(0.0)
        self._context.agenda.start(self._join)

    def _after(self, arrival: float) -> float:
        """When the next student joins after one who did: a Poisson process."""
        waiting = exponential(self._arrivals.uniform(0, self._state.joined))
        return arrival + waiting / self._per_second if self._per_second > 0 else math.inf

    @action
    def _join(self) -> Process:
        """Students join one after the other."""
        agenda, state = self._context.agenda, self._state
        while math.isfinite(state.next_at):  # the rate may be so low that no one ever joins
            student = self._drawing.joining(state.joined)
            yield agenda.until(int(state.next_at), EventPriority.JOINING, student.number)
            if self._context.scenario.mechanisms.student_arrivals:
                student.joined_at = student.plans_at = agenda.now
                self._context.students[student.number] = student
                introduce(self._context, student, joined_at=agenda.now)
                agenda.start(self._weeks_of, student)
            state.joined += 1
            state.next_at = self._after(state.next_at)

    @action
    def _weeks_of(self, student: Student) -> Process:
        """A student's weeks: sleep until the next plan, and request the week's sessions."""
        agenda, draws_of = self._context.agenda, self._context.session_draws
        lead = round(self._context.scenario.demand.lead_days * DAY)
        block = None
        while True:
            yield agenda.until(student.plans_at, EventPriority.PLANNING, student.number)
            if not student.present:
                return
            if block is None or student.weeks % WEEKS_AT_ONCE == 0:
                student.calendar.forget_before(agenda.now // DAY)
                block = draws_of.weeks(student, student.weeks)
            leaves, *draws = draws_of.week(student, student.weeks, block)
            if self._leaving.for_own_reasons(student, leaves):
                return
            first, student.plans_at = student.plans_at, next_planning(student, student.plans_at)
            # Each day is asked for once, also where the lead time has changed since.
            start = student.asked_until or first + lead
            student.asked_until = max(start, min(student.plans_at + lead, start + WEEK))
            self._ask_for_week(student, start, student.asked_until, draws)
            student.weeks += 1

    def _ask_for_week(self, student: Student, first: int, end: int, draws: list[float]) -> None:
        """Request the sessions between two simulated seconds, as the terms of their days have it."""
        scenario, needs = self._context.scenario, student.traits.needs
        coming = (1.0 - scenario.students.traits.skipping) * scenario.demand.factor
        for nth_need, need in enumerate(needs):
            day = self._day_of(need, first, end)
            if day is None:
                continue
            nth = student.next_session_number(REGULAR)
            at = nth_need * DRAWS_PER_NEED
            skips, asks_more = draws[at], draws[at + 1]
            wanted = int(coming * self._factor_of(day) + skips)
            if wanted:
                planned = student.weeks * len(needs) + nth_need
                of_request = SessionRequestDraws._make(draws[at + 2 : at + DRAWS_PER_NEED])
                self._matching.request(student, need, day, need.slot, nth, of_request, planned)
                self._ask_for_more(student, need, day, asks_more)
            for later in range(day + 1, day + wanted):  # more demand than usual: on the next days, too
                on_that_day = evolve(need, weekday=self._context.clock.weekday(later * DAY))
                self._matching.request(student, on_that_day, later, need.slot, student.next_session_number(EXTRA))

    def _term_factor(self, day: int) -> float:
        """The factor of demand on a simulated day, by the region's calendar of terms."""
        return demand_factor(self._context.scenario.regions[0], self._context.clock.local(day * DAY).date())

    def _ask_for_more(self, student: Student, need: Need, day: int, u: float) -> None:
        """A keen student who was delighted requests an extra session with the regular tutor, a few days later."""
        keenness = student.traits.keenness
        if u >= keenness:
            return
        tutor, delighted_from = student.tutors.get(need.subject), self._context.scenario.students.traits.delighted_from
        if tutor is not None and student.satisfaction.get(tutor.number, 0.0) >= delighted_from:
            self._matching.add(student, tutor, need, day + choice(EXTRA_AFTER_DAYS, u / keenness), "student")

    def _day_of(self, need: Need, first: int, end: int) -> int | None:
        """The day on which a need falls between two simulated seconds, at most a week apart; None if it does not."""
        clock = self._context.clock
        ahead = (second_of(need.weekday - clock.first_weekday, need.slot) - first) % WEEK
        return (first + ahead) // DAY if first + ahead < end else None
