"""Students join, plan their weeks, and ask for sessions.

A student has a few needs a week, each for a subject at a weekday and hour, and once a week asks for the
sessions of the days ahead, with a request for each need that is not skipped, and now and then for one more.
The region's calendar of terms has more or less asked for: needs are skipped more often, or met twice.
"""

import math
from functools import cache
from itertools import count

from attrs import evolve

from simulation.agents.calendar import second_of
from simulation.agents.session_luck import StudentTurn
from simulation.agents.student import EXTRA, REGULAR, Need, Student
from simulation.agents.student_population import StudentDrawing, next_planning
from simulation.clock import DAY, Turn
from simulation.events import StudentJoined, StudentTraitsDrawn
from simulation.processes.agenda import Behaviour
from simulation.processes.booking import Booking
from simulation.processes.setting import Setting
from simulation.processes.student_leaving import StudentLeaving
from simulation.random_streams import exponential
from simulation.scenario.regions import demand_factor

# So many weeks' luck is drawn at once.
WEEKS_AT_ONCE = 4
EXTRA_AFTER_DAYS = (2, 3, 4)
# For each need a week: a wish to skip it, one for more, and the luck with what is asked for.
_LANES_PER_NEED = 2 + len(StudentTurn._fields)


class Demand:
    """What is asked for, and by whom."""

    def __init__(self, setting: Setting, booking: Booking, leaving: StudentLeaving) -> None:
        self._setting = setting
        self._booking = booking
        self._leaving = leaving
        self._drawing = StudentDrawing(setting.scenario, setting.luck, setting.region)
        self._arrivals = setting.luck.decision("students: arrival")
        self._factor_of = cache(self._term_factor)
        self._weeks = setting.luck.decision("student: a week's plan")

    def start(self) -> None:
        """Students who are there plan on the first day; others join from now on."""
        for student in self._setting.students.values():
            first_plan = student.traits.planning_time % DAY
            self._setting.agenda.start(student.id, self._live(student, first_plan))
        scenario = self._setting.scenario
        per_second = scenario.demand.joining * scenario.demand.sessions_per_day / DAY
        if scenario.mechanisms.student_arrivals and per_second > 0:
            self._setting.agenda.start("students", self._join(per_second))

    def _join(self, per_second: float) -> Behaviour:
        """Students join one after the other, at a steady rate."""
        agenda = self._setting.agenda
        time, nth = 0.0, 0
        while True:
            time += exponential(self._arrivals.uniform(0, nth)) / per_second
            if math.isinf(time):  # so rare that nobody ever does
                return
            student = self._drawing.joining(nth)
            yield agenda.until(int(time), Turn.JOINING, student.number)
            self._setting.students[student.number] = student
            introduce(self._setting, student, joined_at=agenda.now)
            agenda.start(student.id, self._live(student, agenda.now))
            nth += 1

    def _live(self, student: Student, first_plan: int) -> Behaviour:
        """A student's weeks: plan, ask, and sleep until the next plan."""
        agenda = self._setting.agenda
        lead = round(self._setting.scenario.demand.lead_days * DAY)
        next_plan = first_plan
        lanes = 1 + len(student.traits.needs) * _LANES_PER_NEED  # first of all a reason to leave
        for week in count():
            yield agenda.until(next_plan, Turn.PLANNING, student.number)
            if not student.present:
                return
            now, next_plan = agenda.now, next_planning(student, agenda.now)
            lane = week % WEEKS_AT_ONCE * lanes
            if lane == 0:
                student.calendar.forget_before(now // DAY)
                luck = self._weeks.uniforms(student.number, week, WEEKS_AT_ONCE * lanes)
            if self._leaving.for_own_reasons(student, luck[lane]):
                return
            self._ask_for_week(student, now + lead, next_plan + lead, luck[lane + 1 : lane + lanes])

    def _ask_for_week(self, student: Student, first: int, end: int, luck: list[float]) -> None:
        coming = 1.0 - self._setting.scenario.students.traits.skipping
        for nth_need, need in enumerate(student.traits.needs):
            day = self._day_of(need, first, end)
            if day is None:
                continue
            nth = student.next_session_number(REGULAR)
            skips, asks_more, *turn = luck[nth_need * _LANES_PER_NEED : (nth_need + 1) * _LANES_PER_NEED]
            wanted = int(coming * self._factor_of(day) + skips)
            if wanted:
                self._booking.request(student, need, day, need.slot, nth, StudentTurn._make(turn))
                self._ask_for_more(student, need, day, asks_more)
            for later in range(1, wanted):
                self._ask_besides(student, need, day + later)

    def _ask_besides(self, student: Student, need: Need, day: int) -> None:
        """In weeks in which more is asked for than usual, a student comes on the days after, too."""
        nth = student.next_session_number(EXTRA)
        on_that_day = evolve(need, weekday=self._setting.clock.weekday(day * DAY))
        self._booking.request(student, on_that_day, day, need.slot, nth, self._setting.session_luck.turn(student, nth))

    def _term_factor(self, day: int) -> float:
        """What demand is multiplied by on a simulated day, by the region's calendar of terms."""
        return demand_factor(self._setting.scenario.regions[0], self._setting.clock.local(day * DAY).date())

    def _ask_for_more(self, student: Student, need: Need, day: int, u: float) -> None:
        """A keen student who was delighted asks the regular tutor for an extra session, a few days later."""
        keenness = student.traits.keenness
        if u >= keenness:
            return
        tutor, delighted_from = student.tutors.get(need.subject), self._setting.scenario.students.traits.delighted_from
        if tutor is not None and student.satisfaction.get(tutor.number, 0.0) >= delighted_from:
            extra_day = day + EXTRA_AFTER_DAYS[int(u / keenness * len(EXTRA_AFTER_DAYS))]
            self._booking.add(student, tutor, need, extra_day, "student")

    def _day_of(self, need: Need, first: int, end: int) -> int | None:
        """The day on which a need falls between two simulated seconds, at most a week apart; None if it does not."""
        day = first // DAY
        day += (need.weekday - self._setting.clock.weekday(first)) % 7
        if second_of(day, need.slot) < first:
            day += 7
        return day if second_of(day, need.slot) < end else None


def introduce(setting: Setting, student: Student, joined_at: int) -> None:
    """Write down who a student is."""
    traits = student.traits
    setting.record(StudentJoined(student.id, traits.grade_level, joined_at))
    setting.record(
        StudentTraitsDrawn(
            student.id,
            traits.persona,
            traits.leniency,
            traits.attention_offset,
            traits.sentiment_offset,
            traits.show_probability,
            traits.quitting_factor,
            traits.switching_probability,
            traits.keenness,
        )
    )
