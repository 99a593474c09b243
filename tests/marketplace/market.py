"""A marketplace of a test's own tutors, and what is asked of it."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from simulation.agents.calendar import second_of
from simulation.agents.session import Session
from simulation.agents.student import REGULAR, Student
from simulation.agents.tutor import Tutor
from simulation.clock import DAY, Clock
from simulation.marketplace import Marketplace
from simulation.scenario.lessons import Matching
from tests.people import ALL_DAY, a_need, a_request, slot

CLOCK = Clock(datetime(2026, 1, 5), 0, 30 * DAY)  # day 0 is a Monday
RULES = Matching()
WEEKENDS = (0, 0, 0, 0, 0, ALL_DAY, ALL_DAY)


def market_of(*tutors: Tutor, rules: Matching = RULES, reputation_counts: bool = True) -> Marketplace:
    return Marketplace(tutors, rules, CLOCK, reputation_counts=reputation_counts)


def book(market: Marketplace, student: Student, tutor: Tutor, day: int, hour: float, minutes: int = 60) -> Session:
    nth = student.next_session_number(REGULAR)
    return market.book(student, tutor, a_need(minutes=minutes), nth, second_of(day, slot(hour)), a_request())


def chosen(
    market: Marketplace, errors: Sequence[float], subject: str = "Math", hour: float = 17, besides: Tutor | None = None
) -> Tutor | None:
    """Whom a student likes best of those who are free at an hour of the first day."""
    liked = [tutor for tutor in market.by_liking(subject, np.array(errors)) if tutor is not besides]
    return market.first_free(liked, 0, slot(hour), 2)


def can_be_chosen(market: Marketplace, tutor: Tutor, hour: float) -> bool:
    """Whether a student who wants an hour of the first day could get this tutor."""
    return chosen(market, [0.5], hour=hour) is tutor
