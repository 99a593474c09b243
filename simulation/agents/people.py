"""The people of a region as they are drawn, for one world or for several that share a past."""

from functools import cached_property

from attrs import evolve

from simulation.agents.calendar import Calendar
from simulation.agents.influence import Influences
from simulation.agents.student import Student, StudentTraits
from simulation.agents.student_population import StudentDrawing
from simulation.agents.tutor import Tutor
from simulation.agents.tutor_population import draw_tutors
from simulation.random_streams import RandomStreams
from simulation.scenario import Scenario


class People:
    """Draws a region's tutors and students. Whom worlds are asked for again is drawn once for all of them."""

    def __init__(self, scenario: Scenario, streams: RandomStreams, region: int = 1) -> None:
        self._scenario = scenario
        self._streams = streams
        self._region = region
        self._students = StudentDrawing(scenario, streams, region)
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
        return {student.number: student for student in self._students.initial()}

    def student_again(self, number: int) -> Student:
        """The student of a number, as drawn."""
        if number not in self._traits:
            self._traits[number] = self._students.student(number).traits
        return self._students.with_traits(number, self._traits[number])
