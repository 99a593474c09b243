"""From a request to a booked session, or a refusal.

A student wants the regular tutor of the subject, as near to the wished time as both can, if need be on
another day of the same kind; some like to try another. Where the regular one has no time, another stands in.
"""

import math

from simulation.agents.calendar import place, second_of, slots_of
from simulation.agents.session_luck import SessionLuck, StudentTurn
from simulation.agents.student import AGAIN, EXTRA, INVITED, Need, Student
from simulation.agents.tutor import Tutor
from simulation.clock import DAY, MINUTE
from simulation.events import RequestRefused, SessionBooked, SessionRequested
from simulation.marketplace import Session, session_id, session_number
from simulation.processes.rescheduling import Rescheduling
from simulation.processes.sessions import Sessions
from simulation.processes.setting import Setting
from simulation.processes.student_leaving import CONTENT, StudentLeaving

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
        reach = setting.scenario.matching.other_days
        self._days_off = [0, *(sign * distance for distance in range(1, reach + 1) for sign in (1, -1))]

    def request(self, student: Student, need: Need, day: int, slot: int, nth: int) -> None:
        """A student asks for a session at a day and half hour."""
        turn = self._luck.of_turn(student, nth)
        start = second_of(day, slot)
        session = self._ask(student, need, start, nth, "student")
        regular = student.tutors.get(need.subject)
        switches = turn.switches < self._switching_probability(student, regular)
        found = self._find(student, need, day, slot, nth, regular, switches)
        if found is None:
            self._setting.record(RequestRefused(student.id, session, "no_tutor_free"))
            self._leaving.after_refusal(student, turn.refused)
            return
        tutor, day, slot = found
        if regular is None or switches:
            self._make_regular(student, need.subject, tutor)
        self._book(student, tutor, need, second_of(day, slot), nth, turn)

    def add(self, student: Student, tutor: Tutor, need: Need, day: int, requested_by: str) -> bool:
        """An extra session on a day, with this tutor or not at all; whether one was booked.

        `requested_by` is "student", or "tutor" for one whom the tutor proposes.
        """
        earliest = self._setting.now + SHORTEST_NOTICE
        slot = self._setting.marketplace.nearest_free(tutor, student, day, need.slot, slots_of(need.minutes), earliest)
        if slot is None:
            return False
        nth = student.next_session_number(INVITED if requested_by == "tutor" else EXTRA)
        self._ask(student, need, second_of(day, slot), nth, requested_by)
        self._book(student, tutor, need, second_of(day, slot), nth, self._luck.of_turn(student, nth))
        return True

    def ask_again(self, lost: Session) -> None:
        """A student whose tutor left asks for the same session again."""
        student = lost.student
        day, slot = place(lost.start)
        need = Need(lost.subject, self._setting.clock.weekday(lost.start), slot, lost.minutes)
        if student.present and lost.start >= self._setting.now + SHORTEST_NOTICE:
            self.request(student, need, day, slot, student.next_session_number(AGAIN))

    def _switching_probability(self, student: Student, regular: Tutor | None) -> float:
        """The chance to try another tutor: the student's own, and more after a session that disappointed."""
        scenario = self._setting.scenario
        if regular is None or not scenario.mechanisms.switching:
            return 0.0
        missing = CONTENT - student.satisfaction.get(regular.number, CONTENT)
        pull = math.exp(scenario.students.traits.switching_per_satisfaction * missing)
        return student.traits.switching_probability * pull

    def _find(
        self, student: Student, need: Need, day: int, slot: int, nth: int, regular: Tutor | None, switches: bool
    ) -> tuple[Tutor, int, int] | None:
        """A tutor, a day and a half hour: the regular one's, another one's at the wished time, or one near it."""
        marketplace, slots = self._setting.marketplace, slots_of(need.minutes)
        earliest = self._setting.now + SHORTEST_NOTICE

        def nearest(tutor: Tutor, off: int = 0) -> tuple[Tutor, int, int] | None:
            time = marketplace.nearest_free(tutor, student, day + off, slot, slots, earliest)
            return None if time is None else (tutor, day + off, time)

        if regular is not None and not switches:
            for off in self._days_off:
                if self._same_kind(day, day + off) and (found := nearest(regular, off)) is not None:
                    return found
        errors = self._choices.uniforms(student.number, nth, len(self._setting.tutors))
        if student.calendar.is_free(day, slot, slots):
            other = marketplace.choose(need.subject, day, slot, slots, errors, besides=regular)
            if other is not None:
                return other, day, slot
        for tutor in marketplace.favourites(need.subject, errors, besides=regular):
            if (found := nearest(tutor)) is not None:
                return found
        return nearest(regular) if regular is not None and switches else None

    def _same_kind(self, day: int, other: int) -> bool:
        """Whether both days are weekdays, or both on a weekend: who is free on the one may be on the other."""
        clock = self._setting.clock
        return clock.is_weekend(day * DAY) == clock.is_weekend(other * DAY)

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
