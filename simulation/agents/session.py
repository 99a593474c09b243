"""A booked session: who meets whom, when, and with which random numbers."""

from typing import TYPE_CHECKING

from attrs import define

from simulation.agents.session_draws import SessionRequestDraws

if TYPE_CHECKING:
    from simulation.agents.student import Student
    from simulation.agents.tutor import Tutor


@define(eq=False)
class Session:
    """A session from its booking until it is settled or cancelled.

    `start` is a simulated second, `minutes` the scheduled duration, `slots` the half hours that it reserves,
    `draws` the student's random numbers for this request, `planned` the place of the request among all that are in the
    student's weekly plans, None for one that is made besides, `moves` how often the session was rescheduled.
    """

    number: int
    id: str
    student: "Student"
    tutor: "Tutor"
    subject: str
    start: int
    minutes: int
    slots: int
    draws: SessionRequestDraws
    planned: int | None = None
    moves: int = 0
