"""Matching: from a student's request to a booked session, or a refusal.

A student wants the regular tutor of the subject, as close to the wished time as both are free, if need be on
another day of the same kind; some try another tutor. If the regular tutor has no time, another one steps in.
"""

import math
from collections.abc import Callable
from itertools import islice, tee

from simulation.agents.calendar import place, second_of, slots_of
from simulation.agents.identity import session_id, session_number
from simulation.agents.session import Session
from simulation.agents.session_draws import SessionRequestDraws
from simulation.agents.student import AGAIN, EXTRA, INVITED, Need, Student
from simulation.agents.tutor import Tutor
from simulation.clock import MINUTE, SATURDAY
from simulation.events import RequestRefused, SessionBooked, SessionRequested
from simulation.processes.context import Behaviour, SimulationContext
from simulation.processes.rescheduling import Rescheduling
from simulation.processes.sessions import Sessions
from simulation.processes.student_leaving import CONTENT, StudentLeaving

# No session is booked to start within the next quarter of an hour.
SHORTEST_NOTICE = 15 * MINUTE

# A tutor, and the simulated second at which both are free.
Found = tuple[Tutor, int]


class Matching(Behaviour):
    """Matches requests with tutors. `booked` are called with each session that is booked."""

    name = "matching"

    def __init__(self, context: SimulationContext) -> None:
        super().__init__(context)
        self._sessions = context.of(Sessions)
        self._rescheduling = context.of(Rescheduling)
        self._leaving = context.of(StudentLeaving)
        self._switching = context.scenario.mechanisms.switching
        self._switching_per_satisfaction = context.scenario.students.traits.switching_per_satisfaction
        self._choices = context.streams.stream("student: choice of tutor")
        self._other_days = _days_alike(context.scenario.matching.other_days)
        self.booked: list[Callable[[Session], None]] = []

    def request(
        self,
        student: Student,
        need: Need,
        day: int,
        slot: int,
        nth: int,
        draws: SessionRequestDraws | None = None,
        planned: int | None = None,
    ) -> None:
        """A student requests the nth session, for a day and a half hour.

        A request out of the student's weekly plans has its place and its `draws` there; others have draws of their own.
        """
        draws = draws or self._context.session_draws.request(student, nth)
        session = self._ask(student, need, second_of(day, slot), nth, "student")
        regular = student.tutors.get(need.subject)
        switches = regular is not None and draws.switches < self._switching_probability(student, regular)
        found = None
        if regular is not None and not switches:
            found = self._keep_tutor(student, need, day, slot, regular)
        if found is None:
            found = self._find_another(student, need, day, slot, nth, regular)
        if found is None and regular is not None and switches:
            found = self._nearest(student, need, day, slot, regular)
        if found is None:
            self._context.record(RequestRefused(student.id, session, "no_tutor_free"))
            self._leaving.after_refusal(student, draws.refused)
            return
        tutor, start = found
        if regular is None or switches:
            self._make_regular(student, need.subject, tutor)
        self._book(student, tutor, need, start, nth, draws, planned)

    def add(self, student: Student, tutor: Tutor, need: Need, day: int, requested_by: str) -> bool:
        """Book an extra session on a day with this very tutor, if both are free; returns whether it was booked.

        `requested_by` is "student" or, for a session that the tutor proposes, "tutor".
        """
        found = self._nearest(student, need, day, need.slot, tutor)
        if found is None:
            return False
        nth = student.next_session_number(INVITED if requested_by == "tutor" else EXTRA)
        self._ask(student, need, found[1], nth, requested_by)
        self._book(student, tutor, need, found[1], nth, self._context.session_draws.request(student, nth))
        return True

    def ask_again(self, lost: Session) -> None:
        """A student whose tutor left requests the same session again."""
        student = lost.student
        day, slot = place(lost.start)
        need = Need(lost.subject, self._context.clock.weekday(lost.start), slot, lost.minutes)
        if student.present and lost.start >= self._context.agenda.now + SHORTEST_NOTICE:
            self.request(student, need, day, slot, student.next_session_number(AGAIN))

    def _switching_probability(self, student: Student, regular: Tutor) -> float:
        """The chance to try another tutor: the student's own, and higher after a disappointing session."""
        if not self._switching:
            return 0.0
        missing = CONTENT - student.satisfaction.get(regular.number, CONTENT)
        return student.traits.switching_probability * math.exp(self._switching_per_satisfaction * missing)

    # ------------------------------------------------------------ a tutor and a time

    def _keep_tutor(self, student: Student, need: Need, day: int, slot: int, regular: Tutor) -> Found | None:
        """The regular tutor on the wished day, or on another of the same kind."""
        nearest_free, slots = self._context.marketplace.nearest_free, slots_of(need.minutes)
        earliest = self._context.agenda.now + SHORTEST_NOTICE
        for off in self._other_days[need.weekday]:
            nearest = nearest_free(regular, student, day + off, slot, slots, earliest)
            if nearest is not None:
                return regular, second_of(day + off, nearest)
        return None

    def _find_another(
        self, student: Student, need: Need, day: int, slot: int, nth: int, regular: Tutor | None
    ) -> Found | None:
        """The tutor the student likes best at the wished time; else a favourite who is free close to it."""
        marketplace, slots = self._context.marketplace, slots_of(need.minutes)
        errors = self._choices.array(student.number, nth, len(self._context.tutors))
        liked = marketplace.by_liking(need.subject, errors)
        others, favourites = tee(tutor for tutor in liked if tutor is not regular)
        if student.calendar.is_free(day, slot, slots):
            free = marketplace.first_free(others, day, slot, slots)
            if free is not None:
                return free, second_of(day, slot)
        for tutor in islice(favourites, self._context.scenario.matching.other_tutors_tried):
            if found := self._nearest(student, need, day, slot, tutor):
                return found
        return None

    def _nearest(self, student: Student, need: Need, day: int, slot: int, tutor: Tutor) -> Found | None:
        """A tutor's free time closest to the wished half hour of a day."""
        earliest = self._context.agenda.now + SHORTEST_NOTICE
        nearest = self._context.marketplace.nearest_free(tutor, student, day, slot, slots_of(need.minutes), earliest)
        return None if nearest is None else (tutor, second_of(day, nearest))

    # ------------------------------------------------------------ what is recorded

    def _ask(self, student: Student, need: Need, start: int, nth: int, requested_by: str) -> str:
        session = session_id(session_number(student.number, nth), self._context.region)
        self._context.record(SessionRequested(student.id, session, need.subject, requested_by, start, need.minutes))
        return session

    def _book(
        self,
        student: Student,
        tutor: Tutor,
        need: Need,
        start: int,
        nth: int,
        draws: SessionRequestDraws,
        planned: int | None = None,
    ) -> None:
        session = self._context.marketplace.book(student, tutor, need, nth, start, draws, planned)
        self._context.record(
            SessionBooked(
                tutor.id, student.id, session.id, need.subject, student.traits.grade_level, start, need.minutes
            )
        )
        self._sessions.expect(session)
        self._rescheduling.consider(session)
        for listen in self.booked:
            listen(session)

    @staticmethod
    def _make_regular(student: Student, subject: str, tutor: Tutor) -> None:
        before = student.tutors.get(subject)
        student.tutors[subject] = tutor
        tutor.students[student.number] = student
        if before is not None and before not in student.tutors.values():
            del before.students[student.number]


def _days_alike(reach: int) -> list[list[int]]:
    """The offsets of days that a student tries, by weekday, 0 first; weekdays for weekdays, weekends for weekends."""
    tried = [0, *(sign * distance for distance in range(1, reach + 1) for sign in (1, -1))]
    return [
        [off for off in tried if (weekday >= SATURDAY) == ((weekday + off) % 7 >= SATURDAY)] for weekday in range(7)
    ]
