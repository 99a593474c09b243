"""How students are drawn: those who are there when the log starts, and those who join later."""

from functools import cached_property
from typing import NamedTuple

from simulation.agents.identity import FIRST_TO_JOIN, student_id
from simulation.agents.quotas import places_of
from simulation.agents.student import DURATIONS, Need, Student, StudentTraits
from simulation.agents.tutor_population import subject_race
from simulation.clock import DAY, HOUR, SATURDAY, WEEK
from simulation.random_streams import Race, RandomStreams, choice, normal, pick
from simulation.scenario import Scenario
from simulation.scenario.regions import initial_count

PLANNING_HOURS = (7, 23)


class _TraitDraws(NamedTuple):
    """A student's draws for traits; those for each need follow."""

    lenient: float
    attentive: float
    cheerful: float
    planning: float
    frequency: float
    two_subjects: float


class _NeedDraws(NamedTuple):
    """The draws for one need."""

    on_weekend: float
    weekday: float
    hour: float
    half: float
    length: float


class _Choices(NamedTuple):
    """What a student chose of what the scenario names; subjects in the order of liking."""

    persona: str
    grade_level: str
    subjects: list[str]


_TRAITS, _NEED = len(_TraitDraws._fields), len(_NeedDraws._fields)


class StudentDrawing:
    """Draws the students of a region."""

    def __init__(self, scenario: Scenario, streams: RandomStreams, region: int = 1) -> None:
        self._scenario = scenario
        self._region = region
        students = scenario.students
        self._weights = {name: persona.share for name, persona in students.personas.items()}
        self._personas = Race(streams, "student: persona", self._weights)
        self._grades = Race(
            streams, "student: grade level", {name: level.share for name, level in students.grade_levels.items()}
        )
        self._subjects = subject_race(scenario, streams, "student")
        self._trait_stream = streams.stream("student: traits")
        self._draws_each = _TRAITS + len(students.traits.sessions_per_week) * _NEED

    @cached_property
    def _chosen_at_first(self) -> list[_Choices]:
        """What the students chose who are there when the log starts; their personas are quotas."""
        total = initial_count(self._scenario)
        personas = self._personas.with_places(total, places_of(self._weights, total))
        grades = [ranking[0] for ranking in self._grades.rankings(total)]
        return [_Choices(*chosen) for chosen in zip(personas, grades, self._subjects.rankings(total), strict=True)]

    def initial(self) -> list[Student]:
        """The students who are on the platform when the log starts."""
        return [self.student(number) for number in range(1, len(self._chosen_at_first) + 1)]

    def joining(self, nth: int) -> Student:
        """The nth student who joins after the log starts, from 0; the persona is a chance."""
        return self.student(FIRST_TO_JOIN + nth)

    def student(self, number: int) -> Student:
        """The student of a number, one who is there when the log starts or joins later."""
        if number < FIRST_TO_JOIN:
            choices = self._chosen_at_first[number - 1]
        else:
            races = self._personas.ranking(number), self._grades.ranking(number), self._subjects.ranking(number)
            choices = _Choices(races[0][0], races[1][0], races[2])
        return self.with_traits(number, self._traits(number, choices))

    def with_traits(self, number: int, traits: StudentTraits) -> Student:
        """A student who was drawn before."""
        return Student(number=number, id=student_id(number, self._region), traits=traits)

    def _traits(self, number: int, choices: _Choices) -> StudentTraits:
        persona, mechanisms = self._scenario.students.personas[choices.persona], self._scenario.mechanisms
        rules = self._scenario.students.traits
        uniforms = self._trait_stream.uniforms(number, 0, self._draws_each)
        draws = _TraitDraws._make(uniforms[:_TRAITS])
        leniency = persona.leniency + rules.leniency_shift + normal(0, rules.leniency_spread, draws.lenient)
        attention = persona.attention_offset + normal(0, rules.attention_spread, draws.attentive)
        sentiment = persona.sentiment_offset + normal(0, rules.sentiment_spread, draws.cheerful)
        return StudentTraits(
            persona=choices.persona,
            grade_level=choices.grade_level,
            leniency=round(leniency, 4),
            attention_offset=round(attention, 4),
            sentiment_offset=round(sentiment, 4),
            show_probability=persona.show_probability if mechanisms.student_no_shows else 1.0,
            quitting_factor=persona.quitting_factor,
            switching_probability=persona.switching,
            keenness=persona.keenness if mechanisms.keenness else 0.0,
            needs=self._needs(draws, uniforms[_TRAITS:], choices),
            planning_time=_planning_time(draws.planning),
        )

    def _needs(self, draws: _TraitDraws, uniforms: list[float], choices: _Choices) -> tuple[Need, ...]:
        """What the student wants each week: subjects, weekdays, hours, durations."""
        rules = self._scenario.students.traits
        grown_up = self._scenario.students.grade_levels[choices.grade_level].grown_up
        first, *others = choices.subjects
        second = others[0] if others and draws.two_subjects < rules.second_subject else first
        needs: list[Need] = []
        for nth in range(pick(rules.sessions_per_week, draws.frequency) + 1):
            own_draws = _NeedDraws._make(uniforms[nth * _NEED : (nth + 1) * _NEED])
            days_taken = {need.weekday for need in needs}
            needs.append(self._need(own_draws, second if nth else first, days_taken, grown_up=grown_up))
        return tuple(needs)

    def _need(self, draws: _NeedDraws, subject: str, days_taken: set[int], *, grown_up: bool) -> Need:
        """One weekly session. `hours.weekend_share` sets the weekend volume."""
        hours, durations = self._scenario.demand.hours, self._scenario.students.traits.durations
        weekend = draws.on_weekend < hours.weekend_share
        free = [day for day in range(7) if day not in days_taken]
        day = choice([day for day in free if (day >= SATURDAY) == weekend] or free, draws.weekday)
        weights = hours.grown_up_weekday if grown_up else hours.school_weekday
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
