"""Students join, plan their weeks, and ask for sessions.

A student has a few needs a week, each for a subject at a weekday and hour, and once a week asks for the
sessions of the days ahead, with a request for each need that is not skipped, and now and then for one more.
"""

from collections.abc import Iterator
from itertools import count, islice

from simulation.agents.calendar import place, second_of
from simulation.agents.student import REGULAR, Need, Student
from simulation.agents.student_population import draw_joining_student, next_planning
from simulation.clock import DAY, Turn
from simulation.events import StudentJoined, StudentTraitsDrawn
from simulation.processes.agenda import Behaviour
from simulation.processes.booking import Booking
from simulation.processes.setting import Setting
from simulation.processes.student_leaving import StudentLeaving
from simulation.randomness import exponential

# So many weeks' luck is drawn at once.
WEEKS_AT_ONCE = 4
EXTRA_AFTER_DAYS = (2, 3, 4)


class Demand:
    """What is asked for, and by whom."""

    def __init__(self, setting: Setting, booking: Booking, leaving: StudentLeaving) -> None:
        self._setting = setting
        self._booking = booking
        self._leaving = leaving
        self._arrivals = setting.luck.decision("students: arrival")
        self._weeks = setting.luck.decision("student: a week's plan")

    def start(self) -> None:
        """Students who are there plan on the first day; others join from now on."""
        for student in self._setting.students.values():
            first_plan = student.traits.planning_time % DAY
            self._setting.agenda.start(student.id, self._live(student, first_plan))
        scenario = self._setting.scenario
        if scenario.mechanisms.student_arrivals and scenario.demand.joining * scenario.demand.sessions_per_day > 0:
            self._setting.agenda.start("students", self._join())

    def _join(self) -> Behaviour:
        """Students join one after the other, at a steady rate."""
        scenario, agenda = self._setting.scenario, self._setting.agenda
        per_second = scenario.demand.joining * scenario.demand.sessions_per_day / DAY
        time, nth = 0.0, 0
        while True:
            time += exponential(self._arrivals.uniform(0, nth)) / per_second
            student = draw_joining_student(nth, scenario, self._setting.luck)
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
        lanes = 1 + 2 * len(student.traits.needs)  # a reason to leave; for each need a wish to skip it, and for more
        for week in count():
            yield agenda.until(next_plan, Turn.PLANNING, student.number)
            if not student.present:
                return
            now, next_plan = agenda.now, next_planning(student, agenda.now)
            if week % WEEKS_AT_ONCE == 0:
                student.calendar.forget_before(place(now)[0])
                luck = iter(self._weeks.uniforms(student.number, week, WEEKS_AT_ONCE * lanes))
            own_reasons, *wishes = islice(luck, lanes)
            if self._leaving.for_own_reasons(student, own_reasons):
                return
            self._ask_for_week(student, now + lead, next_plan + lead, wishes)

    def _ask_for_week(self, student: Student, first: int, end: int, wishes: list[float]) -> None:
        skipping, needs = self._setting.scenario.students.traits.skipping, student.traits.needs
        for need, skips, asks_more in zip(needs, wishes[: len(needs)], wishes[len(needs) :], strict=True):
            for day, slot in self._occurrences(need, first, end):
                nth = student.next_session_number(REGULAR)
                if skips >= skipping:
                    self._booking.request(student, need, day, slot, nth)
                    self._ask_for_more(student, need, day, asks_more)

    def _ask_for_more(self, student: Student, need: Need, day: int, u: float) -> None:
        """A keen student who was delighted asks the regular tutor for an extra session, a few days later."""
        tutor, keenness = student.tutors.get(need.subject), student.traits.keenness
        if tutor is None or u >= keenness:
            return
        delighted_from = self._setting.scenario.students.traits.delighted_from
        if student.satisfaction.get(tutor.number, 0.0) >= delighted_from:
            extra_day = day + EXTRA_AFTER_DAYS[int(u / keenness * len(EXTRA_AFTER_DAYS))]
            self._booking.add(student, tutor, need, extra_day, "student")

    def _occurrences(self, need: Need, first: int, end: int) -> Iterator[tuple[int, int]]:
        """The days and half hours at which a need falls between two simulated seconds."""
        first_day, last_day = first // DAY, end // DAY
        until_weekday = (need.weekday - self._setting.clock.weekday(first)) % 7
        for day in range(first_day + until_weekday, last_day + 1, 7):
            if first <= second_of(day, need.slot) < end:
                yield day, need.slot


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
