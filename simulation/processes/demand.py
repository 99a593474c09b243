"""Demand: students join, plan their weeks, and request sessions.

A student has a few weekly needs, each for a subject at a weekday and hour. Once a week the student requests the
sessions of the days ahead, one for each need that is not skipped, and sometimes one more. The region's calendar of
terms raises or lowers demand: needs are skipped more often, or met twice.
"""

import math
from functools import cache
from itertools import count

from attrs import evolve

from simulation.agents.calendar import second_of
from simulation.agents.session_draws import SessionRequestDraws
from simulation.agents.student import EXTRA, REGULAR, Need, Student
from simulation.agents.student_population import StudentDrawing, next_planning
from simulation.clock import DAY, WEEK, EventPriority
from simulation.processes.agenda import Behaviour
from simulation.processes.context import SimulationContext
from simulation.processes.matching import Matching
from simulation.processes.population import introduce
from simulation.processes.student_leaving import StudentLeaving
from simulation.random_streams import choice, exponential
from simulation.scenario.regions import demand_factor

# A student's draws for so many weeks are made at once.
WEEKS_AT_ONCE = 4
EXTRA_AFTER_DAYS = (2, 3, 4)
# The draws for a need in a week: whether it is skipped, whether there is one more, and those of the request.
_DRAWS_PER_NEED = 2 + len(SessionRequestDraws._fields)


class Demand:
    """Who requests how many sessions, and when."""

    def __init__(self, context: SimulationContext, matching: Matching, leaving: StudentLeaving) -> None:
        self._context = context
        self._matching = matching
        self._leaving = leaving
        self._drawing = StudentDrawing(context.scenario, context.streams, context.region)
        self._arrivals = context.streams.stream("students: arrival")
        self._factor_of = cache(self._term_factor)
        self._weeks = context.streams.stream("student: a week's plan")

    def start(self) -> None:
        """Students on record plan on the first day; others join from now on."""
        for student in self._context.students.values():
            first_plan = student.traits.planning_time % DAY
            self._context.agenda.start(student.id, self._weeks_of(student, first_plan))
        scenario = self._context.scenario
        per_second = scenario.demand.joining * scenario.demand.sessions_per_day / DAY
        if scenario.mechanisms.student_arrivals and per_second > 0:
            self._context.agenda.start("students", self._join(per_second))

    def _join(self, per_second: float) -> Behaviour:
        """Students join one after the other, as a Poisson process."""
        agenda = self._context.agenda
        time, nth = 0.0, 0
        while True:
            time += exponential(self._arrivals.uniform(0, nth)) / per_second
            if math.isinf(time):  # the rate is so low that no one ever joins
                return
            student = self._drawing.joining(nth)
            yield agenda.until(int(time), EventPriority.JOINING, student.number)
            self._context.students[student.number] = student
            introduce(self._context, student, joined_at=agenda.now)
            agenda.start(student.id, self._weeks_of(student, agenda.now))
            nth += 1

    def _weeks_of(self, student: Student, first_plan: int) -> Behaviour:
        """A student's weeks: plan, request, and sleep until the next plan."""
        agenda = self._context.agenda
        lead = round(self._context.scenario.demand.lead_days * DAY)
        next_plan = first_plan
        size = 1 + len(student.traits.needs) * _DRAWS_PER_NEED  # the first: whether the student leaves
        for week in count():
            yield agenda.until(next_plan, EventPriority.PLANNING, student.number)
            if not student.present:
                return
            now, next_plan = agenda.now, next_planning(student, agenda.now)
            place = week % WEEKS_AT_ONCE * size
            if place == 0:
                student.calendar.forget_before(now // DAY)
                draws = self._weeks.uniforms(student.number, week, WEEKS_AT_ONCE * size)
            if self._leaving.for_own_reasons(student, draws[place]):
                return
            self._ask_for_week(student, now + lead, next_plan + lead, draws[place + 1 : place + size])

    def _ask_for_week(self, student: Student, first: int, end: int, draws: list[float]) -> None:
        """Request the sessions between two simulated seconds, as the terms of their days have it."""
        coming = 1.0 - self._context.scenario.students.traits.skipping
        for nth_need, need in enumerate(student.traits.needs):
            day = self._day_of(need, first, end)
            if day is None:
                continue
            nth = student.next_session_number(REGULAR)
            at = nth_need * _DRAWS_PER_NEED
            skips, asks_more = draws[at], draws[at + 1]
            wanted = int(coming * self._factor_of(day) + skips)
            if wanted:
                of_request = SessionRequestDraws._make(draws[at + 2 : at + _DRAWS_PER_NEED])
                self._matching.request(student, need, day, need.slot, nth, of_request)
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
