"""From a request to a booked session, or a refusal.

A student wants the regular tutor of the subject, as near to the wished time as both can; some like to
try another. Where the regular one has no time that day, another tutor stands in.
"""

from simulation.agents.calendar import place, second_of, slots_of
from simulation.agents.session_luck import SessionLuck, StudentTurn
from simulation.agents.student import AGAIN, INVITED, Need, Student
from simulation.agents.tutor import Tutor
from simulation.clock import MINUTE
from simulation.events import RequestRefused, SessionBooked, SessionCancelled, SessionRequested
from simulation.marketplace import Session, session_id, session_number
from simulation.processes.rescheduling import Rescheduling
from simulation.processes.sessions import Sessions
from simulation.processes.setting import Setting
from simulation.processes.student_leaving import StudentLeaving

# Nobody is booked into the next quarter of an hour.
SHORTEST_NOTICE = 15 * MINUTE


class Booking:
    """Matches requests with tutors."""

    def __init__(
        self, setting: Setting, sessions: Sessions, rescheduling: Rescheduling, leaving: StudentLeaving
    ) -> None:
        self._setting = setting
        self._sessions = sessions
        self._rescheduling = rescheduling
        self._leaving = leaving
        self._luck = SessionLuck(setting.luck)
        self._choices = setting.luck.decision("student: choice of tutor")

    def request(self, student: Student, need: Need, day: int, slot: int, nth: int) -> None:
        """A student asks for a session at a day and half hour."""
        turn = self._luck.of_turn(student, nth)
        start = second_of(day, slot)
        session = self._ask(student, need, start, nth, "student")
        regular = student.tutors.get(need.subject)
        switches = self._setting.scenario.mechanisms.switching and turn.switches < student.traits.switching_probability
        found = self._find(student, need, day, slot, nth, regular, switches)
        if found is None:
            self._setting.record(RequestRefused(student.id, session, "no_tutor_free"))
            self._leaving.after_refusal(student, turn.refused)
            return
        tutor, slot = found
        if regular is None or switches:
            self._make_regular(student, need.subject, tutor)
        self._book(student, tutor, need, second_of(day, slot), nth, turn)

    def invite(self, tutor: Tutor, student: Student, need: Need, day: int) -> bool:
        """A tutor proposes an extra session on a day to a student who comes regularly; whether one was booked."""
        earliest = self._setting.now + SHORTEST_NOTICE
        slot = self._setting.marketplace.nearest_free(tutor, student, day, need.slot, slots_of(need.minutes), earliest)
        if slot is None:
            return False
        nth = student.next_session_number(INVITED)
        self._ask(student, need, second_of(day, slot), nth, "tutor")
        self._book(student, tutor, need, second_of(day, slot), nth, self._luck.of_turn(student, nth))
        return True

    def ask_again(self, lost: Session) -> None:
        """A student whose tutor left asks for the same session again."""
        student = lost.student
        day, slot = place(lost.start)
        need = Need(lost.subject, self._setting.clock.weekday(lost.start), slot, lost.minutes)
        if student.present and lost.start >= self._setting.now + SHORTEST_NOTICE:
            self.request(student, need, day, slot, student.next_session_number(AGAIN))

    def cancel(self, session: Session, reason: str) -> None:
        """A booked session will not be held."""
        self._setting.marketplace.cancel(session)
        self._setting.record(SessionCancelled(session.tutor.id, session.student.id, session.id, reason))

    def _find(
        self, student: Student, need: Need, day: int, slot: int, nth: int, regular: Tutor | None, switches: bool
    ) -> tuple[Tutor, int] | None:
        """A tutor and a half hour: the regular one's, another one's at the wished time, or one near it."""
        marketplace, slots = self._setting.marketplace, slots_of(need.minutes)
        earliest = self._setting.now + SHORTEST_NOTICE

        def nearest(tutor: Tutor) -> int | None:
            return marketplace.nearest_free(tutor, student, day, slot, slots, earliest)

        if regular is not None and not switches and (time := nearest(regular)) is not None:
            return regular, time
        errors = self._choices.uniforms(student.number, nth, len(self._setting.tutors))
        if student.calendar.is_free(day, slot, slots):
            other = marketplace.choose(need.subject, day, slot, slots, errors, besides=regular)
            if other is not None:
                return other, slot
        for tutor in marketplace.favourites(need.subject, errors, besides=regular):
            if (time := nearest(tutor)) is not None:
                return tutor, time
        if regular is not None and switches and (time := nearest(regular)) is not None:
            return regular, time
        return None

    def _ask(self, student: Student, need: Need, start: int, nth: int, requested_by: str) -> str:
        session = session_id(session_number(student, nth))
        self._setting.record(SessionRequested(student.id, session, need.subject, requested_by, start, need.minutes))
        return session

    def _book(self, student: Student, tutor: Tutor, need: Need, start: int, nth: int, turn: StudentTurn) -> None:
        session = self._setting.marketplace.book(
            student, tutor, need, nth, start, self._luck.of_hour(tutor, start), turn
        )
        self._setting.record(
            SessionBooked(
                tutor.id, student.id, session.id, need.subject, student.traits.grade_level, start, need.minutes
            )
        )
        self._sessions.expect(session)
        self._rescheduling.consider(session)

    @staticmethod
    def _make_regular(student: Student, subject: str, tutor: Tutor) -> None:
        before = student.tutors.get(subject)
        student.tutors[subject] = tutor
        tutor.students[student.number] = student
        if before is not None and before not in student.tutors.values():
            del before.students[student.number]
