"""The random numbers of a session: the tutor's for that hour, and the student's for that request.

Whether a tutor shows up belongs to the tutor and the hour, whoever the student is; whether a student shows up
belongs to the student's request, whoever the tutor is. So nobody's draws change with a neighbour's day.
All are uniform in [0, 1).
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from simulation.agents.calendar import SLOT, SLOTS_PER_DAY, place
from simulation.random_streams import Floats, RandomStreams

if TYPE_CHECKING:
    from simulation.agents.student import Student
    from simulation.agents.tutor import Tutor

# A day's intentions are asked for while the day is booked, from a few weeks before it on.
_DAYS_KEPT = 64


class ReschedulingIntention(NamedTuple):
    """Whether a tutor will want to move what is booked for an hour, and when."""

    moves: float
    moves_when: float


class TutorHour(NamedTuple):
    """A tutor's draws for one hour of the calendar; from `camera` on, what is measured then."""

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


class SessionRequestDraws(NamedTuple):
    """A student's draws for one requested session; from `attention` on, what is measured then."""

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


# A student's draws for so many weeks are made at once.
WEEKS_AT_ONCE = 4
# The draws for a need in a week: whether it is skipped, whether there is one more, and those of the request.
DRAWS_PER_NEED = 2 + len(SessionRequestDraws._fields)


class SessionDraws:
    """Draws all of them, for `tutors` numbered from 1."""

    def __init__(self, streams: RandomStreams, tutors: int) -> None:
        intentions, self._hours = streams.stream("tutor: wishes"), streams.stream("tutor: an hour")
        self._requests = streams.stream("student: a session")
        self._weeks = streams.stream("student: a week's plan")
        self._tutors = tutors

        def of_day(day: int) -> Floats:
            return intentions.of_all(tutors, day, SLOTS_PER_DAY, len(ReschedulingIntention._fields))

        self._intentions_of_day = lru_cache(maxsize=_DAYS_KEPT)(of_day)

    def intention(self, tutor: "Tutor", start: int) -> ReschedulingIntention:
        """Whether the tutor will want to move the hour that begins at a simulated second."""
        day, slot = place(start)
        number_at, place_of = self._intentions_of_day(day).item, tutor.number - 1
        return ReschedulingIntention(number_at(place_of, slot, 0), number_at(place_of, slot, 1))

    def hours(self, start: int, tutors: Sequence["Tutor"]) -> Floats:
        """The draws of tutors for the hour that begins at a simulated second: a row per tutor, TutorHour's columns."""
        of_all = self._hours.of_all(self._tutors, start // SLOT, len(TutorHour._fields))
        return of_all.take([tutor.number - 1 for tutor in tutors], axis=0)

    def request(self, student: "Student", nth: int) -> SessionRequestDraws:
        """The student's draws for the nth session requested besides the weekly ones."""
        return SessionRequestDraws._make(self._requests.uniforms(student.number, nth, len(SessionRequestDraws._fields)))

    def week(self, student: "Student", week: int, block: list[float] | None = None) -> list[float]:
        """The draws for a student's week, counted from 0: whether the student leaves, then those for each need.

        `block` are the draws of `weeks`, where they are at hand.
        """
        size = _size_of_week(student)
        place = week % WEEKS_AT_ONCE * size
        return (block or self.weeks(student, week))[place : place + size]

    def weeks(self, student: "Student", week: int) -> list[float]:
        """The draws for all weeks that are drawn with one."""
        return self._weeks.uniforms(student.number, week - week % WEEKS_AT_ONCE, WEEKS_AT_ONCE * _size_of_week(student))

    def planned(self, student: "Student", planned: int) -> SessionRequestDraws:
        """The draws of a request in one of the student's weekly plans, by its place among all that they have."""
        week, nth_need = divmod(planned, len(student.traits.needs))
        end = 1 + (nth_need + 1) * DRAWS_PER_NEED
        return SessionRequestDraws._make(self.week(student, week)[end - len(SessionRequestDraws._fields) : end])


def _size_of_week(student: "Student") -> int:
    return 1 + len(student.traits.needs) * DRAWS_PER_NEED
