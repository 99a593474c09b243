"""Tutors who gained demand propose extra sessions to the students who come regularly."""

from simulation.agents.identity import TUTORS_PER_REGION, numbered
from simulation.agents.influence import Aspect
from simulation.agents.student import Need, Student
from simulation.agents.tutor import Tutor
from simulation.clock import DAY, HOUR, Turn
from simulation.processes.booking import Booking
from simulation.processes.setting import Setting
from simulation.random_streams import between

INVITING_HOURS = (9, 20)
DAYS_AHEAD = 5
STUDENTS_ASKED = 6
INVITATIONS_A_DAY = 10
_INVITATIONS_PER_TUTOR = 1_000 * INVITATIONS_A_DAY


class Invitations:
    """What an extra session a week comes from."""

    def __init__(self, setting: Setting, booking: Booking) -> None:
        self._setting = setting
        self._booking = booking
        self._days = setting.luck.decision("tutor: a day's invitations")
        self._choices = setting.luck.decision("tutor: whom to invite")

    def start(self) -> None:
        """From the first day on."""
        self._setting.agenda.every_midnight("invitations", Turn.INVITING, self._plan_all)

    def _plan_all(self, midnight: int) -> None:
        """Tutors with extra demand plan the day's invitations, a whole number of them."""
        for tutor in self._setting.tutors.values():
            extra = tutor.influences.on(Aspect.SESSIONS_PER_WEEK, midnight)
            if tutor.present and extra > 0:
                self._plan(tutor, midnight, extra / 7)

    def _plan(self, tutor: Tutor, midnight: int, expected: float) -> None:
        day = midnight // DAY
        fraction, hour = self._days.uniforms(tutor.number, day, 2)
        at = midnight + round(between(*INVITING_HOURS, hour) * HOUR)
        for nth in range(int(expected + fraction)):
            self._setting.agenda.at(at, Turn.INVITING, tutor.number, self._invite, tutor, day, nth)

    def _invite(self, tutor: Tutor, day: int, nth: int) -> None:
        """Ask those whom the tutor likes to ask most, until one finds the time."""
        if not tutor.present:
            return
        invitation = numbered(tutor.number, day * INVITATIONS_A_DAY + nth, TUTORS_PER_REGION, _INVITATIONS_PER_TUTOR)
        errors = {number: self._choices.uniform(number, invitation) for number in tutor.students}
        for number in sorted(errors, key=lambda number: (errors[number], number))[:STUDENTS_ASKED]:
            student = tutor.students[number]
            need = self._need_with(student, tutor)
            for ahead in range(1, DAYS_AHEAD + 1):
                if need is not None and self._booking.add(student, tutor, need, day + ahead, "tutor"):
                    return

    @staticmethod
    def _need_with(student: Student, tutor: Tutor) -> Need | None:
        """What the student takes with this tutor."""
        taken = (need for need in student.traits.needs if student.tutors.get(need.subject) is tutor)
        return next(taken, None)
