"""Invitations: tutors whose weekly demand was raised propose extra sessions to their regular students."""

from simulation.agents.identity import TUTORS_PER_REGION, numbered
from simulation.agents.influence import Aspect
from simulation.agents.student import Need, Student
from simulation.agents.tutor import Tutor
from simulation.clock import DAY, HOUR, EventPriority
from simulation.processes.agenda import action
from simulation.processes.context import Behaviour, SimulationContext
from simulation.processes.matching import Matching
from simulation.random_streams import seconds_between

INVITING_HOURS = (9, 20)
DAYS_AHEAD = 5
STUDENTS_ASKED = 6
INVITATIONS_A_DAY = 10
_INVITATIONS_PER_TUTOR = 1_000 * INVITATIONS_A_DAY


class Invitations(Behaviour):
    """Turns a tutor's extra sessions a week into invitations."""

    name = "invitations"

    def __init__(self, context: SimulationContext) -> None:
        super().__init__(context)
        self._matching = context.of(Matching)
        self._days = context.streams.stream("tutor: a day's invitations")
        self._choices = context.streams.stream("tutor: whom to invite")

    def plan(self, tutor: Tutor, midnight: int) -> None:
        """A tutor with extra demand plans the day's invitations: the expected number, rounded up or down at random."""
        extra = tutor.influences.on(Aspect.SESSIONS_PER_WEEK, midnight)
        if extra <= 0:
            return
        day = midnight // DAY
        fraction, hour = self._days.uniforms(tutor.number, day, 2)
        at = midnight + seconds_between(INVITING_HOURS, HOUR, hour)
        for nth in range(int(extra / 7 + fraction)):
            self._context.agenda.at(at, EventPriority.INVITING, tutor.number, self._invite, tutor, day, nth)

    @action
    def _invite(self, tutor: Tutor, day: int, nth: int) -> None:
        """Invite regular students in random order, until one of them has time."""
        if not tutor.present:
            return
        invitation = numbered(tutor.number, day * INVITATIONS_A_DAY + nth, TUTORS_PER_REGION, _INVITATIONS_PER_TUTOR)
        errors = {number: self._choices.uniform(number, invitation) for number in tutor.students}
        for number in sorted(errors, key=lambda number: (errors[number], number))[:STUDENTS_ASKED]:
            student = tutor.students[number]
            need = self._need_with(student, tutor)
            for ahead in range(1, DAYS_AHEAD + 1):
                if need is not None and self._matching.add(student, tutor, need, day + ahead, "tutor"):
                    return

    @staticmethod
    def _need_with(student: Student, tutor: Tutor) -> Need | None:
        """What the student takes with this tutor."""
        taken = (need for need in student.traits.needs if student.tutors.get(need.subject) is tutor)
        return next(taken, None)
