"""The luck that a session meets with: the tutor's in that hour, and the student's in that request.

Whether a tutor shows belongs to the tutor and the hour, whoever the student is; whether a student shows
belongs to the student's nth request, whoever the tutor is. So luck stays with its owner when a neighbour's
day changes.
"""

from typing import NamedTuple

from simulation.agents.calendar import SLOTS_PER_DAY, place
from simulation.agents.student import Student
from simulation.agents.tutor import Tutor
from simulation.randomness import Luck


class TutorHour(NamedTuple):
    """The luck of a tutor in one hour of the calendar."""

    moves: float
    moves_when: float
    shows: float
    line: float
    duration: float
    technical: float
    camera: float
    speaking: float
    screen: float
    mood: float
    empathy: float
    clarity: float
    engagement: float
    follows_up: float
    follows_up_when: float


class StudentTurn(NamedTuple):
    """The luck of a student with the nth session asked for."""

    switches: float
    refused: float
    moves: float
    moves_when: float
    shows: float
    attention: float
    sentiment: float
    student_sentiment: float
    rating: float
    satisfaction: float
    leaves: float
    leaves_when: float


class SessionLuck:
    """Draws both."""

    def __init__(self, luck: Luck) -> None:
        self._hours = luck.decision("tutor: an hour")
        self._turns = luck.decision("student: a session")

    def of_hour(self, tutor: Tutor, start: int) -> TutorHour:
        """The tutor's luck in the hour that begins at a simulated second."""
        day, slot = place(start)
        return TutorHour._make(self._hours.uniforms(tutor.number, day * SLOTS_PER_DAY + slot, len(TutorHour._fields)))

    def of_turn(self, student: Student, nth: int) -> StudentTurn:
        """The student's luck with the nth session asked for."""
        return StudentTurn._make(self._turns.uniforms(student.number, nth, len(StudentTurn._fields)))
