"""How students are drawn: those who are there when the log starts, and those who join later."""

from functools import cached_property
from typing import NamedTuple

import attrs

from simulation.agents.identity import FIRST_TO_JOIN, student_id
from simulation.agents.quotas import in_blocks
from simulation.agents.student import DURATIONS, GRADE_LEVELS, Need, Student, StudentTraits
from simulation.agents.tutor import SUBJECTS
from simulation.clock import DAY, HOUR, SATURDAY, WEEK
from simulation.random_streams import RandomStreams, choice, normal, pick
from simulation.scenario import Scenario
from simulation.scenario.regions import initial_count
from simulation.scenario.students import StudentPersona

PLANNING_HOURS = (7, 23)
_GROWN_UP = ("College", "Adult")


class _TraitDraws(NamedTuple):
    """A student's draws for traits; those for each need follow."""

    lenient: float
    attentive: float
    cheerful: float
    grade: float
    planning: float
    frequency: float
    subject: float
    two_subjects: float
    other_subject: float


class _NeedDraws(NamedTuple):
    """The draws for one need."""

    on_weekend: float
    weekday: float
    hour: float
    half: float
    length: float


_TRAITS, _NEED = len(_TraitDraws._fields), len(_NeedDraws._fields)


class StudentDrawing:
    """Draws the students of a region."""

    def __init__(self, scenario: Scenario, streams: RandomStreams, region: int = 1) -> None:
        self._scenario = scenario
        self._region = region
        self._personas: dict[str, StudentPersona] = attrs.asdict(scenario.students.personas, recurse=False)
        self._shares = tuple(persona.share for persona in self._personas.values())
        self._persona_stream = streams.stream("student: persona")
        self._trait_stream = streams.stream("student: traits")
        self._draws_each = _TRAITS + len(scenario.students.traits.sessions_per_week) * _NEED

    @cached_property
    def _persona_of(self) -> dict[int, str]:
        """The personas of the students who are there when the log starts: quotas."""
        total = initial_count(self._scenario)
        draw = self._persona_stream.uniform
        numbers = sorted(range(1, total + 1), key=lambda number: (draw(number), number))
        return dict(zip(numbers, in_blocks(self._personas, self._shares, total), strict=True))

    def initial(self) -> list[Student]:
        """The students who are on the platform when the log starts."""
        return [self.student(number) for number in sorted(self._persona_of)]

    def joining(self, nth: int) -> Student:
        """The nth student who joins after the log starts, from 0; the persona is drawn by shares."""
        return self.student(FIRST_TO_JOIN + nth)

    def student(self, number: int) -> Student:
        """The student of a number, one who is there when the log starts or joins later."""
        if number < FIRST_TO_JOIN:
            persona = self._persona_of[number]
        else:
            persona = list(self._personas)[pick(self._shares, self._persona_stream.uniform(number))]
        return self.with_traits(number, self._traits(number, persona))

    def with_traits(self, number: int, traits: StudentTraits) -> Student:
        """A student who was drawn before."""
        return Student(number=number, id=student_id(number, self._region), traits=traits)

    def _traits(self, number: int, persona_name: str) -> StudentTraits:
        persona, mechanisms = self._personas[persona_name], self._scenario.mechanisms
        rules = self._scenario.students.traits
        uniforms = self._trait_stream.uniforms(number, 0, self._draws_each)
        draws = _TraitDraws._make(uniforms[:_TRAITS])
        grade_level = GRADE_LEVELS[pick(rules.grade_levels, draws.grade)]
        leniency = persona.leniency + rules.leniency_shift + normal(0, rules.leniency_spread, draws.lenient)
        attention = persona.attention_offset + normal(0, rules.attention_spread, draws.attentive)
        sentiment = persona.sentiment_offset + normal(0, rules.sentiment_spread, draws.cheerful)
        return StudentTraits(
            persona=persona_name,
            grade_level=grade_level,
            leniency=round(leniency, 4),
            attention_offset=round(attention, 4),
            sentiment_offset=round(sentiment, 4),
            show_probability=persona.show_probability if mechanisms.student_no_shows else 1.0,
            quitting_factor=persona.quitting_factor,
            switching_probability=persona.switching,
            keenness=persona.keenness if mechanisms.keenness else 0.0,
            needs=self._needs(draws, uniforms[_TRAITS:], grade_level),
            planning_time=_planning_time(draws.planning),
        )

    def _needs(self, draws: _TraitDraws, uniforms: list[float], grade_level: str) -> tuple[Need, ...]:
        """What the student wants each week: subjects, weekdays, hours, durations."""
        rules = self._scenario.students.traits
        first = int(draws.subject * len(SUBJECTS))
        second = (first + 1 + int(draws.other_subject * (len(SUBJECTS) - 1))) % len(SUBJECTS)
        needs: list[Need] = []
        for nth in range(pick(rules.sessions_per_week, draws.frequency) + 1):
            subject = SUBJECTS[second if nth and draws.two_subjects < rules.second_subject else first]
            own_draws = _NeedDraws._make(uniforms[nth * _NEED : (nth + 1) * _NEED])
            needs.append(self._need(own_draws, subject, grade_level, {need.weekday for need in needs}))
        return tuple(needs)

    def _need(self, draws: _NeedDraws, subject: str, grade_level: str, days_taken: set[int]) -> Need:
        """One weekly session. `hours.weekend_share` sets the weekend volume."""
        hours, durations = self._scenario.demand.hours, self._scenario.students.traits.durations
        weekend = draws.on_weekend < hours.weekend_share
        free = [day for day in range(7) if day not in days_taken]
        day = choice([day for day in free if (day >= SATURDAY) == weekend] or free, draws.weekday)
        weights = hours.grown_up_weekday if grade_level in _GROWN_UP else hours.school_weekday
        if day >= SATURDAY:
            weights = hours.weekend
        slot = pick(weights, draws.hour) * 2 + int(draws.half * 2)
        return Need(subject, day, slot, DURATIONS[pick(durations, draws.length)])


def _planning_time(u: float) -> int:
    """A second of the week between 7 and 23 o'clock."""
    first, last = (hour * HOUR for hour in PLANNING_HOURS)
    day, second = divmod(int(u * 7 * (last - first)), last - first)
    return day * DAY + first + second


def next_planning(student: Student, after: int) -> int:
    """The first of the student's weekly planning times after a simulated second."""
    return after + ((student.traits.planning_time - after) % WEEK or WEEK)
