"""How students are drawn: those who are there when the log starts, and those who join."""

from math import ceil

import attrs

from simulation.agents.identity import student_id
from simulation.agents.quotas import largest_remainder
from simulation.agents.student import DURATIONS, GRADE_LEVELS, Need, Student, StudentTraits
from simulation.agents.tutor import SUBJECTS
from simulation.clock import DAY, HOUR, SATURDAY, WEEK
from simulation.randomness import Luck, normal, pick
from simulation.scenario import Scenario
from simulation.scenario.students import StudentPersona

# Those who join are numbered apart, so that one more student at the start renumbers nobody.
FIRST_TO_JOIN = 1_000_000
PLANNING_HOURS = (7, 23)
_GROWN_UP = ("College", "Adult")
_LANES = 5
_LANES_PER_NEED = 5


def initial_count(scenario: Scenario) -> int:
    """How many students it takes to ask for the scenario's sessions a day."""
    traits = scenario.students.traits
    sessions_a_week = sum(count * share for count, share in enumerate(traits.sessions_per_week, 1))
    wanted = scenario.demand.sessions_per_day * 7 * scenario.demand.overhead
    return ceil(wanted / (sessions_a_week * max(1 - traits.skipping, 0.01)))


def draw_initial_students(scenario: Scenario, luck: Luck, region: int = 1) -> list[Student]:
    """The students who are on the platform when the log starts; personas are quotas."""
    personas = _personas(scenario)
    total = initial_count(scenario)
    order = luck.decision("student: persona")
    numbers = sorted(range(1, total + 1), key=lambda number: (order.uniform(number), number))
    counts = largest_remainder([persona.share for persona in personas.values()], total)
    names = [name for name, count in zip(personas, counts, strict=True) for _ in range(count)]
    return [_student(number, region, name, scenario, luck) for number, name in sorted(zip(numbers, names, strict=True))]


def draw_joining_student(nth: int, scenario: Scenario, luck: Luck, region: int = 1) -> Student:
    """The nth student who joins after the log starts, from 0; the persona is left to chance."""
    number = FIRST_TO_JOIN + nth
    personas = _personas(scenario)
    chance = luck.decision("student: persona").uniform(number)
    name = list(personas)[pick([persona.share for persona in personas.values()], chance)]
    return _student(number, region, name, scenario, luck)


def _personas(scenario: Scenario) -> dict[str, StudentPersona]:
    return attrs.asdict(scenario.students.personas, recurse=False)


def _student(number: int, region: int, persona_name: str, scenario: Scenario, luck: Luck) -> Student:
    persona, rules = _personas(scenario)[persona_name], scenario.students.traits
    lenient, attentive, cheerful, grade, hour = luck.decision("student: traits").uniforms(number, 0, _LANES)
    grade_level = GRADE_LEVELS[pick(rules.grade_levels, grade)]
    leniency = persona.leniency + rules.leniency_shift + normal(0, rules.leniency_spread, lenient)
    traits = StudentTraits(
        persona=persona_name,
        grade_level=grade_level,
        leniency=round(leniency, 4),
        attention_offset=round(persona.attention_offset + normal(0, rules.attention_spread, attentive), 4),
        sentiment_offset=round(persona.sentiment_offset + normal(0, rules.sentiment_spread, cheerful), 4),
        show_probability=persona.show_probability if scenario.mechanisms.student_no_shows else 1.0,
        quitting_factor=persona.quitting_factor,
        switching_probability=persona.switching,
        keenness=persona.keenness if scenario.mechanisms.keenness else 0.0,
        needs=_needs(number, grade_level, scenario, luck),
        planning_time=_planning_time(hour),
    )
    return Student(number=number, id=student_id(number, region), traits=traits)


def _planning_time(u: float) -> int:
    """A waking second of the week."""
    first, last = (hour * HOUR for hour in PLANNING_HOURS)
    second = int(u * 7 * (last - first))
    return second // (last - first) * DAY + first + second % (last - first)


def _needs(number: int, grade_level: str, scenario: Scenario, luck: Luck) -> tuple[Need, ...]:
    """What the student wants each week: subjects, weekdays, hours, lengths."""
    rules = scenario.students.traits
    frequency, subject, two_subjects, other = luck.decision("student: needs").uniforms(number, 0, 4)
    count = pick(rules.sessions_per_week, frequency) + 1
    first = int(subject * len(SUBJECTS))
    second = (first + 1 + int(other * (len(SUBJECTS) - 1))) % len(SUBJECTS)
    needs: list[Need] = []
    for nth in range(count):
        taken = second if nth and two_subjects < rules.second_subject else first
        needs.append(_need(number, nth, SUBJECTS[taken], grade_level, {need.weekday for need in needs}, scenario, luck))
    return tuple(needs)


def _need(
    number: int, nth: int, subject: str, grade_level: str, days_taken: set[int], scenario: Scenario, luck: Luck
) -> Need:
    hours, rules = scenario.demand.hours, scenario.students.traits
    on_weekend, weekday, hour, half, length = luck.decision("student: need").uniforms(number, nth, _LANES_PER_NEED)
    weekend = on_weekend < hours.weekend_share
    days = [day for day in range(7) if (day >= SATURDAY) == weekend and day not in days_taken]
    if not days:
        days = [day for day in range(7) if day not in days_taken]
    day = days[int(weekday * len(days))]
    weights = hours.grown_up_weekday if grade_level in _GROWN_UP else hours.school_weekday
    if day >= SATURDAY:
        weights = hours.weekend
    slot = pick(weights, hour) * 2 + int(half * 2)
    return Need(subject, day, slot, DURATIONS[pick(rules.durations, length)])


def next_planning(student: Student, after: int) -> int:
    """The first of the student's weekly planning times after a simulated second."""
    return after + ((student.traits.planning_time - after) % WEEK or WEEK)
