"""The luck that a session meets with: the tutor's in that hour, and the student's in that request.

Whether a tutor shows belongs to the tutor and the hour, whoever the student is; whether a student shows
belongs to the student's request, whoever the tutor is. So luck stays with its owner when a neighbour's
day changes.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from simulation.agents.calendar import SLOT, SLOTS_PER_DAY, place
from simulation.agents.student import Student
from simulation.agents.tutor import Tutor
from simulation.random_streams import Floats, Luck

# A day's wishes are asked for while the day is booked: from a few weeks before it on.
_DAYS_AT_HAND = 64


class TutorWish(NamedTuple):
    """Whether, and when, a tutor will want to move what is booked for an hour."""

    moves: float
    moves_when: float


class TutorHour(NamedTuple):
    """The luck of a tutor in one hour of the calendar. From `camera` on: what is measured then."""

    shows: float
    line: float
    duration: float
    technical: float
    follows_up: float
    follows_up_when: float
    camera: float
    speaking: float
    screen: float
    mood: float
    empathy: float
    clarity: float
    engagement: float


class StudentTurn(NamedTuple):
    """The luck of a student with a session asked for. From `attention` on: what is measured then."""

    switches: float
    refused: float
    moves: float
    moves_when: float
    leaves: float
    leaves_when: float
    shows: float
    attention: float
    sentiment: float
    student_sentiment: float
    rating: float
    satisfaction: float


class SessionLuck:
    """Draws all three, for `tutors` numbered from 1."""

    def __init__(self, luck: Luck, tutors: int) -> None:
        wishes, self._hours = luck.decision("tutor: wishes"), luck.decision("tutor: an hour")
        self._turns = luck.decision("student: a session")
        self._tutors = tutors

        def of_day(day: int) -> Floats:
            return wishes.of_all(tutors, day, SLOTS_PER_DAY, len(TutorWish._fields))

        self._wishes_of_day = lru_cache(maxsize=_DAYS_AT_HAND)(of_day)

    def wish(self, tutor: Tutor, start: int) -> TutorWish:
        """The tutor's wishes for the hour that begins at a simulated second."""
        day, slot = place(start)
        return TutorWish._make(self._wishes_of_day(day)[tutor.number - 1, slot].tolist())

    def hours(self, start: int, tutors: Sequence[Tutor]) -> Floats:
        """The luck of some tutors in the hour that begins at a simulated second: a row each, a column per lane."""
        of_all = self._hours.of_all(self._tutors, start // SLOT, len(TutorHour._fields))
        return of_all.take([tutor.number - 1 for tutor in tutors], axis=0)

    def turn(self, student: Student, nth: int) -> StudentTurn:
        """The student's luck with the nth session asked for besides the weekly ones."""
        return StudentTurn._make(self._turns.uniforms(student.number, nth, len(StudentTurn._fields)))
