"""What a state may say. Whoever made it up could otherwise have a world that never ends, or that fills all memory.

Whatever else a made-up state says fails by itself, where the world is made of it or goes on: these are the cases that
would not. All functions raise ValueError or TypeError.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

import attrs

from simulation.agents.influence import Aspect, Influences
from simulation.agents.student import DURATIONS, Student
from simulation.agents.tutor import Tutor
from simulation.clock import DAY, WEEK, second_at
from simulation.log import EVENTS_PER_REGION, LogState
from simulation.processes.agenda import Due
from simulation.processes.sessions import Settled

# Far beyond what experiments and interventions come to together.
_MOST_LOGINS, _LARGEST_INFLUENCE = 1_000.0, 1e6
_RATINGS = (1.0, 5.0)


def whole(number: Any, _: Any = None) -> int:
    """A whole number, and nothing that could be read as one."""
    if type(number) is not int:
        raise TypeError(f"{type(number).__name__} instead of a whole number")
    return number


def number(value: Any, _: Any = None) -> float:
    """A number, or infinity: a time that never comes."""
    if type(value) not in {float, int} or math.isnan(value) or value == -math.inf:
        raise TypeError(f"{type(value).__name__} instead of a number")
    return value  # type: ignore[no-any-return]


def text(value: Any, _: Any = None) -> str:
    """Text."""
    if type(value) is not str:
        raise TypeError(f"{type(value).__name__} instead of text")
    return value


def truth_value(value: Any, _: Any = None) -> bool:
    """True or false."""
    if type(value) is not bool:
        raise TypeError(f"{type(value).__name__} instead of a truth value")
    return value


def check_place(moment: int, log: LogState, region: int, last_day: int) -> None:
    """A state's moment lies among the days of its world, and its place in the log is its region's."""
    if not 0 <= second_at(whole(moment)) <= last_day * DAY + WEEK:
        raise ValueError(f"its moment, second {second_at(moment)}, is in none of the world's days")
    sequence, *others = map(whole, attrs.astuple(log))
    if not (region - 1) * EVENTS_PER_REGION <= sequence < region * EVENTS_PER_REGION:
        raise ValueError("its events are those of another region")
    if not all(0 <= count < EVENTS_PER_REGION for count in others):
        raise ValueError("its log has more events than there can be")


def check_tutors(found: Collection[int], drawn: Collection[int]) -> None:
    """A state has all the tutors that are drawn, and no others."""
    if set(found) != set(drawn):
        raise ValueError(f"it has {len(found)} tutors; the scenario has other ones, {len(drawn)} in all")


def check_agents(tutors: Iterable[Tutor], students: Iterable[Student], now: int) -> None:
    """Nobody is held up for more than a week, and tutors are as well and as liked as one can be."""
    low, high = _RATINGS
    agents: list[Tutor | Student] = [*tutors, *students]
    for agent in agents:
        if agent.busy_until > now + WEEK:
            raise ValueError(f"{agent.id} is busy for more than a week")
    for tutor in tutors:
        if not (low <= tutor.reputation <= high and 0 <= tutor.morale <= 1 and 0 <= tutor.burnout <= 1):
            raise ValueError(f"{tutor.id} has a reputation, morale or burnout that there is not")


def check_influences(influences: Influences) -> None:
    """Influences are no larger than some scenario allows for; for each login that they add, something is planned."""
    for aspect, ones in influences.of.items():
        if any(abs(one.size) > _LARGEST_INFLUENCE for one in ones):
            raise ValueError("an influence is larger than there can be")
        if aspect is Aspect.LOGINS and sum(abs(one.size) for one in ones) > _MOST_LOGINS:
            raise ValueError("a tutor logs in more often than there is time")


def check_length(minutes: int) -> None:
    """A session is as long as sessions are."""
    if minutes not in DURATIONS:
        raise ValueError(f"a session takes {minutes} minutes; allowed are {', '.join(map(str, DURATIONS))}")


def check_month(month: Sequence[Sequence[Any]], moves: Sequence[Any]) -> None:
    """A tutor's sessions of the last days are in the order of their starts: each further one is sorted in."""
    kinds = {*map(type, chain.from_iterable(month)), *map(type, moves)}
    starts = [session[0] for session in month]
    if not kinds <= {int, bool} or starts != sorted(starts):
        raise ValueError("a tutor's sessions of the last days are not in their order")


def check_due(due: Sequence[Due], moment: int, under_way: Mapping[str, int]) -> None:
    """What is due lies ahead, and each session that is under way will be settled within a week.

    Until they are, a world goes on after its last day.
    """
    if not all(whole(when) > moment for when, _, _ in due):
        raise ValueError("something is due that should have happened already")
    soon = second_at(moment) + WEEK
    settled = {about[0].session.id for when, _, about in due if _is_settled(about) and second_at(when) <= soon}
    if not under_way.keys() <= settled:
        raise ValueError("a session is under way that will not be settled")


def _is_settled(about: tuple[Any, ...]) -> bool:
    return bool(about) and isinstance(about[0], Settled)
