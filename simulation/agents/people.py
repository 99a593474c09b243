"""The people of a region as they are drawn, for one world or for several that share a past."""

from collections.abc import Sequence
from functools import cached_property

from attrs import evolve

from simulation.agents.calendar import Calendar
from simulation.agents.identity import FIRST_TO_JOIN
from simulation.agents.influence import Influences
from simulation.agents.student import Student, StudentTraits
from simulation.agents.student_population import StudentDrawing
from simulation.agents.tutor import Tutor
from simulation.agents.tutor_population import draw_tutors
from simulation.random_streams import RandomStreams
from simulation.scenario import Scenario


class People:
    """Draws a region's tutors and students. Whom worlds are asked for again is drawn once for all of them.

    `scenarios` are in force from a simulated second each, the first from the beginning: it draws who is there then.
    """

    def __init__(self, scenarios: Sequence[tuple[int, Scenario]], streams: RandomStreams, region: int = 1) -> None:
        self._streams = streams
        self._region = region
        self._drawings = [(second, StudentDrawing(scenario, streams, region)) for second, scenario in scenarios]
        self._scenario, self._first = scenarios[0][1], self._drawings[0][1]
        self._traits: dict[int, StudentTraits] = {}

    @cached_property
    def _drawn_tutors(self) -> list[Tutor]:
        return draw_tutors(self._scenario, self._streams, self._region)

    def tutors(self) -> dict[int, Tutor]:
        """The tutors by number, as they are at the beginning."""
        return {
            tutor.number: evolve(
                tutor, influences=Influences(tutor.influences.caps), calendar=Calendar(), sessions={}, students={}
            )
            for tutor in self._drawn_tutors
        }

    def initial_students(self) -> dict[int, Student]:
        """The students who are there at the beginning, by number."""
        students = {student.number: student for student in self._first.initial()}
        self._traits |= {number: student.traits for number, student in students.items()}
        return students

    def student_again(self, number: int, joined_at: int) -> Student:
        """The student of a number, as drawn when joining at a simulated second; that of who was there is ignored."""
        if number not in self._traits:
            drawing = self._first
            if number >= FIRST_TO_JOIN:
                drawing = next(one for second, one in reversed(self._drawings) if second <= joined_at)
            self._traits[number] = drawing.student(number).traits
        return self._first.with_traits(number, self._traits[number])
