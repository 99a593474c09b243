"""How students are drawn: those who are there when the log starts, and those who join."""

from typing import NamedTuple

import attrs

from simulation.agents.identity import FIRST_TO_JOIN, student_id
from simulation.agents.quotas import largest_remainder
from simulation.agents.student import DURATIONS, GRADE_LEVELS, Need, Student, StudentTraits
from simulation.agents.tutor import SUBJECTS
from simulation.clock import DAY, HOUR, SATURDAY, WEEK
from simulation.random_streams import Luck, normal, pick
from simulation.scenario import Scenario
from simulation.scenario.regions import initial_count
from simulation.scenario.students import StudentPersona

PLANNING_HOURS = (7, 23)
_GROWN_UP = ("College", "Adult")


class _Traits(NamedTuple):
    """The luck with which a student's traits are drawn."""

    lenient: float
    attentive: float
    cheerful: float
    grade: float
    planning: float
    frequency: float
    subject: float
    two_subjects: float
    other_subject: float


class _NeedLuck(NamedTuple):
    """The luck with which one need is drawn."""

    on_weekend: float
    weekday: float
    hour: float
    half: float
    length: float


class StudentDrawing:
    """Draws the students of a region."""

    def __init__(self, scenario: Scenario, luck: Luck, region: int = 1) -> None:
        self._scenario = scenario
        self._region = region
        self._personas: dict[str, StudentPersona] = attrs.asdict(scenario.students.personas, recurse=False)
        self._shares = tuple(persona.share for persona in self._personas.values())
        self._persona_luck = luck.decision("student: persona")
        self._trait_luck = luck.decision("student: traits")
        self._lanes = len(_Traits._fields) + len(scenario.students.traits.sessions_per_week) * len(_NeedLuck._fields)

    def initial(self) -> list[Student]:
        """The students who are on the platform when the log starts; personas are quotas."""
        total = initial_count(self._scenario)
        chance = self._persona_luck.uniform
        numbers = sorted(range(1, total + 1), key=lambda number: (chance(number), number))
        counts = largest_remainder(self._shares, total)
        names = [name for name, count in zip(self._personas, counts, strict=True) for _ in range(count)]
        return [self._student(number, name) for number, name in sorted(zip(numbers, names, strict=True))]

    def joining(self, nth: int) -> Student:
        """The nth student who joins after the log starts, from 0; the persona is left to chance."""
        number = FIRST_TO_JOIN + nth
        names = tuple(self._personas)
        return self._student(number, names[pick(self._shares, self._persona_luck.uniform(number))])

    def _student(self, number: int, persona_name: str) -> Student:
        persona, mechanisms = self._personas[persona_name], self._scenario.mechanisms
        rules = self._scenario.students.traits
        draws = self._trait_luck.uniforms(number, 0, self._lanes)
        luck = _Traits._make(draws[: len(_Traits._fields)])
        grade_level = GRADE_LEVELS[pick(rules.grade_levels, luck.grade)]
        leniency = persona.leniency + rules.leniency_shift + normal(0, rules.leniency_spread, luck.lenient)
        attention = persona.attention_offset + normal(0, rules.attention_spread, luck.attentive)
        sentiment = persona.sentiment_offset + normal(0, rules.sentiment_spread, luck.cheerful)
        traits = StudentTraits(
            persona=persona_name,
            grade_level=grade_level,
            leniency=round(leniency, 4),
            attention_offset=round(attention, 4),
            sentiment_offset=round(sentiment, 4),
            show_probability=persona.show_probability if mechanisms.student_no_shows else 1.0,
            quitting_factor=persona.quitting_factor,
            switching_probability=persona.switching,
            keenness=persona.keenness if mechanisms.keenness else 0.0,
            needs=self._needs(luck, draws[len(_Traits._fields) :], grade_level),
            planning_time=_planning_time(luck.planning),
        )
        return Student(number=number, id=student_id(number, self._region), traits=traits)

    def _needs(self, luck: _Traits, draws: list[float], grade_level: str) -> tuple[Need, ...]:
        """What the student wants each week: subjects, weekdays, hours, lengths."""
        rules, size = self._scenario.students.traits, len(_NeedLuck._fields)
        first = int(luck.subject * len(SUBJECTS))
        second = (first + 1 + int(luck.other_subject * (len(SUBJECTS) - 1))) % len(SUBJECTS)
        needs: list[Need] = []
        for nth in range(pick(rules.sessions_per_week, luck.frequency) + 1):
            subject = SUBJECTS[second if nth and luck.two_subjects < rules.second_subject else first]
            own_luck = _NeedLuck._make(draws[nth * size : (nth + 1) * size])
            needs.append(self._need(own_luck, subject, grade_level, {need.weekday for need in needs}))
        return tuple(needs)

    def _need(self, luck: _NeedLuck, subject: str, grade_level: str, days_taken: set[int]) -> Need:
        hours, durations = self._scenario.demand.hours, self._scenario.students.traits.durations
        weekend = luck.on_weekend < hours.weekend_share
        days = [day for day in range(7) if (day >= SATURDAY) == weekend and day not in days_taken]
        if not days:
            days = [day for day in range(7) if day not in days_taken]
        day = days[int(luck.weekday * len(days))]
        weights = hours.grown_up_weekday if grade_level in _GROWN_UP else hours.school_weekday
        if day >= SATURDAY:
            weights = hours.weekend
        slot = pick(weights, luck.hour) * 2 + int(luck.half * 2)
        return Need(subject, day, slot, DURATIONS[pick(durations, luck.length)])


def _planning_time(u: float) -> int:
    """A waking second of the week."""
    first, last = (hour * HOUR for hour in PLANNING_HOURS)
    second = int(u * 7 * (last - first))
    return second // (last - first) * DAY + first + second % (last - first)


def next_planning(student: Student, after: int) -> int:
    """The first of the student's weekly planning times after a simulated second."""
    return after + ((student.traits.planning_time - after) % WEEK or WEEK)
